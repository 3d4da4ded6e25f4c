"""AS-12: on which month's statement an entry stands. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """The month (its first day) on whose statement an entry stands; None: its month is not over. And why."""

    month: date | None
    because: tuple[str, ...]


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)


def end_of_due(today: date, draw_day: int) -> date:
    """AS-12: return the first month that is not drawn up yet today: last month's turn comes on `draw_day`."""
    this = month_of(today)
    return this if today.day >= draw_day else month_of(this - timedelta(days=1))


def place(booked_on: date, last_drawn: date | None, end: date) -> Place:
    """AS-12: an entry stands in the month that it counts for; if that is drawn up already, in the next open one.

    `end` is the first month that is not to be drawn up yet.
    """
    own, because = month_of(booked_on), ("own_month",)
    if last_drawn is not None and own <= last_drawn:
        own, because = next_month(last_drawn), (f"late:{booked_on:%Y-%m}",)
    return Place(own, because) if own < end else Place(None, (*because, "month_not_over"))


def due_months(starts: Iterable[tuple[date, date | None]], end: date) -> list[date]:
    """Return the months to draw up, in order, from the earliest place of these (oldest entry, last drawn)."""
    places = [month for oldest, last in starts if (month := place(oldest, last, end).month) is not None]
    if not places:
        return []
    months = [min(places)]
    while (following := next_month(months[-1])) < end:
        months.append(following)
    return months
