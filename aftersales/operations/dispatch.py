"""AS-2: offers jobs to the agents whose territory holds the address, a thousand at a time, and offers them onward."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Offer
from aftersales.operations.opening import BATCH, SUBJECT
from aftersales.queries import jobs as queries
from aftersales.rules import dispatch as rule
from aftersales.states.job import JOB, Answer, JobState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.errors import Refused
from opsdesk.sla import timers
from opsdesk.sla.models import Timer


class NotAnInstaller(Refused):
    code, sentence = "not_an_installer", _("{partner} is not active; choose another partner.")


def dispatch_all_due(*, by: Actor, at: datetime) -> int:
    """Offer every open job that dispatch has not looked at yet; return how many. Workers share the work."""
    total = 0
    while done := _dispatch_some(by=by, at=at):
        total += done
    return total


@transaction.atomic
def _dispatch_some(*, by: Actor, at: datetime) -> int:
    jobs = Job.objects.to_dispatch().order_by("due_at", "pk").free_for_change(BATCH)
    return len(_offer(jobs, by=by, at=at))


@transaction.atomic
def dispatch(job_id: int, *, by: Actor, at: datetime) -> Job:
    """AS-2: look for an agent again, with the territories of today; who declined before may be asked again."""
    by.need("aftersales.dispatch_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    JOB.check(job, "offer")
    _close_offers([job], Answer.WITHDRAWN, by=by, at=at)
    job.asked_since = at
    job.save(update_fields=["asked_since"])
    _offer([job], by=by, at=at)
    return job  # type: ignore[no-any-return]


@transaction.atomic
def assign(job_id: int, *, partner_id: int, reason: str, by: Actor, at: datetime) -> Job:
    """AS-2: offer a job to a partner of a person's own choosing, with the reason."""
    by.need("aftersales.dispatch_job")
    job = Job.objects.visible_to(by).for_change(job_id)
    partner = Partner.objects.visible_to(by).for_change(partner_id)
    if not partner.active:
        raise NotAnInstaller(partner=partner.name)
    JOB.check(job, "offer")
    _close_offers([job], Answer.WITHDRAWN, by=by, at=at)
    chosen = rule.Candidate(partner.pk, partner.name, True, (f"by_hand:{by.name}",))
    _write([(job, rule.Choice(partner.pk, partner.name, (f"by_hand:{reason}",), (chosen,)))], by=by, at=at)
    return job  # type: ignore[no-any-return]


def offer_onward_all_due(*, by: Actor, at: datetime) -> int:
    """AS-2: silence is no answer: offer onward whatever was not answered in time; return how many."""
    total = 0
    while done := _offer_onward_some(by=by, at=at):
        total += done
    return total


@transaction.atomic
def _offer_onward_some(*, by: Actor, at: datetime) -> int:
    late = Job.objects.not_accepted().filter(frozen_at=None, pk__in=_silent().values("subject_id"))
    locked = late.order_by("due_at", "pk").free_for_change(BATCH)
    # asked again under the lock: another worker may have offered one onward since the list was made
    silent = set(_silent().filter(subject_id__in=[job.pk for job in locked]).values_list("subject_id", flat=True))
    jobs = [job for job in locked if job.pk in silent]
    _close_offers(jobs, Answer.SILENT, by=by, at=at)
    _offer(jobs, by=by, at=at)
    return len(jobs)


def _silent() -> Any:
    """The clocks of offers that were not answered in time."""
    return Timer.objects.filter(subject_type=SUBJECT, policy__code="acceptance", missed_at__isnull=False).open()


def answered(job: Job, answer: Answer, *, by: Actor, at: datetime, reason: str = "") -> Offer | None:
    """Write the answer to a job's waiting offer and stop the clock of its acceptance; a part of its operation."""
    offer = Offer.objects.filter(job=job, answer=Answer.WAITING).first()
    _close_offers([job], answer, by=by, at=at, reason=reason)
    return offer


def _close_offers(jobs: Sequence[Job], answer: Answer, *, by: Actor, at: datetime, reason: str = "") -> None:
    if not jobs:
        return
    waiting = Offer.objects.filter(job__in=jobs, answer=Answer.WAITING)
    waiting.update(answer=answer, answered_at=at, reason=reason)
    end = timers.meet_many if answer in (Answer.ACCEPTED, Answer.DECLINED) else timers.drop_many
    end("acceptance", SUBJECT, [job.pk for job in jobs], by=by, at=at)


def _offer(jobs: Sequence[Job], *, by: Actor, at: datetime) -> Sequence[Job]:
    """Choose for each job and write the offers; a fixed number of statements per thousand."""
    if not jobs:
        return jobs
    claims, tried = queries.claims_of(jobs, at=at), queries.tried_of(jobs)
    choices = [
        (job, rule.choose(job.region_id or "", claims[job.region_id or ""], tried.get(job.pk, {}))) for job in jobs
    ]
    _write(choices, by=by, at=at)
    return jobs


def _write(choices: Sequence[tuple[Job, rule.Choice]], *, by: Actor, at: datetime) -> None:
    rounds = _next_rounds([job for job, _choice in choices])
    Offer.objects.bulk_create([_offer_of(job, choice, rounds[job.pk], at) for job, choice in choices], batch_size=1000)
    found = [(job, choice) for job, choice in choices if choice.partner]
    none = [(job, choice) for job, choice in choices if not choice.partner]
    JOB.move_many(
        [job for job, _choice in found],
        "offer",
        by=by,
        at=at,
        changes=[{"owner_id": choice.partner, "dispatched_at": at} for _job, choice in found],
        facts=[{"partner": choice.name, "because": list(choice.because)} for _job, choice in found],
    )
    _nobody(none, by=by, at=at)
    for number in {rounds[job.pk] for job, _choice in found}:
        offered = [(job.pk, at) for job, _choice in found if rounds[job.pk] == number]
        timers.start_many("acceptance", SUBJECT, offered, by=by, at=at, round=number)


def _offer_of(job: Job, choice: rule.Choice, number: int, at: datetime) -> Offer:
    return Offer(
        job=job,
        round=number,
        partner_id=choice.partner,
        offered_at=at,
        answer=Answer.WAITING if choice.partner else Answer.WITHDRAWN,
        because="；".join(choice.because)[:300],
        candidates=[
            {"partner": c.partner, "name": c.name, "chosen": c.chosen, "because": list(c.because)}
            for c in choice.candidates
        ],
    )


def _nobody(choices: Sequence[tuple[Job, rule.Choice]], *, by: Actor, at: datetime) -> None:
    """Leave jobs without a candidate in the queue “no agent”; whoever looked at them already is not told again."""
    offered = [job for job, _choice in choices if job.state == JobState.OFFERED]
    JOB.move_many(
        offered,
        "run_out",
        by=by,
        at=at,
        changes=[{"owner_id": None, "dispatched_at": at}] * len(offered),
        facts=[{"because": ["all_tried"]}] * len(offered),
    )
    fresh = [job.pk for job, _choice in choices if job.state == JobState.OPEN and job not in offered]
    Job.objects.filter(pk__in=fresh).update(dispatched_at=at)


def _next_rounds(jobs: Sequence[Job]) -> dict[int, int]:
    rounds = {job.pk: 1 for job in jobs}
    for job, number in Offer.objects.filter(job__in=jobs).values_list("job_id", "round"):
        rounds[job] = max(rounds[job], number + 1)
    return rounds
