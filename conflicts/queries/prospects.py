"""CF-11: what an act may cost the accused of a case, and the how manieth time it would be."""

from collections.abc import Iterable
from dataclasses import dataclass

from conflicts.models import Act, Case, Party, Ruling
from conflicts.queries import rulebooks
from conflicts.rules.penalties import Penalty, penalty
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Punished


@dataclass(frozen=True)
class Prospect:
    """An act with its penalty for the accused (None: not punished); `earlier` are the rulings that make it a repeat."""

    act: Act
    times: int
    penalty: Penalty | None
    earlier: tuple[Ruling, ...] = ()


def accused_of(case: Case) -> Party:
    """Return the accused with who he is. One query."""
    found: Party = case.parties.select_related("shop", "partner", "employee").get(role=PartyRole.ACCUSED)
    return found


def of(case: Case, accused: Party, acts: Iterable[Act]) -> list[Prospect]:
    """Return what each act would cost this accused; while no employee of our shop is named, the first time's."""
    who = accused.employee or accused.partner
    punished = Punished.PARTNER if accused.partner and not accused.employee else Punished.EMPLOYEE
    return [_prospect(case, who, punished, act) for act in acts]


def _prospect(case: Case, who: object, punished: str, act: Act) -> Prospect:
    before = rulebooks.earlier(act, who, on=case.acted_on, without=case.pk) if who else ()  # type: ignore[arg-type]
    rulings = Ruling.objects.select_related("case", "act__clause", "act__version__rulebook")
    found = tuple(rulings.filter(pk__in=[one.ruling for one in before]).order_by("case__acted_on", "pk"))
    rows = map(rulebooks.row_of, act.penalties.all())
    return Prospect(act, len(before) + 1, penalty(rows, punished=punished, times=len(before) + 1), found)
