"""What every management command inherits: the actor, the moment, errors as one line and an exit status."""

from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from opsdesk import clock
from opsdesk.actor import SYSTEM, Actor
from opsdesk.errors import DeskError


class DeskCommand(BaseCommand):
    """Write `run(self, **options)`; a DeskError becomes `CommandError` (exit status 1, the sentence on stderr)."""

    by: Actor = replace(SYSTEM, door="command")

    def handle(self, *args: Any, **options: Any) -> str | None:
        self.at = clock.now()
        try:
            return self.run(**options)
        except DeskError as why:
            raise CommandError(str(why)) from why

    def run(self, **options: Any) -> str | None:
        raise NotImplementedError
