"""Whether a list price was ever real (PR-16), and where a model may be sold (CH-7). Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from promotions.rules.facts import ListPriceRow, ProductFacts, ShopFacts


@dataclass(frozen=True, slots=True)
class Charged:
    """PR-16: whether a list price has really been asked, and why not."""

    so: bool
    why: str
    list_yuan: Decimal | None


def charged(
    prices: Iterable[ListPriceRow], sales: Iterable[tuple[datetime, Decimal]], at: datetime, *, least_days: int
) -> Charged:
    """PR-16: say whether the list price in force has stood long enough and was paid at least once.

    A price that only confirms a higher one before it (it was lowered) needs no proof: nothing was raised.
    """
    known = sorted(prices, key=lambda row: (row.starts_at is not None, row.starts_at or at))
    now = next((row for row in known if row.holds(at)), None)
    if now is None:
        return Charged(False, "no_list_price", None)
    before = [row for row in known if row.starts_at is None or (now.starts_at and row.starts_at < now.starts_at)]
    if now.starts_at and before and before[-1] is not now and before[-1].yuan >= now.yuan:
        return Charged(True, "lowered", now.yuan)
    if now.starts_at and at - now.starts_at < timedelta(days=least_days):
        return Charged(False, "too_young", now.yuan)
    if not any(paid >= now.yuan for sold_at, paid in sales if now.holds(sold_at) and sold_at <= at):
        return Charged(False, "never_paid", now.yuan)
    return Charged(True, "paid", now.yuan)


def crossed_out(crossed: Decimal, proof: Charged, best: Decimal | None) -> str:
    """PR-16: return what speaks against a price that an item strikes through; empty: it has really been charged.

    It is no more than the list price, and that was charged; or somebody has paid as much while the list price stood.
    """
    if proof.list_yuan is None:
        return proof.why
    if crossed > proof.list_yuan:
        return "above_list"
    paid = proof.why == "never_paid" and best is not None and best >= crossed
    return "" if proof.so or paid else proof.why


def not_sold_here(product: ProductFacts, shop: ShopFacts, at: datetime) -> str:
    """CH-7: return why a model may not be sold in a shop at this moment; empty: it may."""
    if product.sold_where == "online" and not shop.online:
        return "online_only"
    if product.sold_where == "offline" and shop.online:
        return "offline_only"
    named = any(row.partner == shop.partner for row in product.sellers if row.holds(at))
    return "not_named" if product.sold_where == "named" and not named else ""
