"""CF-14: an appeal: once, in time, with new evidence; decided by somebody who has not judged the case before."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case
from conflicts.operations import evidence, steps
from conflicts.operations.cases import NotParty
from conflicts.operations.evidence import Exhibit
from conflicts.operations.sitting import must_be_official, sat
from conflicts.operations.statements import Said, say
from conflicts.queries import standing
from conflicts.states.case import ANSWER, CASE, SIGN, PartyRole, StatementKind
from opsdesk.actor import Actor
from opsdesk.errors import Refused


class NothingNew(Refused):
    code, sentence = "appeal_nothing_new", _("{case}: an appeal needs new evidence; hand in what was not there before.")


@transaction.atomic
def appeal(case_id: int, *, text: str, exhibits: Sequence[Exhibit], by: Actor, at: datetime) -> Case:
    """CF-14: the accused appeals against a ruling in force, with evidence that was not there before."""
    by.need(ANSWER)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "appeal")
    if not standing.of(case, by).accused:
        raise NotParty(case=case, who=_("the accused"))
    if not exhibits:
        raise NothingNew(case=case)
    say(case, Said(StatementKind.APPEAL, text, role=PartyRole.ACCUSED), by=by, at=at)
    for exhibit in exhibits:
        evidence.keep(case, exhibit, by=by, at=at)
    return steps.step(case, "appeal", by=by, at=at, appealed_at=at)


@transaction.atomic
def uphold(case_id: int, *, reason: str, by: Actor, at: datetime) -> Case:
    """CF-14: decide that the ruling stands, with the reason; another decision is a new ruling (`rulings.rule`)."""
    by.need(SIGN)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "uphold")
    must_be_official(case, by=by)
    sat(case, by=by, at=at)
    say(case, Said(StatementKind.DECISION, reason), by=by, at=at)
    return steps.step(case, "uphold", by=by, at=at, facts={"reason": reason.strip()[:300]})
