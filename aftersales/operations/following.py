"""What becomes of jobs when their orders change: cancelled with a closed order, moved with a corrected address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from aftersales.models import Job
from aftersales.operations.holding import ENDS_WITH_THE_JOB, let_go_many
from aftersales.operations.opening import BATCH, chunks, open_all_due
from aftersales.states.job import JOB, LIVE
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.sla import timers
from opsdesk.sla.models import Heartbeat
from orders.models import Order
from orders.states import OrderState

LOOK_BACK = timedelta(days=2)  # an import may take long, and its orders carry the moment when it began
BEAT = "aftersales.following"


def follow_all_due(*, by: Actor, at: datetime) -> None:
    """Open, cancel and move jobs after whatever changed since the last complete run; safe to repeat and to kill."""
    last = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    since = min(last, at) - LOOK_BACK if last else None
    follow(Q(changed_at__gte=since) if since else Q(), by=by, at=at)
    timers.beat(BEAT, at=at)


def follow(which: Q, *, by: Actor, at: datetime) -> None:
    """Open the missing jobs of these orders, cancel those of closed ones, and move those whose region changed."""
    open_all_due(which, by=by, at=at)
    jobs = Job.objects.live().filter(order__in=Order.objects.filter(which).values("pk"))
    closed = jobs.filter(order__state=OrderState.CLOSED).order_by("pk").values_list("pk", flat=True)
    for part in chunks(closed, BATCH):
        _cancel(part, by=by, at=at)
    elsewhere = jobs.filter(order__region__isnull=False).exclude(region=F("order__region"))
    lost = jobs.filter(order__region__isnull=False, region=None)
    for part in chunks((elsewhere | lost).order_by("pk").values_list("pk", flat=True), BATCH):
        _move(part, by=by, at=at)


@transaction.atomic
def _cancel(job_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """OR-7: nobody drives to a customer whose order was closed; installer and clocks are let go."""
    jobs = Job.objects.filter(pk__in=job_ids, state__in=LIVE).order_by("pk").free_for_change(BATCH)
    values = {"reason": "订单已关闭", "cancelled_at": at}
    JOB.move_many(jobs, "cancel", by=by, at=at, changes=[values] * len(jobs))
    let_go_many(jobs, (*ENDS_WITH_THE_JOB, "installation"), by=by, at=at)


@transaction.atomic
def _move(job_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """CH-6: a job lies where its order's address lies; one that nobody has is dispatched anew."""
    jobs = Job.objects.filter(pk__in=job_ids).select_related("order").order_by("pk").free_for_change(BATCH)
    facts = [(job, audit.changed({"region": job.region_id}, {"region": job.order.region_id})) for job in jobs]
    for job in jobs:
        job.region_id = job.order.region_id
        job.dispatched_at = None if job.owner_id is None else job.dispatched_at
    Job.objects.bulk_update(jobs, ["region_id", "dispatched_at"])
    audit.record_many(facts, "job.move", by=by, at=at)
