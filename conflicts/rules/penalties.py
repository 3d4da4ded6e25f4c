"""CF-5 … CF-7, CF-11, CF-12: what an act costs, the how manieth time it is, what may be ruled. Plain Python."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Row:
    """A penalty row; it holds from the `times`-th time on, until a row of more times follows."""

    pk: int
    punished: str
    times: int
    least: Decimal
    usual: Decimal
    most: Decimal | None
    measures: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Penalty:
    """What the rule says for this party and time; `most` None: no upper limit. Measures `instead` replace the money."""

    row: int
    times: int
    least: Decimal
    usual: Decimal
    most: Decimal | None
    measures: frozenset[str]
    instead: frozenset[str]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier violation of the same party that a ruling in force has found; `ruling` and `case` name it."""

    act: str
    on: date
    ruling: int
    case: int


def penalty(rows: Iterable[Row], *, punished: str, times: int) -> Penalty | None:
    """Return what an act costs such a party the n-th time; None: the rulebook has no penalty for it."""
    bound = [row for row in rows if row.punished == punished and row.times <= times]
    if not bound:
        return None
    row = max(bound, key=lambda one: one.times)
    because = (f"times:{times}", f"row_from:{row.times}")
    return Penalty(row.pk, times, row.least, row.usual, row.most, row.measures, row.instead, because)


def times_before(earlier: Iterable[Earlier], *, act: str, on: date, within_days: int | None) -> tuple[Earlier, ...]:
    """CF-11: return those that make this one a repeat, oldest first: the same act, not after `on`, not too long ago.

    The same act, not the same clause or class: "the second time of cross-region selling" counts cross-region selling.
    What counts is the day of the act, not of the ruling; `within_days` None: for ever.
    """
    since = date.min if within_days is None else on - timedelta(days=within_days)
    counted = [one for one in earlier if one.act == act and since <= one.on <= on]
    return tuple(sorted(counted, key=lambda one: (one.on, one.ruling)))


def objections(amount: Decimal, measures: Collection[str], penalty: Penalty, reason: str) -> tuple[str, ...]:
    """Return why this may not be ruled; none: it may. What is not the usual penalty needs a reason.

    A measure that stands instead of money leaves no money; what comes besides the money always comes.
    """
    chosen = frozenset(measures)
    replaced = chosen & penalty.instead
    wrong = {
        "both": bool(replaced) and amount > ZERO,
        "below_least": not replaced and amount < penalty.least,
        "above_most": penalty.most is not None and amount > penalty.most,
        "measure_missing": not replaced and not penalty.measures <= chosen,
        "measure_unknown": not chosen <= penalty.measures | penalty.instead,
        "reason_missing": not is_usual(amount, chosen, penalty) and not reason.strip(),
    }
    return tuple(why for why, so in wrong.items() if so)


def is_usual(amount: Decimal, measures: Collection[str], penalty: Penalty) -> bool:
    """Return whether this is the usual penalty: its amount and exactly the measures besides."""
    return amount == penalty.usual and frozenset(measures) == penalty.measures
