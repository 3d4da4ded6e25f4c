"""DS-11, DS-12, CF-13: a price below its floor, as the price policy found it. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from conflicts.rules.weighing import Figures, Finding, enough, weighed, yuan

ACT = "P1"


@dataclass(frozen=True, slots=True)
class Price:
    """An open price signal: offered or sold (`order`), by whom, at what, and as what the shop sells."""

    pk: int
    shop: int
    partner: int | None
    product: int
    order: int | None
    quantity: int
    net_yuan: Decimal
    floor_yuan: Decimal
    moment: datetime
    seller: str


def judge(price: Price, figures: Figures) -> Finding | str | None:
    """Return the signal of a price below its floor. An independent reseller is never fined for it (DS-12)."""
    if price.floor_yuan <= 0:
        return "floor_unknown"
    share = (price.floor_yuan - price.net_yuan) / price.floor_yuan
    finding = Finding(
        "below_floor",
        f"price:{price.pk}",
        ACT,
        weighed(figures, _for(price, share, figures)),
        weighed(figures, _against(price, share, figures)),
        (price.floor_yuan - price.net_yuan) * price.quantity,
        price.moment,
        {
            "shop_id": price.shop,
            "partner_id": price.partner,
            "product_id": price.product,
            "order_id": price.order,
            "price_signal_id": price.pk,
        },
        {"net_yuan": yuan(price.net_yuan), "floor_yuan": yuan(price.floor_yuan), "seller": price.seller},
    )
    return enough(finding, figures)


def _for(price: Price, share: Decimal, figures: Figures) -> Iterator[tuple[str, str]]:
    yield ("sold" if price.order else "offered"), f"{yuan(price.net_yuan)} < {yuan(price.floor_yuan)}"
    if share >= figures["deep_share"]:
        yield "deep", f"{100 * share:.1f} %"


def _against(price: Price, share: Decimal, figures: Figures) -> Iterator[tuple[str, str]]:
    if share < figures["slight_share"]:
        yield "slight", f"{100 * share:.1f} %"
    if price.seller == "independent":
        yield "independent", ""
