"""What brand days give on top: gifts, coupons, cash-back, rewards and draws, claimed, signed, paid and taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from channels.states import PlatformKind
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan
from opsdesk.days import midnight
from orders.models import Line, Order
from orders.states import OrderState
from promotions.models import BrandEvent, Claim, Draw, Pot
from promotions.operations import claims, draws
from promotions.states.claim import ClaimKind, ClaimState, DrawState
from promotions.states.plan import EventState, OfferKind

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_EVENING, _DRAWN, _PAID, _TAKEN_BACK = 21 * _HOUR, 10 * _HOUR, 8 * _DAY, 12 * _DAY
_GIFTS, _COUPONS, _PHONES, _REVIEWS, _SHOWN, _PLACES, _MONTHLY = 5, 4, 5, 12, 8, 5, 4
_SMALL, _LARGE = Decimal(20), Decimal(40)
_WRONG = "晒单图片不是本单商品，请补充后重新提交"
_GONE = "用户已删除好评，返现收回"
_STOPPED = "品牌日提前停止，抽奖取消"
_PRIZE = Decimal(100)
_PURPOSE: dict[str, str] = {ClaimKind.CASH_BACK: OfferKind.CASHBACK, ClaimKind.PHONE_ORDER: OfferKind.PHONE}


class Rewards:
    """Who enters, signs and pays; of everything only so much that each list has something in each state."""

    def __init__(self, plan: Plan) -> None:
        self._now = plan.at
        self._service, self._planner = actors.of_role("customer_service"), actors.of_role("promotion_planner")
        self._head, self._finance = actors.of_role("ecommerce_head"), actors.of_role("finance")

    def before(self, event: BrandEvent, at: datetime) -> None:
        """PR-12: the seed of the draw is sealed before anybody can take part."""
        if at < self._now:
            pot = self._pot(event, OfferKind.DRAW)
            planned = draws.Planned(f"{event}抽奖", pot, _PRIZE, _PLACES, event.opens_at, event.closes_at)
            draws.open_draw(planned, by=self._planner, at=at)

    def during(self, event: BrandEvent) -> None:
        """PR-10 … PR-12: what goes with the purchase is entered on the evening of its day."""
        coupons = event.offers.filter(kind=OfferKind.COUPON).values_list("product", flat=True)
        of_the_model = Exists(Line.objects.filter(order=OuterRef("pk"), listing__product__in=coupons))
        for place in range(event.days):
            start = event.opens_at + place * _DAY
            at = min(start + _EVENING, self._now)
            today = self._paid(start, at)
            if not place:
                self._enter_all(event, ClaimKind.QUICK_GIFT, today[:_GIFTS], Decimal(30), [at] * _GIFTS)
            self._enter_all(event, ClaimKind.COUPON, today.filter(of_the_model)[:_COUPONS], Decimal(30), [at] * 9)
            self._enter_all(event, ClaimKind.PHONE_ORDER, today[:_PHONES], Decimal(10), [at] * 9)

    def after(self, event: BrandEvent) -> None:
        """PR-8, PR-9, PR-12: winners are drawn; who has his heater is rewarded for writing about it; finance pays."""
        event = BrandEvent.objects.get(pk=event.pk)
        for draw in Draw.objects.filter(opens_at=event.opens_at, state=DrawState.OPEN):
            self._draw(draw, event)
        if event.state != EventState.STOPPED:
            self._reward(event)
        self._sign(event)
        self._pay(event)

    def of_this_month(self, event: BrandEvent) -> None:
        """PR-12: the month's own draw is still open."""
        first = midnight(self._now.date().replace(day=1))
        last = midnight((first + 32 * _DAY).date().replace(day=1))
        pot = self._pot(event, OfferKind.DRAW)
        planned = draws.Planned(f"{first.month}月月度抽奖", pot, _PRIZE, _MONTHLY, first, last)
        draws.open_draw(planned, by=self._planner, at=self._now - 2 * _DAY)

    def _paid(self, start: datetime, end: datetime) -> Any:
        rows = Order.objects.counted().paid_between(start, end).exclude(refunded_yuan__gt=0)
        rows = rows.exclude(state=OrderState.CLOSED).exclude(shop__platform__kind=PlatformKind.OFFLINE)
        return rows.order_by("paid_at", "pk")

    def _pot(self, event: BrandEvent, kind: str) -> int:
        offers = event.offers.filter(kind=kind).values("pk")
        return Pot.objects.get(owner_type="promotions.eventoffer", owner_id__in=offers).pk

    def _enter_all(self, event: BrandEvent, kind: str, orders: Any, yuan: Decimal, moments: Sequence[datetime]) -> None:
        purpose = _PURPOSE.get(kind, kind)
        pot = self._pot(event, purpose)
        for order, at in zip(orders, moments, strict=False):
            if at <= self._now:
                proof = "" if kind == ClaimKind.PHONE_ORDER else f"订单{order.number}截图"
                claims.enter(order.pk, claims.Wanted(pot, kind, yuan, proof), by=self._service, at=at)

    def _draw(self, draw: Draw, event: BrandEvent) -> None:
        at = event.closes_at + _DRAWN
        if event.state == EventState.STOPPED:
            draws.cancel(draw.pk, reason=_STOPPED, by=self._planner, at=at)
        elif at <= self._now:
            draws.close(draw.pk, by=self._planner, at=at)
            draws.run(draw.pk, by=self._planner, at=at + _HOUR)

    def _reward(self, event: BrandEvent) -> None:
        """The first are asked for days after the end; of the latest brand day some just now, and wait."""
        arrived = self._paid(event.opens_at, event.closes_at).annotate(there=Coalesce("signed_at", "completed_at"))
        arrived = arrived.filter(there__lt=event.closes_at + 5 * _DAY)
        lately = self._now - 26 * _HOUR
        first = [event.closes_at + 5 * _DAY + place * 3 * _HOUR for place in range(_REVIEWS)]
        self._enter_all(event, ClaimKind.CASH_BACK, arrived[::3][:_REVIEWS], _SMALL, first)
        at_jd = list(arrived.filter(shop__platform__code="jd")[: 2 * _SHOWN])
        self._enter_all(event, ClaimKind.SHOW_ORDER, at_jd[::2], _SMALL, first)
        self._enter_all(event, ClaimKind.SHOW_ORDER, at_jd[1:4:2], _LARGE, first)
        if event.closes_at > self._now - 40 * _DAY and event.closes_at + _PAID < lately:
            just_now = [lately + place * 6 * _HOUR for place in range(4)]
            self._enter_all(event, ClaimKind.SHOW_ORDER, at_jd[5::2], _LARGE, just_now[:3])
            self._enter_all(event, ClaimKind.CASH_BACK, arrived[1::3][:4], _SMALL, just_now)

    def _sign(self, event: BrandEvent) -> None:
        """The head signs what waited for him, and refuses the last of it; what came since yesterday still waits."""
        waiting = Approval.objects.waiting().filter(kind="claim", asked_at__lt=self._now - 2 * _DAY).order_by("pk")
        for place, approval in enumerate(list(waiting)):
            at = min(approval.asked_at + 20 * _HOUR, self._now)
            if place:
                approvals.refuse(approval.pk, reason=_WRONG, by=self._head, at=at)
            else:
                approvals.sign(approval.pk, by=self._head, at=at)

    def _pay(self, event: BrandEvent) -> None:
        """Finance pays once per brand day; what is entered later waits. One is taken back."""
        at = event.closes_at + _PAID
        if at > self._now:
            return
        due = self._of(event).filter(state=ClaimState.APPROVED, claimed_at__lt=at)
        for pk in list(due.values_list("pk", flat=True)):
            claims.pay(pk, reference=f"ZFB{at:%Y%m%d}{pk:05}", by=self._finance, at=at)
        paid = self._of(event).filter(kind=ClaimKind.CASH_BACK, state=ClaimState.PAID).first()
        if paid and event.closes_at + _TAKEN_BACK <= self._now:
            claims.reverse(paid.pk, reason=_GONE, by=self._finance, at=event.closes_at + _TAKEN_BACK)

    def _of(self, event: BrandEvent) -> Any:
        offers = event.offers.values("pk")
        return Claim.objects.filter(pot__owner_type="promotions.eventoffer", pot__owner_id__in=offers).order_by(
            "claimed_at", "pk"
        )
