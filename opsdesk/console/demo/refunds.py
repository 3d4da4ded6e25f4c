"""Customers who want their money back: some dozens of refunds in every state, a few late, through the operations."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.core.files.base import ContentFile

from aftersales.models import Job, Refund, Slip
from aftersales.operations import refund_money, refunds, returns, slips
from aftersales.operations.refund_money import Payment
from aftersales.operations.refunds import Wish
from aftersales.operations.returns import Arrival, Choice, Pieces
from aftersales.states.refund import Kind, Reason
from opsdesk.actor import SYSTEM, Actor
from opsdesk.console.demo import actors, pictures
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local
from opsdesk.sla import timers
from orders.models import Order
from orders.operations import imports
from orders.states import OrderState

_HOUR = timedelta(hours=1)
_FILE = (
    "订单编号", "退款编号", "买家退款金额", "是否需要退货", "退款的申请时间", "超时时间", "退款状态", "货物状态",
    "买家退款原因",
)  # fmt: skip


class Desk:
    """Customer service, warehouse and finance at work on one refund after another."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rng = plan, Random(plan.seed + 8)
        self._clerk, self._store = actors.of_role("customer_service"), actors.of_role("warehouse")
        self._payer = actors.of_role("finance")

    def ago(self, hours: float) -> datetime:
        """A moment before the end of the story."""
        return self._plan.at - hours * _HOUR

    def ask(self, order: Order, kind: str, reason: str, hours: float, share: str = "1") -> Refund:
        """A customer asks so many hours ago, for a share of what he paid."""
        paid = order.total_yuan or order.paid_yuan or Decimal(0)
        amount = (paid * Decimal(share)).quantize(Decimal("0.01")) if kind not in ("exchange", "resend") else Decimal(0)
        return refunds.ask(order.pk, Wish(kind, reason, amount), by=self._clerk, at=self.ago(hours))

    def agree(self, row: Refund, hours: float) -> Refund:
        """Agree, with a photo where one is needed and a word where a person has to decide."""
        if row.reason in (Reason.QUALITY, Reason.DAMAGE, Reason.WRONG_GOODS):
            picture = ContentFile(pictures.of("refund"), "photo.jpg")
            returns.prove(row.pk, photo=picture, what="顾客提供的照片", by=self._clerk, at=self.ago(hours))
        return refunds.agree(row.pk, reason="已电话核实", by=self._clerk, at=self.ago(hours))

    def come_back(self, row: Refund, hours: float, *, damaged: bool = False) -> Refund:
        """The goods are posted, and half a day later they are here."""
        tracking = f"SF{row.pk:010d}"
        returns.post(row.pk, carrier="顺丰速运", tracking=tracking, by=self._clerk, at=self.ago(hours + 14))
        pieces = {
            line.pk: Pieces(ok=line.quantity - damaged, damaged=int(damaged)) for line in row.lines.order_by("pk")
        }
        arrival = Arrival(tracking, pieces, "外箱破损" if damaged else "")
        return returns.receive(row.pk, arrival=arrival, by=self._store, at=self.ago(hours))

    def accept(self, row: Refund, hours: float) -> Refund:
        """The warehouse accepts what arrived."""
        return returns.inspect(row.pk, note="外观完好，配件齐全", by=self._store, at=self.ago(hours))

    def grant(self, row: Refund, hours: float) -> Refund:
        """Grant what was asked for."""
        return refund_money.grant(row.pk, amount_yuan=row.asked_yuan, by=self._clerk, at=self.ago(hours))

    def pay(self, row: Refund, hours: float) -> Refund:
        """Finance pays it on the platform."""
        payment = Payment(row.asked_yuan, f"TK{row.pk:08d}")
        return refund_money.pay(row.pk, payment=payment, by=self._payer, at=self.ago(hours))

    @property
    def clerk(self) -> Actor:
        """Who serves the customers."""
        return self._clerk

    @property
    def store(self) -> Actor:
        """Who receives goods."""
        return self._store


def enter(plan: Plan) -> None:
    """Fill the queues: every kind, every state, some late, some customers told and some not."""
    desk, orders = Desk(plan), _orders(plan)
    for script in (*_SHORT, *_LONG) * 2:
        order = next(orders, None)
        if order is not None:
            script(desk, order)
    _file(desk, list(orders)[:6])
    returns.turn_away(
        tracking="YT9988776655", order_number="", reason="未事先联系，到付", by=desk.store, at=desk.ago(20)
    )
    timers.sweep(at=plan.at)
    slips.note_all_due(by=SYSTEM, at=plan.at)
    for pk in list(Slip.objects.order_by("pk").values_list("pk", flat=True)[:3]):
        slips.tell(pk, how="旺旺", by=desk.clerk, at=plan.at)


def _orders(plan: Plan) -> Iterator[Order]:
    """Orders of the last weeks that were paid and signed for, with no installation still to be done."""
    rows = Order.objects.counted().filter(
        state__in=(OrderState.SIGNED, OrderState.COMPLETED),
        paid_yuan__gt=0,
        refunded_yuan__isnull=True,
    ) | Order.objects.counted().filter(
        state__in=(OrderState.SIGNED, OrderState.COMPLETED), paid_yuan__gt=0, refunded_yuan=0
    )
    live = Job.objects.live().values("order_id")
    recent = rows.exclude(pk__in=live).filter(ordered_at__lt=plan.at - timedelta(days=4))
    return iter(list(recent.select_related("shop").order_by("-ordered_at", "-pk")[:40]))


def _late_review(desk: Desk, order: Order) -> None:
    desk.ask(order, Kind.RETURN_REFUND, Reason.DISLIKE, 60)


def _fresh(desk: Desk, order: Order) -> None:
    desk.ask(order, Kind.REFUND_ONLY, Reason.PRICE, 2, "0.1")


def _refused(desk: Desk, order: Order) -> None:
    row = desk.ask(order, Kind.RETURN_REFUND, Reason.WRONG_CHOICE, 90)
    refunds.refuse(row.pk, reason="热水器已安装使用多日，外观有使用痕迹", by=desk.clerk, at=desk.ago(84))


def _withdrawn(desk: Desk, order: Order) -> None:
    row = desk.ask(order, Kind.RETURN_REFUND, Reason.DISLIKE, 70)
    refunds.withdraw(row.pk, reason="顾客决定留用", by=desk.clerk, at=desk.ago(66))


def _waiting(desk: Desk, order: Order) -> None:
    desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.DISLIKE, 50), 46)


def _never_posted(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.DISLIKE, 220), 215)
    refunds.close(row.pk, reason="顾客未寄回", by=desk.clerk, at=desk.ago(30))


def _on_the_way(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.WRONG_CHOICE, 80), 76)
    returns.post(row.pk, carrier="德邦", tracking=f"DPK{row.pk:08d}", by=desk.clerk, at=desk.ago(30))


def _arrived(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.QUALITY, 120), 116)
    desk.come_back(row, 6, damaged=True)


def _granted(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.REFUND_ONLY, Reason.PRICE, 30, "0.05"), 26)
    desk.grant(row, 25)


def _paid_return(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.QUALITY, 200), 196)
    desk.grant(desk.accept(desk.come_back(row, 100), 96), 95)
    desk.pay(Refund.objects.get(pk=row.pk), 80)


def _paid_difference(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.PRICE_DIFFERENCE, Reason.PRICE, 100, "0.05"), 98)
    desk.pay(desk.grant(row, 97), 76)


def _accepted(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.RETURN_REFUND, Reason.DAMAGE, 90), 88)
    desk.accept(desk.come_back(row, 20), 3)


def _exchanged(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.EXCHANGE, Reason.WRONG_GOODS, 150), 148)
    returns.send_ahead(
        row.pk, carrier="顺丰速运", tracking=f"SF9{row.pk:09d}", reason="家中无热水", by=desk.clerk, at=desk.ago(147)
    )
    desk.accept(desk.come_back(row, 60), 55)


def _out_of_stock(desk: Desk, order: Order) -> None:
    row = desk.agree(desk.ask(order, Kind.EXCHANGE, Reason.QUALITY, 40), 38)
    paid = order.total_yuan or order.paid_yuan or Decimal(0)
    returns.choose(row.pk, choice=Choice("refund", paid), reason="同型号缺货", by=desk.clerk, at=desk.ago(20))


def _parts(desk: Desk, order: Order) -> None:
    desk.agree(desk.ask(order, Kind.RESEND, Reason.MISSING_PARTS, 28), 27)


_SHORT: tuple[Callable[[Desk, Order], None], ...] = (
    _late_review, _fresh, _refused, _withdrawn, _waiting, _never_posted, _on_the_way,
)  # fmt: skip
_LONG: tuple[Callable[[Desk, Order], None], ...] = (
    _arrived, _granted, _paid_return, _paid_difference, _accepted, _exchanged, _out_of_stock, _parts,
)  # fmt: skip


def _file(desk: Desk, orders: list[Order]) -> None:
    """A Tmall refund export with the platform's own deadlines, one row of an order that is not here yet."""
    theirs = [order for order in orders if order.shop.platform.code in ("tmall", "taobao")]
    if not theirs:
        return
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_FILE)
    for place, order in enumerate([*theirs, None]):
        asked = local(desk.ago(30 - place))
        due = local(desk.ago(-2 - 9 * place))
        number = order.number if order else "4000000000000099"
        amount = order.total_yuan if order else "99.00"
        times = (f"{asked:%Y-%m-%d %H:%M:%S}", f"{due:%Y-%m-%d %H:%M:%S}")
        writer.writerow(
            [number, f"9{desk.ago(0):%Y%m%d}{place:06d}", amount, "是", *times, "买家已经申请退款，等待卖家同意",
             "买家已收到货", "7天无理由退换货"]
        )  # fmt: skip
    name = f"退款管理{local(desk.ago(1)):%Y%m%d%H%M}.csv"
    content = out.getvalue().encode("gb18030")
    held = imports.receive(theirs[0].shop_id, name=name, content=content, by=SYSTEM, at=desk.ago(1))
    imports.run(held.pk, by=SYSTEM, at=desk.ago(1))
