"""AS-1: whether what a brand day sells can be installed in time afterwards. Plain Python.

What is sold is spread evenly over the days of selling, arrives some days later, and is to be installed on the days
after its arrival, as many of them as AS-1 allows. Each day takes what is due first, after what an ordinary day brings.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """A region: its part of all installations, what can be done there by day, and what an ordinary day brings there."""

    name: str
    share: Decimal
    days: Mapping[date, int | None]
    usual: int


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the field can do: by day (None: nobody knows), by how many installers, how many others are not known;
    what an ordinary working day brings; how many days an installation may take; and the same by region.
    `days` covers all of a peak."""

    days: Mapping[date, int | None]
    known: int
    unknown: int
    usual: int
    within: int | None
    regions: tuple[RegionFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Peak:
    """The days after a brand day: the most that arrives on a day and the ordinary ones with it, what a working day can
    do, the first day on which something is late (None: none), how much will be late, and what is left at the end."""

    planned: int
    can: int
    overflows_on: date | None
    late: int
    left: int


def days_of(starts_on: date, days: int, delivery: int, after: int) -> tuple[date, ...]:
    """Return the days that a peak lasts: from the first arrival until so many days after the last one."""
    first = starts_on + delivery * _DAY
    return tuple(first + place * _DAY for place in range(days + after))


def unknown_days(field: FieldFacts) -> tuple[date, ...]:
    """Return the days of which nobody has entered what can be done."""
    return tuple(day for day, jobs in sorted(field.days.items()) if jobs is None)


def short_regions(pieces: int, selling: int, field: FieldFacts) -> list[tuple[RegionFacts, Peak]]:
    """AS-1: return the regions in which their part of the pieces will be late, the worst first.

    Where the capacity of some installers is not known, no region is called short: it may be theirs.
    """
    if field.unknown:
        return []
    found = [
        (one, peak(ceil(pieces * one.share), selling, replace(field, days=one.days, usual=one.usual)))
        for one in field.regions
    ]
    return sorted((pair for pair in found if pair[1].overflows_on), key=lambda pair: (-pair[1].late, pair[0].name))


def peak(pieces: int, selling: int, field: FieldFacts) -> Peak:
    """AS-1: return what becomes of these pieces; every day of `field` is known, and so is the time allowed."""
    within, waiting = field.within or 0, deque[list[int]]()
    order = sorted(field.days)
    each, rest = divmod(pieces, selling)
    overflows_on, late = None, 0
    for place, day in enumerate(order):
        room = max(0, (field.days[day] or 0) - field.usual)
        while room and waiting:
            taken = min(room, waiting[0][1])
            room -= taken
            waiting[0][1] -= taken
            if not waiting[0][1]:
                waiting.popleft()
        missed = sum(count for due, count in waiting if due == place)
        if missed and overflows_on is None:
            overflows_on = day
        late += missed
        if place < selling and (arrived := each + (place < rest)):
            waiting.append([place + within, arrived])
    can = max((jobs or 0 for jobs in field.days.values()), default=0)
    left = sum(count for _due, count in waiting)
    return Peak(each + bool(rest) + field.usual, can, overflows_on, late, left)
