from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from aftersales.models import Capacity, Certificate, Job, Offer
from aftersales.queries import jobs as queries
from aftersales.queries import scores
from aftersales.rules.dispatch import Network, Wanted
from channels.rules.territory import Claim
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.models import WorkCalendar
from opsdesk.sla.queries import calendar_of
from orders.models import Line

CALENDAR = "agents"


@dataclass(frozen=True)
class Facts:
    """AS-2: all that a choice among partners rests on, for a batch of jobs."""

    claims: dict[str, tuple[Claim, ...]]
    tried: dict[int, dict[int, str]]
    wanted: dict[int, Wanted]
    network: Network
    calendar: Calendar | None


def gathered(jobs: Sequence[Job], *, at: datetime) -> Facts:
    """Return the facts of these jobs (at most a thousand): eleven queries, however many."""
    claims = queries.claims_of(jobs, at=at)
    partners = {claim.partner for found in claims.values() for claim in found}
    skills, calendar = skills_of(jobs), agents_calendar()
    network = _network(jobs, partners, {skill for found in skills.values() for skill in found}, at=at)
    wanted = {job.pk: _wanted(job, skills.get(job.pk, frozenset()), calendar, at) for job in jobs}
    return Facts(claims, queries.tried_of(jobs), wanted, network, calendar)


def agents_calendar() -> Calendar | None:
    """Return when installers work; None where nobody has entered it. Two queries."""
    row = WorkCalendar.objects.filter(code=CALENDAR).first()
    return calendar_of(row) if row else None


def skills_of(jobs: Sequence[Job]) -> dict[int, frozenset[str]]:
    """AS-2: return the skills that the products of each job's order ask for. One query."""
    by_order: dict[int, set[str]] = defaultdict(set)
    lines = Line.objects.filter(order__among=[job.order_id for job in jobs], listing__product__installed=True)
    for order, skill in lines.exclude(listing__product__skill="").values_list("order_id", "listing__product__skill"):
        by_order[order].add(skill)
    return {job.pk: frozenset(by_order.get(job.order_id, ())) for job in jobs}


def _wanted(job: Job, skills: frozenset[str], calendar: Calendar | None, at: datetime) -> Wanted:
    """A job that is late already has no deadline left to choose by: whoever comes first gets it."""
    if calendar is None or job.due_at <= at:
        return Wanted(skills)
    days = tuple(dict.fromkeys(start.date() for start, _end in calendar.segments(at, job.due_at)))
    return Wanted(skills, timezone.localdate(job.due_at), days)


def _network(jobs: Sequence[Job], partners: Collection[int], skills: Collection[str], *, at: datetime) -> Network:
    today = timezone.localdate(at)
    per_day = Capacity.objects.in_force(today).filter(partner__among=partners)
    certified = Certificate.objects.usable(today).filter(installer__partner__among=partners, skill__in=skills)
    return Network(
        per_day=dict(per_day.values_list("partner_id", "jobs_per_day")),
        due=_due_days(partners, besides=[job.pk for job in jobs]),
        certified=frozenset(certified.values_list("installer__partner_id", "skill")) if skills else frozenset(),
        scores=scores.latest_of(partners, on=today),
    )


def _due_days(partners: Collection[int], *, besides: Collection[int]) -> dict[int, list[date]]:
    """Return on which days each partner's live jobs fall due, those waiting to be taken over by it included.

    Frozen ones (AS-6) take nobody's time. Two queries. A worker beside this one may give jobs away meanwhile: what
    a partner can do is an estimate, not a limit that the database holds.
    """
    live = Job.objects.live().filter(owner__among=partners, frozen_at=None).exclude(pk__among=besides)
    coming = Offer.objects.waiting().hand_overs().filter(partner__among=partners).exclude(job__among=besides)
    return _spread([*_by_day(live, "owner_id", "due_at"), *_by_day(coming, "partner_id", "job__due_at")])


def _by_day(rows: Any, partner: str, due: str) -> Iterable[tuple[int, date, int]]:
    """Count rows per partner and local day."""
    return rows.order_by().values_list(partner, TruncDate(due)).annotate(jobs=Count("pk"))  # type: ignore[no-any-return]


def _spread(rows: Iterable[tuple[int, date, int]]) -> dict[int, list[date]]:
    """Turn counts into one day a job, in order."""
    found = defaultdict(list)
    for partner, day, jobs in rows:
        found[partner].extend([day] * jobs)
    for days in found.values():
        days.sort()
    return dict(found)
