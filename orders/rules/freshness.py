"""OR-2: a later state updates an order, an earlier one never overwrites a later one. Plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

RANK = {"unpaid": 0, "paid": 1, "part_shipped": 2, "shipped": 3, "signed": 4, "completed": 5, "closed": 6}


@dataclass(frozen=True, slots=True)
class Seen:
    """What decides which of two pictures of an order is the later one. `as_of` only where the source says it."""

    state: str
    as_of: datetime | None = None
    refunded_yuan: Decimal | None = None


def is_earlier(seen: Seen, stored: Seen) -> bool:
    """OR-2: say whether `seen` shows an earlier moment of the order than `stored`.

    The state decides; at the same state the stated moments; without them the money given back, which only grows.
    """
    if seen.state != stored.state:
        return RANK[seen.state] < RANK[stored.state]
    if seen.as_of and stored.as_of:
        return seen.as_of < stored.as_of
    return (seen.refunded_yuan or 0) < (stored.refunded_yuan or 0) and seen.refunded_yuan is not None


def state_from_times(known: Mapping[str, Any]) -> str:
    """Return the state that an order without a stated one has at least reached."""
    for state, field in (
        ("completed", "completed_at"),
        ("signed", "signed_at"),
        ("shipped", "shipped_at"),
        ("paid", "paid_at"),
    ):
        if known.get(field):
            return state
    return "unpaid"


def changes(seen: Mapping[str, Any], stored: Mapping[str, Any], *, earlier: bool) -> dict[str, Any]:
    """Return the fields to write: what `seen` says (None says nothing) and `stored` does not.

    An earlier picture only fills what was unknown; an absent column never blanks a stored field.
    """
    if earlier:
        return {name: value for name, value in seen.items() if value not in (None, "") and stored[name] in (None, "")}
    return {name: value for name, value in seen.items() if value is not None and value != stored[name]}
