from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from aftersales.models import Callback, CallbackTerms, Job, Script
from aftersales.rules.calling import Terms
from aftersales.rules.questionnaires import Asked
from aftersales.states.job import JobState
from opsdesk.actor import Actor
from opsdesk.errors import NotFound
from opsdesk.sla.queries import calendar_of

SCRIPT = "installation"


def without_callback(which: Q) -> Iterable[int]:
    """Return the installations completed among these of which nobody is to be called back yet (AS-10: 100 %).

    The history of the time before the first terms of call-backs is left alone: nobody is called a year later.
    """
    since = CallbackTerms.objects.aggregate(first=Min("valid_from"))["first"]
    jobs = Job.objects.filter(which, state=JobState.DONE, done_at__date__gte=since) if since else Job.objects.none()
    rows: Iterable[int] = (
        jobs.filter(~Exists(Callback.objects.filter(job=OuterRef("pk")))).order_by("pk").values_list("pk", flat=True)
    )
    return rows


def terms_on(day: date) -> Terms:
    """Return how customers are called back on a day. Two queries."""
    row = CallbackTerms.objects.in_force(day).select_related("calendar").first()
    if row is None:
        raise NotFound(what=f"{CallbackTerms._meta.verbose_name} {day}")
    return Terms(
        id=row.pk,
        calendar=calendar_of(row.calendar),
        most_attempts=row.most_attempts,
        retry_after=row.retry_after,
        early=row.early,
        late=row.late,
        taken_for=row.taken_for,
    )


def script_at(at: datetime) -> tuple[Script | None, tuple[Asked, ...]]:
    """Return the script in force and its questions in order; none is a script without questions. Two queries."""
    script = Script.objects.in_force(timezone.localdate(at)).filter(code=SCRIPT).prefetch_related("questions").first()
    if script is None:
        return None, ()
    questions = sorted(script.questions.all(), key=lambda one: (one.position, one.pk))
    return script, tuple(
        Asked(one.pk, one.key, one.text, one.kind, tuple(one.choices.split("\n")) if one.choices else (), one.required)
        for one in questions
    )


def settled_jobs(job_ids: Collection[int], *, at: datetime) -> set[int]:
    """AS-10: return which of these jobs' fees no longer wait for a call: it is made, or its deadline has passed.

    A job whose call-back is not opened yet is not settled. One query.
    """
    rows = Callback.objects.filter(Q(closed_at__lte=at) | Q(due_at__lte=at), job__in=job_ids)
    return set(rows.values_list("job_id", flat=True))


def visible(pk: int, *, by: Actor) -> Callback:
    """Return a call-back with what its page shows; one that is not visible does not exist."""
    rows = Callback.objects.visible_to(by).select_related("job__order__shop__platform", "job__region", "job__owner")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{Callback._meta.verbose_name} {pk}")
    return row  # type: ignore[no-any-return]
