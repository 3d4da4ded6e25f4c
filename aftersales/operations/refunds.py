"""AS-6: what is done with one refund: asked, agreed to, refused, asked again, withdrawn, closed.

Every operation takes the order first and its refund after it, so that two refunds of one order never wait in a ring.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Refund, RefundLine
from aftersales.operations import freezing, refund_clocks, slips
from aftersales.queries import refunds as queries
from aftersales.queries import returns
from aftersales.rules import refund_steps
from aftersales.states.refund import REFUND, Kind, Reason
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotFound, Refused, WrongState
from opsdesk.money import ZERO, to_fen
from orders.models import Order

FROZEN = "退款处理中"


class ReasonMissing(Refused):
    code, sentence = "refund_reason_missing", _("{refund}: say why.")


class BadAmount(Invalid):
    code, sentence = "bad_amount", _("¥{amount} is not an amount that can be asked back.")


class NotOfOrder(Invalid):
    code, sentence = "not_of_order", _("Item {line} is not one of order {order}.")


@dataclass(frozen=True)
class Wish:
    """What a customer asks for: which kind, why, how much, and of which order lines how many (none named: all)."""

    kind: str
    reason: str = Reason.OTHER
    amount_yuan: Decimal = ZERO
    lines: Mapping[int, int] = field(default_factory=dict)
    number: str = ""


@transaction.atomic
def ask(order_id: int, wish: Wish, *, by: Actor, at: datetime) -> Refund:
    """AS-6: enter what a customer asks for; an installation still to be done waits from this moment on."""
    by.need("aftersales.ask_refund")
    order = Order.objects.visible_to(by).select_related("shop").for_change(order_id)
    amount = to_fen(wish.amount_yuan)
    if amount < 0 or (wish.kind in refund_steps.MONEY_BACK and not amount) or wish.kind not in Kind.values:
        raise BadAmount(amount=amount)
    refund = Refund.objects.create(
        order=order,
        shop=order.shop,
        number=wish.number.strip()[:64],
        kind=wish.kind,
        reason=wish.reason,
        asked_yuan=amount,
        shipped=order.shipped_at is not None or order.signed_at is not None,
        asked_at=at,
        entered_at=at,
    )
    _take_lines(refund, wish.lines)
    facts = {"kind": refund.kind, "reason": refund.reason}
    audit.record(refund, "refund.ask", by=by, at=at, asked_yuan=f"{amount:,.2f}", **facts)
    if wish.kind in refund_steps.FREEZING:
        freezing.freeze_many([order.pk], because=FROZEN, by=by, at=at)
    refund_clocks.follow_many([refund], by=by, at=at)
    return refund


def _take_lines(refund: Refund, wanted: Mapping[int, int]) -> None:
    items = {line.pk: line for line in queries.items_of([refund.order_id])[refund.order_id]}
    for pk in wanted:
        if pk not in items:
            raise NotOfOrder(line=pk, order=refund.order)
    pieces = wanted or {pk: line.quantity or 1 for pk, line in items.items()}
    RefundLine.objects.bulk_create(
        [
            RefundLine(refund=refund, line=items[pk], quantity=count, title=str(items[pk])[:200])
            for pk, count in pieces.items()
        ]
    )


def taken(refund_id: int, action: str, *, by: Actor) -> Refund:
    """Return a refund locked behind its order, if its kind and state allow the action; part of every operation."""
    order_id = Refund.objects.visible_to(by).filter(pk=refund_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(what=f"{Refund._meta.verbose_name} {refund_id}")
    Order.objects.for_change(order_id)
    refund: Refund = Refund.objects.visible_to(by).select_related("order__shop").for_change(refund_id)
    if action in REFUND.moves and action not in refund_steps.actions(refund_clocks.facts_of(refund)):
        raise WrongState(what=str(refund), state=refund.get_state_display(), action=action)
    return refund


def moved(refund: Refund, action: str, *, by: Actor, at: datetime, **changes: Any) -> Refund:
    """Move a taken refund and let its clocks follow; `facts` among the changes go into the event only."""
    facts = changes.pop("facts", None)
    slips.note_outer([refund], at=at)
    REFUND.move(refund, action, by=by, at=at, facts=facts, as_of=at, **changes)
    refund_clocks.follow_many([refund], by=by, at=at)
    return refund


class EvidenceMissing(Refused):
    code = "evidence_missing"
    sentence = _("{refund}: this reason needs evidence; add a photo first, or say why none is needed.")


class PersonDecides(Refused):
    code = "person_decides"
    sentence = _("{refund}: no rule decides this ({because}); decide on its page, with a reason.")


@transaction.atomic
def agree(refund_id: int, *, by: Actor, at: datetime, reason: str = "") -> Refund:
    """AS-6: say yes: the goods may come back, or an amount may be granted.

    AS-8: without the evidence that our policy asks for, or where no rule decides, only with a reason. What a platform
    sent has its photos there.
    """
    by.need("aftersales.review_refund")
    refund = taken(refund_id, "agree", by=by)
    if refund.kind in refund_steps.GOODS_BACK and not reason.strip():
        found = returns.decided(refund)
        if found.a_person_decides:
            raise PersonDecides(refund=refund, because="；".join(found.because))
        if found.evidence_needed and not refund.number and not refund.evidence.exists():
            raise EvidenceMissing(refund=refund)
    _freeze_again(refund, by=by, at=at)
    facts = {"reason": reason.strip()[:300]} if reason.strip() else {}
    return moved(refund, "agree", by=by, at=at, agreed_at=at, ended_at=None, facts=facts)


@transaction.atomic
def refuse(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-6: say no, with the reason; the installation goes on."""
    by.need("aftersales.review_refund")
    refund = taken(refund_id, "refuse", by=by)
    because = needed(reason, refund)
    moved(refund, "refuse", by=by, at=at, because=because, ended_at=at, facts={"reason": because})
    thaw([refund], because=because, by=by, at=at)
    return refund


@transaction.atomic
def ask_again(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-6: the customer does not take the refusal, or brings what was missing: review it once more."""
    by.need("aftersales.review_refund")
    refund = taken(refund_id, "ask_again", by=by)
    because = needed(reason, refund)
    _freeze_again(refund, by=by, at=at)
    return moved(refund, "ask_again", by=by, at=at, ended_at=None, facts={"reason": because})


@transaction.atomic
def withdraw(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-6: the customer keeps what he has; the installation goes on."""
    return _ended(refund_id, "withdraw", reason, by=by, at=at)


@transaction.atomic
def close(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-6: end a refund without paying (goods never came, settled otherwise); the installation goes on."""
    return _ended(refund_id, "close", reason, by=by, at=at)


class PartlyPaid(Refused):
    code, sentence = "partly_paid", _("{refund}: ¥{paid} has been paid already; pay the rest or correct the grant.")


def _ended(refund_id: int, action: str, reason: str, *, by: Actor, at: datetime) -> Refund:
    by.need("aftersales.review_refund")
    refund = taken(refund_id, action, by=by)
    because = needed(reason, refund)
    if refund.paid_yuan:
        raise PartlyPaid(refund=refund, paid=refund.paid_yuan)
    RefundLine.objects.filter(refund=refund).update(granted_yuan=ZERO)
    changes = {"because": because, "ended_at": at, "granted_yuan": ZERO}
    moved(refund, action, by=by, at=at, facts={"reason": because}, **changes)
    thaw([refund], because=because, by=by, at=at)
    return refund


def needed(reason: str, refund: Refund) -> str:
    """Return the reason, or refuse one that says nothing."""
    if not reason.strip():
        raise ReasonMissing(refund=refund)
    return reason.strip()[:300]


def _freeze_again(refund: Refund, *, by: Actor, at: datetime) -> None:
    if refund.kind in refund_steps.FREEZING:
        freezing.freeze_many([refund.order_id], because=FROZEN, by=by, at=at)


def thaw(refunds: list[Refund], *, because: str, by: Actor, at: datetime) -> None:
    """AS-6: let the installations go on that these ended refunds had stopped, if no other refund still stops them."""
    orders = {refund.order_id for refund in refunds if refund.kind in refund_steps.FREEZING}
    if not orders:
        return
    held = queries.freezing_elsewhere(list(orders), refund_steps.FREEZING, [refund.pk for refund in refunds])
    if free := sorted(orders - held):
        freezing.thaw_many(free, because=because, by=by, at=at)
