"""When customers buy: brand days, festivals, weekends, hours; the company grows over the year."""

from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from opsdesk.days import midnight
from opsdesk.sla import workdays
from opsdesk.sla.calendar import DayKind

BRAND_DAYS = (9, 10, 11)
_BRAND, _GROWTH, _WEEKEND = 10.5, 0.5, 1.2
_FESTIVALS = {(9, 9): 1.5, (11, 11): 2.2, (11, 10): 1.2, (12, 12): 8.0, (12, 11): 1.2, (6, 18): 5.0}
_HOLIDAYS = {"春节": 0.25, "国庆节": 1.7}
_BEFORE_SPRING, _HURRY = timedelta(days=6), 0.5
_HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 11, 9, 9, 10, 10, 9, 8, 8, 11, 15, 16, 13, 7)


def pull(day: date, *, first: date, last: date) -> float:
    """Return how strongly a day draws orders, an ordinary one at the beginning being 1."""
    found = 1 + _GROWTH * (day - first).days / max((last - first).days, 1)
    found *= _BRAND if day.day in BRAND_DAYS else 1
    found *= _FESTIVALS.get((day.month, day.day), 1)
    found *= _WEEKEND if day.weekday() >= 5 else 1
    return found * _quiet(day)


def _quiet(day: date) -> float:
    holidays = _holidays()
    for name, factor in _HOLIDAYS.items():
        if name in holidays.get(day, ""):
            return factor
    return _HURRY if "春节" in holidays.get(day + _BEFORE_SPRING, "") else 1


@cache
def _holidays() -> dict[date, str]:
    return {row.on: row.name for row in workdays.announced() if row.kind == DayKind.HOLIDAY}


def moment_of(rng: Random, day: date) -> datetime:
    """Return a moment of a day: late morning and evening are busy."""
    [hour] = rng.choices(range(24), _HOURS)
    return midnight(day) + timedelta(hours=hour, seconds=rng.randrange(3600))


def moments(rng: Random, *, start: datetime, end: datetime, count: int) -> list[datetime]:
    """Return about `count` moments between start and end, in order; today's share ends now."""
    first, last = start.date(), end.date()
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    chosen = rng.choices(days, [pull(day, first=first, last=last) for day in days], k=count)
    found = sorted(moment_of(rng, day) for day in chosen)
    return [moment for moment in found if start <= moment < end]
