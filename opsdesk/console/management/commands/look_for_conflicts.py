from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from conflicts.operations import looking
from opsdesk.entry.command import DeskCommand


class Command(DeskCommand):
    help = "Look for conflicts over the past, a day at a time (CF-13). Doing it twice doubles nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--until", required=True, type=date.fromisoformat, metavar="DAY", help="the last day")

    def run(self, **options: Any) -> str:
        days = looking.look_over(options["since"], options["until"], by=self.by, at=self.at)
        for day, tallies in days.items():
            looked = sum(tally.looked for tally in tallies.values())
            unlooked = sum(len(pks) for tally in tallies.values() for pks in tally.unlooked.values())
            found = sum(sum(tally.found.values()) for tally in tallies.values())
            new = sum(tally.kept.new for tally in tallies.values())
            self.stdout.write(f"{day} looked={looked} could_not={unlooked} found={found} new={new}")
        return f"{len(days)} days"
