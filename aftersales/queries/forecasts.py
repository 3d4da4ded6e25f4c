from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F
from django.utils import timezone

from aftersales.models import Capacity, DispatchRule, Job, Visit
from aftersales.queries.candidates import agents_calendar
from aftersales.rules.forecast import Forecast, Outlook, forecast
from aftersales.states.job import AskedBy, JobState
from opsdesk.sla.calendar import Calendar

HELD = (JobState.ACCEPTED, JobState.APPOINTED)
_DAY = timedelta(days=1)


def rule_on(at: datetime) -> DispatchRule | None:
    """Return the figures of dispatch in force; None where nobody has entered any."""
    return DispatchRule.objects.in_force(timezone.localdate(at)).first()  # type: ignore[no-any-return]


def forecasts_of(jobs: Sequence[Job], rule: DispatchRule, *, at: datetime) -> dict[int, Forecast]:
    """AS-3: return when each of these accepted jobs will probably be done. Six queries, however many."""
    calendar = agents_calendar()
    if calendar is None or not jobs:
        return {}
    owners = {job.owner_id for job in jobs if job.owner_id}
    places, speeds, per_day = _places(owners), _speeds(owners, rule, at=at), _per_day(owners, at=at)
    visits = {row.job_id: row for row in Visit.objects.planned().filter(job__among=[job.pk for job in jobs])}
    day = _usual_day(calendar, at)
    found = {}
    for job in jobs:
        visit, owner = visits.get(job.pk), job.owner_id or 0
        outlook = Outlook(
            due_at=job.due_at,
            accepted_at=job.accepted_at or at,
            place=places.get(job.pk, 1),
            per_day=max(1, per_day.get(owner, rule.default_jobs_per_day)),
            day=day,
            speed=speeds.get(owner),
            planned_at=visit.planned_at if visit else None,
            arrived=bool(visit and visit.arrived_at),
            customers_wish=bool(visit and visit.asked_by == AskedBy.CUSTOMER),
        )
        found[job.pk] = forecast(outlook, at=at, after=calendar.after)
    return found


def _places(owners: Collection[int]) -> dict[int, int]:
    """Return each held job's place in its partner's queue, the earliest deadline first; frozen ones wait for nobody."""
    rows = Job.objects.filter(owner__among=owners, state__in=HELD, frozen_at=None).order_by("owner", "due_at", "pk")
    places: dict[int, int] = {}
    last, place = 0, 0
    for pk, owner in rows.values_list("pk", "owner_id"):
        place, last = place + 1 if owner == last else 1, owner
        places[pk] = place
    return places


def _speeds(owners: Collection[int], rule: DispatchRule, *, at: datetime) -> dict[int, timedelta]:
    """Return how long each partner took on average from acceptance to completion lately, where it did enough jobs."""
    took = ExpressionWrapper(F("done_at") - F("accepted_at"), output_field=DurationField())
    done = Job.objects.done_between(at - _DAY * rule.speed_days, at).filter(owner__among=owners)
    rows = done.filter(accepted_at__isnull=False).order_by().values("owner_id").annotate(speed=Avg(took), n=Count("pk"))
    return {row["owner_id"]: row["speed"] for row in rows if row["n"] >= rule.speed_jobs}


def _per_day(owners: Collection[int], *, at: datetime) -> dict[int, int]:
    rows = Capacity.objects.in_force(timezone.localdate(at)).filter(partner__among=owners)
    return dict(rows.values_list("partner_id", "jobs_per_day"))


def _usual_day(calendar: Calendar, at: datetime) -> timedelta:
    """Return how much working time the next working day has."""
    on = calendar.working_day(timezone.localdate(at), 0)
    return sum((end - start for start, end in calendar.hours_of(on)), timedelta(0))
