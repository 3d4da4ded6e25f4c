"""AS-10: whether a customer may be called now. Plain Python."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opsdesk.sla.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Terms:
    """How customers are called back, in force on the day."""

    id: int
    calendar: Calendar
    most_attempts: int
    retry_after: timedelta
    early: timedelta
    late: timedelta
    taken_for: timedelta


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether one may call at this moment, why, and from when otherwise."""

    may: bool
    because: str
    next_at: datetime


def may_call(terms: Terms, at: datetime, *, appointed_at: datetime | None, next_at: datetime | None) -> Permission:
    """AS-10: the customer's own time comes first, at whatever hour; otherwise never at rest times, nor again at once.

    Before the time that the customer named nobody calls him; after it, within the hours for calls, one may still try.
    """
    if appointed_at is not None:
        if at < appointed_at - terms.early:
            return Permission(False, "before_appointment", appointed_at - terms.early)
        if at <= appointed_at + terms.late:
            return Permission(True, "appointed", at)
    if next_at is not None and at < next_at:
        return Permission(False, "called_just_now", next_at)
    if not terms.calendar.is_open(at):
        return Permission(False, "rest_time", terms.calendar.next_open(at))
    return Permission(True, "hours", at)


def again_at(terms: Terms, at: datetime) -> datetime:
    """Return when a customer who was not reached may be called again: some time later, within the hours for calls."""
    return terms.calendar.next_open(at + terms.retry_after)
