"""CF-10: the one place where a person takes a seat in a case, or is told why he may not."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conflicts.models import Case
from conflicts.operations import steps
from conflicts.queries import acting, standing
from conflicts.rules.seats import Sitting
from conflicts.states.case import MAY_NOT
from opsdesk.actor import Actor
from opsdesk.days import local
from opsdesk.errors import NotAllowed


class MayNot(NotAllowed):
    code, sentence = "case_may_not", _("{case}: you may not do this ({why}).")


def sat(case: Case, *, by: Actor, at: datetime) -> Sitting:
    """CF-10: return the seat that this actor takes in the case now, or refuse it with the reason."""
    found = acting.sitting_of(case, by, on=local(at).date(), overdue=steps.is_overdue(case))
    if not found.may:
        raise MayNot(case=case, why=MAY_NOT[found.because])
    return found


def must_be_official(case: Case, *, by: Actor) -> None:
    """CF-10: refuse whoever is a party, a witness, or filed the case."""
    who = standing.of(case, by)
    if not who.official:
        raise MayNot(case=case, why=MAY_NOT["party" if who.roles else "no_company"])
