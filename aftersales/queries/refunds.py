from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Sum
from django.utils import timezone

from aftersales.models import Payout, PlatformTimer, Refund, RefundLine, Slip
from aftersales.rules.refund_money import ZERO, Money
from aftersales.states.refund import RefundState, Through
from opsdesk.actor import Actor
from opsdesk.errors import NotFound
from opsdesk.sla.models import Timer
from orders.models import Line, Order
from orders.states import OrderState

SUBJECT = "aftersales.refund"
POLICIES = ("refund_review", "refund_return", "refund_inspect", "refund_pay")


def money_of(order_ids: Collection[int]) -> dict[int, Money]:
    """AS-6: return what these orders brought in, gave back and have promised; the caller holds them. Three queries."""
    on_platform, by_transfer, promised = _sums(order_ids)
    columns = ("pk", "total_yuan", "paid_yuan", "refunded_yuan", "paid_at", "state")
    found = {}
    for pk, total, paid, refunded, paid_at, state in Order.objects.filter(pk__among=order_ids).values_list(*columns):
        found[pk] = Money(
            total_yuan=total,
            paid_yuan=paid,
            refunded_yuan=refunded,
            was_paid=bool(paid_at) or state not in (OrderState.UNPAID, OrderState.CLOSED) or bool(paid),
            on_platform=on_platform.get(pk, ZERO),
            by_transfer=by_transfer.get(pk, ZERO),
            promised=promised.get(pk, ZERO),
        )
    return found


def _sums(order_ids: Collection[int]) -> tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal]]:
    """What was paid back on the platform and by transfer, and what is granted and not paid, by order."""
    paid: dict[str, dict[int, Decimal]] = {Through.PLATFORM: {}, Through.TRANSFER: {}}
    payouts = Payout.objects.filter(refund__order_id__among=order_ids).values_list("refund__order_id", "through")
    for order, through, total in payouts.annotate(total=Sum("amount_yuan")):
        paid[through][order] = total
    granted = Refund.objects.filter(order_id__among=order_ids, state=RefundState.GRANTED).values_list("order_id")
    promised = dict(granted.annotate(total=Sum(F("granted_yuan") - F("paid_yuan"))))
    return paid[Through.PLATFORM], paid[Through.TRANSFER], promised


def paid_of(refund_ids: Collection[int]) -> dict[int, Decimal]:
    """Return what has been paid of these refunds. One query."""
    rows = Payout.objects.filter(refund_id__in=refund_ids).values_list("refund_id")
    return dict(rows.annotate(total=Sum("amount_yuan")))


@dataclass(frozen=True)
class OuterTerm:
    """One row of a platform's timers, as the clocks use it."""

    within: timedelta
    because: str


def outer_terms(on: date) -> dict[tuple[int, str, str], OuterTerm]:
    """Return the platforms' timers in force on a day, by platform, step and kind ("" for every kind). One query."""
    return {
        (row.platform_id, row.step, row.kind): OuterTerm(
            timedelta(hours=row.hours), f"timer|{row.if_missed}|{row.source}|{row.get_standing_display()}"
        )
        for row in PlatformTimer.objects.in_force(on)
    }


def lines_of(refund_ids: Collection[int]) -> dict[int, list[RefundLine]]:
    """Return the lines of these refunds with their order lines, by refund. One query."""
    found: dict[int, list[RefundLine]] = {pk: [] for pk in refund_ids}
    rows = RefundLine.objects.filter(refund_id__among=refund_ids).select_related("line").order_by("pk")
    for row in rows:
        found[row.refund_id].append(row)
    return found


def items_of(order_ids: Collection[int]) -> dict[int, list[Line]]:
    """Return the order lines of these orders, by order. One query."""
    found: dict[int, list[Line]] = {pk: [] for pk in order_ids}
    for line in Line.objects.filter(order_id__among=order_ids).order_by("pk"):
        found[line.order_id].append(line)
    return found


def slipped_inside(refund_ids: Collection[int] | None = None) -> list[Timer]:
    """Return refunds' clocks that missed their deadline and have no slip yet; without ids all that still run."""
    slips = Slip.objects.filter(refund_id=OuterRef("subject_id"), limit="inner", due_at=OuterRef("due_at"))
    rows = Timer.objects.filter(subject_type=SUBJECT, missed_at__isnull=False).filter(~Exists(slips))
    which = rows.open() if refund_ids is None else rows.filter(subject_id__in=refund_ids)
    return list(which.select_related("policy").order_by("pk")[:5000])


def slipped_outside(at: datetime) -> list[Refund]:
    """Return live refunds past their platform's deadline that have no slip for it yet."""
    slips = Slip.objects.filter(refund_id=OuterRef("pk"), limit="outer", due_at=OuterRef("platform_due_at"))
    rows = Refund.objects.live().filter(platform_due_at__lt=at).filter(~Exists(slips))
    return list(rows.select_related("order").order_by("platform_due_at", "pk")[:5000])


def visible(pk: int, *, by: Actor) -> Refund:
    """Return a refund with what its page shows; one that is not visible does not exist."""
    rows = Refund.objects.visible_to(by).select_related("order__shop__platform", "other_model")
    refund = rows.filter(pk=pk).first()
    if refund is None:
        raise NotFound(what=f"{Refund._meta.verbose_name} {pk}")
    return refund  # type: ignore[no-any-return]


def freezing_elsewhere(order_ids: Sequence[int], kinds: Collection[str], ended: Collection[int]) -> set[int]:
    """Return which of these orders have another live refund that freezes their installation. One query."""
    rows = Refund.objects.live().filter(order_id__in=order_ids, kind__in=kinds).exclude(pk__in=ended)
    return set(rows.values_list("order_id", flat=True))


def day_of(at: datetime) -> date:
    """Return the day, where the company is, under which rules are looked up."""
    return timezone.localdate(at)
