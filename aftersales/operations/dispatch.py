"""AS-2: offers jobs to the agents whose territory holds the address, a thousand at a time, and offers them onward."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from aftersales.operations import offering
from aftersales.operations.holding import held, needed, not_frozen
from aftersales.operations.opening import BATCH, SUBJECT
from aftersales.rules import dispatch as rule
from aftersales.states.job import JOB, Answer
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.errors import Refused
from opsdesk.sla.models import Timer


class NotAnInstaller(Refused):
    code, sentence = "not_an_installer", _("{partner} is not active; choose another partner.")


def dispatch_all_due(*, by: Actor, at: datetime) -> int:
    """Offer every open job that dispatch has not looked at yet; return how many. Workers share the work."""
    return sum(iter(lambda: _dispatch_some(by=by, at=at), 0))


@transaction.atomic
def _dispatch_some(*, by: Actor, at: datetime) -> int:
    jobs = Job.objects.to_dispatch().order_by("due_at", "pk").free_for_change(BATCH)
    return len(offering.offer(jobs, by=by, at=at))


@transaction.atomic
def dispatch(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-2: look for an agent again, with the territories of today; who declined before may be asked again."""
    job = held(job_id, "aftersales.dispatch_job", by=by)
    JOB.check(job, "offer")
    not_frozen(job)
    offering.close([job], Answer.WITHDRAWN, by=by, at=at)
    job.asked_since = at
    job.save(update_fields=["asked_since"])
    offering.offer([job], by=by, at=at)
    return job


@transaction.atomic
def assign(job_id: int, *, partner_id: int, reason: str, by: Actor, at: datetime) -> Job:
    """AS-2: offer a job to a partner of a person's own choosing, with the reason."""
    job = held(job_id, "aftersales.dispatch_job", by=by)
    partner = Partner.objects.visible_to(by).for_change(partner_id)
    if not partner.active:
        raise NotAnInstaller(partner=partner.name)
    needed(reason, job)
    JOB.check(job, "offer")
    not_frozen(job)
    offering.close([job], Answer.WITHDRAWN, by=by, at=at)
    offering.write([(job, by_hand(partner, reason, by=by))], by=by, at=at)
    return job


def by_hand(partner: Partner, reason: str, *, by: Actor) -> rule.Choice:
    """Return the choice that a person made."""
    chosen = rule.Candidate(partner.pk, partner.name, True, (f"by_hand:{by.name}",))
    return rule.Choice(partner.pk, partner.name, (f"by_hand:{reason}",), (chosen,))


def offer_onward_all_due(*, by: Actor, at: datetime) -> int:
    """AS-2: silence is no answer: offer onward whatever was not answered in time; return how many."""
    return sum(iter(lambda: _offer_onward_some(by=by, at=at), 0))


@transaction.atomic
def _offer_onward_some(*, by: Actor, at: datetime) -> int:
    late = Job.objects.not_accepted().filter(frozen_at=None, pk__in=_silent().values("subject_id"))
    locked = late.order_by("due_at", "pk").free_for_change(BATCH)
    # asked again under the lock: another worker may have offered one onward since the list was made
    silent = set(_silent().filter(subject_id__in=[job.pk for job in locked]).values_list("subject_id", flat=True))
    jobs = [job for job in locked if job.pk in silent]
    offering.close(jobs, Answer.SILENT, by=by, at=at)
    offering.offer(jobs, by=by, at=at)
    return len(jobs)


def _silent() -> Any:
    """The clocks of offers that were not answered in time."""
    return Timer.objects.filter(subject_type=SUBJECT, policy__code="acceptance", missed_at__isnull=False).open()
