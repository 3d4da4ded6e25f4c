"""The working calendar: an immutable value that knows when a place is open, and counts working time along it.

The conventions, each with its reason, stand in docs/adr/0005-deadline-conventions.md.
Inside, every moment is UTC: Python compares and subtracts two times of one zone by their wall clocks, wrong
across a change of the clocks. What is handed out is in the calendar's zone.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from opsdesk.sla import opening
from opsdesk.sla.opening import BadCalendar, Hours

Span = tuple[datetime, datetime]

_MIDNIGHT = time.min
_NOTHING = timedelta(0)
_DAY = timedelta(days=1)
_TICK = timedelta.resolution


class BadMoment(ValueError):
    """A time without a zone, a moment for a date, or a negative amount of working time."""


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


def calendar_days_after(start: datetime, days: float, zone: ZoneInfo) -> datetime:
    """AS-1: return the same time of day, that many dates later: calendar days, as customers count."""
    wall = utc(start).astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return first_shown(wall, zone).astimezone(zone)


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which clocks of the zone show this time or a later one.

    An hour that comes twice is meant the first time; one that is left out begins where the clocks jump.
    """
    before, after = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or _NOTHING for fold in (0, 1))
    early = (wall - after).replace(tzinfo=UTC)
    if after <= before:
        return (wall - before).replace(tzinfo=UTC)
    gap = range(int((after - before).total_seconds()))
    jump = bisect_left(gap, True, key=lambda second: _wall(early + timedelta(seconds=second), zone) >= wall)
    return early + timedelta(seconds=jump)


@dataclass(frozen=True)
class Calendar:
    """Weekly hours from Monday on, and dates with hours of their own: none on a holiday, some on a 调休 day.

    `names` says what such a date is called; `known_until` is the last date with officially known holidays.
    """

    zone: ZoneInfo
    weekly: tuple[Hours, ...]
    days: Mapping[date, Hours] = field(default_factory=dict, repr=False)
    names: Mapping[date, str] = field(default_factory=dict, repr=False)
    known_until: date | None = None
    _opened: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise BadCalendar(f"A week has seven days, these hours have {len(self.weekly)}.")
        weekly = tuple(opening.checked(f"weekday {n}", day) for n, day in enumerate(self.weekly, 1))
        if not any(weekly):
            raise BadCalendar("No day of the week has working time: no deadline would ever come.")
        days = {on: opening.checked(on.isoformat(), day) for on, day in self.days.items()}
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "days", MappingProxyType(days))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def after(self, start: datetime, working: timedelta) -> datetime:
        """Return when this much working time is over: the closing time if it ends there; none = next_open."""
        left, ahead = _amount(working), self._ahead(utc(start))
        a, b = next(ahead)
        while left > b - a:
            left -= b - a
            a, b = next(ahead)
        return (a + left).astimezone(self.zone)

    def before(self, end: datetime, working: timedelta) -> datetime:
        """Return when to start to have worked this long by `end`; none = `end`, or the closing before it."""
        left, behind = _amount(working), self._behind(utc(end))
        a, b = next(behind)
        while left > b - a:
            left -= b - a
            a, b = next(behind)
        return (b - left).astimezone(self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from start to end: real elapsed time, negative if end comes first."""
        if utc(end) < utc(start):
            return -self.between(end, start)
        return sum((b - a for a, b in self._within(utc(start), utc(end))), _NOTHING)

    def segments(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Walk through the open time from start to end, half-open, one interval of one date at a time."""
        for a, b in self._within(utc(start), utc(end)):
            yield a.astimezone(self.zone), b.astimezone(self.zone)

    def is_open(self, at: datetime) -> bool:
        """Say whether this moment is working time; the closing moment is not."""
        moment = utc(at)
        on = moment.astimezone(self.zone).date()
        # the next date too: clocks set back over midnight show the old date again
        return any(a <= moment < b for day in (on, on + _DAY) for a, b in self._spans(day))

    def next_open(self, at: datetime) -> datetime:
        """Return this moment if it is working time, else the next opening."""
        return self.after(at, _NOTHING)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Say whether a visit lies wholly in working time: never on a holiday."""
        return _NOTHING < utc(end) - utc(start) == self.between(start, end)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same time of day that many working days later, or earlier where negative.

        A start outside the hours counts from the next opening (backwards: the closing before);
        where the hours of the last day do not hold that time, it is again the next opening (closing).
        """
        anchor = self.before(start, _NOTHING) if days < 0 else self.next_open(start)
        if not days:
            return anchor
        # a closing at 24:00 belongs to the day that ends
        first = (anchor - _TICK).date() if days < 0 else anchor.date()
        clock = anchor.replace(tzinfo=None) - datetime.combine(first, _MIDNIGHT)
        last = datetime.combine(self.working_day(first, days), _MIDNIGHT)
        moment = first_shown(last + clock, self.zone)
        return self.before(moment, _NOTHING) if days < 0 else self.next_open(moment)

    def working_day(self, on: date, days: int) -> date:
        """Return the date that many working days on; a closed date moves to the next working day first."""
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
        if isinstance(on, datetime):
            raise BadMoment(f"{on} is a moment; which date it belongs to depends on the zone.")
        return self.days[on] if on in self.days else self.weekly[on.weekday()]

    def kind(self, on: date) -> DayKind:
        """Say why this date has the hours it has."""
        usual, today = self.weekly[on.weekday()], self.hours_of(on)
        if on not in self.days:
            return DayKind.WORKING if usual else DayKind.REST
        if not today:
            return DayKind.HOLIDAY
        return DayKind.SPECIAL if usual else DayKind.MAKEUP

    def is_known(self, on: date) -> bool:
        """Say whether the holidays of this date are official; if not, what is due then is provisional."""
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
            spans = self._opened[on] = tuple(self._opening(on))
        return spans

    def _opening(self, on: date) -> Iterator[Span]:
        early = datetime.combine(on, _MIDNIGHT, self.zone).utcoffset()
        late = datetime.combine(on + _DAY, _MIDNIGHT.replace(fold=1), self.zone).utcoffset()
        if early == late:  # the clocks do not change; no zone ever changed them twice on one date
            midnight = datetime.combine(on, _MIDNIGHT, UTC) - (early or _NOTHING)
            yield from ((midnight + a, midnight + b) for a, b in self.hours_of(on))
            return
        midnight = datetime.combine(on, _MIDNIGHT)
        for a, b in self.hours_of(on):
            start, end = first_shown(midnight + a, self.zone), first_shown(midnight + b, self.zone)
            if start < end:
                yield start, end


def _amount(working: timedelta) -> timedelta:
    if working < _NOTHING:
        raise BadMoment(f"{working} is not an amount of working time; to count back, ask before().")
    return working


def utc(at: datetime) -> datetime:
    """Return the moment in UTC; without a zone it is none."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise BadMoment(f"{at} has no time zone, so it is not a moment.")
    return at.astimezone(UTC)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks of the zone show."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
