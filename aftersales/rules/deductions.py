"""AS-5: from which facts a deduction is proposed; deciding on it is a person's work. Plain Python."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Late:
    """A missed deadline of an installation: who had the job, since when, and when it was done at last."""

    due_at: datetime
    accepted_at: datetime | None
    done_at: datetime | None
    frozen: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """What a kind costs a time, as a dated row."""

    id: int
    kind: str
    amount_yuan: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether these facts ask for a deduction, and why or why not."""

    propose: bool
    because: tuple[str, ...]


def late(facts: Late) -> Finding:
    """AS-5: propose it where the installer had taken the job on before its deadline and nothing stopped him."""
    if facts.accepted_at is None or facts.accepted_at >= facts.due_at:
        return Finding(False, ("not_his_in_time",))
    if facts.frozen:
        return Finding(False, ("frozen",))
    if facts.done_at is not None and facts.done_at <= facts.due_at:
        return Finding(False, ("on_time",))
    done = f"done_at:{facts.done_at.isoformat()}" if facts.done_at else "not_done"
    return Finding(True, (f"accepted_at:{facts.accepted_at.isoformat()}", f"due_at:{facts.due_at.isoformat()}", done))


def rate_of(kind: str, on: date, rows: tuple[Rate, ...]) -> Rate | None:
    """CF-12: return the row for a kind in force on the day of the fact."""
    for row in rows:
        if row.kind == kind and row.valid_from <= on and (row.valid_to is None or on < row.valid_to):
            return row
    return None
