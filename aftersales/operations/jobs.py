"""What is done with one installation job: answered, given to a person, taken up again, cancelled (AS-1, AS-2).

What happens at the customer's door stands in `visits`, what is done with the clock in `clocks`; both are offered here
as well, so that a door finds all operations of a job in one place.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Installer, Job
from aftersales.operations import clocks, hand_over, offering
from aftersales.operations.clocks import MissedAlready as MissedAlready
from aftersales.operations.clocks import NotLater as NotLater
from aftersales.operations.clocks import pause as pause
from aftersales.operations.clocks import resume as resume
from aftersales.operations.clocks import start_later as start_later
from aftersales.operations.holding import ENDS_WITH_THE_JOB, held, let_go_many, needed
from aftersales.operations.holding import ReasonMissing as ReasonMissing
from aftersales.operations.opening import SUBJECT
from aftersales.operations.visits import AppointmentPast as AppointmentPast
from aftersales.operations.visits import NothingReported as NothingReported
from aftersales.operations.visits import absent as absent
from aftersales.operations.visits import appoint as appoint
from aftersales.operations.visits import arrive as arrive
from aftersales.operations.visits import complete as complete
from aftersales.operations.visits import fail as fail
from aftersales.operations.visits import sign as sign
from aftersales.states.job import JOB, Answer, JobState
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.later import later
from opsdesk.sla import timers
from orders.operations import receivers
from orders.rules.identity import Receiver


class NotTakenOn(Refused):
    code, sentence = "not_taken_on", _("{job}: accept the job first; then you see whom to call.")


class NotYours(Refused):
    code, sentence = "installer_of_another", _("{installer} does not work for {partner}; choose somebody who does.")


@transaction.atomic
def accept(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-2, AS-3: take the job on; one that another partner still has passes over with this. Its visit clock starts."""
    by.need("aftersales.accept_job")
    job: Job = Job.objects.visible_to(by).for_change(job_id)
    waiting = hand_over.waiting_for(job, by=by)
    if waiting is not None:
        hand_over.take(job, waiting, by=by, at=at)
        return job
    JOB.move(job, "accept", by=by, at=at, facts={"partner": str(job.owner)}, accepted_at=at)
    answer = offering.answered(job, Answer.ACCEPTED, by=by, at=at)
    timers.start_many("visit", SUBJECT, [(job.pk, at)], by=by, at=at, round=answer.round if answer else 1)
    return job


@transaction.atomic
def decline(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-2, AS-3: refuse an offer, with the reason; the job is then offered onward, or stays with who has it."""
    by.need("aftersales.accept_job")
    job: Job = Job.objects.visible_to(by).for_change(job_id)
    needed(reason, job)
    waiting = hand_over.waiting_for(job, by=by)
    if waiting is not None:
        hand_over.refuse(job, waiting, reason=reason, by=by, at=at)
        return job
    said = {"partner": str(job.owner), "reason": reason}
    JOB.move(job, "decline", by=by, at=at, facts=said, owner_id=None, dispatched_at=None)
    offering.answered(job, Answer.DECLINED, by=by, at=at, reason=reason)
    later("aftersales.tasks.dispatch_all_due")
    return job


@transaction.atomic
def assign_installer(job_id: int, *, installer_id: int, by: Actor, at: datetime) -> Job:
    """AS-11: name the person of the partner's who goes; a planned visit is his, too."""
    job = held(job_id, "aftersales.assign_installer", by=by)
    JOB.check(job, "arrive")
    installer = Installer.objects.visible_to(by).active().for_change(installer_id)
    if installer.partner_id != job.owner_id:
        raise NotYours(installer=installer, partner=job.owner)
    job.installer = installer
    job.save(update_fields=["installer"])
    job.visits.planned().update(installer=installer)
    audit.record(job, "job.assign_installer", by=by, at=at, installer=installer.name)
    return job


@transaction.atomic
def reopen(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """AS-1: try a failed installation again; dispatch starts over."""
    job = held(job_id, "aftersales.dispatch_job", by=by)
    needed(reason, job)
    fresh: dict[str, Any] = {
        "owner_id": None,
        "installer_id": None,
        "dispatched_at": None,
        "asked_since": at,
        "appointed_at": None,
    }
    JOB.move(job, "reopen", by=by, at=at, reason=reason, hand_over_wanted_at=None, **fresh)
    let_go_many([job], ("hand_over", "visit"), by=by, at=at)
    clocks.go_on(job, because="reopened", by=by, at=at)
    later("aftersales.tasks.dispatch_all_due")
    return job


@transaction.atomic
def cancel(job_id: int, *, reason: str, by: Actor, at: datetime) -> Job:
    """End a job that nobody needs any more (refunded, installed by the customer …), with the reason."""
    job = held(job_id, "aftersales.cancel_job", by=by)
    needed(reason, job)
    JOB.move(job, "cancel", by=by, at=at, reason=reason, cancelled_at=at)
    let_go_many([job], (*ENDS_WITH_THE_JOB, "installation"), by=by, at=at)
    return job


@transaction.atomic
def show(job_id: int, *, why: str, by: Actor, at: datetime) -> Receiver:
    """AU-2: return the customer's name, phone and address to who works on the job; written down with the reason."""
    by.need("aftersales.work_job")
    job = Job.objects.held_by(by).live().for_change(job_id)
    needed(why, job)
    if job.state in (JobState.OPEN, JobState.OFFERED) and not by.may("orders.show_order"):
        raise NotTakenOn(job=job)
    audit.record(job, "job.show", by=by, at=at, why=why.strip())
    return receivers.opened(job.order.receiver_sealed)
