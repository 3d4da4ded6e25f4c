"""CF-8, CF-9: what is said in a case is written down once, sealed."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Statement
from conflicts.states.case import StatementKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid

LONGEST = 4000


class SayMore(Invalid):
    code, sentence = "case_say_more", _("{case}: {what} is missing; write it down.")


@dataclass(frozen=True)
class Said:
    """What somebody says: as which party (`role`), or for which department (`side`)."""

    kind: StatementKind
    text: str
    role: str = ""
    side: str = ""


def say(case: Case, said: Said, *, by: Actor, at: datetime) -> None:
    """Write down what somebody says in a locked case; a part of the operation that allows it."""
    text = said.text.strip()
    if not text:
        raise SayMore(case=case, what=said.kind.label)
    Statement.objects.create(
        case=case, kind=said.kind, role=said.role, side=said.side, text=text[:LONGEST], said_by=by.name, said_at=at
    )
    audit.record(case, "case.say", by=by, at=at, kind=str(said.kind.label))
