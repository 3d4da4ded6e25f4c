from typing import Any

from opsdesk.console import reference
from opsdesk.entry.command import DeskCommand


class Command(DeskCommand):
    help = "Enter platforms, regions, calendars, deadline policies, targets and roles that are missing; safe to repeat."

    def run(self, **options: Any) -> None:
        reference.load()
