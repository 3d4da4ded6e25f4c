"""A deadline and how it came about: what counted, what was paused, and whether it may still move."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from opsdesk.sla.calendar import BadMoment, Calendar, DayKind, Span, calendar_days_after, utc
from opsdesk.sla.opening import ROUND_THE_CLOCK

_NOTHING = timedelta(0)
_DAY = timedelta(days=1)


class Counting(StrEnum):
    """What a term counts."""

    WORKING_TIME = "working_time"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """So much working time of a calendar (AS-2)."""

    amount: timedelta
    calendar: Calendar
    counting = Counting.WORKING_TIME

    def due_after(self, start: datetime) -> datetime:
        """Return when it is over if nothing pauses it."""
        return self.calendar.after(start, self.amount)


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """So many days as customers count them, nights and holidays included (AS-1)."""

    amount: timedelta
    zone: ZoneInfo
    counting = Counting.CALENDAR_DAYS

    @property
    def calendar(self) -> Calendar:
        """Return the calendar that never closes."""
        return round_the_clock(self.zone)

    def due_after(self, start: datetime) -> datetime:
        """Return when they are over if nothing pauses them."""
        return calendar_days_after(start, self.amount / _DAY, self.zone)


Term = WorkingTime | CalendarDays


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count; one that still lasts is given the present moment as its end."""

    start: datetime
    end: datetime
    reason: str

    def __post_init__(self) -> None:
        if utc(self.end) < utc(self.start):
            raise BadMoment(f"A pause cannot end at {self.end}, before it began at {self.start}.")


@dataclass(frozen=True, slots=True)
class Paused:
    """What a pause took from the clock; of two that overlap the later one takes only the rest."""

    start: datetime
    end: datetime
    reason: str
    worked: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """What one date gave to the clock, and why that much."""

    on: date
    worked: timedelta
    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """When it is due and why; provisional where it counted dates whose holidays are not announced yet."""

    start: datetime
    due: datetime
    counting: Counting
    amount: timedelta
    provisional: bool
    counted: tuple[Counted, ...]
    paused: tuple[Paused, ...]

    @property
    def because(self) -> dict[str, Any]:
        """Return all of it as plain JSON, to be stored with what was decided; from_because reads it back."""
        counted = [
            {
                "on": day.on.isoformat(),
                "worked": day.worked.total_seconds(),
                "kind": day.kind,
                "name": day.name,
            }
            for day in self.counted
        ]
        paused = [
            {
                "start": pause.start.isoformat(),
                "end": pause.end.isoformat(),
                "reason": pause.reason,
                "worked": pause.worked.total_seconds(),
            }
            for pause in self.paused
        ]
        return {
            "start": self.start.isoformat(),
            "due": self.due.isoformat(),
            "counting": self.counting,
            "amount": self.amount.total_seconds(),
            "provisional": self.provisional,
            "counted": counted,
            "paused": paused,
        }


def from_because(facts: Mapping[str, Any]) -> Deadline:
    """Return the deadline of a stored `because`: explained as it was, whatever changed since."""
    return Deadline(
        start=datetime.fromisoformat(facts["start"]),
        due=datetime.fromisoformat(facts["due"]),
        counting=Counting(facts["counting"]),
        amount=timedelta(seconds=facts["amount"]),
        provisional=facts["provisional"],
        counted=tuple(
            Counted(
                date.fromisoformat(day["on"]),
                timedelta(seconds=day["worked"]),
                DayKind(day["kind"]),
                day["name"],
            )
            for day in facts["counted"]
        ),
        paused=tuple(
            Paused(
                datetime.fromisoformat(pause["start"]),
                datetime.fromisoformat(pause["end"]),
                pause["reason"],
                timedelta(seconds=pause["worked"]),
            )
            for pause in facts["paused"]
        ),
    )


def deadline(start: datetime, term: Term, pauses: Iterable[Pause] = ()) -> Deadline:
    """Return when the term that began at start is over, and how that came about."""
    calendar = term.calendar
    due, paused = _settle(start, term, pauses)
    counted = _counted(calendar, _running(start, due, paused), _local(start, calendar), _local(due, calendar))
    return Deadline(
        start=_local(start, calendar),
        due=_local(due, calendar),
        counting=term.counting,
        amount=term.amount,
        provisional=not calendar.is_known(counted[-1].on),
        counted=counted,
        paused=paused,
    )


def due(start: datetime, term: Term, pauses: Iterable[Pause] = ()) -> datetime:
    """Return only when: for the steps of a ladder, and where nobody asks why."""
    return _local(_settle(start, term, pauses)[0], term.calendar)


def worked(start: datetime, until: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> timedelta:
    """Return the working time that has counted from start until then."""
    running = _running(start, until, sorted(pauses, key=_began))
    return sum((calendar.between(begin, end) for begin, end in running), _NOTHING)


@cache
def round_the_clock(zone: ZoneInfo) -> Calendar:
    """Return the calendar that never closes."""
    return Calendar(zone, (ROUND_THE_CLOCK,) * 7)


def _settle(start: datetime, term: Term, pauses: Iterable[Pause]) -> tuple[datetime, tuple[Paused, ...]]:
    """Let each pause move the due time by the working time it took; from nothing it takes nothing."""
    calendar, due, paused_until = term.calendar, utc(term.due_after(start)), utc(start)
    paused = []
    for pause in sorted(pauses if term.amount else (), key=_began):
        begin, end = max(utc(pause.start), paused_until), utc(pause.end)
        if begin >= due:
            break
        if end > begin:
            taken = calendar.between(begin, end)
            due = utc(calendar.after(due, taken)) if taken else due
            paused.append(Paused(_local(begin, calendar), _local(end, calendar), pause.reason, taken))
            paused_until = end
    return due, tuple(paused)


def _running(start: datetime, end: datetime, pauses: Iterable[Pause | Paused]) -> Iterator[Span]:
    """Walk through the time from start to end that no pause holds; pauses come in order of their start."""
    begin, end = utc(start), utc(end)
    for pause in pauses:
        if begin < (until := min(utc(pause.start), end)):
            yield begin, until
        begin = max(begin, utc(pause.end))
    if begin < end:
        yield begin, end


def _counted(calendar: Calendar, running: Iterable[Span], start: datetime, due: datetime) -> tuple[Counted, ...]:
    """Return one row per date from the start to the last that gave working time, those that gave none too."""
    given: dict[date, timedelta] = defaultdict(timedelta)
    for span in running:
        for begin, end in calendar.segments(*span):
            given[begin.date()] += utc(end) - utc(begin)
    first, last = start.date(), max(given, default=due.date())
    dates = (first + n * _DAY for n in range((last - first).days + 1))
    return tuple(Counted(on, given.get(on, _NOTHING), calendar.kind(on), calendar.names.get(on, "")) for on in dates)


def _began(pause: Pause | Paused) -> datetime:
    return utc(pause.start)


def _local(at: datetime, calendar: Calendar) -> datetime:
    return at.astimezone(calendar.zone)
