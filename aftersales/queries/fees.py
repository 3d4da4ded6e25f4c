"""AS-4: which visits are to be paid, for what work, and under which rows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from aftersales.models import FeeHold, FeeRate, Job, Visit
from aftersales.queries import callbacks
from aftersales.rules import fees as rule
from aftersales.states.extra import OrderChannel
from aftersales.states.job import Outcome, Payer
from channels.models import Entry, Product
from channels.states import EntryKind, PlatformKind
from orders.models import Line

SOURCE = "aftersales.visit"
CAME = (Outcome.DONE, Outcome.FAILED, Outcome.ABSENT)


@dataclass(frozen=True)
class Difference:
    """A fee that would be another one today: the entry, what was booked, what the rule says, and why."""

    entry: int
    booked_yuan: Decimal
    now_yuan: Decimal | None
    because: tuple[str, ...]


def rows() -> list[rule.FeeRow]:
    """Return all rates, those of other times, too: each work is paid under the rows of its own day. One query."""
    found = FeeRate.objects.order_by("pk").values_list(
        "pk", "partner_id", "region_id", "product_id", "series", "channel", "amount_yuan", "valid_from", "valid_to"
    )
    return [
        rule.FeeRow(pk, partner, region or "", product, series, channel, amount, since, until)
        for pk, partner, region, product, series, channel, amount, since, until in found
    ]


def payable() -> QuerySet[Visit]:
    """AS-4: the visits that cost the company a fee and have none yet: done, or in vain through no fault of his."""
    booked = Entry.objects.filter(source_type=SOURCE, source_id=OuterRef("pk"), kind=EntryKind.FEE)
    came = Visit.objects.filter(outcome__in=CAME, payer=Payer.COMPANY)
    return came.filter(~Exists(booked))


def payable_after(pk: int, most: int) -> list[Visit]:
    """Return the next payable visits by key. One query."""
    return list(payable().filter(pk__gt=pk).select_related("job__order__shop__platform").order_by("pk")[:most])


def releasable(visits: Sequence[Visit], *, at: datetime) -> list[Visit]:
    """AS-4: FEE_HOLD: return the visits whose fee is not held back any more.

    An installation waits until its job is settled; a visit in vain, which nobody calls back about, its time only.
    """
    settled = settled_jobs({visit.job_id for visit in visits if visit.outcome == Outcome.DONE}, at=at)
    over = _hold_over_since(at)
    waited = {visit.pk for visit in visits if over and visit.ended_at and visit.ended_at <= over}
    return [
        visit for visit in visits if (visit.job_id in settled if visit.outcome == Outcome.DONE else visit.pk in waited)
    ]


def settled_jobs(job_ids: Collection[int], *, at: datetime) -> set[int]:
    """AS-4, AS-10: return which of these jobs nothing is held back for: the customer was called back, or the time for
    the call is over; where nobody calls, done some days ago (a dated row). Three queries.
    """
    settled, over = callbacks.settled_jobs(job_ids, at=at), _hold_over_since(at)
    if over is None:
        return settled
    uncalled = Job.objects.filter(pk__in=job_ids, done_at__lte=over, callback=None)
    return settled | set(uncalled.values_list("pk", flat=True))


def _hold_over_since(at: datetime) -> datetime | None:
    days = FeeHold.objects.in_force(timezone.localdate(at)).values_list("days", flat=True).first()
    return None if days is None else at - timedelta(days=days)


def works_of(visits: Sequence[Visit]) -> dict[int, rule.Work]:
    """Return what each visit is to be paid for, by its key; the model is the first on the order that is installed."""
    models = _models_of({visit.job.order_id for visit in visits})
    return {visit.pk: _work(visit, models.get(visit.job.order_id)) for visit in visits}


def work_of(job: Job, partner_id: int, on: date) -> rule.Work:
    """AS-4: return what a visit of this partner to this job on this day would be paid for. One query."""
    model = _models_of({job.order_id}).get(job.order_id)
    return _work_of(job, partner_id, on, model)


def _work(visit: Visit, model: Product | None) -> rule.Work:
    assert visit.ended_at is not None, "the database holds that a visit that took place has ended"
    return _work_of(visit.job, visit.partner_id, timezone.localdate(visit.ended_at), model)


def _work_of(job: Job, partner_id: int, on: date, model: Product | None) -> rule.Work:
    offline = job.order.shop.platform.kind == PlatformKind.OFFLINE
    return rule.Work(
        partner=partner_id,
        region=job.region_id or "",
        product=model.pk if model else None,
        series=model.series if model else "",
        channel=OrderChannel.OFFLINE if offline else OrderChannel.ONLINE,
        on=on,
    )


def _models_of(order_ids: Iterable[int]) -> dict[int, Product]:
    lines = Line.objects.filter(order__in=list(order_ids), listing__product__installed=True)
    found: dict[int, Product] = {}
    for line in lines.select_related("listing__product").order_by("order", "pk"):
        if line.listing and line.listing.product:
            found.setdefault(line.order_id, line.listing.product)
    return found


def differences(month: date, *, partner_id: int | None = None) -> list[Difference]:
    """AS-4: price a month's fees anew under the rows of their days and return what differs. Four queries."""
    which = Q(kind=EntryKind.FEE, source_type=SOURCE, reverses=None) & Q(line__statement__month=month)
    if partner_id is not None:
        which &= Q(partner=partner_id)
    entries = list(Entry.objects.filter(which).order_by("pk"))
    visits = Visit.objects.filter(pk__in=[entry.source_id for entry in entries])
    works = works_of(list(visits.select_related("job__order__shop__platform")))
    rates = rows()
    priced = [(entry, rule.fee(works[entry.source_id], rates)) for entry in entries]
    return [
        Difference(entry.pk, entry.amount_yuan, fee.amount_yuan, fee.because)
        for entry, fee in priced
        if fee.amount_yuan != entry.amount_yuan
    ]
