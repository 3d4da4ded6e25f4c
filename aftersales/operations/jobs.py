"""What is done with one installation job: answered, appointed, reported, cancelled (AS-1, AS-2)."""

from datetime import datetime
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Visit
from aftersales.operations import dispatch
from aftersales.operations.opening import SUBJECT
from aftersales.states.job import JOB, Answer, JobState, Outcome
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.later import later
from opsdesk.photos import cleaned
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from orders.operations import receivers
from orders.rules.identity import Receiver


class NothingReported(Refused):
    code, sentence = "report_incomplete", _("{job}: a completion report needs the serial number and a photo.")


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("{job}: say why.")


class NotLater(Refused):
    code, sentence = "not_later", _("{job}: the clock starts at {starts_at} already; name a later moment.")


class MissedAlready(Refused):
    code, sentence = "missed_already", _("{job}: the deadline of {due_at} has passed; it cannot be moved any more.")


class NotTakenOn(Refused):
    code, sentence = "not_taken_on", _("{job}: accept the job first; then you see whom to call.")


class AppointmentPast(Refused):
    code, sentence = "appointment_past", _("{job}: the appointment lies in the past; choose a later moment.")


@transaction.atomic
def accept(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-2: take the job on."""
    by.need("aftersales.accept_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    JOB.move(job, "accept", by=by, at=at, facts={"partner": str(job.owner)}, accepted_at=at)
    dispatch.answered(job, Answer.ACCEPTED, by=by, at=at)
    return job  # type: ignore[no-any-return]


@transaction.atomic
def decline(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-2: refuse an offer, with the reason; the job is then offered onward."""
    by.need("aftersales.accept_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    _needed(reason, job)
    said = {"partner": str(job.owner), "reason": reason}
    JOB.move(job, "decline", by=by, at=at, facts=said, owner_id=None, dispatched_at=None)
    dispatch.answered(job, Answer.DECLINED, by=by, at=at, reason=reason)
    later("aftersales.tasks.dispatch_all_due")
    return job  # type: ignore[no-any-return]


@transaction.atomic
def appoint(job_id: int, *, appointed_at: datetime, by: Actor, at: datetime) -> Job:
    """AS-1: write down when the installer comes; the deadline does not move by it."""
    by.need("aftersales.work_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    if appointed_at < at:
        raise AppointmentPast(job=job)
    JOB.move(job, "appoint", by=by, at=at, appointed_at=appointed_at)
    return job  # type: ignore[no-any-return]


@transaction.atomic
def start_later(job_id: int, *, starts_at: datetime, reason: str, by: Actor, at: datetime) -> Job:
    """AS-1: the customer wants it later: the clock starts at the day he named, if that is later than the signature.

    Only staff may say so, and only before the deadline is missed: the on-time figure rests on it (AS-5).
    """
    job, timer = _clock_of(job_id, "aftersales.dispatch_job", by=by)
    _needed(reason, job)
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
    job, timer = _clock_of(job_id, "aftersales.dispatch_job", by=by)
    timers.pause(timer.pk, reason=reason, by=by, at=at)
    audit.record(job, "job.pause", by=by, at=at, reason=reason)
    return job


@transaction.atomic
def resume(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-1: let the clock count on; the deadline moves by what the pause took."""
    job, timer = _clock_of(job_id, "aftersales.dispatch_job", by=by)
    _follow(job, timers.resume(timer.pk, by=by, at=at))
    audit.record(job, "job.resume", by=by, at=at, due_at=job.due_at)
    return job


def _clock_of(job_id: int, right: str, *, by: Actor) -> tuple[Job, Timer]:
    by.need(right)
    job = Job.objects.visible_to(by).live().for_change(job_id)
    [timer] = Timer.objects.of(SUBJECT, [job.pk], "installation").open()
    return job, timer


def _follow(job: Job, timer: Timer) -> None:
    """Write a clock's new deadline into the job, where lists and figures read it."""
    job.due_at = timer.due_at
    job.save(update_fields=["starts_at", "due_at"])


@transaction.atomic
def complete(job_id: int, *, serial_number: str, photo: IO[bytes], by: Actor, at: datetime) -> Job:
    """AS-1: report the installation with serial number and photo; this stops the clock, late or not."""
    by.need("aftersales.work_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    if not serial_number.strip() or not photo:
        raise NothingReported(job=job)
    JOB.check(job, "complete")
    job.photo.save(f"{job.pk}.jpg", cleaned(photo), save=False)
    JOB.move(job, "complete", by=by, at=at, done_at=at, serial_number=serial_number.strip(), photo=job.photo)
    _end_visit(job, Outcome.DONE, at=at)
    timers.meet_many("installation", SUBJECT, [job.pk], by=by, at=at)
    return job  # type: ignore[no-any-return]


@transaction.atomic
def fail(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-5: report that it could not be installed, and why; the clock goes on until it is done or cancelled."""
    by.need("aftersales.work_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    _needed(reason, job)
    JOB.move(job, "fail", by=by, at=at, reason=reason)
    _end_visit(job, Outcome.FAILED, at=at, note=reason)
    return job  # type: ignore[no-any-return]


def _end_visit(job: Job, outcome: Outcome, *, at: datetime, note: str = "") -> None:
    """AS-4: end the visit that was planned, or one that nobody planned: whoever reports was there."""
    number = Visit.objects.filter(job=job).count() + 1
    planned = Visit.objects.filter(job=job, outcome=Outcome.PLANNED).first()
    assert job.owner_id is not None, "the database holds that a job at work has an owner"
    visit = planned or Visit(job=job, number=number, partner_id=job.owner_id)
    visit.outcome, visit.ended_at, visit.arrived_at, visit.note = outcome, at, visit.arrived_at or at, note
    visit.save()


@transaction.atomic
def reopen(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-1: try a failed installation again; dispatch starts over."""
    by.need("aftersales.dispatch_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    _needed(reason, job)
    JOB.move(job, "reopen", by=by, at=at, reason=reason, owner_id=None, dispatched_at=None, asked_since=at)
    later("aftersales.tasks.dispatch_all_due")
    return job  # type: ignore[no-any-return]


@transaction.atomic
def cancel(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """End a job that nobody needs any more (refunded, installed by the customer …), with the reason."""
    by.need("aftersales.cancel_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    _needed(reason, job)
    JOB.move(job, "cancel", by=by, at=at, reason=reason, cancelled_at=at)
    dispatch.answered(job, Answer.WITHDRAWN, by=by, at=at)
    timers.drop_many("installation", SUBJECT, [job.pk], by=by, at=at)
    return job  # type: ignore[no-any-return]


def _needed(reason: str, job: Job) -> None:
    if not reason.strip():
        raise ReasonMissing(job=job)


@transaction.atomic
def show(job_id: int, *, why: str, by: Actor, at: datetime) -> Receiver:
    """AU-2: return the customer's name, phone and address to who works on the job; written down with the reason."""
    by.need("aftersales.work_job")
    job = Job.objects.visible_to(by).live().for_change(job_id)
    _needed(why, job)
    if job.state in (JobState.OPEN, JobState.OFFERED) and not by.may("orders.show_order"):
        raise NotTakenOn(job=job)
    audit.record(job, "job.show", by=by, at=at, why=why.strip())
    return receivers.opened(job.order.receiver_sealed)
