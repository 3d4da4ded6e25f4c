"""PR-19: when a quota or a budget will run out, from the movements so far. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

RECENT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Move:
    """Something promised or given back (negative) at a moment."""

    at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Burn:
    """How fast it goes and until when it lasts; `runs_out_at` is None where nothing says that it will."""

    used: Decimal
    left: Decimal | None
    per_hour: Decimal
    runs_out_at: datetime | None
    because: str


def project(limit: Decimal | None, moves: Sequence[Move], *, since: datetime, at: datetime) -> Burn:
    """PR-19: project the pace of the last six hours (or of all so far, if it began later) onto what is left."""
    used = sum((move.amount for move in moves), Decimal(0))
    if limit is None:
        return Burn(used, None, Decimal(0), None, "no_limit")
    left = limit - used
    if left <= 0:
        return Burn(used, Decimal(0), Decimal(0), max((move.at for move in moves), default=at), "spent")
    start = max(since, at - RECENT)
    recent = sum((move.amount for move in moves if start < move.at <= at), Decimal(0))
    hours = Decimal(int((at - start).total_seconds())) / 3600
    if recent <= 0 or hours <= 0:
        return Burn(used, left, Decimal(0), None, "no_pace")
    pace = recent / hours
    return Burn(used, left, pace, at + timedelta(hours=float(left / pace)), "pace")
