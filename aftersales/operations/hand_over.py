"""AS-3: a job that its agent will miss is offered to a third party in time; the agent keeps it until that accepts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from aftersales.models import DispatchRule, Job, Offer
from aftersales.operations import clocks, offering, telling
from aftersales.operations.dispatch import NotAnInstaller, by_hand
from aftersales.operations.holding import held, let_go_many, needed, not_frozen
from aftersales.operations.opening import BATCH, SUBJECT, chunks
from aftersales.queries import candidates, forecasts
from aftersales.rules import dispatch as rule
from aftersales.states.job import JOB, Answer, OfferKind
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.later import later
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState

Late = dict[int, tuple[str, ...]]


def hand_over_all_due(*, by: Actor, at: datetime) -> int:
    """AS-3: offer every job that its partner will probably miss to a third party that can still make it; return how
    many were looked for. Silence to such an offer passes it on; whom nobody is found for waits for the dispatcher."""
    while _close_silent(by=by, at=at):
        pass
    figures = forecasts.rule_on(at)
    if figures is None:
        return 0
    pks = list(_threatened(figures, at=at).order_by("due_at", "pk").values_list("pk", flat=True))
    return sum(_hand_over_some(part, figures, by=by, at=at) for part in chunks(pks, BATCH))


def _threatened(figures: DispatchRule, *, at: datetime) -> Any:
    """Jobs that somebody has, with a running clock whose end is near but not too near, and no offer out."""
    soon, latest = (at + timedelta(hours=h) for h in (figures.hand_over_lead_hours, figures.hand_over_latest_hours))
    stands = Timer.objects.filter(subject_type=SUBJECT, policy__code="installation", state=TimerState.PAUSED)
    return (
        Job.objects.filter(state__in=forecasts.HELD, frozen_at=None, hand_over_wanted_at=None)
        .filter(due_at__gte=latest, due_at__lte=soon)
        .filter(~Exists(Offer.objects.waiting().filter(job=OuterRef("pk"))))
        .filter(~Exists(stands.filter(subject_id=OuterRef("pk"))))
    )


@transaction.atomic
def _hand_over_some(pks: Sequence[int], figures: DispatchRule, *, by: Actor, at: datetime) -> int:
    """Look without a lock first: few of the jobs whose deadline is near are in danger."""
    feared = _late(list(_threatened(figures, at=at).filter(pk__among=pks)), figures, at=at)
    if not feared:
        return 0
    jobs = _threatened(figures, at=at).filter(pk__among=list(feared)).order_by("due_at", "pk").free_for_change(BATCH)
    late = _late(jobs, figures, at=at)  # asked again under the lock: an appointment may have been made meanwhile
    jobs = [job for job in jobs if job.pk in late]
    _look(jobs, late, by=by, at=at)
    return len(jobs)


def _late(jobs: Sequence[Job], figures: DispatchRule, *, at: datetime) -> Late:
    found = forecasts.forecasts_of(jobs, figures, at=at)
    return {pk: forecast.because for pk, forecast in found.items() if forecast.late}


def _look(jobs: Sequence[Job], late: Late, *, by: Actor, at: datetime) -> None:
    """Choose a third party for each and offer it; whom nobody is found for goes to the dispatcher's queue."""
    if not jobs:
        return
    facts, choices = candidates.gathered(jobs, at=at), []
    for job in jobs:
        claims, wanted = facts.claims[job.region_id or ""], facts.wanted[job.pk]
        found = rule.take_over(claims, job.owner_id or 0, facts.tried.get(job.pk, {}), wanted, facts.network)
        if found.partner:
            facts.network.take(found.partner, wanted)
        because = (*late.get(job.pk, ()), *found.because)
        choices.append((job, rule.Choice(found.partner, found.name, because, found.candidates)))
    offering.write_offers(choices, OfferKind.HAND_OVER, by=by, at=at)
    offering.record_hand_overs(choices, by=by, at=at)


@transaction.atomic
def hand_over(job_id: int, *, reason: str, partner_id: int | None = None, by: Actor, at: datetime) -> Job:
    """AS-3: a dispatcher wants somebody else to do it, with the reason: a partner of his choosing, or the best third
    party, those included who declined before. Whoever has the job keeps it until the other accepts."""
    job = held(job_id, "aftersales.dispatch_job", by=by)
    reason = needed(reason, job)
    JOB.check(job, "take_over")
    not_frozen(job)
    offering.answered(job, Answer.WITHDRAWN, by=by, at=at)
    job.asked_since = at
    job.save(update_fields=["asked_since"])
    if partner_id is None:
        _look([job], {job.pk: (f"by_hand:{reason}",)}, by=by, at=at)
    else:
        partner = Partner.objects.visible_to(by).for_change(partner_id)
        if not partner.active or partner.pk == job.owner_id:
            raise NotAnInstaller(partner=partner.name)
        choices = [(job, by_hand(partner, reason, by=by))]
        offering.write_offers(choices, OfferKind.HAND_OVER, by=by, at=at)
        offering.record_hand_overs(choices, by=by, at=at)
    job.refresh_from_db(fields=["hand_over_wanted_at"])
    return job


def waiting_for(job: Job, *, by: Actor) -> Offer | None:
    """AS-3: return the offer to take this job over that this person may answer; staff may answer for a partner."""
    offer: Offer | None = Offer.objects.waiting().hand_overs().filter(job=job).first()
    if offer is None or by.company or not by.partners:
        return offer
    return offer if Partner.objects.within(by.partners).filter(pk=offer.partner_id).exists() else None


def take(job: Job, offer: Offer, *, by: Actor, at: datetime) -> None:
    """AS-3: pass a job to who accepts it, in one step: never without an owner, never with two. The visit that the
    other one planned will not take place and pays nobody; the new one's clock starts. A part of `jobs.accept`."""
    not_frozen(job)
    was = job.owner
    JOB.check(job, "take_over")
    offering.close([job], Answer.ACCEPTED, by=by, at=at)
    let_go_many([job], ("visit",), by=by, at=at)
    clocks.go_on(job, because="handed_over", by=by, at=at)
    JOB.move(
        job,
        "take_over",
        by=by,
        at=at,
        facts={"was": str(was), "partner": str(offer.partner), "because": offer.because},
        owner_id=offer.partner_id,
        installer_id=None,
        accepted_at=at,
        appointed_at=None,
        handed_over_at=at,
        hand_over_wanted_at=None,
        reason="",
    )
    timers.start_many("visit", SUBJECT, [(job.pk, at)], by=by, at=at, round=offer.round)
    telling.tell_taken(job, was, offer, at=at)


def refuse(job: Job, offer: Offer, *, reason: str, by: Actor, at: datetime) -> None:
    """AS-3: note that a third party will not take the job over; who has it keeps it. A part of `jobs.decline`."""
    offering.close([job], Answer.DECLINED, by=by, at=at, reason=reason)
    audit.record(job, "job.decline_hand_over", by=by, at=at, partner=str(offer.partner), reason=reason)
    later("aftersales.tasks.hand_over_all_due")


@transaction.atomic
def _close_silent(*, by: Actor, at: datetime) -> int:
    """Close the hand-over offers that nobody answered in time; their jobs are looked at again at once."""
    clocks_missed = Timer.objects.filter(subject_type=SUBJECT, policy__code="hand_over", missed_at__isnull=False).open()
    silent = Job.objects.live().filter(frozen_at=None, pk__in=clocks_missed.values("subject_id"))
    jobs = silent.order_by("due_at", "pk").free_for_change(BATCH)
    still = set(clocks_missed.filter(subject_id__in=[job.pk for job in jobs]).values_list("subject_id", flat=True))
    jobs = [job for job in jobs if job.pk in still]
    offering.close(jobs, Answer.SILENT, by=by, at=at)
    return len(jobs)
