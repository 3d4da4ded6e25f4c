"""AS-1, AS-2: what all installers together can do on given days, and what an ordinary day asks of them already."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from aftersales.models import Capacity, Job
from aftersales.queries.candidates import agents_calendar
from channels.models import Territory
from channels.states import Duty
from opsdesk.days import local, midnight
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.models import Policy

POLICY = "installation"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FieldDay:
    """A day: how many installations are possible (None: nobody's capacity is entered, so nobody knows), by how many
    of the installers, and of how many others the capacity is not known."""

    jobs: int | None
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Field:
    """The days asked for; what an ordinary working day brings; how many days an installation may take (AS-1)."""

    days: Mapping[date, FieldDay]
    usual: int
    within: int | None


def field(days: Collection[date], *, usual_days: int, at: datetime) -> Field:
    """AS-1: return what the field can do on these days, by the rows entered so far. Six queries, however many days.

    Counted are partners with a territory for installation on the day; on rest days nobody goes. An ordinary day is
    the median of the installations done on the working days of late, so that the last brand day does not count as one.
    """
    if not days:
        return Field({}, 0, None)
    calendar = agents_calendar()
    first, last = min(days), max(days)
    held: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for partner, since, until in _rows(Territory.objects.filter(duty=Duty.INSTALLATION), first, last):
        held[partner].append((since, until))
    per_day = list(_rows(Capacity.objects.all(), first, last, "jobs_per_day"))
    policy = Policy.objects.in_force(first).filter(code=POLICY).first()
    return Field(
        {day: _on(day, held, per_day, calendar) for day in days},
        _usual(calendar, usual_days, at),
        policy.amount.days if policy else None,
    )


def _rows(rows: Any, first: date, last: date, *more: str) -> Any:
    overlapping = rows.filter(Q(valid_to=None) | Q(valid_to__gt=first), valid_from__lte=last, partner__active=True)
    return overlapping.order_by("pk").values_list("partner_id", "valid_from", "valid_to", *more)


def _holds(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)


def _on(
    day: date,
    held: Mapping[int, Iterable[tuple[date, date | None]]],
    per_day: Iterable[tuple[int, date, date | None, int]],
    calendar: Calendar | None,
) -> FieldDay:
    there = {partner for partner, spans in held.items() if any(_holds(*span, day) for span in spans)}
    can = {who: jobs for who, since, until, jobs in per_day if who in there and _holds(since, until, day)}
    if not can:
        return FieldDay(None, 0, len(there))
    works = calendar is None or calendar.is_working_day(day)
    return FieldDay(sum(can.values()) if works else 0, len(can), len(there) - len(can))


def _usual(calendar: Calendar | None, days: int, at: datetime) -> int:
    today = local(at).date()
    done = Job.objects.done_between(midnight(today - days * _DAY), midnight(today)).order_by()
    counts = dict(done.values_list(TruncDate("done_at")).annotate(jobs=Count("pk")))
    spans = (today - ago * _DAY for ago in range(1, days + 1))
    worked = [counts.get(day, 0) for day in spans if calendar is None or calendar.is_working_day(day)]
    return median_low(worked) if worked else 0
