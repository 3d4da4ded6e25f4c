"""AS-1: what is done with the clock of one installation: a later start, a pause, and its end."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from aftersales.operations.holding import needed
from aftersales.operations.opening import BATCH, SUBJECT
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState


class NotLater(Refused):
    code, sentence = "not_later", _("{job}: the clock starts at {starts_at} already; name a later moment.")


class MissedAlready(Refused):
    code, sentence = "missed_already", _("{job}: the deadline of {due_at} has passed; it cannot be moved any more.")


@transaction.atomic
def start_later(job_id: int, *, starts_at: datetime, reason: str, by: Actor, at: datetime) -> Job:
    """AS-1: the customer wants it later: the clock starts at the day he named, if that is later than the signature.

    Only staff may say so, and only before the deadline is missed: the on-time figure rests on it (AS-5).
    """
    job, timer = _clock_of(job_id, by=by)
    needed(reason, job)
    if starts_at <= job.starts_at:
        raise NotLater(job=job, starts_at=job.starts_at)
    if timer.missed_at or timer.due_at <= at:
        raise MissedAlready(job=job, due_at=timer.due_at)
    job.starts_at = starts_at
    _follow(job, timers.restart(timer.pk, start=starts_at, by=by, at=at))
    audit.record(job, "job.start_later", by=by, at=at, reason=reason, starts_at=starts_at, due_at=job.due_at)
    return job


@transaction.atomic
def pause(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-1: stop the clock while the customer cannot be reached or is away, for a reason."""
    job, timer = _clock_of(job_id, by=by)
    timers.pause(timer.pk, reason=reason, by=by, at=at)
    audit.record(job, "job.pause", by=by, at=at, reason=reason)
    return job


@transaction.atomic
def resume(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-1: let the clock count on; the deadline moves by what the pause took."""
    job, timer = _clock_of(job_id, by=by)
    _follow(job, timers.resume(timer.pk, by=by, at=at))
    _end_absence([job], by=by, at=at)
    audit.record(job, "job.resume", by=by, at=at, due_at=job.due_at)
    return job


def stand(job: Job, *, reason: str, round: int, by: Actor, at: datetime) -> None:
    """AS-1: stop a job's clock because the customer was away, for as long as the policy “absence” allows; no longer.

    A clock that stands already stays as it is. A part of the operation that locked the job.
    """
    running = Timer.objects.of(SUBJECT, [job.pk], "installation").filter(state=TimerState.RUNNING).first()
    if running is None:
        return
    timers.pause(running.pk, reason=reason, by=by, at=at)
    [limit] = timers.start_many("absence", SUBJECT, [(job.pk, at)], by=by, at=at, round=round)
    job.paused_until = limit.due_at
    job.save(update_fields=["paused_until"])


def go_on(job: Job, *, because: str, by: Actor, at: datetime) -> None:
    """AS-1: let the clock of a job whose customer was away count on, because that is over; else nothing happens."""
    if job.paused_until is None:
        return
    _end_absence([job], by=by, at=at)
    for timer in Timer.objects.of(SUBJECT, [job.pk], "installation").filter(state=TimerState.PAUSED):
        _follow(job, timers.resume(timer.pk, by=by, at=at))
    audit.record(job, "job.go_on", by=by, at=at, because=because, due_at=job.due_at)


def go_on_all_due(*, by: Actor, at: datetime) -> int:
    """AS-1: let all clocks count on that stood as long as the policy “absence” allows; return how many."""
    return sum(iter(lambda: _go_on_some(by=by, at=at), 0))


@transaction.atomic
def _go_on_some(*, by: Actor, at: datetime) -> int:
    over = Job.objects.live().filter(paused_until__lte=at, frozen_at=None).order_by("paused_until", "pk")
    jobs = over.free_for_change(BATCH)
    for job in jobs:
        go_on(job, because="absence_over", by=by, at=at)
    return len(jobs)


def end(job: Job, *, by: Actor, at: datetime) -> None:
    """AS-1: stop the clock because the installation is done; one that stood counts its pause first."""
    for timer in Timer.objects.of(SUBJECT, [job.pk], "installation").filter(state=TimerState.PAUSED):
        _follow(job, timers.resume(timer.pk, by=by, at=at))
    timers.meet_many("installation", SUBJECT, [job.pk], by=by, at=at)
    _end_absence([job], by=by, at=at)


def _end_absence(jobs: Sequence[Job], *, by: Actor, at: datetime) -> None:
    timers.meet_many("absence", SUBJECT, [job.pk for job in jobs], by=by, at=at)
    for job in jobs:
        job.paused_until = None
    Job.objects.bulk_update(jobs, ["paused_until"])


def _clock_of(job_id: int, *, by: Actor) -> tuple[Job, Timer]:
    by.need("aftersales.dispatch_job")
    job = Job.objects.held_by(by).live().for_change(job_id)
    [timer] = Timer.objects.of(SUBJECT, [job.pk], "installation").open()
    return job, timer


def _follow(job: Job, timer: Timer) -> None:
    """Write a clock's new deadline into the job, where lists and figures read it."""
    job.due_at = timer.due_at
    job.save(update_fields=["starts_at", "due_at"])
