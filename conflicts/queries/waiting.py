"""CF-9, CF-15: which cases wait for one person: set-based, the same answer as `acting.sitting_of` case by case."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from conflicts.models import Case, Ruling, SeatRule, Signature
from conflicts.queries import acting
from conflicts.queries import sitting as queries
from conflicts.rules import seats
from conflicts.states.case import ANSWER, HANDLE, RULE, SIGN, STEPS, CaseState, RulingState
from conflicts.states.rulebook import Stage
from opsdesk.actor import Actor
from opsdesk.days import local
from opsdesk.sla.models import Timer

SEATED = (
    CaseState.FILED,
    CaseState.NEGOTIATING,
    CaseState.INVESTIGATING,
    CaseState.SIGNING,
    CaseState.APPEALED,
)
"""The states in which somebody of the company sits."""
Rows = dict[tuple[int, str, str], list[seats.SeatRow]]


def mine(by: Actor, *, at: datetime) -> list[int]:
    """Return the keys of the open cases that wait for this person: for his seat, or his answer. Some 15 queries."""
    answers = Case.objects.visible_to(by).to_answer(by).values_list("pk", flat=True) if by.may(ANSWER) else ()
    seated = _seated(by, at) if by.user_id and any(by.may(right) for right in (HANDLE, RULE, SIGN)) else []
    return sorted({*answers, *seated})


def _seated(by: Actor, at: datetime) -> list[int]:
    rows = Case.objects.visible_to(by).filter(state__in=SEATED).select_related("act", "filed_by")
    cases = list(rows.prefetch_related("parties", "rulings__act", "rulings__signatures").order_by("pk"))
    if not cases:
        return []
    on, late, tables = local(at).date(), _overdue(), _rows({case.version_id for case in cases})
    person = queries.person_of(by, on=on)
    roles = {role for found in tables.values() for row in found for role in (row.role, row.instead)}
    people = queries.people_with(roles, on=on)
    absent = queries.absent_of(person)
    found = []
    for case in cases:
        table = _table(case, tables, people, overdue=case.pk in late)
        barred = {name for name, one in absent.items() if seats.barred(one, table.case)}
        if seats.sitting(person, table, barred).may:
            found.append(case.pk)
    return found


def _overdue() -> set[int]:
    timers = Timer.objects.filter(
        subject_type=Case._meta.label_lower, missed_at__isnull=False, policy__code__in=STEPS.values()
    ).open()
    return set(timers.values_list("subject_id", flat=True))


def _rows(versions: Iterable[int]) -> Rows:
    found: Rows = defaultdict(list)
    for row in SeatRule.objects.filter(version__in=versions).order_by("seat"):
        found[row.version_id, row.clazz, row.stage].append(
            seats.SeatRow(row.pk, row.stage, row.seat, row.role, row.instead)
        )
    return found


def _table(case: Case, rows: Rows, people: list[seats.Person], *, overdue: bool) -> seats.Table:
    """The seats of a case as the rule sees them, of what has been fetched."""
    rulings = list(case.rulings.all())
    drafted = next((one for one in rulings if one.state == RulingState.DRAFTED), None)
    stage = acting.stage_in(case, drafted)
    clazz = drafted.act.clazz if drafted and drafted.act else case.act.clazz
    mine = rows.get((case.version_id, clazz, stage), [])
    if not mine and case.state == CaseState.NEGOTIATING:
        mine = rows.get((case.version_id, case.act.clazz, Stage.ACCEPT), [])
    signed = [one for ruling in rulings for one in ruling.signatures.all()]
    about = queries.concerned_in(case, list(case.parties.all()), _earlier(rulings, signed, stage))
    taken = {
        one.seat: one.signed_by
        for one in signed
        if drafted and one.ruling_id == drafted.pk and one.granted and one.text_sha256 == drafted.text_sha256
    }
    drafter = drafted.drafted_by if drafted else ""
    vacant = queries.vacant_among(people, mine, about, overdue=overdue, but=drafter)
    return seats.Table(mine, about, vacant, taken, drafter)


def _earlier(rulings: list[Ruling], signed: list[Signature], stage: str) -> frozenset[str]:
    if stage != Stage.APPEAL:
        return frozenset()
    stages = {ruling.pk: ruling.stage for ruling in rulings}
    return frozenset(one.signed_by for one in signed if stages[one.ruling_id] != Stage.APPEAL)
