"""CF-13: what is looked at again after something changed, and the sweeps that find what a lost message missed."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from aftersales.models import Complaint, Deduction, Job, Refund
from aftersales.queries.jobs import touched_by_imports
from conflicts.operations import looking
from conflicts.queries import inquiries, losses, prices, regions
from opsdesk.actor import Actor
from opsdesk.audit.models import Event
from opsdesk.days import local
from opsdesk.sla import timers
from opsdesk.sla.models import Heartbeat, Timer
from orders.models import Line, Order

BEAT = "conflicts.following"
LOOK_BACK = timedelta(hours=6)  # orders of a long import carry the moment when it began
DAYS = 45  # how far back every night looks again; an older one is looked at when it changes
_DAY = timedelta(days=1)


def follow_imports(event_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """CF-13: look at what these imports may bear on."""
    _follow(touched_by_imports(event_ids), by=by, at=at)


def follow_orders(order_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """CF-13: look at what these orders, new or changed, may bear on: losses, sales, inquiries."""
    for name, pks in (
        ("losses", losses.touched(order_ids)),
        ("sales", regions.sales_among(list(order_ids))),
        ("inquiries", inquiries.touched(order_ids)),
    ):
        looking.look_at(name, pks, by=by, at=at)


def follow_events(event_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """CF-13: look at the orders, jobs, prices or items that these events are about."""
    subjects: dict[str, set[int]] = {}
    for kind, pk in Event.objects.filter(pk__in=event_ids).values_list("subject_type", "subject_id"):
        subjects.setdefault(kind, set()).add(pk)
    for kind, pks in subjects.items():
        _FOLLOWED[kind](pks, by=by, at=at)


def _refunds(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    orders = Refund.objects.filter(pk__in=pks).values_list("order_id", flat=True)
    looking.look_at("losses", orders, by=by, at=at)


def _jobs(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    orders = list(Job.objects.filter(pk__in=pks).values_list("order_id", flat=True))
    lost = Refund.objects.filter(order__in=orders).values_list("order_id", flat=True)
    looking.look_at("losses", lost, by=by, at=at)
    looking.look_at("installations", pks, by=by, at=at)
    looking.look_at("machines", pks, by=by, at=at)


def _prices(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    looking.look_at("prices", pks, by=by, at=at)


def _complaints(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    jobs = Complaint.objects.filter(pk__in=pks, job__isnull=False).values_list("job_id", flat=True)
    looking.look_at("installations", jobs, by=by, at=at)


def _deductions(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    jobs = Deduction.objects.filter(pk__in=pks).values_list("job_id", flat=True)
    looking.look_at("installations", jobs, by=by, at=at)


def _listings(pks: Collection[int], *, by: Actor, at: datetime) -> None:
    """What could not be compared before can be now."""
    _follow(Q(pk__in=Line.objects.filter(listing__in=pks).values("order_id")), by=by, at=at)


_FOLLOWED: dict[str, Callable[..., None]] = {
    "aftersales.refund": _refunds,
    "aftersales.job": _jobs,
    "aftersales.complaint": _complaints,
    "aftersales.deduction": _deductions,
    "channels.listing": _listings,
    "promotions.pricesignal": _prices,
}


def _follow(which: Q, *, by: Actor, at: datetime) -> None:
    for part in _parts(Order.objects.filter(which).order_by("pk").values_list("pk", flat=True).iterator(2000)):
        follow_orders(part, by=by, at=at)


def _parts(rows: Iterable[int]) -> Iterable[list[int]]:
    pks = list(rows)
    return (pks[start : start + looking.BATCH] for start in range(0, len(pks), looking.BATCH))


def follow_all_due(*, by: Actor, at: datetime) -> None:
    """CF-13: look at all that changed since the last complete run: what a lost message has missed; safe to repeat."""
    last = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    since = min(last or at, at) - LOOK_BACK
    _follow(Q(changed_at__gte=since), by=by, at=at)
    changed = Refund.objects.filter(Q(asked_at__gte=since) | Q(ended_at__gte=since)).values_list("pk", flat=True)
    _refunds(list(changed), by=by, at=at)
    missed = Timer.objects.filter(subject_type="aftersales.job", missed_at__gte=since)
    ended = Q(done_at__gte=since) | Q(pk__in=missed.values("subject_id"))
    _jobs(list(Job.objects.filter(ended).order_by("pk").values_list("pk", flat=True)), by=by, at=at)
    _prices(prices.unseen(), by=by, at=at)
    timers.beat(BEAT, at=at)


def look_all_due(*, by: Actor, at: datetime) -> None:
    """CF-13: every night: look again at the last weeks, day by day, and write down what could not be looked at."""
    today = local(at).date()
    looking.look_over(today - DAYS * _DAY, today, by=by, at=at)
    _prices(prices.unseen(), by=by, at=at)
