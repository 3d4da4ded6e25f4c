"""The working calendar: an immutable value that knows when a place is open, and counts working time along it.

The conventions, each with its reason, stand in docs/adr/0005-deadline-conventions.md.
Inside, every moment is UTC: Python compares and subtracts two times of one zone by their wall clocks, which is wrong
across a change of the clocks. What is handed out is in the calendar's zone.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

# from and to as time after local midnight; 24:00 is one day
Interval = tuple[timedelta, timedelta]
Hours = tuple[Interval, ...]
Span = tuple[datetime, datetime]

_NOTHING = timedelta(0)
_DAY = timedelta(days=1)
_TICK = timedelta.resolution
_INTERVAL = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)")


class BadCalendar(ValueError):
    """These hours cannot be a calendar; the text says which part."""


class BadMoment(ValueError):
    """A time without a zone, or a negative amount of working time."""


class DayKind(StrEnum):
    """Why a date has the hours it has."""

    WORKING = "working"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    SPECIAL = "special"


def hours(count: float) -> timedelta:
    """Return that many hours of working time."""
    return timedelta(hours=count)


def intervals(text: str) -> Hours:
    """Read "09:00-12:00 13:00-24:00"; an empty text is a closed day."""
    found = [[int(part) for part in match.groups()] for match in _INTERVAL.finditer(text)]
    if _INTERVAL.sub("", text).strip(" ,;，；、"):
        raise BadCalendar(f"“{text}” is not a list of intervals such as 09:00-12:00 13:00-18:00.")
    return tuple((timedelta(hours=a, minutes=b), timedelta(hours=c, minutes=d)) for a, b, c, d in found)


def calendar_days_after(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """AS-1: return the same time of day, that many dates later: calendar days, as customers count."""
    wall = _utc(start).astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return first_shown(wall, zone).astimezone(zone)


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which clocks of the zone show this time or a later one.

    An hour that comes twice is meant the first time; one that is left out begins where the clocks jump.
    """
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((moment - early).total_seconds()))
    jump = bisect_left(
        seconds, True, key=lambda second: _wall(early + timedelta(seconds=second), zone) >= wall
    )
    return early + timedelta(seconds=jump)


@dataclass(frozen=True)
class Calendar:
    """Weekly hours from Monday on, and the dates that replace them: no hours = closed, hours = 调休 or special.

    `names` says what such a date is called; `known_until` is the last date whose holidays are officially known.
    """

    zone: ZoneInfo
    weekly: tuple[Hours, ...]
    days: Mapping[date, Hours] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    known_until: date | None = None
    _opened: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise BadCalendar(f"A week has seven days, these hours have {len(self.weekly)}.")
        weekly = tuple(_checked(f"weekday {n}", day) for n, day in enumerate(self.weekly, 1))
        if not any(weekly):
            raise BadCalendar("No day of the week has working time: no deadline would ever come.")
        days = {on: _checked(on.isoformat(), day) for on, day in self.days.items()}
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "days", MappingProxyType(days))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def after(self, start: datetime, working: timedelta) -> datetime:
        """Return when this much working time has passed: a closing time if it ends there; nothing = next_open."""
        left, ahead = _amount(working), self._ahead(_utc(start))
        opening, closing = next(ahead)
        while left > closing - opening:
            left -= closing - opening
            opening, closing = next(ahead)
        return (opening + left).astimezone(self.zone)

    def before(self, end: datetime, working: timedelta) -> datetime:
        """Return when one must start to have worked this long by `end`; nothing = the closing time before it."""
        left, behind = _amount(working), self._behind(_utc(end))
        opening, closing = next(behind)
        while left > closing - opening:
            left -= closing - opening
            opening, closing = next(behind)
        return (closing - left).astimezone(self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from start to end: real elapsed time, negative if end comes first."""
        if _utc(end) < _utc(start):
            return -self.between(end, start)
        return sum((b - a for a, b in self._within(_utc(start), _utc(end))), _NOTHING)

    def segments(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Walk through the open time from start to end, half-open, one interval of one date at a time."""
        for a, b in self._within(_utc(start), _utc(end)):
            yield a.astimezone(self.zone), b.astimezone(self.zone)

    def is_open(self, at: datetime) -> bool:
        """Say whether this moment is working time; the closing moment is not."""
        moment = _utc(at)
        on = moment.astimezone(self.zone).date()
        # the next date too: clocks set back over midnight show the old date again
        return any(a <= moment < b for day in (on, on + _DAY) for a, b in self._spans(day))

    def next_open(self, at: datetime) -> datetime:
        """Return this moment if it is working time, else the next opening."""
        return self.after(at, _NOTHING)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Say whether a visit lies wholly in working time: never on a holiday."""
        return _NOTHING < _utc(end) - _utc(start) == self.between(start, end)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same time of day that many working days later, or earlier where negative.

        A start outside the hours counts from the next opening (backwards: the closing before);
        where the hours of the last day do not hold that time, it is again the next opening (closing).
        """
        anchor = self.before(start, _NOTHING) if days < 0 else self.next_open(start)
        # a closing at 24:00 belongs to the day that ends
        first = (anchor - _TICK).date() if days < 0 else anchor.date()
        clock = anchor.replace(tzinfo=None) - _midnight(first)
        moment = first_shown(_midnight(self.working_day(first, days)) + clock, self.zone)
        return self.before(moment, _NOTHING) if days < 0 else self.next_open(moment)

    def working_day(self, on: date, days: int) -> date:
        """Return the date that many working days from this one; a closed date moves to a working day first."""
        step = -_DAY if days < 0 else _DAY
        for count in range(abs(days) + 1):
            on = on + step if count else on
            while not self.is_working_day(on):
                on += step
        return on

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after start up to and including end; negative if end comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def is_working_day(self, on: date) -> bool:
        """Say whether this date has any working time."""
        return bool(self.hours_of(on))

    def hours_of(self, on: date) -> Hours:
        """Return the hours of this date: its own, or those of its day of the week."""
        return self.days[on] if on in self.days else self.weekly[on.weekday()]

    def kind(self, on: date) -> DayKind:
        """Say why this date has the hours it has."""
        usual = self.weekly[on.weekday()]
        if on not in self.days:
            return DayKind.WORKING if usual else DayKind.REST
        if not self.days[on]:
            return DayKind.HOLIDAY
        return DayKind.SPECIAL if usual else DayKind.MAKEUP

    def is_known(self, on: date) -> bool:
        """Say whether the holidays of this date are officially known; if not, what is due there is provisional."""
        return self.known_until is None or on <= self.known_until

    def _within(self, start: datetime, end: datetime) -> Iterator[Span]:
        for a, b in self._ahead(start):
            if a >= end:
                return
            yield a, min(b, end)

    def _ahead(self, start: datetime) -> Iterator[Span]:
        on = start.astimezone(self.zone).date()
        while True:
            for a, b in self._spans(on):
                if b > start:
                    yield max(a, start), b
            on += _DAY

    def _behind(self, end: datetime) -> Iterator[Span]:
        # from the next date on, for the same reason as in is_open
        on = end.astimezone(self.zone).date() + _DAY
        while True:
            for a, b in reversed(self._spans(on)):
                if a < end:
                    yield a, min(b, end)
            on -= _DAY

    def _spans(self, on: date) -> tuple[Span, ...]:
        """Return the open spans of a date in UTC, remembered: timers come in thousands, dates do not."""
        spans = self._opened.get(on)
        if spans is None:
            day, zone = _midnight(on), self.zone
            pairs = ((first_shown(day + a, zone), first_shown(day + b, zone)) for a, b in self.hours_of(on))
            spans = self._opened[on] = tuple((a, b) for a, b in pairs if a < b)
        return spans


def _checked(where: str, day: Hours) -> Hours:
    """Return the hours in order, or say what is wrong with them."""
    ordered = tuple(sorted(day))
    for a, b in ordered:
        if not _NOTHING <= a < b <= _DAY:
            raise BadCalendar(f"{where}: {a}–{b} does not end after it begins, between 00:00 and 24:00.")
    for (_, closing), (opening, _) in pairwise(ordered):
        if opening < closing:
            raise BadCalendar(
                f"{where}: one interval ends at {closing}, the next begins before, at {opening}."
            )
    return ordered


def _amount(working: timedelta) -> timedelta:
    if working < _NOTHING:
        raise BadMoment(f"{working} is not an amount of working time; to count back, ask before().")
    return working


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise BadMoment(f"{at} has no time zone, so it is not a moment.")
    return at.astimezone(UTC)


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day)  # noqa: DTZ001  a wall clock, on purpose


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks of the zone show."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
