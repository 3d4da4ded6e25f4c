"""AS-11: the registry of measures: per measure the events of a span, by partner. One query each.

Only moments before the end of the span are looked at, so that a past month gives the same events again. What an app
above measures (cases lost, CF) stands in settings.SCORE_EVENTS.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.utils.module_loading import import_string

from aftersales.models import Callback, Complaint, Job, Offer, Visit
from aftersales.rules.scores import Event
from aftersales.states.job import Answer, JobState, OfferKind, Outcome
from aftersales.states.score import Measure
from opsdesk.audit import models as audit

Events = dict[int, list[Event]]
WORTH = {"satisfied": Decimal(1), "neutral": Decimal("0.5"), "dissatisfied": Decimal(0)}
JOB, OFFER, VISIT = "aftersales.job", "aftersales.offer", "aftersales.visit"
CALLBACK, COMPLAINT = "aftersales.callback", "aftersales.complaint"


def on_time(start: datetime, end: datetime) -> Events:
    """Installations done in the span: 1 within the deadline, 0 after it (AS-1)."""
    done = Job.objects.filter(state=JobState.DONE, done_at__gte=start, done_at__lt=end, owner__isnull=False)
    found: Events = defaultdict(list)
    for pk, partner, at, due in done.order_by("done_at", "pk").values_list("pk", "owner_id", "done_at", "due_at"):
        found[partner].append(Event(JOB, pk, at, Decimal(at <= due)))
    return found


def acceptance(start: datetime, end: datetime) -> Events:
    """Offers accepted, or run out in silence, in the span: the hours that it took (AS-2)."""
    answered = Offer.objects.filter(kind=OfferKind.OFFER, answer__in=(Answer.ACCEPTED, Answer.SILENT))
    rows = answered.filter(answered_at__gte=start, answered_at__lt=end, partner__isnull=False)
    found: Events = defaultdict(list)
    for pk, partner, asked, at in rows.order_by("answered_at", "pk").values_list(
        "pk", "partner_id", "offered_at", "answered_at"
    ):
        hours = Decimal(str(round((at - asked) / timedelta(hours=1), 3)))
        found[partner].append(Event(OFFER, pk, at, hours))
    return found


def first_visit(start: datetime, end: datetime) -> Events:
    """First visits of a partner to a job that ended in the span: 1 installed, 0 not; absent customers do not count."""
    real = Visit.objects.filter(outcome__in=(Outcome.DONE, Outcome.FAILED))
    first = real.filter(job=OuterRef("job"), partner=OuterRef("partner")).order_by("number").values("pk")[:1]
    rows = real.filter(pk=Subquery(first), ended_at__gte=start, ended_at__lt=end)
    found: Events = defaultdict(list)
    for pk, partner, at, outcome in rows.order_by("ended_at", "pk").values_list(
        "pk", "partner_id", "ended_at", "outcome"
    ):
        found[partner].append(Event(VISIT, pk, at, Decimal(outcome == Outcome.DONE)))
    return found


def satisfaction(start: datetime, end: datetime) -> Events:
    """Call-backs answered in the span: 1 satisfied, ½ neutral, 0 dissatisfied (AS-10)."""
    rows = Callback.objects.filter(closed_at__gte=start, closed_at__lt=end).exclude(satisfaction="")
    found: Events = defaultdict(list)
    for pk, partner, at, said in rows.order_by("closed_at", "pk").values_list(
        "pk", "job__owner_id", "closed_at", "satisfaction"
    ):
        found[partner].append(Event(CALLBACK, pk, at, WORTH[said]))
    return found


def complaints(start: datetime, end: datetime) -> Events:
    """Founded complaints for which a partner is responsible, by the moment the head approved that (AS-9)."""
    rows = Complaint.objects.filter(founded=True, at_fault__isnull=False, approved_at__gte=start, approved_at__lt=end)
    found: Events = defaultdict(list)
    for pk, partner, at in rows.order_by("approved_at", "pk").values_list("pk", "at_fault_id", "approved_at"):
        found[partner].append(Event(COMPLAINT, pk, at, Decimal(1)))
    return found


def handed_over(start: datetime, end: datetime) -> Events:
    """Jobs taken away from a partner because it would not make it, by the event of the hand-over (AS-3)."""
    rows = audit.Event.objects.filter(action="job.take_over", at__gte=start, at__lt=end, subject_type=JOB)
    found: Events = defaultdict(list)
    for job, at, facts in rows.order_by("at", "pk").values_list("subject_id", "at", "facts"):
        was = facts.get("changed", {}).get("owner_id", [None])[0]
        if was is not None and all(event.id != job for event in found[was]):
            found[was].append(Event(JOB, job, at, Decimal(1)))
    return found


def jobs_done(start: datetime, end: datetime) -> dict[int, int]:
    """How many installations each partner did in the span."""
    rows = Job.objects.filter(state=JobState.DONE, done_at__gte=start, done_at__lt=end, owner__isnull=False)
    return dict(rows.values_list("owner_id").annotate(n=Count("pk")).order_by("owner_id"))


def jobs_accepted(start: datetime, end: datetime) -> dict[int, int]:
    """How many jobs each partner took on in the span."""
    rows = Offer.objects.filter(answer=Answer.ACCEPTED, answered_at__gte=start, answered_at__lt=end)
    return dict(rows.values_list("partner_id").annotate(n=Count("job", distinct=True)).order_by("partner_id"))


MEASURES: dict[str, Callable[[datetime, datetime], Events]] = {
    Measure.ON_TIME: on_time,
    Measure.ACCEPTANCE: acceptance,
    Measure.FIRST_VISIT: first_visit,
    Measure.SATISFACTION: satisfaction,
    Measure.COMPLAINTS: complaints,
    Measure.HANDED_OVER: handed_over,
}
BASES: dict[str, Callable[[datetime, datetime], dict[int, int]]] = {
    Measure.COMPLAINTS: jobs_done,
    Measure.HANDED_OVER: jobs_accepted,
    Measure.CASES_LOST: jobs_done,
}


def events_of(measure: str, start: datetime, end: datetime) -> Events:
    """Return the events of a measure of this app, or of an app above that has registered it."""
    found = MEASURES.get(measure) or import_string(settings.SCORE_EVENTS[measure])
    events: Events = found(start, end)
    return events


def is_known(measure: str) -> bool:
    """Say whether anybody measures this."""
    return measure in MEASURES or measure in settings.SCORE_EVENTS
