"""PR-12: the weekly auctions of the last weeks: won by order or by account, one not sold, the last one running."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from channels.models import Listing
from opsdesk.actor import Actor
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan
from opsdesk.days import midnight
from opsdesk.money import to_fen
from orders.models import Order
from promotions.models import Auction, BrandEvent, Pot
from promotions.operations import auctions
from promotions.operations.auctions import Planned
from promotions.states.plan import OfferKind

_WEEKS, _UNSOLD, _SHOP, _COST = 6, 4, "jd-pop", Decimal(100)
_BY_ACCOUNT = {
    2: ("DM510-40", "0.66", "jd_sunny88"),
    3: ("DSF360-90", "0.90", "jd_小城故事"),
    5: ("DSF350-85", "0.91", "jd_happyhome"),
}
"""Won by somebody whose order has not come yet: which model, at which part of the price shown; one below the floor."""
_ENDS, _DAY, _SOON = timedelta(days=4, hours=20), timedelta(days=1), timedelta(hours=3)


def enter(plan: Plan) -> None:
    """Open, record and hand out what the weeks before the end of the story brought."""
    planner, finance = actors.of_role("promotion_planner"), actors.of_role("finance")
    monday = plan.today - plan.today.weekday() * _DAY
    for place in range(_WEEKS):
        week = monday - (_WEEKS - 1 - place) * 7 * _DAY
        closes_at = midnight(week) + _ENDS
        order = None if place in _BY_ACCOUNT else _order(closes_at)
        pot, listing = _pot(week), _sold(order) if order else _item(_BY_ACCOUNT.get(place, _BY_ACCOUNT[3])[0])
        if pot is None or listing is None:
            continue
        planned = Planned(listing.pk, pot.pk, _COST, closes_at)
        auction = auctions.open_auction(planned, by=planner, at=min(midnight(week) + timedelta(hours=9), plan.at))
        if closes_at + _SOON < plan.at:
            _end(auction, place, order, (planner, finance))


def _pot(week: date) -> Pot | None:
    """The budget for auctions of the brand day of that month."""
    event = BrandEvent.objects.filter(starts_on__year=week.year, starts_on__month=week.month).first()
    if event is None:
        return None
    offers = event.offers.filter(kind=OfferKind.AUCTION).values("pk")
    return Pot.objects.filter(owner_type="promotions.eventoffer", owner_id__in=offers).first()


def _item(code: str) -> Listing | None:
    return Listing.objects.filter(shop__code=_SHOP, product__code=code, price_yuan__gt=0).order_by("pk").first()


def _order(closes_at: datetime) -> Order | None:
    """An order of the shop paid soon after the end, standing for the winner's."""
    rows = Order.objects.filter(shop__code=_SHOP, paid_at__gte=closes_at, paid_at__lt=closes_at + 2 * _DAY)
    kept = rows.exclude(state="closed").exclude(refunded_yuan__gt=0).filter(lines__listing__product__installed=True)
    return kept.order_by("paid_at", "pk").first()


def _sold(order: Order) -> Listing:
    listing: Listing = Listing.objects.filter(lines__order=order, product__installed=True).order_by("pk")[0]
    return listing


def _end(auction: Auction, place: int, order: Order | None, who: tuple[Actor, Actor]) -> None:
    """Say what came of it: nothing, a winner with an order that is handed out, or one whose order is awaited."""
    planner, finance = who
    if place == _UNSOLD:
        auctions.fail(auction.pk, reason="中拍人逾期未付款", by=planner, at=auction.closes_at + _SOON)
        return
    if order is not None and order.paid_at is not None and order.paid_yuan:
        at = order.paid_at + timedelta(hours=1)
        auctions.record(auction.pk, price_yuan=order.paid_yuan, number=order.number, by=planner, at=at)
        auctions.hand_out(auction.pk, reference=f"SF14{place}0027{place}56", by=finance, at=at + timedelta(hours=3))
        return
    _model, share, account = _BY_ACCOUNT.get(place, _BY_ACCOUNT[3])
    price = to_fen((auction.listing.price_yuan or Decimal(0)) * Decimal(share))
    at = auction.closes_at + timedelta(hours=1)
    auctions.record(auction.pk, price_yuan=price, bidder=account, by=planner, at=at)
