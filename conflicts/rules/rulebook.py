"""CF-11, DS-12: a version of a rulebook as plain facts: what is wrong with it, how two differ. Plain Python."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from conflicts.rules.penalties import ZERO, Row

K = TypeVar("K")
V = TypeVar("V")
EMPLOYEES = frozenset({"demerit", "dismissal"})
PARTNERS = frozenset({"suspension", "revocation", "support", "campaign"})
OF_PRICES = frozenset({"support", "campaign"})
STAGES = {"accept": ("online", "offline"), "arbitrated": ("office",), "appeal": ("office",)}
"""CF-9, CF-10: for whom somebody must sit at each stage, in every class."""


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """An article in the order of the rulebook."""

    number: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ActFacts:
    """A forbidden act with its penalty rows."""

    code: str
    clazz: str
    text: str
    clause: str
    price_rule: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """Who sits where."""

    clazz: str
    stage: str
    seat: str
    role: str
    instead: str


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A whole version."""

    preamble: str
    repeat_days: int | None
    clauses: tuple[ClauseFacts, ...]
    acts: tuple[ActFacts, ...]
    seats: tuple[SeatFacts, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a version must not be proposed: the code, and where ("act" or "act:party:times" or "class:stage:seat")."""

    code: str
    where: str = ""


def faults(version: VersionFacts, reviewed: Collection[str] = ()) -> tuple[Fault, ...]:
    """Return what is wrong with a version; `reviewed` are the acts about prices whose fine a legal review allows."""
    found: list[Fault] = []
    if not version.clauses:
        found.append(Fault("no_clauses"))
    if not version.acts:
        found.append(Fault("no_acts"))
    for act in version.acts:
        found += _of_act(act, act.code in reviewed)
    found += _seats(version)
    return tuple(found)


def fines_independent(act: ActFacts) -> bool:
    """DS-12: whether an act about prices costs a reseller more than support or campaigns."""
    return act.price_rule and any(
        row.punished == "partner"
        and (row.most is None or row.most > ZERO or not (row.measures | row.instead) <= OF_PRICES)
        for row in act.rows
    )


def _of_act(act: ActFacts, reviewed: bool) -> Iterator[Fault]:
    if not act.rows:
        yield Fault("no_penalty", act.code)
    for punished in sorted({row.punished for row in act.rows}):
        if not any(row.times == 1 for row in act.rows if row.punished == punished):
            yield Fault("no_first_time", f"{act.code}:{punished}")
    for row in act.rows:
        where = f"{act.code}:{row.punished}:{row.times}"
        measures = row.measures | row.instead
        if row.most == ZERO and not measures:
            yield Fault("costs_nothing", where)
        if measures & (EMPLOYEES if row.punished == "partner" else PARTNERS):
            yield Fault("wrong_party", where)
    if fines_independent(act) and not reviewed:
        yield Fault("fines_independent", act.code)


def _seats(version: VersionFacts) -> Iterator[Fault]:
    taken = {(seat.clazz, seat.stage, seat.seat) for seat in version.seats}
    for clazz in sorted({act.clazz for act in version.acts}):
        for stage, seats in STAGES.items():
            for seat in seats:
                if (clazz, stage, seat) not in taken:
                    yield Fault("no_seat", f"{clazz}:{stage}:{seat}")
        agreed = {seat for seat in ("online", "offline") if (clazz, "agreed", seat) in taken}
        if len(agreed) == 1:  # either both departments agree, or the class is always arbitrated
            yield Fault("no_seat", f"{clazz}:agreed:{'offline' if 'online' in agreed else 'online'}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed ("same"), went ("removed") or came ("added")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """An article that came, went or changed; `was` and `now` None where there is none."""

    was: ClauseFacts | None
    now: ClauseFacts | None
    text: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ActChange:
    """An act that came, went or changed in its own words, class or clause; its rows are told apart."""

    was: ActFacts | None
    now: ActFacts | None
    text: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A penalty row that came, went or changed."""

    act: str
    was: Row | None
    now: Row | None


@dataclass(frozen=True, slots=True)
class SeatChange:
    """A seat that came, went or changed hands."""

    was: SeatFacts | None
    now: SeatFacts | None


@dataclass(frozen=True, slots=True)
class Diff:
    """How a version differs from another; `preamble` and `repeat_days` are empty where they do not."""

    preamble: tuple[Piece, ...]
    repeat_days: tuple[int | None, int | None] | None
    clauses: tuple[ClauseChange, ...]
    acts: tuple[ActChange, ...]
    rows: tuple[RowChange, ...]
    seats: tuple[SeatChange, ...]

    def __bool__(self) -> bool:
        return any((self.preamble, self.repeat_days, self.clauses, self.acts, self.rows, self.seats))


def diff(was: VersionFacts, now: VersionFacts) -> Diff:
    """Return how two versions differ. Articles are paired by title, else by number; acts by code."""
    return Diff(
        preamble=pieces(was.preamble, now.preamble) if was.preamble != now.preamble else (),
        repeat_days=(was.repeat_days, now.repeat_days) if was.repeat_days != now.repeat_days else None,
        clauses=tuple(_clauses(was.clauses, now.clauses)),
        acts=tuple(_acts(was.acts, now.acts)),
        rows=tuple(_rows(was.acts, now.acts)),
        seats=tuple(
            SeatChange(old, new)
            for old, new in _paired(
                {(one.clazz, one.stage, one.seat): one for one in was.seats},
                {(one.clazz, one.stage, one.seat): one for one in now.seats},
            )
        ),
    )


def pieces(was: str, now: str) -> tuple[Piece, ...]:
    """Return a text with what went and what came, stretch by stretch."""
    found: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", was[i:j]))
            continue
        found += [Piece("removed", was[i:j])] if j > i else []
        found += [Piece("added", now[k:m])] if m > k else []
    return tuple(found)


def _paired(was: Mapping[K, V], now: Mapping[K, V]) -> list[tuple[V | None, V | None]]:
    """The pairs that differ: in the order of now, then what went."""
    came = [(was.get(key), value) for key, value in now.items() if was.get(key) != value]
    return [*came, *((value, None) for key, value in was.items() if key not in now)]


def _clauses(was: Sequence[ClauseFacts], now: Sequence[ClauseFacts]) -> Iterator[ClauseChange]:
    old_titles, new_titles = Counter(one.title for one in was), Counter(one.title for one in now)
    titles = {title for title, n in old_titles.items() if n == new_titles[title] == 1}

    def key(one: ClauseFacts) -> str:
        return one.title if one.title in titles else f"#{one.number}"

    for old, new in _paired({key(one): one for one in was}, {key(one): one for one in now}):
        yield ClauseChange(old, new, pieces(old.text if old else "", new.text if new else ""))


def _acts(was: Iterable[ActFacts], now: Iterable[ActFacts]) -> Iterator[ActChange]:
    before, after = {act.code: act for act in was}, {act.code: act for act in now}
    for old, new in _paired(before, after):
        if old is None or new is None or _own(old) != _own(new):
            yield ActChange(old, new, pieces(old.text if old else "", new.text if new else ""))


def _own(act: ActFacts) -> tuple[object, ...]:
    return act.clazz, act.text, act.clause, act.price_rule


def _rows(was: Iterable[ActFacts], now: Iterable[ActFacts]) -> Iterator[RowChange]:
    before, after = _all_rows(was), _all_rows(now)
    keys = [*after, *(key for key in before if key not in after)]
    for key in keys:
        old, new = before.get(key), after.get(key)
        if old is None or new is None or figures(old) != figures(new):
            yield RowChange(key[0], old, new)


def _all_rows(acts: Iterable[ActFacts]) -> dict[tuple[str, str, int], Row]:
    return {(act.code, row.punished, row.times): row for act in acts for row in act.rows}


def figures(row: Row) -> tuple[object, ...]:
    """Return what a row says, without which row it is."""
    return row.least, row.usual, row.most, row.measures, row.instead
