"""Orders that went to another shop of the system: a few customers who gave one back buy again elsewhere."""

import csv
import io
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.models import Refund
from channels.models import Listing, Shop
from conflicts.operations import following, inquiries
from conflicts.operations.inquiries import Asked
from opsdesk.actor import SYSTEM
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local
from opsdesk.privacy import normal_phone
from orders.operations import imports
from orders.operations.receivers import opened

_DAY = timedelta(days=1)
_MOST = 4


def enter(plan: Plan) -> None:
    """CF-13: let some customers be led away, whom their first shops had registered, and look for it as every night."""
    sellers = list(Shop.objects.filter(mode="distribution", active=True, operator__active=True).order_by("code"))
    lost = Refund.objects.filter(kind__in=("return_refund", "refund_only"), state__in=("asked", "agreed", "paid"))
    told = 0  # of a price question only a part goes back: no order is lost
    for refund in lost.exclude(reason="price").select_related("order__shop__operator").order_by("pk"):
        shops = [shop for shop in sellers if shop.operator_id != refund.order.shop.operator_id]
        when = min(refund.asked_at + _DAY, plan.at - _DAY / 24)
        if told < _MOST and shops and _led_away(refund, shops[told % len(shops)], when):
            told += 1
    following.look_all_due(by=SYSTEM, at=plan.at)


def _led_away(refund: Refund, shop: Shop, when: datetime) -> bool:
    """The same customer buys the same model a little cheaper in another shop: its next file brings the order."""
    receiver = opened(refund.order.receiver_sealed)
    line = refund.order.lines.filter(listing__product__installed=True).order_by("pk").first()
    product = line.listing.product_id if line and line.listing else None
    item = Listing.objects.filter(shop=shop, product=product).exclude(product=None).order_by("pk").first()
    paid = ((refund.order.paid_yuan or Decimal(0)) * Decimal("0.95")).quantize(Decimal(1))
    if item is None or not normal_phone(receiver.phone) or paid < 800:
        return False
    _registered(refund, Asked(receiver.phone, receiver.name, product, "在旺旺上咨询过安装尺寸"))
    row = {
        "订单编号": f"{refund.order.number[:6]}{refund.pk:012d}", "总金额": paid, "买家实际支付金额": paid,
        "收货人姓名": receiver.name, "联系手机": receiver.phone, "收货地址": receiver.address,
        "订单创建时间": f"{local(when):%Y-%m-%d %H:%M:%S}", "订单付款时间": f"{local(when):%Y-%m-%d %H:%M:%S}",
        "宝贝标题": item.title, "宝贝种类": 1, "宝贝总数量": 1,
    }  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    name = f"补充订单{local(when):%Y%m%d%H%M}.csv"
    source = imports.receive(shop.pk, name=name, content=out.getvalue().encode("utf-8-sig"), by=SYSTEM, at=when)
    return imports.run(source.pk, by=SYSTEM, at=when).new == 1


def _registered(refund: Refund, asked: Asked) -> None:
    """His first shop had registered him when he asked; whoever is registered already stays so."""
    with suppress(inquiries.AlreadyRegistered):
        first = refund.order.ordered_at or refund.asked_at
        inquiries.register(refund.order.shop_id, asked, by=SYSTEM, at=first - _DAY / 12)
