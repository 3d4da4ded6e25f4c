"""OR-3, AS-6: enters a batch of platforms' refunds: a fixed number of statements however many, safe to repeat.

Called by the import run (settings.INTAKES), inside its transaction. It holds the intake's lock and then the orders, in
the order of their keys. A refund whose order is not here yet is kept as a rejected row: import the orders, then the
file again. A fact (money that went back) beats a promise (a grant of ours): where both do not fit into what was paid,
grants that nobody has paid are taken back; where it does not fit even so, the row is rejected and a person looks.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from aftersales.models import Refund
from aftersales.operations import refund_facts
from aftersales.queries import refunds as queries
from aftersales.rules import refund_freshness
from aftersales.rules.refund_money import ZERO, Money
from aftersales.states.refund import Kind, RefundState
from channels.connectors.base import PlatformRefund, RefundProgress
from opsdesk.actor import Actor
from opsdesk.money import to_fen
from orders.models import Import, Line, Order
from orders.operations.batch import INTAKE_LOCK, Tally

UNKNOWN_ORDER = "订单 {number} 还没有导入；请先导入订单，再重新导入这个文件"
ABOVE_PAID = "退款金额 {amount} 元超过订单实付（已退 {returned} 元，实付 {received} 元）；请核对订单和已登记的退款"
NO_AMOUNT = "退款已成功但没有退款金额；请照后台填上金额，再重新导入"


@dataclass
class Batch:
    """One part of a file: its orders (held), the refunds of ours that it is about, and what became of each row."""

    source: Import
    by: Actor
    at: datetime
    orders: dict[str, Order]
    known: dict[str, Refund]
    money: dict[int, Money]
    tally: Tally
    entered: list[tuple[PlatformRefund, Refund]] = field(default_factory=list)
    moved: dict[str, list[tuple[PlatformRefund, Refund]]] = field(default_factory=dict)
    filled: list[tuple[PlatformRefund, Refund]] = field(default_factory=list)

    def reject(self, item: PlatformRefund, code: str, reason: str) -> None:
        """Keep a row that cannot be entered, with the reason."""
        self.tally.rejects.append(item.refused(code, reason))


def known(shop_id: int, numbers: Collection[str]) -> int:
    """Return how many of these refund numbers of a shop are here already (for the preview)."""
    return Refund.objects.filter(shop_id=shop_id, number__among=list(numbers)).count() if numbers else 0


def write(source: Import, items: Sequence[PlatformRefund], *, by: Actor, at: datetime) -> Tally:
    """OR-2: enter new refunds, move and fill known ones, leave the rest; inside the caller's transaction."""
    tally = Tally()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])
    for part in _without_repeats(items):
        _write_distinct(source, part, tally, by=by, at=at)
    return tally


def _without_repeats(items: Sequence[PlatformRefund]) -> Iterator[list[PlatformRefund]]:
    """Split so that no refund stands twice in a part: its later row then meets the earlier one as stored."""
    rest = list(items)
    while rest:
        now = {item.number: item for item in reversed(rest)}
        yield [item for item in rest if now[item.number] is item]
        rest = [item for item in rest if now[item.number] is not item]


def _write_distinct(source: Import, items: Sequence[PlatformRefund], tally: Tally, *, by: Actor, at: datetime) -> None:
    rows = Refund.objects.filter(shop_id=source.shop_id, number__among=[item.number for item in items])
    ours = dict(rows.values_list("pk", "order_id"))
    orders = _held(source, items, set(ours.values()))
    held = {order.pk: order for order in orders.values()}
    known = {row.number: row for row in Refund.objects.for_change_many(ours.keys())}
    for row in known.values():
        row.order = held[row.order_id]
    batch = Batch(source, by, at, orders, known, queries.money_of(held.keys()) if held else {}, tally)
    for item in items:
        _sort(batch, item)
    refund_facts.enter(batch)


def _held(source: Import, items: Sequence[PlatformRefund], ours: set[int]) -> dict[str, Order]:
    """Return the orders that these refunds name, by the number they name them with, and those of refunds known before.

    All are locked, in the order of keys. Taobao may name the child order; a known refund keeps its own order.
    """
    shop, numbers = source.shop, list({item.order_number for item in items})
    found = dict(Order.objects.filter(shop=shop, number__among=numbers).values_list("number", "pk"))
    if missing := [number for number in numbers if number not in found]:
        children = Line.objects.filter(order__shop=shop, key__among=missing).order_by("pk")
        found |= dict(children.values_list("key", "order_id"))
    found |= {f"#{pk}": pk for pk in ours}
    rows = {}
    for order in Order.objects.for_change_many(set(found.values())):
        order.shop = shop
        rows[order.pk] = order
    return {number: rows[pk] for number, pk in found.items()}


def _sort(batch: Batch, item: PlatformRefund) -> None:
    """Decide what becomes of one row; nothing is written yet."""
    refund, order = batch.known.get(item.number), batch.orders.get(item.order_number)
    if refund is None and order is None:
        return batch.reject(item, "order_missing", UNKNOWN_ORDER.format(number=item.order_number))
    if item.progress == RefundProgress.PAID and item.amount_yuan is None:
        return batch.reject(item, "amount_missing", NO_AMOUNT)
    if refund is None:
        assert order
        refund = _made(batch, item, order)
        if _fits(batch, item, refund):
            batch.entered.append((item, refund))
        return None
    as_of = item.as_of or batch.source.as_of
    earlier = refund_freshness.is_earlier(as_of, refund.as_of)
    later = bool(as_of and (refund.as_of is None or as_of > refund.as_of))
    action = refund_freshness.move(item.progress, refund.state, earlier=earlier, later=later)
    if action in ("see_closed", "see_sent"):
        batch.money[refund.order_id] = batch.money[refund.order_id].freeing(_promised(refund))
    if action and _fits(batch, item, refund):
        batch.moved.setdefault(action, []).append((item, refund))
    elif not action:
        batch.filled.append((item, refund))
    return None


def _fits(batch: Batch, item: PlatformRefund, refund: Refund) -> bool:
    """Whether a payment fits into what was paid for the order; grants that stand in its way are taken back."""
    if item.progress != RefundProgress.PAID:
        return True
    assert item.amount_yuan is not None
    before = ZERO if refund.pk is None else refund.paid_yuan
    extra = max(to_fen(item.amount_yuan) - before, ZERO)
    after = batch.money[refund.order_id].paying(extra, on_platform=True, promised=_promised(refund))
    if 0 > after.left >= -after.promised:
        after = after.freeing(refund_facts.make_room(batch, refund))
    if after.left < 0:
        said = {"amount": item.amount_yuan, "returned": after.returned + after.by_transfer - extra}
        batch.reject(item, "above_paid", ABOVE_PAID.format(received=after.received, **said))
        return False
    batch.money[refund.order_id] = after
    return True


def _promised(refund: Refund) -> Decimal:
    return refund.open_yuan if refund.state == RefundState.GRANTED else ZERO


def _made(batch: Batch, item: PlatformRefund, order: Order) -> Refund:
    """The row of a refund that is new here, in the state that the platform shows."""
    ended = item.progress in refund_facts.ENDS
    moments: dict[str, Any] = {
        "asked_at": item.asked_at or item.agreed_at or item.ended_at or batch.at,
        "agreed_at": item.agreed_at,
        "posted_at": item.posted_at,
        "ended_at": (item.ended_at or batch.source.as_of or batch.at) if ended else None,
    }
    return Refund(
        order=order,
        shop=batch.source.shop,
        number=item.number,
        kind=item.kind or Kind.REFUND_ONLY,
        reason=item.reason or "other",
        said=item.said or "",
        shipped=item.shipped is not False,
        asked_yuan=to_fen(item.amount_yuan or ZERO),
        carrier=item.carrier or "",
        tracking=item.tracking or "",
        as_of=item.as_of or batch.source.as_of,
        entered_at=batch.at,
        **moments,
        **refund_facts.state_of(item, moments["ended_at"]),
    )
