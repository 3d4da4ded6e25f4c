"""AS-1: opens an installation job for every order whose goods have arrived, set-based."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from aftersales.models import Job
from aftersales.queries import jobs as queries
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.sla import timers
from orders.models import Order

T = TypeVar("T")
BATCH = 1000
SUBJECT = "aftersales.job"


def open_all_due(which: Q, *, by: Actor, at: datetime) -> int:
    """Open the jobs that are missing for these orders, a transaction per thousand; return how many."""
    wanted = list(queries.wanting_a_job(which))
    return sum(len(open_many(part, by=by, at=at)) for part in chunks(wanted, BATCH))


@transaction.atomic
def open_many(order_ids: Sequence[int], *, by: Actor, at: datetime) -> list[Job]:
    """AS-1: open a job for each of these orders that has none; its clock starts when the goods were signed for.

    Where nobody said when, it starts when the order was completed, else now; the event says which.
    """
    orders = Order.objects.filter(pk__in=order_ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    taken = set(Job.objects.filter(order__in=order_ids).values_list("order_id", flat=True))
    starts = [(order, *_start(order, at)) for order in orders if order.pk not in taken]
    if not starts:
        return []
    jobs = Job.objects.bulk_create(
        [
            Job(order=order, region_id=order.region_id, starts_at=start, due_at=start, opened_at=at)
            for order, start, _ in starts
        ]
    )
    clocks = timers.start_many(
        "installation",
        SUBJECT,
        [(job.pk, start) for job, (_, start, _) in zip(jobs, starts, strict=True)],
        by=by,
        at=at,
    )
    for job, clock in zip(jobs, clocks, strict=True):
        job.due_at = clock.due_at
    Job.objects.bulk_update(jobs, ["due_at"])
    facts = [
        (job, {"because": because, "due_at": job.due_at}) for job, (_, _, because) in zip(jobs, starts, strict=True)
    ]
    audit.record_many(facts, "job.open", by=by, at=at)
    return jobs


def _start(order: Order, at: datetime) -> tuple[datetime, str]:
    if order.signed_at:
        return order.signed_at, "signed_at"
    if order.completed_at:
        return order.completed_at, "completed_at"
    return at, "unknown"


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most `size`."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
