"""CF-9, CF-15: who must act in a case now."""

from collections.abc import Sequence
from datetime import date

from conflicts.models import Case, Ruling
from conflicts.queries import sitting as queries
from conflicts.rules import seats
from conflicts.states.case import RULE, CaseState, PartyRole, RulingState, Side
from conflicts.states.rulebook import Stage
from opsdesk.actor import Actor
from opsdesk.approvals.queries import roles_of
from opsdesk.people.models import User

STAGES = {
    CaseState.FILED: Stage.ACCEPT,
    CaseState.NEGOTIATING: Stage.AGREED,
    CaseState.INVESTIGATING: Stage.ARBITRATED,
    CaseState.APPEALED: Stage.APPEAL,
}


def stage_of(case: Case) -> str:
    """Return in which stage seats are taken now, "" where none are."""
    drafted = case.rulings.get(state=RulingState.DRAFTED) if case.state == CaseState.SIGNING else None
    return stage_in(case, drafted)


def stage_in(case: Case, drafted: Ruling | None) -> str:
    """Return the stage of a case with this drafted ruling, if one is to be signed."""
    if drafted is not None:
        return drafted.stage
    return STAGES.get(CaseState(case.state), "")


def clazz_of(case: Case) -> str:
    """Return the class whose seats count now: that of the act found once a ruling is drafted, else of the alleged."""
    drafted = case.rulings.select_related("act").filter(state=RulingState.DRAFTED).first()
    return drafted.act.clazz if drafted and drafted.act else case.act.clazz


def rows_now(case: Case) -> list[seats.SeatRow]:
    """Return the seats of the present stage; a class without seats of agreement is ruled by the GM office (CF-10)."""
    stage = stage_of(case)
    return queries.rows_of(case, stage, clazz=clazz_of(case)) if stage else []


def rows_to_act(case: Case) -> list[seats.SeatRow]:
    """Return the seats whose holders have to act; if nothing can be agreed on, heads hand the case on (CF-10)."""
    rows = rows_now(case)
    if not rows and case.state == CaseState.NEGOTIATING:
        return queries.rows_of(case, Stage.ACCEPT, clazz=case.act.clazz)
    return rows


def taken_now(case: Case) -> dict[str, str]:
    """Return which seats have signed the text as it stands, by whom. Two queries."""
    drafted = case.rulings.filter(state=RulingState.DRAFTED).first()
    if drafted is None:
        return {}
    signed = drafted.signatures.filter(text_sha256=drafted.text_sha256, granted=True)
    return dict(signed.values_list("seat", "signed_by"))


def sitting_of(case: Case, by: Actor, *, on: date, overdue: bool) -> seats.Sitting:
    """CF-10: return the seat that this actor may take in the case now, or why none."""
    if by.user_id is None:
        return seats.Sitting(False, because="no_person")
    stage, rows, drafted = stage_of(case), rows_now(case), drafter_of(case)
    person, about = queries.person_of(by, on=on), queries.concerned(case, stage=stage)
    vacant = queries.vacant(rows, about, overdue=overdue, on=on, but=drafted)
    table = seats.Table(rows, about, vacant, taken_now(case), drafted)
    return seats.sitting(person, table, queries.absent_barred(person, about))


def drafter_of(case: Case) -> str:
    """Return who drafted the ruling that is to be signed, "" if none is. One query."""
    return case.rulings.filter(state=RulingState.DRAFTED).values_list("drafted_by", flat=True).first() or ""


def drafting_of(case: Case, rows: Sequence[seats.SeatRow], by: Actor, *, on: date, overdue: bool) -> seats.Sitting:
    """CF-9, CF-10: return whether this actor may draft a ruling that these seats will sign.

    What both departments agree on one of their heads drafts; the rest whoever may rule and is not concerned.
    """
    if by.user_id is None:
        return seats.Sitting(False, because="no_person")
    person, about = queries.person_of(by, on=on), queries.concerned(case)
    if any(row.stage == Stage.AGREED for row in rows):
        table = seats.Table(rows, about, queries.vacant(rows, about, overdue=overdue, on=on))
        return seats.sitting(person, table, queries.absent_barred(person, about))
    why = seats.barred(person, about) or ("" if by.may(RULE) else "no_role")
    return seats.Sitting(not why, because=why)


def people_of(case: Case, *, on: date, overdue: bool) -> list[User]:
    """Return the active people who must act now: the accused, or who sits in a seat that is not taken."""
    if case.state in (CaseState.ANSWERING, CaseState.IN_FORCE):
        accused = case.parties.filter(role=PartyRole.ACCUSED)
        return list(User.objects.filter(pk__in=accused.values("employee_id"), is_active=True))
    taken = taken_now(case)
    rows = [row for row in rows_to_act(case) if row.seat not in taken]
    about = queries.concerned(case, stage=stage_of(case))
    drafted = drafter_of(case)
    vacant = queries.vacant(rows, about, overdue=overdue, on=on, but=drafted)
    roles = {row.role for row in rows} | {row.instead for row in rows if row.role in vacant}
    people = queries.people_with(roles, on=on)
    alone = drafted if all(row.stage != Stage.AGREED for row in rows) else ""
    able = [one.user for one in people if not seats.barred(one, about) and one.name != alone]
    return list(User.objects.filter(pk__in=able).order_by("pk"))


def office() -> list[User]:
    """Return the active people of the GM office and general managers, asked about a case that has nobody else."""
    users = User.objects.filter(groups__name__in=("gm_office", "general_manager"), is_active=True)
    return list(users.distinct().order_by("pk"))


def side_spoken_for(case: Case, by: Actor, *, on: date) -> str:
    """CF-9: return the department whose head this actor is under the case's rulebook, "" if of none. Three queries."""
    roles = roles_of(by, on=on)
    rows = queries.rows_of(case, Stage.ACCEPT, clazz=case.act.clazz)
    held = set().union(*roles.values())
    return next((row.seat for row in rows if row.role in held and row.seat in Side.values), "")


def party_spoken_for(case: Case, by: Actor, *, on: date) -> str:
    """CF-4, CF-9: return the party whose department's head this actor is; who heads both sides speaks for none."""
    side = side_spoken_for(case, by, on=on)
    parties = case.parties.filter(role__in=(PartyRole.ACCUSED, PartyRole.FILER))
    mine = [party.role for party in parties if side and party.side == side]
    return mine[0] if len(mine) == 1 else ""
