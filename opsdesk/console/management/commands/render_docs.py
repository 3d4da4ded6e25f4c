from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from opsdesk.console import docs
from opsdesk.entry.command import DeskCommand


class Command(DeskCommand):
    help = "Write docs/rules.md and docs/states.md from docs/rules.toml, the code and the tests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail and name what is not current")

    def run(self, **options: Any) -> str:
        stale = docs.stale(settings.BASE_DIR)
        if options["check"] and stale:
            raise CommandError(f"Not current: {', '.join(stale)}. Run: python3 run.py manage render_docs")
        for path, text in stale.items():
            (settings.BASE_DIR / path).write_text(text, encoding="utf-8")
        return "\n".join(f"{path} written" for path in stale) or "All generated pages are current."
