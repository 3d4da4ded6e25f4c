"""The opening hours of one day: several intervals, as time after local midnight; 24:00 is one day."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

Interval = tuple[timedelta, timedelta]
Hours = tuple[Interval, ...]

CLOSED: Hours = ()
ROUND_THE_CLOCK: Hours = ((timedelta(0), timedelta(days=1)),)

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


class BadCalendar(ValueError):
    """These hours cannot be a calendar; the text says which part."""


def read(pairs: Iterable[Sequence[str]]) -> Hours:
    """Read [["09:00", "12:00"], ["13:00", "24:00"]]; an empty list is a closed day."""
    pairs = [tuple(pair) for pair in pairs]
    for pair in pairs:
        if len(pair) != 2:
            raise BadCalendar(f"{pair} is not an opening and a closing time.")
    return checked("hours", tuple((_clock(start), _clock(end)) for start, end in pairs))


def checked(where: str, day: Hours) -> Hours:
    """Return the intervals in order; they may touch, but not overlap, run backwards or leave the day."""
    ordered = tuple(sorted(day))
    for start, end in ordered:
        if not timedelta(0) <= start < end <= timedelta(days=1):
            raise BadCalendar(f"{where}: {start} to {end} must end after it begins, between 0:00 and 24:00.")
    for (_, closing), (opening, _) in pairwise(ordered):
        if opening < closing:
            raise BadCalendar(f"{where}: one interval ends at {closing}, but the next begins at {opening}.")
    return ordered


def _clock(text: str) -> timedelta:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise BadCalendar(f"“{text}” is not a time of day such as 09:00 or 24:00.")
    return timedelta(hours=int(match[1]), minutes=int(match[2]))
