"""AS-1, AS-4: what happens at the customer's door: appointed, arrived, done, failed, nobody at home."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, JobPhoto, Visit, VisitCause, VisitMove
from aftersales.operations import clocks, offering
from aftersales.operations.holding import held, needed
from aftersales.operations.opening import SUBJECT
from aftersales.states.job import JOB, Answer, Outcome, Payer
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.photos import cleaned
from opsdesk.sla import timers

RIGHT = "aftersales.work_job"
MOST_PHOTOS = 9


class NothingReported(Refused):
    code, sentence = "report_incomplete", _("{job}: a completion report needs the serial number and a photo.")


class TooManyPhotos(Refused):
    code, sentence = "too_many_photos", _("{job}: at most {most} photos; leave some out.")


class AppointmentPast(Refused):
    code, sentence = "appointment_past", _("{job}: the appointment lies in the past; choose a later moment.")


class WhoAsked(Refused):
    code = "appointment_move_unexplained"
    sentence = _("{job}: to move the appointment, say who asked for it (customer or installer) and why.")


class AlreadyThere(Refused):
    code, sentence = "already_there", _("{job}: the installer is there since {since}; report how it ended first.")


class UnknownCause(Refused):
    code, sentence = "unknown_cause", _("{job}: “{cause}” is not a cause in force today; choose one of the list.")


class NotThere(Refused):
    code, sentence = "not_there", _("{job}: the customer signs while the installer is there; report the arrival first.")


@transaction.atomic
def appoint(
    job_id: int, *, appointed_at: datetime, reason: str = "", asked_by: str = "", by: Actor, at: datetime
) -> Job:
    """AS-1: plan a visit for the moment agreed with the customer; moving it needs who asked and why. The deadline
    does not move by it; a clock that stood because the customer was away goes on."""
    job = held(job_id, RIGHT, by=by)
    if appointed_at < at:
        raise AppointmentPast(job=job)
    JOB.check(job, "appoint")
    visit = _planned(job)
    if visit is None:
        _new(job, planned_at=appointed_at, asked_by=asked_by)
    else:
        _move(job, visit, VisitMove(now_at=appointed_at, asked_by=asked_by, reason=reason.strip()), by=by, at=at)
    clocks.go_on(job, because="appointed", by=by, at=at)
    if appointed_at <= job.due_at:
        _stays_here(job, by=by, at=at)
    JOB.move(job, "appoint", by=by, at=at, appointed_at=appointed_at)
    return job


def _move(job: Job, visit: Visit, move: VisitMove, *, by: Actor, at: datetime) -> None:
    if visit.arrived_at:
        raise AlreadyThere(job=job, since=_moment(visit.arrived_at))
    if move.now_at == visit.planned_at:
        return
    if not move.reason or not move.asked_by:
        raise WhoAsked(job=job)
    move.visit, move.was_at, move.moved_at, move.moved_by = visit, visit.planned_at or at, at, by.name
    move.save()
    visit.planned_at, visit.asked_by = move.now_at, move.asked_by
    visit.save(update_fields=["planned_at", "asked_by"])
    said = {"appointed_at": move.now_at, "asked_by": move.get_asked_by_display(), "reason": move.reason}
    audit.record(job, "job.move_visit", by=by, at=at, **said)


@transaction.atomic
def arrive(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-1: say that the installer is there; without an appointment, too. Nobody else takes the job over any more."""
    job = held(job_id, RIGHT, by=by)
    JOB.check(job, "arrive")
    visit = _planned(job) or _new(job, planned_at=at)
    if visit.arrived_at:
        raise AlreadyThere(job=job, since=_moment(visit.arrived_at))
    visit.arrived_at = at
    visit.save(update_fields=["arrived_at"])
    clocks.go_on(job, because="arrived", by=by, at=at)
    _stays_here(job, by=by, at=at)
    timers.meet_many("visit", SUBJECT, [job.pk], by=by, at=at)
    JOB.move(job, "arrive", by=by, at=at, appointed_at=job.appointed_at or at)
    return job


@transaction.atomic
def sign(job_id: int, *, signature: IO[bytes], by: Actor, at: datetime) -> Job:
    """AS-1: keep the customer's signature (a picture) with the visit under way; before the completion is reported."""
    job = held(job_id, RIGHT, by=by)
    visit = _planned(job)
    if visit is None or not visit.arrived_at:
        raise NotThere(job=job)
    visit.signature.save(f"{job.pk}-{visit.number}.jpg", cleaned(signature), save=False)
    visit.save(update_fields=["signature"])
    audit.record(job, "job.sign", by=by, at=at)
    return job


@transaction.atomic
def complete(
    job_id: int,
    *,
    serial_number: str,
    photo: IO[bytes],
    photos: Sequence[IO[bytes]] = (),
    by: Actor,
    at: datetime,
) -> Job:
    """AS-1: report the installation with serial number and photo, and more photos; this stops the clock, late or not.

    Whoever reports first has done it: an offer to take the job over is withdrawn.
    """
    job = held(job_id, RIGHT, by=by)
    if not serial_number.strip() or not photo:
        raise NothingReported(job=job)
    if len(photos) >= MOST_PHOTOS:
        raise TooManyPhotos(job=job, most=MOST_PHOTOS)
    JOB.check(job, "complete")
    visit = _end(job, Outcome.DONE, at=at)
    job.photo.save(f"{job.pk}.jpg", cleaned(photo), save=False)
    _keep(job, visit, photos, at=at)
    clocks.end(job, by=by, at=at)
    _stays_here(job, by=by, at=at)
    timers.meet_many("visit", SUBJECT, [job.pk], by=by, at=at)
    timers.drop_many("urge_reply", SUBJECT, [job.pk], by=by, at=at)
    said: dict[str, Any] = {"serial_number": serial_number.strip(), "photo": job.photo, "urged_at": None}
    JOB.move(job, "complete", by=by, at=at, done_at=at, **said)
    return job


def _keep(job: Job, visit: Visit, photos: Sequence[IO[bytes]], *, at: datetime) -> None:
    """Keep the photos of a report in order; the first is the job's own and lies in one file only."""
    rows = [JobPhoto(job=job, visit=visit, number=n, taken_at=at) for n in range(1, len(photos) + 2)]
    rows[0].photo = job.photo.name
    for row, photo in zip(rows[1:], photos, strict=True):
        row.photo.save(f"{job.pk}-{row.number}.jpg", cleaned(photo), save=False)
    JobPhoto.objects.bulk_create(rows)


@transaction.atomic
def fail(job_id: int, *, reason: str, cause: str = "", by: Actor, at: datetime) -> Job:
    """AS-4, AS-5: report that it could not be installed: the visit ends with its cause, which says who pays it and
    whether the clock stands still. Otherwise the clock goes on until it is done or cancelled."""
    job = held(job_id, RIGHT, by=by)
    reason = needed(reason, job)
    JOB.check(job, "fail")
    why = _cause(job, cause, at=at)
    visit = _end(job, Outcome.FAILED, note=reason, cause=cause, payer=why.payer if why else Payer.COMPANY, at=at)
    timers.meet_many("visit", SUBJECT, [job.pk], by=by, at=at)
    if why and why.pauses_clock:
        clocks.stand(job, reason=why.label, round=visit.number, by=by, at=at)
    JOB.move(job, "fail", by=by, at=at, reason=reason, facts={"cause": why.label if why else ""})
    return job


@transaction.atomic
def absent(job_id: int, *, note: str = "", by: Actor, at: datetime) -> Job:
    """AS-1: report that the customer was not at home: the visit ends, the clock stands until a new appointment, at
    most as long as the policy “absence” allows (`go_on_all_due`)."""
    job = held(job_id, RIGHT, by=by)
    JOB.check(job, "absent")
    why = _cause(job, "absent", at=at)
    assert why is not None
    visit = _end(job, Outcome.ABSENT, note=note, cause=why.code, payer=why.payer, at=at)
    timers.meet_many("visit", SUBJECT, [job.pk], by=by, at=at)
    if why.pauses_clock:
        clocks.stand(job, reason=why.label, round=visit.number, by=by, at=at)
    JOB.move(job, "absent", by=by, at=at, appointed_at=None, facts={"paused_until": job.paused_until})
    return job


def _cause(job: Job, code: str, *, at: datetime) -> VisitCause | None:
    if not code:
        return None
    found = VisitCause.objects.in_force(timezone.localdate(at)).filter(code=code).first()
    if found is None:
        raise UnknownCause(job=job, cause=code)
    return found  # type: ignore[no-any-return]


def _planned(job: Job) -> Visit | None:
    return Visit.objects.planned().filter(job=job).first()  # type: ignore[no-any-return]


def _new(job: Job, **fields: object) -> Visit:
    number = Visit.objects.filter(job=job).count() + 1
    assert job.owner_id is not None  # the machine lets nobody work on a job without an owner
    mine = {"partner_id": job.owner_id, "installer_id": job.installer_id}
    return Visit.objects.create(job=job, number=number, **mine, **fields)  # type: ignore[no-any-return]


def _end(job: Job, outcome: Outcome, *, at: datetime, **fields: object) -> Visit:
    """End the planned visit, or one that nobody planned: whoever reports was there."""
    visit = _planned(job) or _new(job)
    visit.outcome, visit.ended_at, visit.arrived_at = outcome, at, visit.arrived_at or at
    visit.installer_id = visit.installer_id or job.installer_id
    for name, value in fields.items():
        setattr(visit, name, value)
    visit.save()
    return visit


def _stays_here(job: Job, *, by: Actor, at: datetime) -> None:
    """AS-3: nobody needs to take the job over any more."""
    offering.answered(job, Answer.WITHDRAWN, by=by, at=at)
    if job.hand_over_wanted_at:
        job.hand_over_wanted_at = None
        job.save(update_fields=["hand_over_wanted_at"])


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"
