"""Who has a job and may work on it, and what is let go with it: offers, planned visits, clocks."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Offer, Visit
from aftersales.operations.opening import SUBJECT
from aftersales.states.job import Answer, Outcome
from opsdesk.actor import Actor
from opsdesk.errors import Refused
from opsdesk.sla import timers

ENDS_WITH_THE_JOB = ("acceptance", "hand_over", "visit", "absence", "urge_reply")
"""The clocks that stop when a job is cancelled; the installation's own is stopped by who knows whether it was met."""


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("{job}: say why.")


class Frozen(Refused):
    code, sentence = "frozen", _("{job} is frozen ({why}): nobody is sent until it is clear what becomes of it.")


def held(job_id: int, right: str, *, by: Actor) -> Job:
    """Return a job that this person may work on, locked; one merely offered to him while another has it is not his."""
    by.need(right)
    job: Job = Job.objects.held_by(by).for_change(job_id)
    return job


def needed(reason: str, job: Job) -> str:
    """Return the reason, or refuse to go on without one."""
    if not reason.strip():
        raise ReasonMissing(job=job)
    return reason.strip()


def not_frozen(job: Job) -> None:
    """AS-6: refuse to send anybody while a refund may end the job."""
    if job.frozen_at:
        raise Frozen(job=job, why=job.frozen_because)


def let_go_many(jobs: Sequence[Job], policies: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Withdraw these jobs' waiting offers, cancel their planned visits, drop their clocks of these policies."""
    pks = [job.pk for job in jobs]
    Offer.objects.filter(job__in=pks, answer=Answer.WAITING).update(answer=Answer.WITHDRAWN, answered_at=at)
    Visit.objects.planned().filter(job__in=pks).update(outcome=Outcome.CANCELLED, ended_at=at)
    for policy in policies:
        timers.drop_many(policy, SUBJECT, pks, by=by, at=at)
