"""CF-11: versions of rulebooks compared: with each other, and with what was ruled under another one. Read only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conflicts.models import Act, RulebookVersion, Ruling
from conflicts.queries.rulebooks import row_of
from conflicts.rules import penalties, rulebook
from conflicts.rules.penalties import Earlier, Penalty
from conflicts.rules.rulebook import ActFacts, ClauseFacts, Diff, SeatFacts, VersionFacts
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Punished
from promotions.models import LegalReview


def facts_of(version: RulebookVersion) -> VersionFacts:
    """Return a whole version as the pure functions see it. Four queries."""
    clauses = version.clauses.order_by("position", "pk")
    acts = version.acts.select_related("clause").prefetch_related("penalties").order_by("pk")
    return VersionFacts(
        preamble=version.preamble,
        repeat_days=version.repeat_days,
        clauses=tuple(ClauseFacts(one.number, one.title, one.text) for one in clauses),
        acts=tuple(_act(act) for act in acts),
        seats=tuple(
            SeatFacts(one.clazz, one.stage, one.seat, one.role, one.instead) for one in version.seats.order_by("pk")
        ),
    )


def _act(act: Act) -> ActFacts:
    rows = sorted(act.penalties.all(), key=lambda row: (row.punished, row.times))
    return ActFacts(act.code, act.clazz, act.text, act.clause.number, act.price_rule, tuple(map(row_of, rows)))


def diff_of(was: RulebookVersion | None, now: RulebookVersion) -> Diff:
    """Return how a version differs from another; from nothing: all of it is new."""
    return rulebook.diff(facts_of(was) if was else VersionFacts("", None, (), (), ()), facts_of(now))


def review_code(version: RulebookVersion, act: str) -> str:
    """DS-12: return under which code a legal review of an act of this version is recorded."""
    return f"{version.rulebook.code[:24]}-v{version.number}-{act}"


def reviewed_acts(version: RulebookVersion) -> frozenset[str]:
    """DS-12: return the acts about prices whose fine the newest legal review since the last change allows."""
    codes = {
        review_code(version, act): act for act in version.acts.filter(price_rule=True).values_list("code", flat=True)
    }
    reviews = LegalReview.objects.filter(rule_code__in=codes)
    if version.edited_at:
        reviews = reviews.filter(reviewed_at__gte=version.edited_at)
    newest = dict(reviews.order_by("reviewed_at", "pk").values_list("rule_code", "allows_fine"))
    return frozenset(codes[code] for code, allows in newest.items() if allows)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an act is under a version: its class, the how manieth time, what it costs; None: nothing for this party."""

    clazz: str
    times: int
    penalty: Penalty | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A ruling in force that would be judged otherwise; `now` None: the version forbids the act no more.

    `objections`: why what was ruled could not be ruled so under it.
    """

    case: int
    ruling: int
    act: str
    acted_on: date
    accused: str
    amount_yuan: Decimal
    measures: tuple[str, ...]
    was: Judged
    now: Judged | None
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """Which of the rulings in force would be judged otherwise, of how many that were looked at."""

    looked: int
    changed: tuple[Changed, ...]


def would_change(version: RulebookVersion) -> Consequences:
    """CF-11: return which past rulings would differ if this version were in force on the day of their acts.

    Nothing is changed: a case is always judged under its own version. Four queries.
    """
    acts = {act.code: act for act in version.acts.prefetch_related("penalties")}
    rulings = _rulings(version)
    past = _past(rulings)
    found = []
    for row in rulings:
        now = _under(acts.get(row["act__code"]), row, past, version.repeat_days)
        was = _as_ruled(row)
        if now is None or _says(was) != _says(now):
            found.append(_changed(row, was, now))
    return Consequences(len(rulings), tuple(found))


_PARTNER, _EMPLOYEE = "case__parties__partner", "case__parties__employee"
_FIELDS = (
    "pk", "case", "case__acted_on", "act__code", "act__clazz", "times", "amount_yuan", "measures", "unusual",
    "drafted_at", "in_force_at",
    "row", "row__least_yuan", "row__usual_yuan", "row__most_yuan", "row__measures", "row__instead",
    _PARTNER, f"{_PARTNER}__name", _EMPLOYEE, f"{_EMPLOYEE}__full_name",
)  # fmt: skip


def _rulings(version: RulebookVersion) -> list[dict[str, Any]]:
    rows = Ruling.objects.in_force().filter(
        act__version__rulebook=version.rulebook_id, case__parties__role=PartyRole.ACCUSED
    )
    return list(rows.order_by("case__acted_on", "pk").values(*_FIELDS))


_Key = tuple[str, int]
_Past = Mapping[_Key, list[tuple[datetime, Earlier]]]


def _who(row: Mapping[str, Any]) -> _Key:
    return (Punished.PARTNER, row[_PARTNER]) if row[_PARTNER] else (Punished.EMPLOYEE, row[_EMPLOYEE])


def _past(rows: Iterable[Mapping[str, Any]]) -> _Past:
    past: defaultdict[_Key, list[tuple[datetime, Earlier]]] = defaultdict(list)
    for row in rows:
        one = Earlier(row["act__code"], row["case__acted_on"], row["pk"], row["case"])
        past[_who(row)].append((row["in_force_at"], one))
    return past


def _under(act: Act | None, row: Mapping[str, Any], past: _Past, days: int | None) -> Judged | None:
    """How a ruling's act would be judged; what was not ruled yet when it was drafted did not make it a repeat."""
    if act is None:
        return None
    who = _who(row)
    known = [one for since, one in past[who] if since <= row["drafted_at"] and one.case != row["case"]]
    times = 1 + len(penalties.times_before(known, act=act.code, on=row["case__acted_on"], within_days=days))
    found = penalties.penalty(map(row_of, act.penalties.all()), punished=who[0], times=times)
    return Judged(act.clazz, times, found)


def _as_ruled(row: Mapping[str, Any]) -> Judged:
    """What the row that was ruled under says."""
    said = Penalty(
        row=row["row"],
        times=row["times"],
        least=row["row__least_yuan"],
        usual=row["row__usual_yuan"],
        most=row["row__most_yuan"],
        measures=frozenset(row["row__measures"]),
        instead=frozenset(row["row__instead"]),
        because=(),
    )
    return Judged(row["act__clazz"], row["times"], said)


def _says(judged: Judged) -> tuple[Any, ...]:
    one = judged.penalty
    return judged.clazz, one and (one.least, one.usual, one.most, one.measures, one.instead)


def _changed(row: Mapping[str, Any], was: Judged, now: Judged | None) -> Changed:
    wrong: tuple[str, ...] = ()
    if now and now.penalty:
        found = penalties.objections(row["amount_yuan"], row["measures"], now.penalty, row["unusual"])
        wrong = tuple(why for why in found if why != "reason_missing")  # what was usual then needed none
    return Changed(
        case=row["case"],
        ruling=row["pk"],
        act=row["act__code"],
        acted_on=row["case__acted_on"],
        accused=row[f"{_PARTNER}__name"] or row[f"{_EMPLOYEE}__full_name"] or "–",
        amount_yuan=row["amount_yuan"],
        measures=tuple(row["measures"]),
        was=was,
        now=now,
        objections=wrong,
    )
