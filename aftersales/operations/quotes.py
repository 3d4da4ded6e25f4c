"""AS-7: what the customer would have to pay, and what he says to it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Repair, RepairQuote
from aftersales.operations import parts, turnaround
from aftersales.rules import warranty as rule
from aftersales.states.repair import QuoteAnswer, Result
from opsdesk.actor import Actor
from opsdesk.errors import Invalid, Refused
from opsdesk.money import ZERO, to_fen


class NothingToPay(Refused):
    code, sentence = "nothing_to_pay", _("{repair}: the customer pays nothing for it; begin the repair.")


class AmountsWrong(Invalid):
    code, sentence = "amounts_wrong", _("A quote's amounts are not negative, and together more than nothing.")


@dataclass(frozen=True)
class Amounts:
    """What a quote is made of, in yuan."""

    labour_yuan: Decimal
    parts_yuan: Decimal = ZERO
    freight_yuan: Decimal = ZERO

    def exact(self) -> "Amounts":
        """To the fen."""
        return Amounts(to_fen(self.labour_yuan), to_fen(self.parts_yuan), to_fen(self.freight_yuan))

    @property
    def total_yuan(self) -> Decimal:
        """The sum."""
        return self.labour_yuan + self.parts_yuan + self.freight_yuan


@transaction.atomic
def quote(repair_id: int, amounts: Amounts, *, by: Actor, at: datetime) -> RepairQuote:
    """AS-7: tell the customer what it would cost; only where the warranty does not cover it."""
    repair = turnaround.taken(repair_id, "aftersales.decide_repair", by=by)
    exact = amounts.exact()
    if min(exact.labour_yuan, exact.parts_yuan, exact.freight_yuan) < ZERO or exact.total_yuan <= ZERO:
        raise AmountsWrong()
    pays, _why = rule.charge(repair.warranty, repair.fault)
    if pays is False:
        raise NothingToPay(repair=repair)
    turnaround.step(repair, "quote", {"total": f"{exact.total_yuan:,.2f}"}, by=by, at=at, result="", ready_at=None)
    return RepairQuote.objects.create(
        repair=repair,
        number=repair.quotes.count() + 1,
        labour_yuan=exact.labour_yuan,
        parts_yuan=exact.parts_yuan,
        freight_yuan=exact.freight_yuan,
        total_yuan=exact.total_yuan,
        quoted_by=by.name,
        quoted_at=at,
    )


@transaction.atomic
def approve(repair_id: int, *, by: Actor, at: datetime) -> Repair:
    """AS-7: note that the customer accepts the quote; the clock of the whole counts on."""
    repair = turnaround.taken(repair_id, "aftersales.register_repair", by=by, holding=False)
    total = _answered(repair, QuoteAnswer.APPROVED, at=at)
    return turnaround.step(repair, "approve", {"total": f"{total:,.2f}"}, by=by, at=at)


@transaction.atomic
def decline(repair_id: int, *, reason: str, by: Actor, at: datetime) -> Repair:
    """AS-7: note that the customer does not want it repaired; it goes back as it is."""
    repair = turnaround.taken(repair_id, "aftersales.register_repair", by=by, holding=False)
    said = turnaround.needed(reason, repair)
    turnaround.step(repair, "decline", by=by, at=at, reason=said, result=Result.UNREPAIRED, ready_at=at)
    _answered(repair, QuoteAnswer.DECLINED, at=at, reason=said)
    parts.let_go_all(repair, reason=said, by=by, at=at)
    return repair


def _answered(repair: Repair, answer: QuoteAnswer, *, at: datetime, reason: str = "") -> Decimal:
    waiting = repair.quotes.filter(answer=QuoteAnswer.WAITING)
    total = waiting.values_list("total_yuan", flat=True).first() or ZERO
    waiting.update(answer=answer, answered_at=at, reason=reason)
    return total
