"""AS-11: a partner's score of a month from its events, by a formula of rows. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

HUNDRED, CENT = Decimal(100), Decimal("0.01")
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Weight:
    """How a measure counts: its weight, and the values that are worth nothing and everything (in either direction)."""

    measure: str
    weight: Decimal
    zero_at: Decimal
    full_at: Decimal
    per_100: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and its value: 1 or 0 for a rate, hours for a duration, 1 for what is counted."""

    kind: str
    id: int
    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A measure of a score: its value (None: nothing happened), its points of 100, of how many events."""

    measure: str
    value: Decimal | None
    points: Decimal | None
    weight: Decimal
    events: int
    base: int


@dataclass(frozen=True, slots=True)
class Result:
    """AS-11: the score (None: nothing to measure), its lines, and by how much each event moves it."""

    value: Decimal | None
    lines: tuple[Line, ...]
    effects: Mapping[Key, Decimal]


def points_of(value: Decimal, weight: Weight) -> Decimal:
    """Return 0 to 100, straight between the value worth nothing and the value worth everything."""
    share = (value - weight.zero_at) / (weight.full_at - weight.zero_at)
    return min(max(share, Decimal(0)), Decimal(1)) * HUNDRED


def _value(total: Decimal, count: int, base: int, per_100: bool) -> Decimal | None:
    if per_100:
        return total * HUNDRED / base if base else None
    return total / count if count else None


def _total(points: Mapping[str, Decimal | None], weights: Sequence[Weight]) -> Decimal | None:
    """The weighted mean over the measures of which something is known; the others leave their weight to them."""
    known = [(points[one.measure], one.weight) for one in weights if points.get(one.measure) is not None]
    whole = sum((weight for _points, weight in known), Decimal(0))
    if not whole:
        return None
    return sum((value * weight for value, weight in known if value is not None), Decimal(0)) / whole


def score(
    weights: Sequence[Weight],
    events: Mapping[str, Sequence[Event]],
    bases: Mapping[str, int],
    excluded: frozenset[Key] = frozenset(),
) -> Result:
    """AS-11: return the score; `bases` say of how many the counted measures count; `excluded` events do not count."""
    counted = {
        one.measure: [e for e in events.get(one.measure, ()) if (one.measure, e.kind, e.id) not in excluded]
        for one in weights
    }
    sums = {measure: sum((event.value for event in rows), Decimal(0)) for measure, rows in counted.items()}
    values: dict[str, Decimal | None] = {
        one.measure: _value(sums[one.measure], len(counted[one.measure]), bases.get(one.measure, 0), one.per_100)
        for one in weights
    }
    points = {one.measure: _points(values[one.measure], one) for one in weights}
    whole, effects = _total(points, weights), {}
    for one in weights:
        for event in counted[one.measure]:
            rest = _value(
                sums[one.measure] - event.value, len(counted[one.measure]) - 1, bases.get(one.measure, 0), one.per_100
            )
            without = _total(points | {one.measure: _points(rest, one)}, weights)
            effects[(one.measure, event.kind, event.id)] = _rounded((whole or Decimal(0)) - (without or Decimal(0)))
    lines = tuple(
        Line(
            one.measure,
            None if (value := values[one.measure]) is None else _rounded(value),
            None if (got := points[one.measure]) is None else _rounded(got),
            one.weight,
            len(counted[one.measure]),
            bases.get(one.measure, 0),
        )
        for one in weights
    )
    return Result(None if whole is None else _rounded(whole), lines, effects)


def _points(value: Decimal | None, weight: Weight) -> Decimal | None:
    return None if value is None else points_of(value, weight)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
