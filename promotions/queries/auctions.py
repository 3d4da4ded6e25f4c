from datetime import timedelta

from django.utils.translation import gettext as _

from opsdesk.money import ZERO
from orders.models import Line, Order
from promotions.models import Auction
from promotions.queries import claims, floors
from promotions.rules.auctions import Paid
from promotions.rules.floors import Floor

_MOMENT = timedelta(microseconds=1)


def floor_of(auction: Auction) -> Floor:
    """DS-11: return the floor of what is auctioned at the moment of the last bid."""
    return floors.price_floor(auction.shop_id, auction.product_id, auction.closes_at - _MOMENT)


def line_of(auction: Auction) -> Line | None:
    """Return the line of the winner's order that was auctioned, if its items are known already."""
    if auction.order_id is None:
        return None
    lines = Line.objects.filter(order=auction.order_id, listing__product=auction.product_id)
    return lines.select_related("listing", "order").order_by("pk").first()


def paid_of(order: Order) -> Paid:
    """Return what a decision on handing out needs to know of an order."""
    paid = order.total_yuan if order.total_yuan is not None else order.paid_yuan
    return Paid(order.state, order.paid_at, paid, order.refunded_yuan or ZERO)


def why_not(because: str) -> str:
    """Say what speaks against handing out as a person would."""
    kind, _colon, rest = because.partition(":")
    if kind == "paid_less":
        paid, _colon, price = rest.partition(":")
        return _("only ¥%(paid)s of ¥%(price)s were paid") % {"paid": paid, "price": price}
    return claims.why_not(because)


def refunded() -> list[int]:
    """Return the auctions whose winner's order was closed or refunded."""
    return list(Auction.objects.all().refunded().order_by("pk").values_list("pk", flat=True))
