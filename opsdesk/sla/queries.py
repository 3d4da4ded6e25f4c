from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, opening
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.models import CalendarDay, Counting, DayKind, Pause, Policy, Step, Timer, WorkCalendar
from opsdesk.sla.opening import CLOSED

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Terms:
    """One version of a policy, ready to count with."""

    policy: Policy
    term: deadlines.Term
    steps: tuple[Step, ...]

    def ladder(self, deadline: deadlines.Deadline) -> list[tuple[datetime, str]]:
        """Return when each rung comes: shares of the term before the deadline, plain time after it; in order.

        A share moves with the pauses as the deadline does, because both are counted from the same start.
        """
        pauses = [deadlines.Pause(pause.start, pause.end, pause.reason) for pause in deadline.paused]
        rungs = []
        for step in self.steps:
            if step.share is None:
                rungs.append((deadline.due + (step.after or timedelta(0)), step.name))
            elif step.share == 1:
                rungs.append((deadline.due, step.name))
            else:
                part = self._term(self.term.amount * float(step.share))
                rungs.append((deadlines.due(deadline.start, part, pauses), step.name))
        return sorted(rungs)

    def _term(self, amount: timedelta) -> deadlines.Term:
        if isinstance(self.term, deadlines.WorkingTime):
            return deadlines.WorkingTime(amount, self.term.calendar)
        return deadlines.CalendarDays(amount, self.term.zone)


def calendar_of(row: WorkCalendar) -> Calendar:
    """Return a stored calendar as the value to count with. One query."""
    makeup = opening.read(row.makeup_hours)
    days = list(CalendarDay.objects.filter(calendar=row).values_list("day", "kind", "name"))
    return Calendar(
        zone=ZoneInfo(row.zone),
        weekly=tuple(opening.read(row.weekly.get(day, ())) for day in WEEK),
        days={day: makeup if kind == DayKind.MAKEUP else CLOSED for day, kind, _name in days},
        names={day: name for day, _kind, name in days},
        known_until=row.known_until,
    )


def terms_of(policy: Policy) -> Terms:
    """Return a policy's term and ladder. Two queries."""
    term: deadlines.Term
    if policy.counting == Counting.WORKING_TIME:
        term = deadlines.WorkingTime(policy.amount, calendar_of(policy.calendar))
    else:
        term = deadlines.CalendarDays(policy.amount, ZoneInfo(policy.calendar.zone))
    return Terms(policy, term, tuple(policy.steps.all()))


def terms_on(code: str, days: Iterable[date]) -> dict[date, Terms]:
    """Return the terms in force on each of these days; a day before the first counts under it."""
    versions = list(
        Policy.objects.filter(code=code).order_by("valid_from").select_related("calendar").prefetch_related("steps")
    )
    known: dict[int, Terms] = {}
    found = {}
    for day in set(days):
        held = (row for row in versions if row.valid_from <= day and (not row.valid_to or day < row.valid_to))
        version = next(held, None) or next((row for row in versions if day < row.valid_from), None)
        if version is None:
            raise NotFound(what=f"{code} {day}")
        found[day] = known.setdefault(version.pk, known.get(version.pk) or terms_of(version))
    return found


def pauses_of(timer: Timer, *, at: datetime) -> list[deadlines.Pause]:
    """Return a clock's pauses; one that still lasts ends now."""
    return [
        deadlines.Pause(row.started_at, row.ended_at or at, row.reason) for row in Pause.objects.filter(timer=timer)
    ]


def pauses_of_many(timers: Collection[Timer], *, at: datetime) -> dict[int, list[deadlines.Pause]]:
    """Return the pauses of these clocks, by clock; one that still lasts ends now. One query."""
    found: dict[int, list[deadlines.Pause]] = {timer.pk: [] for timer in timers}
    for row in Pause.objects.filter(timer__in=timers).order_by("started_at"):
        found[row.timer_id].append(deadlines.Pause(row.started_at, row.ended_at or at, row.reason))
    return found
