import sys
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from opsdesk.console import demo
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local
from opsdesk.entry.command import DeskCommand


class Command(DeskCommand):
    help = "Enter the demo company: partners, shops, products, a year of orders, jobs in every state; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=4000, help="about how many orders (default: 4000)")
        parser.add_argument("--seed", type=int, default=2014, help="another seed gives another year")

    def run(self, **options: Any) -> None:
        self.told = ""
        plan = Plan(options["seed"], local(self.at), orders=options["orders"])
        entered = demo.load(plan, heard=self._heard)
        if sys.stderr.isatty():
            self.stderr.write("")
            if not entered:
                self.stderr.write(_("There are shops already; nothing was entered."))

    def _heard(self, moment: datetime) -> None:
        told = f"{moment:%Y-%m-%d}"
        if told != self.told and sys.stderr.isatty():
            self.told = told
            self.stderr.write("\r" + _("The demo company lives through %(day)s …") % {"day": told}, ending="")
