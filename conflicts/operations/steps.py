"""CF-15: every step of a case has its clock; what nobody does in time goes on by itself, or to who may act instead."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from conflicts.models import Case
from conflicts.operations.telling import tell_accused
from conflicts.queries import acting
from conflicts.states.case import CASE, STEPS, CaseState
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.notify import outbox
from opsdesk.sla import timers
from opsdesk.sla.models import Timer

SUBJECT, MOST = "conflicts.case", 500


def step(
    case: Case, action: str, *, by: Actor, at: datetime, facts: dict[str, Any] | None = None, **changes: Any
) -> Case:
    """Move a case: the clock of its old state is met, that of the new one starts; the accused is told."""
    CASE.check(case, action)
    if case.state in STEPS:
        timers.meet_many(STEPS[case.state], SUBJECT, [case.pk], by=by, at=at)
    CASE.move(case, action, by=by, at=at, facts=facts, **changes)
    if case.state in STEPS:
        start(case, by=by, at=at)
    else:
        case.due_at, case.closed_at = None, at
    case.urged_at = None
    case.save(update_fields=["due_at", "closed_at", "urged_at"])
    tell_accused(case, at=at)
    return case


def start(case: Case, *, by: Actor, at: datetime) -> None:
    """Start the clock of the state that a case is in; each time round has a clock of its own. Not saved here."""
    policy = STEPS[case.state]
    round = Timer.objects.of(SUBJECT, [case.pk], policy).count() + 1
    [clock] = timers.start_many(policy, SUBJECT, [(case.pk, at)], by=by, at=at, round=round)
    case.due_at = clock.due_at


def is_overdue(case: Case) -> bool:
    """CF-15: say whether the present step has run out, so that who sits instead may act."""
    return case.state in STEPS and _missed().filter(subject_id=case.pk, policy__code=STEPS[case.state]).exists()


def _missed() -> QuerySet[Timer]:
    return Timer.objects.filter(subject_type=SUBJECT, missed_at__isnull=False).open()


def _silent(case: Case, *, by: Actor, at: datetime) -> None:
    step(case, "be_silent", by=by, at=at)


def _to_the_office(case: Case, *, by: Actor, at: datetime) -> None:
    step(case, "escalate", by=by, at=at, facts={"reason": _("the departments came to no agreement in time")})


def _over(case: Case, *, by: Actor, at: datetime) -> None:
    step(case, "finish", by=by, at=at)


RUN_OUT: dict[str, Callable[..., None]] = {
    CaseState.ANSWERING: _silent,
    CaseState.NEGOTIATING: _to_the_office,
    CaseState.IN_FORCE: _over,
}
"""What follows when nobody acted in time; in all other states whoever sits instead is asked by mail."""


def _overdue() -> Any:
    missed = _missed().filter(subject_id=OuterRef("pk"), policy__code__in=STEPS.values())
    return Case.objects.open().filter(Exists(missed)).order_by("pk")


def due_to_go_on() -> list[int]:
    """CF-15: return the cases whose step has run out, so that they go on by themselves."""
    return list(_overdue().filter(state__in=RUN_OUT).values_list("pk", flat=True)[:MOST])


@transaction.atomic
def go_on(pk: int, *, by: Actor, at: datetime) -> Case:
    """CF-15: let a case go on whose step has run out; left as it is if somebody acted while we waited for it."""
    case: Case = Case.objects.for_change(pk)
    if case.state in RUN_OUT and is_overdue(case):
        RUN_OUT[case.state](case, by=by, at=at)
    return case


@transaction.atomic
def urge_all_due(*, by: Actor, at: datetime) -> int:
    """CF-15: ask by mail whoever may act, or sits instead, in cases that sleep; once a step. Return how many cases.

    A case for which nobody can be asked is tried again, until an administrator has named somebody.
    """
    cases = _overdue().exclude(state__in=RUN_OUT).filter(urged_at=None).free_for_change(MOST)
    letters = {case.pk: _letters(case, at) for case in cases}
    asked = [case for case in cases if letters[case.pk]]
    for case in asked:
        case.urged_at = at
    Case.objects.bulk_update(asked, ["urged_at"])
    audit.record_many([(case, {}) for case in asked], "case.urge", by=by, at=at)
    outbox.put_many([letter for case in asked for letter in letters[case.pk]], at=at)
    return len(asked)


def _letters(case: Case, at: datetime) -> list[outbox.Letter]:
    link = f"{settings.SITE_URL}{reverse('case', args=[case.pk])}"
    context = {"case": case, "link": link}
    return [
        outbox.Letter(
            key=f"case:{case.pk}:{case.state}:{case.due_at:%Y%m%d%H%M}:{person.pk}",
            to=person.email,
            subject=_("Case %(case)s waits for you: %(state)s") % {"case": case, "state": case.get_state_display()},
            text=render_to_string("conflicts/urge.txt", context),
            html=render_to_string("conflicts/urge.html", context),
        )
        for person in acting.people_of(case, on=local(at).date(), overdue=True) or acting.office()
        if person.email
    ]
