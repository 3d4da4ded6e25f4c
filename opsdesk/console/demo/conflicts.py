"""Orders that went to another shop of the system: a few customers who gave one back buy again elsewhere."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.models import Refund
from channels.connectors.base import PlatformLine, PlatformOrder, Progress
from channels.models import Listing, Shop
from channels.queries import regions
from conflicts.operations import following, inquiries
from conflicts.operations.inquiries import Asked
from opsdesk.actor import SYSTEM
from opsdesk.console.demo.plan import Plan
from opsdesk.privacy import normal_phone
from orders.models import Import, Line
from orders.operations import batch
from orders.operations.receivers import opened

_DAY = timedelta(days=1)
_MOST = 4


def enter(plan: Plan) -> None:
    """CF-13: let some customers be led away, one of them registered before, and look for it as every night."""
    sellers = list(Shop.objects.filter(mode="distribution", active=True, operator__active=True).order_by("code"))
    lost = Refund.objects.filter(kind__in=("return_refund", "refund_only"), state__in=("asked", "agreed", "paid"))
    told = 0  # of a price question only a part goes back: no order is lost
    for refund in lost.exclude(reason="price").select_related("order__shop__operator").order_by("pk"):
        line = refund.order.lines.filter(listing__product__installed=True).order_by("pk").first()
        shops = [shop for shop in sellers if shop.operator_id != refund.order.shop.operator_id]
        when = min(refund.asked_at + _DAY, plan.at - _DAY / 24)
        if told < _MOST and line and shops and _led_away(refund, line, shops[told % len(shops)], when):
            told += 1
    following.look_all_due(by=SYSTEM, at=plan.at)


def _led_away(refund: Refund, line: Line, shop: Shop, when: datetime) -> bool:
    """The same customer buys the same model a little cheaper in another shop."""
    receiver, product = opened(refund.order.receiver_sealed), line.listing.product_id if line.listing else None
    item = Listing.objects.filter(shop=shop, product=product).order_by("pk").first()
    if item is None or not normal_phone(receiver.phone) or (refund.order.paid_yuan or 0) < 800:
        return False
    _registered(refund, Asked(receiver.phone, receiver.name, product, "在旺旺上咨询过安装尺寸"))
    paid = ((refund.order.paid_yuan or Decimal(0)) * Decimal("0.95")).quantize(Decimal(1))
    source = Import.objects.create(
        shop=shop, name=f"{shop.code}-{when:%Y%m%d}.csv", sha256="0" * 64, size=1, state="done", entered_by="system",
        entered_at=when, started_at=when, finished_at=when, as_of=when,
    )  # fmt: skip
    bought = PlatformLine(
        "1", title=item.title or None, item_id=item.item_id or None, sku_id=item.sku_id or None,
        merchant_code=item.merchant_code or None, quantity=1, paid_yuan=paid,
    )  # fmt: skip
    order = PlatformOrder(
        number=f"{refund.order.number[:6]}{refund.pk:012d}", state=Progress.PAID, ordered_at=when, paid_at=when,
        paid_yuan=paid, total_yuan=paid, receiver_name=receiver.name, receiver_phone=receiver.phone,
        receiver_address=receiver.address, lines=(bought,),
    )  # fmt: skip
    batch.write(batch.Intake(source, regions.gazetteer(), SYSTEM, when), [order])
    return True


def _registered(refund: Refund, asked: Asked) -> None:
    """His first shop had registered him when he asked; whoever is registered already stays so."""
    with suppress(inquiries.AlreadyRegistered):
        first = refund.order.ordered_at or refund.asked_at
        inquiries.register(refund.order.shop_id, asked, by=SYSTEM, at=first - _DAY / 12)
