"""CF-4, CF-8 … CF-10, CF-14: what somebody may do in a case now; pages and API show that and nothing else."""

from dataclasses import dataclass
from datetime import date

from conflicts.models import Act, Case
from conflicts.queries import acting, sitting
from conflicts.queries.standing import Standing
from conflicts.states.case import (
    ANSWER,
    CASE,
    EXPORT,
    FILE,
    HANDLE,
    IN_DEBATE,
    OPEN,
    RULE,
    SHOW_WITNESS,
    SIGN,
    SPEAK,
    CaseState,
    PartyRole,
    StatementKind,
)
from opsdesk.actor import Actor

BY_SEAT = {"accept": HANDLE, "reject": HANDLE, "sign": SIGN, "object": SIGN, "uphold": SIGN}
"""Moves of whoever sits in the present stage, with the right that each needs."""


@dataclass(frozen=True)
class Possible:
    """What somebody may do: the names of the actions, the acts by which he may rule, why he has no seat ("" he has)."""

    actions: frozenset[str]
    acts: tuple[Act, ...] = ()
    no_seat: str = ""


def of(case: Case, by: Actor, who: Standing, *, on: date, overdue: bool) -> Possible:
    """Return what this actor may do in the case now."""
    machine = frozenset(CASE.allowed(case)) | ({"sign"} if case.state == CaseState.SIGNING else set())
    found = _as_party(who, by, machine)
    if may_prove(case, who, by):
        found |= {"add_evidence"}
    if not who.official:
        return Possible(frozenset(found | _witness(case, who.filer)))
    seat = acting.sitting_of(case, by, on=on, overdue=overdue)
    if seat.may:
        found |= {action for action, right in BY_SEAT.items() if action in machine and by.may(right)}
    acts = draftable(case, by, on=on, overdue=overdue)
    if acts:
        found |= {"redraft" if case.state == CaseState.SIGNING else "rule"}
    found |= _as_official(case, by, machine, on=on) | _witness(case, by.may(HANDLE) or by.may(RULE))
    return Possible(frozenset(found), acts, "" if seat.may else seat.because)


def may_prove(case: Case, who: Standing, by: Actor) -> bool:
    """CF-8: say whether this actor may hand in evidence now."""
    if case.state not in OPEN or case.state == CaseState.IN_FORCE:
        return False
    return who.official or (bool(who.roles) and case.state != CaseState.SIGNING)


def draftable(case: Case, by: Actor, *, on: date, overdue: bool) -> tuple[Act, ...]:
    """CF-10: return the acts of the case's version by which this actor may rule it now, in the rulebook's order."""
    if not ({"rule", "enforce"} & set(CASE.allowed(case))) or not (by.may(RULE) or by.may(SPEAK)):
        return ()
    stage, free = acting.stage_of(case), set()
    if not sitting.rows_of(case, stage, clazz=case.act.clazz):
        return ()
    for clazz in sorted(set(case.version.acts.values_list("clazz", flat=True))):
        rows = sitting.rows_of(case, stage, clazz=clazz)
        if rows and acting.drafting_of(case, rows, by, on=on, overdue=overdue).may:
            free.add(clazz)
    acts = case.version.acts.filter(clazz__in=free).select_related("clause", "version__rulebook")
    return tuple(acts.prefetch_related("penalties").order_by("pk"))


def both_agreed(case: Case) -> bool:
    """CF-4: say whether both parties, or their heads for them, have agreed to settle."""
    agreed = case.statements.filter(kind=StatementKind.SETTLEMENT).values_list("role", flat=True)
    return {PartyRole.ACCUSED, PartyRole.FILER} <= set(agreed)


def _as_party(who: Standing, by: Actor, machine: frozenset[str]) -> set[str]:
    found: set[str] = set()
    if who.accused and by.may(ANSWER):
        found |= machine & {"answer", "appeal"} | ({"agree"} if "settle" in machine else set())
    if who.filer and by.may(FILE):
        found |= machine & {"withdraw"} | ({"agree"} if "settle" in machine else set())
    return found


def _as_official(case: Case, by: Actor, machine: frozenset[str], *, on: date) -> set[str]:
    found: set[str] = set()
    if by.may(HANDLE):
        found |= machine & {"escalate"} | (machine & {"settle"} if both_agreed(case) else set())
    if case.state in IN_DEBATE and (by.may(RULE) or by.may(SPEAK)):
        found |= {"speak"}
    if "settle" in machine and by.may(SPEAK) and acting.party_spoken_for(case, by, on=on):
        found |= {"agree"}
    return found | ({"take_out"} if by.may(EXPORT) else set())


def _witness(case: Case, may: bool) -> set[str]:
    """Witnesses are named before a ruling is drafted: who has signed it must not become one."""
    return {"add_witness"} if may and case.state in NAMES_WITNESSES else set()


NAMES_WITNESSES = (
    CaseState.FILED,
    CaseState.ANSWERING,
    CaseState.NEGOTIATING,
    CaseState.INVESTIGATING,
    CaseState.APPEALED,
)


def may_show_witness(who: Standing, by: Actor) -> bool:
    """AU-2: say whether this actor may see the data of witnesses."""
    return who.official and by.may(SHOW_WITNESS)
