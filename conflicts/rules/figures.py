"""CF-13: which figures each detector goes by, and which of the dated rows hold on a day. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_PAIR = ("days_before", "days_after", "whole_share", "closed_days", "same_phone", "same_name_address", "masked")
NEEDS: dict[str, tuple[str, ...]] = {
    "poached": (
        *_PAIR, "least", "masked_city", "same_model", "same_series", "close_days", "close", "cheaper_share", "cheaper",
        "told", "final", "gift", "gift_line", "other_home", "family", "other_name", "other_phone", "other_city",
        "moved", "quality", "not_shipped", "own_shops", "platform_sells", "loss_day_unknown",
    ),
    "sabotage": (
        "least", "same_phone", "same_name_address", "masked", "masked_city", "same_model", "same_series", "other_model",
        "model_unknown", "declined", "silent", "handed_over", "late", "cancelled", "failed", "installed", "final",
        "close_days", "close", "gift", "other_home", "other_city", "moved", "quality", "told_long_ago", "long_days",
    ),
    "cross_region": (
        "least", "outside", "other_city", "other_province", "anothers", "customer_inside", "above_covers", "same_city",
        "serial_elsewhere", "serial_other_partner", "serial_twice", "same_customer", "exchanged",
    ),
    "below_floor": ("least", "sold", "offered", "deep_share", "deep", "slight_share", "slight", "independent"),
    "claimed": (
        "least", "protection_days", "same_phone", "masked", "same_model", "same_series", "soon_days", "soon",
        "cheaper_share", "cheaper", "other_model", "other_name", "known_before", "also_bought_here", "own_shops",
        "platform_sells",
    ),
    "bad_installation": (
        "least", "late", "late_long", "long_hours", "complaint", "own_fault_visit", "deduction", "done_late",
        "customer_absent", "customers_time", "frozen", "deducted", "dropped",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A dated figure."""

    kind: str
    name: str
    value: Decimal
    valid_from: date
    valid_to: date | None


class Book:
    """All figures of all times, asked for by detector and day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._known: dict[tuple[str, date], dict[str, Decimal] | None] = {}
        for row in rows:
            self._rows.setdefault(row.kind, []).append(row)

    def on(self, kind: str, day: date) -> dict[str, Decimal] | None:
        """Return the figures of a detector in force on a day; None when one that it needs is missing."""
        key = (kind, day)
        if key not in self._known:
            rows = self._rows.get(kind, [])
            held = {r.name: r.value for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)}
            self._known[key] = held if held.keys() >= set(NEEDS[kind]) else None
        return self._known[key]
