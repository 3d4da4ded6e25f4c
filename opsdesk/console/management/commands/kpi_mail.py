from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from opsdesk.entry.command import DeskCommand
from opsdesk.kpi import mail, report
from opsdesk.notify import outbox
from opsdesk.people.models import User
from opsdesk.people.queries import actor_of


class Command(DeskCommand):
    help = "Render the managers' mail of a business day: to a file (.eml or .html), to an address, or both."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, required=True, help="business day, YYYY-MM-DD")
        parser.add_argument("--to", help="an address; a manager's own address gives his own scope")
        parser.add_argument("--save", type=Path, metavar="FILE", help="write the mail to a file (.eml, or .html alone)")

    def run(self, **options: Any) -> str:
        day, to = options["date"], options["to"]
        if not to and not options["save"]:
            raise CommandError(_("Say where it goes: --to ADDRESS, --save FILE, or both."))
        reader = User.objects.filter(email=to, is_active=True).first() if to else None
        by = actor_of(reader, door="command") if reader else self.by
        daily = report.as_told(by, day, at=self.at)
        letter = mail.letter(by, daily, to=to or "managers@localhost", key=f"kpi:{to}:{day}:{self.at:%Y%m%d%H%M%S%f}")
        said = []
        if options["save"]:
            options["save"].write_bytes(mail.as_file(letter, options["save"].suffix, at=self.at))
            said.append(_("Saved: %(file)s") % {"file": options["save"]})
        if to:
            outbox.put_many([letter], at=self.at)
            sent = sum(outbox.send(mail, at=self.at) for mail in outbox.claim(at=self.at))
            said.append(_("In the outbox for %(to)s; mails sent now: %(sent)d") % {"to": to, "sent": sent})
        return "\n".join(said)
