"""CF-3, CF-13: who had to do with the installation of an order: offered, refused, late, failed, done. Four queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from aftersales.models import Job, Offer, Visit
from aftersales.states.job import Answer, JobState, OfferKind, Outcome, Payer
from conflicts.rules.sales import Told
from opsdesk.sla.models import Timer

_ANSWERS = {Answer.DECLINED: "declined", Answer.SILENT: "silent"}


def of_orders(order_ids: Collection[int]) -> dict[int, list[Told]]:
    """Return what each partner was told of these orders and what he did, in the order of time."""
    if not order_ids:
        return {}
    jobs = {job.pk: job for job in Job.objects.filter(order__in=order_ids).select_related("owner").order_by("pk")}
    found: dict[int, list[Told]] = defaultdict(list)
    for one in (*_offers(jobs), *_ends(jobs), *_visits(jobs), *_missed(jobs)):
        found[jobs[one.job].order_id].append(one)
    return {order: sorted(rows, key=lambda one: (one.at, one.job, one.what)) for order, rows in found.items()}


def _rows(jobs: dict[int, Job]) -> Any:
    return Offer.objects.filter(job__in=jobs, partner__isnull=False).select_related("partner").order_by("pk")


def _offers(jobs: dict[int, Job]) -> Iterator[Told]:
    """Offers and their answers; who had accepted and lost the job to another one, had it handed over."""
    for offer in _rows(jobs):
        path, job = offer.partner.path, jobs[offer.job_id]
        yield Told("offered", path, offer.offered_at, offer.job_id)
        if offer.answer in _ANSWERS and offer.kind == OfferKind.OFFER:
            yield Told(_ANSWERS[offer.answer], path, offer.answered_at or offer.due_at or offer.offered_at, job.pk)
        elif offer.answer == Answer.ACCEPTED and job.handed_over_at and offer.partner_id != job.owner_id:
            yield Told("handed_over", path, job.handed_over_at, job.pk)


def _ends(jobs: dict[int, Job]) -> Iterator[Told]:
    for job in jobs.values():
        if job.owner is None:
            continue
        if job.state == JobState.DONE and job.done_at:
            yield Told("installed", job.owner.path, job.done_at, job.pk)
        elif job.state == JobState.CANCELLED and job.cancelled_at:
            yield Told("cancelled", job.owner.path, job.cancelled_at, job.pk)


def _visits(jobs: dict[int, Job]) -> Iterator[Told]:
    failed = Visit.objects.filter(job__in=jobs, outcome=Outcome.FAILED, payer=Payer.PARTNER, ended_at__isnull=False)
    for visit in failed.select_related("partner").order_by("pk"):
        yield Told("failed", visit.partner.path, visit.ended_at or visit.job.opened_at, visit.job_id)


def _missed(jobs: dict[int, Job]) -> Iterator[Told]:
    """Deadlines missed while somebody had the job."""
    clocks = Timer.objects.of("aftersales.job", jobs, "installation").filter(missed_at__isnull=False).order_by("pk")
    for pk, missed_at in clocks.values_list("subject_id", "missed_at"):
        job = jobs[pk]
        if job.owner and job.accepted_at and missed_at and job.accepted_at < missed_at:
            yield Told("late", job.owner.path, missed_at, pk)
