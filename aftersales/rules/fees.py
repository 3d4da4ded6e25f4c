"""AS-4: what a visit pays, and why. Plain Python.

Precedence, the first that differs decides: a row for the partner before one for all; the smaller region before the
larger; a model before a series before all; an order channel before both. Rows of the same keys never overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A rate as a dated row; None or "" means all."""

    id: int
    partner: int | None
    region: str
    product: int | None
    series: str
    channel: str
    amount_yuan: Decimal
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether it holds on this day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def rank(self) -> tuple[bool, int, int, bool]:
        """How specific it is; the greater wins."""
        model = 2 if self.product else 1 if self.series else 0
        return self.partner is not None, len(self.region), model, bool(self.channel)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be paid: who came, where, for which model, of which order channel, on which day."""

    partner: int
    region: str
    product: int | None
    series: str
    channel: str
    on: date


@dataclass(frozen=True, slots=True)
class Fee:
    """AS-4: the amount (None: no row holds) and why: the row that won, then each that lost and by what."""

    amount_yuan: Decimal | None
    row: int | None
    because: tuple[str, ...]


_BY = ("partner", "region", "model", "channel")


def fee(work: Work, rows: Sequence[FeeRow]) -> Fee:
    """AS-4: return what this work pays under the rows in force on its day; the most specific row wins."""
    matching = [row for row in rows if row.in_force(work.on) and _matches(work, row)]
    if not matching:
        return Fee(None, None, (f"no_rate:{work.on}",))
    first, *others = sorted(matching, key=lambda row: (*row.rank, row.id), reverse=True)
    won = f"rate:{first.id}:{first.valid_from}:{first.amount_yuan}"
    lost = (f"less_specific:{row.id}:{row.amount_yuan}:{_beaten_by(first, row)}" for row in others)
    return Fee(first.amount_yuan, first.id, (won, *lost))


def _matches(work: Work, row: FeeRow) -> bool:
    return (
        row.partner in (None, work.partner)
        and work.region.startswith(row.region)
        and row.product in (None, work.product)
        and row.series in ("", work.series)
        and row.channel in ("", work.channel)
    )


def _beaten_by(winner: FeeRow, loser: FeeRow) -> str:
    pairs = zip(_BY, winner.rank, loser.rank, strict=True)
    return next((name for name, ours, theirs in pairs if ours != theirs), "newer")
