"""What a customer really pays, whether a list price was ever real (PR-16), and where a model may be sold (CH-7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from opsdesk.money import ZERO, to_fen
from promotions.rules.facts import Dated, ListPriceRow, ProductFacts, ShopFacts


@dataclass(frozen=True, slots=True)
class CutRow(Dated):
    """A reduction: an amount off, once, or once for each full `per` yuan of the price."""

    kind: str
    name: str
    yuan: Decimal
    per: Decimal | None = None

    def off(self, price: Decimal) -> Decimal:
        """Return what it takes off a price."""
        return self.yuan if self.per is None else self.yuan * (price // self.per)


@dataclass(frozen=True, slots=True)
class Net:
    """The price shown, what is taken off it, and what is left."""

    shown_yuan: Decimal
    cuts: tuple[tuple[str, str, Decimal], ...]
    yuan: Decimal


def net_price(shown: Decimal, cuts: Iterable[CutRow], at: datetime) -> Net:
    """DS-11, PR-10, PR-11: return the net price; every cut counts from the price shown, and none goes below zero."""
    found = tuple((cut.kind, cut.name, to_fen(off)) for cut in cuts if cut.holds(at) and (off := cut.off(shown)) > ZERO)
    return Net(shown, found, max(ZERO, to_fen(shown - sum((off for _kind, _name, off in found), ZERO))))


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


def not_sold_here(product: ProductFacts, shop: ShopFacts, at: datetime) -> str:
    """CH-7: return why a model may not be sold in a shop at this moment; empty: it may."""
    if product.sold_where == "online" and not shop.online:
        return "online_only"
    if product.sold_where == "offline" and shop.online:
        return "offline_only"
    named = any(row.partner == shop.partner for row in product.sellers if row.holds(at))
    return "not_named" if product.sold_where == "named" and not named else ""
