"""AS-1, AS-2: what all installers together can do on given days, and what an ordinary day asks of them already."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median_low
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left, TruncDate

from aftersales.models import Capacity, Job
from aftersales.queries.candidates import agents_calendar
from channels.models import Region, Territory
from channels.states import Duty
from opsdesk.days import local, midnight
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.models import Policy

POLICY, PROVINCE = "installation", 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FieldDay:
    """A day: how many installations are possible (None: nobody's capacity is entered, so nobody knows), by how many
    of the installers, and of how many others the capacity is not known; and how many in each province."""

    jobs: int | None
    known: int
    unknown: int
    by_province: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Province:
    """A province with its part of what was installed lately."""

    name: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Field:
    """The days asked for; what an ordinary working day brings; how many days an installation may take (AS-1); and
    where the installations of late were, by the province's code."""

    days: Mapping[date, FieldDay]
    usual: int
    within: int | None
    provinces: Mapping[str, Province]


Held = Mapping[int, Sequence[tuple[str, date, date | None]]]
"""By partner, the regions that it installs in, each from a day until a day."""


def field_on(days: Collection[date], *, usual_days: int, at: datetime) -> Field:
    """AS-1: return what the field can do on these days, by the rows entered so far. Eight queries, however many days.

    Counted are partners with a territory for installation on the day; on rest days nobody goes. An ordinary day is
    the median of the installations done on the working days of late, so that the last brand day does not count as one.
    A partner of several provinces is divided among them as their installations of late were.
    """
    if not days:
        return Field({}, 0, None, {})
    calendar, done = agents_calendar(), _done(usual_days, at)
    first, last = min(days), max(days)
    held: defaultdict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    for partner, since, until, region in _rows(Territory.objects.filter(duty=Duty.INSTALLATION), first, last, "region"):
        held[partner].append((region[:PROVINCE], since, until))
    per_day = list(_rows(Capacity.objects.all(), first, last, "jobs_per_day"))
    counts = dict(done.exclude(region=None).values_list(Left("region", PROVINCE)).annotate(jobs=Count("pk")))
    policy = Policy.objects.in_force(first).filter(code=POLICY).first()
    return Field(
        {day: _on(day, held, per_day, counts, works=calendar is None or calendar.is_working_day(day)) for day in days},
        _usual(done, calendar, usual_days, at),
        policy.amount.days if policy else None,
        _provinces(counts),
    )


def _done(days: int, at: datetime) -> Any:
    today = local(at).date()
    return Job.objects.done_between(midnight(today - days * _DAY), midnight(today)).order_by()


def _rows(rows: Any, first: date, last: date, *more: str) -> Any:
    overlapping = rows.filter(Q(valid_to=None) | Q(valid_to__gt=first), valid_from__lte=last, partner__active=True)
    return overlapping.order_by("pk").values_list("partner_id", "valid_from", "valid_to", *more)


def _holds(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)


def _on(
    day: date,
    held: Held,
    per_day: Iterable[tuple[int, date, date | None, int]],
    counts: Mapping[str, int],
    *,
    works: bool,
) -> FieldDay:
    where = {who: {code for code, since, until in rows if _holds(since, until, day)} for who, rows in held.items()}
    there = {who: codes for who, codes in where.items() if codes}
    can = {who: jobs for who, since, until, jobs in per_day if who in there and _holds(since, until, day)}
    if not can:
        return FieldDay(None, 0, len(there))
    if not works:
        return FieldDay(0, len(can), len(there) - len(can))
    parts: defaultdict[str, Fraction] = defaultdict(Fraction)
    for who, jobs in can.items():
        for code, part in _divided(jobs, there[who], counts):
            parts[code] += part
    return FieldDay(
        sum(can.values()), len(can), len(there) - len(can), {code: int(part) for code, part in parts.items()}
    )


def _divided(jobs: int, codes: Collection[str], counts: Mapping[str, int]) -> Iterator[tuple[str, Fraction]]:
    """A partner's day among its provinces, as their installations of late were; without any, evenly."""
    whole = sum(counts.get(code, 0) for code in codes)
    for code in codes:
        yield code, Fraction(jobs * counts.get(code, 0), whole) if whole else Fraction(jobs, len(codes))


def _usual(done: Any, calendar: Calendar | None, days: int, at: datetime) -> int:
    today = local(at).date()
    counts = dict(done.values_list(TruncDate("done_at")).annotate(jobs=Count("pk")))
    spans = (today - ago * _DAY for ago in range(1, days + 1))
    worked = [counts.get(day, 0) for day in spans if calendar is None or calendar.is_working_day(day)]
    return median_low(worked) if worked else 0


def _provinces(counts: Mapping[str, int]) -> dict[str, Province]:
    """Where the installations of late were."""
    whole = sum(counts.values())
    names = dict(Region.objects.filter(code__in=counts).values_list("code", "name"))
    return {code: Province(names.get(code, code), Decimal(jobs) / whole) for code, jobs in sorted(counts.items())}
