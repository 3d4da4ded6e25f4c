"""AS-3: when the partner that has a job will probably have done it, and so whether it will be late. Plain Python."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Working = Callable[[datetime, timedelta], datetime]
"""Which moment it is when, from a moment on, so much working time has passed (Calendar.after)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a job stands with its partner: its visit if one is planned, its place in the partner's queue (1: the next
    one, by deadline), how many the partner does a day, and how long it took on average from acceptance to the end."""

    due_at: datetime
    accepted_at: datetime
    place: int
    per_day: int
    day: timedelta
    speed: timedelta | None = None
    planned_at: datetime | None = None
    arrived: bool = False
    customers_wish: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """AS-3: when the job will probably be done, whether that is too late, and why one thinks so."""

    finish: datetime
    late: bool
    because: tuple[str, ...]


def forecast(outlook: Outlook, *, at: datetime, after: Working) -> Forecast:
    """AS-3: an installer at work finishes; an appointment ahead is believed; else queue and past speed decide.

    An appointment that the customer himself asked for is nobody's delay. One that has passed without anybody
    arriving says nothing any more.
    """
    if outlook.arrived:
        return Forecast(at, False, ("installer_there",))
    if outlook.planned_at is not None and outlook.planned_at >= at:
        late = outlook.planned_at > outlook.due_at
        why = "appointed_after_due" if late else "appointed_in_time"
        if late and outlook.customers_wish:
            return Forecast(outlook.planned_at, False, (why, "customers_wish"))
        return Forecast(outlook.planned_at, late, (why,))
    finish, because = _queued(outlook, at, after)
    if outlook.planned_at is not None:
        because = ("appointment_not_kept", *because)
    return Forecast(finish, finish > outlook.due_at, because)


def _queued(outlook: Outlook, at: datetime, after: Working) -> tuple[datetime, tuple[str, ...]]:
    """By its place in the queue at so many a day, or by the partner's past speed, whichever is later."""
    finish = after(at, outlook.day * outlook.place / outlook.per_day)
    queue = f"queue:{outlook.place}:{outlook.per_day}"
    if outlook.speed is None or outlook.accepted_at + outlook.speed <= finish:
        return finish, (queue,)
    hours = round(outlook.speed / timedelta(hours=1))
    return outlook.accepted_at + outlook.speed, (queue, f"speed:{hours}")
