"""CF-8 … CF-15: a case as one person may see it: for who handles it, for the parties, for the accused."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conflicts.models import Case, Evidence, Party, Ruling, Signature, Statement
from conflicts.queries import acting, papers, possible, prospects, standing
from conflicts.queries.possible import Possible
from conflicts.queries.prospects import Prospect
from conflicts.queries.standing import Standing
from conflicts.states.case import CASE, MAY_NOT, OPEN, CaseState, RulingState, Side
from conflicts.states.rulebook import Seat
from opsdesk.actor import Actor
from opsdesk.console import timeline
from opsdesk.days import local
from opsdesk.people.queries import names_of
from opsdesk.people.roles import LABELS
from opsdesk.sla import deadlines, wording
from orders.models import Order

TOLD = {
    "case.file": gettext_lazy("Case filed"),
    "case.escalate": gettext_lazy("Handed to the GM office"),
    "case.rule": gettext_lazy("A ruling was drafted; it counts when it is signed"),
    "case.object": gettext_lazy("The ruling was not signed; the GM office goes on"),
}
"""What parties read where the sentence itself tells who spoke, or what the departments say among themselves."""


@dataclass(frozen=True)
class SeatShown:
    """A seat of the present stage: whose it is, who has signed."""

    seat: str
    role: str
    signed_by: str


@dataclass(frozen=True)
class RulingShown:
    """A ruling in words, with its signatures; `text` only for who handles the case: it names who is hidden."""

    ruling: Ruling
    penalty: str
    text: str
    signatures: tuple[tuple[Signature, str, str, bool], ...] = ()


@dataclass(frozen=True)
class View:
    """All that the page shows."""

    case: Case
    who: Standing
    possible: Possible
    accused: Party
    parties: list[Party]
    waits_for: str
    seats: list[SeatShown]
    why_not: str
    prospects: list[Prospect]
    alleged: Prospect | None
    cost: str
    statements: list[tuple[Statement, str]]
    evidence: list[tuple[Evidence, str]]
    orders: list[tuple[Order, bool]]
    rulings: list[RulingShown]
    drafted: Ruling | None
    clocks: list[tuple[Any, str]]
    timeline: list[timeline.Entry]

    @property
    def offered(self) -> list[tuple[Prospect, str]]:
        """The acts that may be ruled, each with what it costs."""
        return [(one, papers.cost_of(one.penalty)) for one in self.prospects]


def view_of(case: Case, by: Actor, *, at: datetime, overdue: bool) -> View:
    """Return the case as this actor may see it at a moment."""
    who, on = standing.of(case, by), local(at).date()
    may = possible.of(case, by, who, on=on, overdue=overdue)
    accused = prospects.accused_of(case)
    knows_past = who.official or who.accused
    alleged = prospects.of(case, accused, [case.act])[0] if knows_past else None
    rulings = _rulings(case, who)
    return View(
        case=case,
        who=who,
        possible=may,
        accused=accused,
        parties=standing.parties_for(case, who),
        waits_for=_waits_for(case, accused, who, at, overdue),
        seats=_seats(case) if who.official else [],
        why_not=_why_not(case, who, may),
        prospects=prospects.of(case, accused, may.acts),
        alleged=alleged,
        cost=papers.cost_of(alleged.penalty) if alleged else "",
        statements=_named(standing.statements_for(case, who, by), who, by),
        evidence=_evidence(case, who, by),
        orders=_orders(case, who, by),
        rulings=rulings,
        drafted=next((one.ruling for one in rulings if one.ruling.state == RulingState.DRAFTED), None),
        clocks=_clocks(case) if who.official else [],
        timeline=_timeline(case, who, [one.ruling for one in rulings]),
    )


def _waits_for(case: Case, accused: Party, who: Standing, at: datetime, overdue: bool) -> str:
    """CF-9: name who must act now; the parties are told the office, not the person."""
    if case.state not in OPEN:
        return ""
    if case.state == CaseState.ANSWERING:
        return str(accused)
    if case.state == CaseState.IN_FORCE:
        return _("nobody; %(accused)s may appeal") % {"accused": accused}
    if not who.official:
        return "、".join(str(Seat(row.seat).label) for row in acting.rows_to_act(case)) or _("the company")
    people = acting.people_of(case, on=local(at).date(), overdue=overdue)
    return "、".join(map(str, people)) or _("nobody may: everybody who could is concerned; tell the administrator")


def _seats(case: Case) -> list[SeatShown]:
    taken = acting.taken_now(case)
    names = names_of(taken.values())
    return [
        SeatShown(
            str(Seat(row.seat).label),
            str(LABELS.get(row.role, row.role)),
            names.get(taken.get(row.seat, ""), taken.get(row.seat, "")),
        )
        for row in acting.rows_to_act(case)
    ]


def _why_not(case: Case, who: Standing, may: Possible) -> str:
    """CF-10: say to somebody who could be asked to act why he may not; not to whom the seat is simply not given."""
    if not who.official or case.state not in OPEN or case.state == CaseState.IN_FORCE:
        return ""
    return str(MAY_NOT.get(may.no_seat, "")) if may.no_seat not in ("", "no_role", "no_seat") else ""


def _named(rows: list[Statement], who: Standing, by: Actor) -> list[tuple[Statement, str]]:
    """Each statement with who said it: the parties read the side, not the name of a person of another side."""
    names = names_of(row.said_by for row in rows)
    return [(row, _speaker(row, names) if who.official or row.said_by == by.name else _side(row)) for row in rows]


def _speaker(row: Statement, names: dict[str, str]) -> str:
    return f"{names.get(row.said_by, row.said_by)} · {_side(row)}"


def _side(row: Statement) -> str:
    if row.role:
        return str(row.get_role_display())
    return str(Side(row.side).label) if row.side else str(Seat.OFFICE.label)


def _evidence(case: Case, who: Standing, by: Actor) -> list[tuple[Evidence, str]]:
    rows = list(standing.evidence_for(case, who, by))
    names = names_of(row.added_by for row in rows)
    own = {by.name}
    return [(row, names.get(row.added_by, row.added_by) if who.official or row.added_by in own else "") for row in rows]


def _orders(case: Case, who: Standing, by: Actor) -> list[tuple[Order, bool]]:
    """The orders of the case, each with whether this person may open it; parties are shown what they may open."""
    rows = case.orders.select_related("shop").order_by("pk")
    opens = set(Order.objects.visible_to(by).filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    may = by.may("orders.view_order")
    return [(row, may and row.pk in opens) for row in rows if who.official or row.pk in opens]


def _rulings(case: Case, who: Standing) -> list[RulingShown]:
    """CF-10: the newest first; the parties see what is, or was, in force."""
    rows = case.rulings.select_related("act__clause", "act__version__rulebook").prefetch_related("signatures")
    if not who.official:
        rows = rows.filter(state__in=(RulingState.IN_FORCE, RulingState.REPLACED))
    found: list[Ruling] = list(rows.order_by("-round"))
    names = names_of(one.signed_by for row in found for one in row.signatures.all())
    return [_ruling(row, names, who.official) for row in found]


def _ruling(row: Ruling, names: dict[str, str], official: bool) -> RulingShown:
    signatures = tuple(
        (
            one,
            names.get(one.signed_by, one.signed_by),
            str(LABELS.get(one.role, one.role)),
            one.text_sha256 == row.text_sha256,
        )
        for one in sorted(row.signatures.all(), key=lambda one: one.pk)
    )
    return RulingShown(row, papers.penalty_of(row), row.text if official else "", signatures if official else ())


def _clocks(case: Case) -> list[tuple[Any, str]]:
    timers = case.timers().select_related("policy").order_by("-pk")
    return [(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers]


def _timeline(case: Case, who: Standing, rulings: list[Ruling]) -> list[timeline.Entry]:
    """The parties read the moves of the case, without names and without what others said of them."""
    if who.official:
        return timeline.of(case, *rulings)
    moves = {"case.file", *(f"case.{move}" for move in CASE.moves)}
    return [
        replace(entry, who="", door="", changes=(), sentence=str(TOLD.get(entry.action, entry.sentence)))
        for entry in timeline.of(case)
        if entry.action in moves
    ]
