"""AS-8: goods that come back and goods that go out for them: proof, posting, arrival, acceptance, replacement."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import IO

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.models import Evidence, Reception, ReceptionLine, Refund
from aftersales.operations import refund_clocks, refunds
from aftersales.rules import refund_steps
from aftersales.states.refund import REFUND, Kind, RefundState, Remedy
from channels.models import Product
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused, WrongState
from opsdesk.money import ZERO, to_fen
from opsdesk.photos import cleaned
from orders.models import Order


class NotAnnounced(Refused):
    code = "not_announced"
    sentence = _("{refund}: nobody has agreed to this return yet; agree first, or turn the parcel away.")


class TooMany(Invalid):
    code, sentence = "too_many_pieces", _("{refund}: more pieces of “{item}” than the {quantity} it is about.")


class NothingArrived(Invalid):
    code, sentence = "nothing_arrived", _("{refund}: count at least one piece, in order, damaged or missing.")


class NotWhole(Refused):
    code = "not_whole"
    sentence = _(
        "{refund}: {missing} pieces are missing and {damaged} damaged; say why they are accepted all the same."
    )


class ReplacedAlready(Refused):
    code, sentence = "replaced_already", _("{refund}: the replacement has been sent already.")


class NotAChoice(Invalid):
    code, sentence = "not_a_choice", _("{refund}: “{remedy}” is no choice here.")


class ModelMissing(Invalid):
    code, sentence = "model_missing", _("{refund}: name the other model.")


@dataclass(frozen=True)
class Pieces:
    """What a parcel held of one line."""

    ok: int = 0
    damaged: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Arrival:
    """A parcel as the warehouse sees it: its tracking number, and per refund line what it held."""

    tracking: str
    pieces: Mapping[int, Pieces] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """What the customer chooses instead; the amount for a refund, the model for another one."""

    remedy: str
    amount_yuan: Decimal = ZERO
    model: int | None = None


@transaction.atomic
def prove(refund_id: int, *, photo: IO[bytes], what: str, by: Actor, at: datetime) -> Evidence:
    """AS-8: keep a photo as proof, without metadata, with its fingerprint; the same one twice is one."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "prove", by=by)
    picture = cleaned(photo)
    content = picture.read()
    found = hashlib.sha256(content).hexdigest()
    known = Evidence.objects.filter(refund=refund, sha256=found).first()
    if known:
        return known  # type: ignore[no-any-return]
    what = what.strip()[:120]
    proof = Evidence(refund=refund, sha256=found, what=what, added_by=by.name, added_at=at)
    proof.photo.save(f"{found[:16]}.jpg", picture, save=False)
    proof.save()
    audit.record(refund, "refund.prove", by=by, at=at, what=what, sha256=found)
    return proof


@transaction.atomic
def post(refund_id: int, *, carrier: str, tracking: str, by: Actor, at: datetime) -> Refund:
    """AS-8: the customer has posted the goods, under this tracking number."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "post", by=by)
    said = {"carrier": carrier.strip()[:40], "tracking": tracking.strip()[:80]}
    return refunds.moved(refund, "post", by=by, at=at, posted_at=at, facts=dict(said), **said)


@transaction.atomic
def receive(refund_id: int, *, arrival: Arrival, by: Actor, at: datetime) -> Refund:
    """AS-8: write down what arrived, piece by piece; that is no acceptance yet, and more parcels may follow."""
    by.need("aftersales.receive_return")
    refund = refunds.taken(refund_id, "receive", by=by)
    if refund.state in (RefundState.ASKED, RefundState.REFUSED):
        raise NotAnnounced(refund=refund)
    REFUND.check(refund, "receive")
    _must_fit(refund, arrival.pieces)
    last = refund.receptions.aggregate(last=Max("number"))["last"] or 0
    reception = Reception.objects.create(
        refund=refund,
        order=refund.order,
        number=last + 1,
        tracking=arrival.tracking.strip()[:80],
        arrived_at=at,
        received_by=by.name,
        note=arrival.note.strip()[:200],
    )
    ReceptionLine.objects.bulk_create(
        [
            ReceptionLine(reception=reception, line_id=pk, ok=held.ok, damaged=held.damaged, missing=held.missing)
            for pk, held in arrival.pieces.items()
        ]
    )
    counts = {name: sum(getattr(held, name) for held in arrival.pieces.values()) for name in _COUNTS}
    changes = {"received_at": refund.received_at or at, "posted_at": refund.posted_at or at}
    return refunds.moved(refund, "receive", by=by, at=at, facts=counts, **changes)


_COUNTS = ("ok", "damaged", "missing")


def _must_fit(refund: Refund, pieces: Mapping[int, Pieces]) -> None:
    """No more of a line comes back than the refund is about, all parcels together."""
    lines = {line.pk: line for line in refund.lines.all()}
    if lines and not any(held.ok or held.damaged or held.missing for held in pieces.values()):
        raise NothingArrived(refund=refund)
    before = _arrived(refund)
    for pk, held in pieces.items():
        if pk not in lines or min(held.ok, held.damaged, held.missing) < 0:
            raise NothingArrived(refund=refund)
        if before.get(pk, 0) + held.ok + held.damaged > lines[pk].quantity:
            raise TooMany(refund=refund, item=lines[pk].title, quantity=lines[pk].quantity)


def _arrived(refund: Refund) -> dict[int, int]:
    """How many pieces of each line have arrived, in order or damaged."""
    rows = ReceptionLine.objects.filter(reception__refund=refund).values_list("line_id")
    return {pk: ok + damaged for pk, ok, damaged in rows.annotate(Sum("ok"), Sum("damaged"))}


@transaction.atomic
def turn_away(*, tracking: str, order_number: str, reason: str, by: Actor, at: datetime) -> Reception:
    """AS-8: goods that came without notice are not accepted; the parcel is written down, once."""
    by.need("aftersales.receive_return")
    order = Order.objects.visible_to(by).filter(number=order_number.strip()).first() if order_number.strip() else None
    reception, new = Reception.objects.get_or_create(
        refund=None,
        tracking=tracking.strip()[:80],
        defaults={"order": order, "arrived_at": at, "received_by": by.name, "note": reason.strip()[:200]},
    )
    if new and order:
        audit.record(order, "refund.turn_away", by=by, at=at, reason=reason.strip(), tracking=reception.tracking)
    return reception


@transaction.atomic
def inspect(refund_id: int, *, note: str, by: Actor, at: datetime) -> Refund:
    """AS-8: accept what arrived; where pieces are missing or damaged, only with a word on why."""
    by.need("aftersales.receive_return")
    refund = refunds.taken(refund_id, "inspect", by=by)
    sums = ReceptionLine.objects.filter(reception__refund=refund).aggregate(Sum("ok"), Sum("damaged"))
    wanted = refund.lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0
    ok, damaged = sums["ok__sum"] or 0, sums["damaged__sum"] or 0
    missing = max(wanted - ok - damaged, 0)
    if (missing or damaged) and not note.strip():
        raise NotWhole(refund=refund, missing=missing, damaged=damaged)
    said = note.strip()[:300] or str(_("complete"))
    refunds.moved(refund, "inspect", by=by, at=at, accepted_at=at, facts={"note": said})
    if refund.kind == Kind.EXCHANGE and refund.replaced_at:
        _sent(refund, refund.carrier, refund.sent_tracking, by=by, at=at)
    return refund


@transaction.atomic
def send(refund_id: int, *, carrier: str, tracking: str, by: Actor, at: datetime) -> Refund:
    """AS-8: the replacement, or what was missing, is on its way: that ends an exchange."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "send", by=by)
    return _sent(refund, carrier, tracking, by=by, at=at)


def _sent(refund: Refund, carrier: str, tracking: str, *, by: Actor, at: datetime) -> Refund:
    facts = {"carrier": carrier.strip(), "tracking": tracking.strip()}
    changes = {"ended_at": at, "replaced_at": refund.replaced_at or at, "sent_tracking": tracking.strip()[:120]}
    refunds.moved(refund, "send", by=by, at=at, facts=facts, **changes)
    refunds.thaw([refund], because="换货已完成", by=by, at=at)
    return refund


@transaction.atomic
def send_ahead(refund_id: int, *, carrier: str, tracking: str, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-8: send the replacement before the goods are back, for a reason; the goods are still expected."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "send_ahead", by=by)
    because = refunds.needed(reason, refund)
    if refund.replaced_at:
        raise ReplacedAlready(refund=refund)
    if not may_send_ahead(refund):
        raise WrongState(what=str(refund), state=refund.get_state_display(), action="send_ahead")
    refund.replaced_at, refund.sent_tracking = at, tracking.strip()[:120]
    refund.save(update_fields=["replaced_at", "sent_tracking"])
    said = {"reason": because, "carrier": carrier.strip(), "tracking": tracking.strip()}
    audit.record(refund, "refund.send_ahead", by=by, at=at, **said)
    return refund


def may_send_ahead(refund: Refund) -> bool:
    """Say whether a replacement may still go out before the goods are back."""
    waiting = (RefundState.AGREED, RefundState.RETURNING, RefundState.RECEIVED)
    return refund.kind == Kind.EXCHANGE and refund.state in waiting and not refund.replaced_at


_KINDS = {
    Remedy.REFUND: Kind.RETURN_REFUND,
    Remedy.EXCHANGE: Kind.EXCHANGE,
    Remedy.OTHER_MODEL: Kind.EXCHANGE,
    Remedy.RESEND: Kind.RESEND,
}


@transaction.atomic
def choose(refund_id: int, *, choice: Choice, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-8: none in stock, or the customer thinks again: a refund instead, or another model; with the reason."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "choose", by=by)
    because = refunds.needed(reason, refund)
    model = Product.objects.filter(pk=choice.model, active=True).first() if choice.model else None
    _must_be_a_choice(refund, choice, model)
    refund.kind, refund.remedy = _KINDS[Remedy(choice.remedy)], choice.remedy
    refund.other_model = model if choice.remedy == Remedy.OTHER_MODEL else None
    refund.asked_yuan = to_fen(choice.amount_yuan) if refund.kind in refund_steps.MONEY_BACK else refund.asked_yuan
    refund.save(update_fields=["kind", "remedy", "other_model", "asked_yuan"])
    refund_clocks.follow_many([refund], by=by, at=at)
    audit.record(refund, "refund.choose", by=by, at=at, remedy=refund.remedy, reason=because)
    return refund


def _must_be_a_choice(refund: Refund, choice: Choice, model: Product | None) -> None:
    if not may_choose(refund) or choice.remedy not in _KINDS:
        raise NotAChoice(refund=refund, remedy=dict(Remedy.choices).get(choice.remedy, choice.remedy))
    if choice.remedy == Remedy.OTHER_MODEL and model is None:
        raise ModelMissing(refund=refund)
    if choice.remedy == Remedy.REFUND and choice.amount_yuan <= 0:
        raise refunds.BadAmount(amount=choice.amount_yuan)


def may_choose(refund: Refund) -> bool:
    """Say whether the customer may still choose something else: nothing granted, nothing sent."""
    open_ones = (
        RefundState.ASKED,
        RefundState.AGREED,
        RefundState.RETURNING,
        RefundState.RECEIVED,
        RefundState.INSPECTED,
    )
    return (
        refund.state in open_ones and refund.kind in (*refund_steps.GOODS_BACK, Kind.RESEND) and not refund.replaced_at
    )
