"""FI-1: the only way onto a partner's account: booked once per source, never changed, reversed by a counter-entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models import Entry
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.copying import reserve_ids
from opsdesk.errors import Refused
from opsdesk.money import to_fen


class ReversedAlready(Refused):
    code, sentence = "reversed_already", _("{entry}: this entry has been reversed already.")


class NotReversible(Refused):
    code, sentence = "not_reversible", _("{entry}: a counter-entry is not reversed; book anew instead.")


class ReasonMissing(Refused):
    code, sentence = "reversal_reason_missing", _("{entry}: say why it is reversed.")


@dataclass(frozen=True)
class Booking:
    """What is to be booked: for whom, what, how much (positive: the company owes it), for which day, from which source.

    `source` is the model's label and the row's key; `because` names the rows that made the amount.
    """

    partner: int
    kind: str
    amount_yuan: Decimal
    on: date
    source: tuple[str, int]
    text: str
    because: tuple[str, ...] = ()
    round: int = 1


@transaction.atomic
def book_many(bookings: Sequence[Booking], *, by: Actor, at: datetime) -> list[Entry]:
    """Book each once: what a source has booked before (same kind and round) is left as it is. Return the new entries.

    Five statements however many. The unique index, not a look before, holds against a second worker.
    """
    ids = reserve_ids(Entry, len(bookings))
    Entry.objects.bulk_create(
        [
            Entry(
                pk=pk,
                partner_id=booking.partner,
                kind=booking.kind,
                amount_yuan=to_fen(booking.amount_yuan),
                booked_on=booking.on,
                booked_at=at,
                booked_by=by.name,
                source_type=booking.source[0],
                source_id=booking.source[1],
                round=booking.round,
                text=booking.text[:200],
                because=list(booking.because),
            )
            for pk, booking in zip(ids, bookings, strict=True)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    new = list(Entry.objects.filter(pk__among=ids).order_by("pk")) if ids else []
    audit.record_many([(row, _facts(row)) for row in new], "entry.book", by=by, at=at)
    return new


@transaction.atomic
def reverse(entry_id: int, *, reason: str, by: Actor, at: datetime) -> Entry:
    """FI-1, CF-14: take an entry back by a counter-entry of today; both stay."""
    entry = Entry.objects.for_change(entry_id)
    if not reason.strip():
        raise ReasonMissing(entry=entry)
    if entry.reverses_id:
        raise NotReversible(entry=entry)
    if Entry.objects.filter(reverses=entry).exists():
        raise ReversedAlready(entry=entry)
    counter = Entry.objects.create(
        partner_id=entry.partner_id,
        kind=entry.kind,
        amount_yuan=-entry.amount_yuan,
        booked_on=timezone.localdate(at),
        booked_at=at,
        booked_by=by.name,
        source_type=entry.source_type,
        source_id=entry.source_id,
        round=entry.round,
        text=str(_("Reversal: {text}")).format(text=entry.text)[:200],
        because=[f"reverses:{entry.pk}", reason.strip()[:300]],
        reverses=entry,
    )
    audit.record(counter, "entry.reverse", by=by, at=at, reason=reason.strip(), **_facts(counter))
    return counter


def _facts(entry: Entry) -> dict[str, object]:
    return {"text": entry.text, "amount": f"{entry.amount_yuan:,.2f}", "partner": entry.partner_id}
