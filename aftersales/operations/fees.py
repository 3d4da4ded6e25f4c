"""AS-4: books what installers are paid: one fee a visit, set-based, once however often it is tried."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales.models import Visit
from aftersales.operations.opening import BATCH
from aftersales.queries import fees as queries
from aftersales.rules import fees as rule
from channels.models import Entry
from channels.operations import ledger
from channels.states import EntryKind
from opsdesk.actor import Actor


def book_all_due(*, by: Actor, at: datetime) -> int:
    """AS-4: book the fee of every visit that costs the company one and is not held back; return how many.

    A transaction per thousand; nine statements each. What no rate holds for waits for one.
    """
    total, last = 0, 0
    while visits := queries.payable_after(last, BATCH):
        total += len(_book(queries.releasable(visits, at=at), by=by, at=at))
        last = visits[-1].pk
    return total


@transaction.atomic
def _book(visits: Sequence[Visit], *, by: Actor, at: datetime) -> list[Entry]:
    if not visits:
        return []
    rates, works = queries.rows(), queries.works_of(visits)
    priced = [(visit, rule.fee(works[visit.pk], rates)) for visit in visits]
    bookings = [_booking(visit, fee) for visit, fee in priced if fee.amount_yuan is not None]
    return ledger.book_many(bookings, by=by, at=at)


def _booking(visit: Visit, fee: rule.Fee) -> ledger.Booking:
    assert fee.amount_yuan is not None and visit.ended_at is not None
    return ledger.Booking(
        partner=visit.partner_id,
        kind=EntryKind.FEE,
        amount_yuan=fee.amount_yuan,
        on=timezone.localdate(visit.ended_at),
        source=(queries.SOURCE, visit.pk),
        text=_("Installation fee {job}, visit {number}").format(job=visit.job, number=visit.number),
        because=fee.because,
    )
