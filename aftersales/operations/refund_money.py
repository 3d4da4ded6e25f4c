"""AS-6, FI-1: granting and paying are two things, by two people; never more than was paid, whatever the order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Payout, Refund, RefundLine
from aftersales.operations import freezing, refund_clocks, refunds
from aftersales.queries import refunds as queries
from aftersales.rules import allocation, refund_steps
from aftersales.states.refund import REFUND, Through
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.copying import save_rows
from opsdesk.errors import Invalid, NotAllowed, Refused
from opsdesk.money import ZERO, to_fen


class AbovePaid(Refused):
    code = "refund_above_paid"
    sentence = _("{refund}: ¥{amount} is more than what is left of the payment (¥{left}); grant at most that.")


class AboveGranted(Refused):
    code = "above_granted"
    sentence = _("{refund}: ¥{amount} is more than what was granted and is not paid yet (¥{left}).")


class OwnGrant(NotAllowed):
    code, sentence = "own_grant", _("{refund}: you granted it; somebody else has to pay it.")


class ReferenceTaken(Refused):
    code = "reference_taken"
    sentence = _("{refund}: {reference} stands for a payment of ¥{amount} already; use the reference of this payment.")


class ReferenceMissing(Invalid):
    code, sentence = "reference_missing", _("{refund}: name the reference of the payment (platform or bank number).")


@dataclass(frozen=True)
class Payment:
    """A payment as finance made it; the reference is the bank's or the platform's and names it once and for all."""

    amount_yuan: Decimal
    reference: str
    through: str = Through.PLATFORM


@transaction.atomic
def grant(refund_id: int, *, amount_yuan: Decimal, by: Actor, at: datetime, reason: str = "") -> Refund:
    """AS-6: grant an amount, shared out over the lines to the fen; what was paid for the order is never exceeded."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "grant", by=by)
    REFUND.check(refund, "grant")
    amount = to_fen(amount_yuan)
    if amount <= 0:
        raise refunds.BadAmount(amount=amount)
    left = queries.money_of([refund.order_id])[refund.order_id].left
    if amount > left:
        raise AbovePaid(refund=refund, amount=amount, left=max(left, ZERO))
    allocate([refund], {refund.pk: amount})
    facts = {"because": reason.strip()[:300] or refund.get_reason_display()}
    changes = {"granted_yuan": amount, "granted_at": at, "granted_by": by.name}
    return refunds.moved(refund, "grant", by=by, at=at, facts={**facts, "granted_yuan": f"{amount:,.2f}"}, **changes)


@transaction.atomic
def agree_and_grant(refund_id: int, *, amount_yuan: Decimal, by: Actor, at: datetime) -> Refund:
    """AS-6: say yes and grant in one step, where no goods come back."""
    refunds.agree(refund_id, by=by, at=at)
    return grant(refund_id, amount_yuan=amount_yuan, by=by, at=at)


def allocate(rows: list[Refund], amounts: dict[int, Decimal]) -> None:
    """FI-1: share these refunds' amounts out over their lines by what was paid for each; two statements."""
    lines_of = queries.lines_of([row.pk for row in rows])
    changed: list[RefundLine] = []
    for row in rows:
        lines = lines_of[row.pk]
        weights = [_weight(line) for line in lines]
        for line, share in zip(lines, allocation.shares(amounts[row.pk], weights), strict=True):
            line.granted_yuan = share
            changed.append(line)
    save_rows(["granted_yuan"], changed)


def _weight(line: RefundLine) -> Decimal:
    """What was paid for the pieces that come back; where nobody said, what they cost."""
    if line.line is None:
        return ZERO
    count = max(line.line.quantity or 1, 1)
    each = line.line.paid_yuan / count if line.line.paid_yuan else line.line.price_yuan or ZERO
    return to_fen(each * min(line.quantity, count))


@transaction.atomic
def retract(refund_id: int, *, reason: str, by: Actor, at: datetime) -> Refund:
    """AS-6: take a grant back that nothing has been paid of yet; the money is free again."""
    by.need("aftersales.review_refund")
    refund = refunds.taken(refund_id, "retract", by=by)
    because = refunds.needed(reason, refund)
    if refund.paid_yuan:
        raise refunds.PartlyPaid(refund=refund, paid=refund.paid_yuan)
    return take_back([refund], because=because, by=by, at=at)[0]


def take_back(rows: list[Refund], *, because: str, by: Actor, at: datetime) -> list[Refund]:
    """Undo these locked refunds' grants; part of the operation that finds them impossible."""
    RefundLine.objects.filter(refund__in=rows).update(granted_yuan=ZERO)
    none = {"granted_yuan": ZERO, "granted_at": None, "granted_by": "", "agreed_at": at}
    facts = [{"reason": because}] * len(rows)
    REFUND.move_many(rows, "retract", by=by, at=at, changes=[none] * len(rows), facts=facts)
    refund_clocks.follow_many(rows, by=by, at=at)
    return rows


@transaction.atomic
def pay(refund_id: int, *, payment: Payment, by: Actor, at: datetime) -> Refund:
    """AS-6, AU-4: write down a payment that finance made; the last fen ends the refund. The same one twice is one."""
    by.need("aftersales.pay_refund")
    refund = refunds.taken(refund_id, "pay", by=by)
    amount, reference = to_fen(payment.amount_yuan), payment.reference.strip()[:80]
    if not reference:
        raise ReferenceMissing(refund=refund)
    if _known(refund, reference, amount):
        return refund
    REFUND.check(refund, "pay")
    _must_be_payable(refund, amount, payment.through, by)
    Payout.objects.create(
        refund=refund,
        amount_yuan=amount,
        through=payment.through,
        reference=reference,
        paid_at=at,
        paid_by=by.name,
        entered_at=at,
    )
    said = {"amount_yuan": f"{amount:,.2f}", "reference": reference, "through": Through(payment.through).label}
    audit.record(refund, "refund.payout", by=by, at=at, **said)
    refund.paid_yuan += amount
    if refund.open_yuan:
        refund.save(update_fields=["paid_yuan"])
        return refund
    refunds.moved(refund, "pay", by=by, at=at, paid_yuan=refund.paid_yuan, ended_at=at)
    settle([refund], by=by, at=at)
    return refund


def _known(refund: Refund, reference: str, amount: Decimal) -> bool:
    """Whether this payment has been written down before; another amount under its reference is refused."""
    known = Payout.objects.filter(refund=refund, reference=reference).first()
    if known and known.amount_yuan != amount:
        raise ReferenceTaken(refund=refund, reference=reference, amount=known.amount_yuan)
    return known is not None


def _must_be_payable(refund: Refund, amount: Decimal, through: str, by: Actor) -> None:
    if by.name == refund.granted_by:
        raise OwnGrant(refund=refund)
    if amount <= 0:
        raise refunds.BadAmount(amount=amount)
    if amount > refund.open_yuan:
        raise AboveGranted(refund=refund, amount=amount, left=refund.open_yuan)
    money = queries.money_of([refund.order_id])[refund.order_id]
    after = money.paying(amount, on_platform=through == Through.PLATFORM, promised=amount)
    if after.left < 0:
        raise AbovePaid(refund=refund, amount=amount, left=max(amount + after.left, ZERO))


def settle(rows: list[Refund], *, by: Actor, at: datetime) -> None:
    """AS-6: after money went back: what the customer no longer has is not installed, what he keeps is."""
    money = queries.money_of({row.order_id for row in rows})
    gone: list[Refund] = []
    kept: list[Refund] = []
    for row in rows:
        spent = money[row.order_id].left <= 0 and not money[row.order_id].promised
        (kept if refund_steps.keeps_the_goods(row.kind, nothing_left=spent) else gone).append(row)
    freezing.cancel_many({row.order_id for row in gone}, because="已退款", by=by, at=at)
    refunds.thaw(kept, because="退款已完成", by=by, at=at)
