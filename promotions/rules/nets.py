"""DS-11, PR-8 … PR-12: what a customer really pays for an item on sale, and what he paid for one sold. Plain Python.

An item on sale (docs/adr/0014): from the price shown goes every reduction that holds then and there, each once, as for
an order of one piece; each counts from the price shown. A gift counts what it costs us. A brand day's own reductions
do not come on top of its half-price, trial and end-of-line prices (PR-5, PR-13), and what the platform pays is no
reduction of the shop's.

An item sold: what the platform's export says was paid is after every coupon of the checkout, so no reduction is taken
off again; what the platform paid of it is added back, and what we give outside the platform for the purchase itself (a
coupon or phone discount by transfer, a gift) is taken off, once per order, shared out over its lines to the fen. What
is earned by something done later, a review or a post, or by luck, is no part of the price.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from opsdesk.money import ZERO, shares, to_fen
from promotions.rules.facts import Dated

SPECIAL = frozenset({"flash", "trial", "tail"})
"""Prices of a brand day (kinds of grants and offers) on top of which its reductions do not come."""
CUT_OF = {"coupon": "coupon", "phone": "phone", "quick_gift": "gift", "cross_shop": "cross_shop"}
"""By kind of a brand day's offer: the reduction that it is."""
REWARDS = frozenset({"cashback", "show_order"})
"""Offers that are paid back after the sale."""
AGREED = frozenset({"approved", "paid"})
WHY_NO_PRICE = {"draw": "by_chance", "cash_back": "reward", "show_order": "reward"}
"""Claims that are no part of the price: won by luck, or earned by what the customer does after the purchase."""
GIFTS = frozenset({"quick_gift"})


@dataclass(frozen=True, slots=True)
class CutRow(Dated):
    """A reduction: an amount off, once, or once for each full `per` yuan of the price.

    `source` is the brand day's offer that it comes from (empty: entered by hand), `handed_out_at` since when customers
    have it (PR-10), `by_platform` that the platform pays it.
    """

    kind: str
    name: str
    yuan: Decimal
    per: Decimal | None = None
    source: str = ""
    handed_out_at: datetime | None = None
    by_platform: bool = False

    def off(self, price: Decimal) -> Decimal:
        """Return what it takes off a price."""
        return self.yuan if self.per is None else self.yuan * (price // self.per)


@dataclass(frozen=True, slots=True)
class Considered:
    """A reduction that was considered: what it comes to, and why it takes nothing off ("": it does)."""

    cut: CutRow
    yuan: Decimal
    why: str = ""


@dataclass(frozen=True, slots=True)
class Net:
    """The price shown, every reduction that was considered, and what is left."""

    shown_yuan: Decimal
    considered: tuple[Considered, ...]
    yuan: Decimal

    @property
    def cuts(self) -> tuple[tuple[str, str, Decimal], ...]:
        """Kind, name and amount of those that are taken off."""
        return tuple((one.cut.kind, one.cut.name, one.yuan) for one in self.considered if not one.why)


def net_price(shown: Decimal, cuts: Iterable[CutRow], at: datetime, *, special: bool = False) -> Net:
    """DS-11, PR-10, PR-11: return the net price; every cut counts from the price shown, and none goes below zero.

    `special`: the shop sells the model at a half-price, trial or end-of-line price at that moment.
    """
    considered = tuple(_considered(cut, shown, at, special) for cut in cuts)
    off = sum((one.yuan for one in considered if not one.why), ZERO)
    return Net(shown, considered, max(ZERO, to_fen(shown - off)))


def _considered(cut: CutRow, shown: Decimal, at: datetime, special: bool) -> Considered:
    off = to_fen(cut.off(shown))
    return Considered(cut, off, _when(cut, at) or _how(cut, off, special))


def _when(cut: CutRow, at: datetime) -> str:
    if cut.ends_at is not None and cut.ends_at <= at:
        return "over"
    if cut.holds(at):
        return ""
    return "handed_out" if cut.handed_out_at is not None and cut.handed_out_at <= at else "not_yet"


def _how(cut: CutRow, off: Decimal, special: bool) -> str:
    if cut.by_platform:
        return "by_platform"
    if special and cut.source:
        return "not_combined"
    return "" if off > ZERO else "below_threshold"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order: how many, at which price a piece, what its source says was paid for the line."""

    quantity: int | None
    price: Decimal | None
    paid: Decimal | None

    @property
    def given(self) -> bool:
        """Whether it went along for nothing."""
        return self.price == ZERO

    @property
    def weight(self) -> Decimal | None:
        """What it comes to at its price."""
        return None if self.price is None or self.quantity is None else self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Bill:
    """What is known of an order's money: paid by the customer, sold for (with what the platform paid), freight."""

    total: Decimal | None = None
    sold: Decimal | None = None
    freight: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Back:
    """A claim of an order: what comes back to the customer, how far it is, and whether the checkout took it off."""

    kind: str
    yuan: Decimal
    state: str
    at_checkout: bool = False
    number: int = 0

    @property
    def why(self) -> str:
        """Why it is not taken off; empty: it is."""
        if self.at_checkout:
            return "at_checkout"
        return WHY_NO_PRICE.get(self.kind, "" if self.state in AGREED else "not_agreed")


def received(items: Sequence[Item], bill: Bill) -> list[Decimal | None]:
    """DS-11: return for each line what it was sold for, where that can be told; gifts are sold for nothing.

    As its source says, with its share of what the platform paid. Where the source says it for the order only: all of
    it, without freight, for its one line, or shared out by the prices of several.
    """
    sold = [place for place, item in enumerate(items) if not item.given]
    said = [place for place in sold if items[place].paid is not None]
    found: list[Decimal | None] = [None] * len(items)
    if said:
        paid = [items[place].paid or ZERO for place in said]
        for place, own, more in zip(said, paid, shares(_by_platform(bill), paid), strict=True):
            found[place] = own + more
        return found
    whole = bill.total if bill.sold is None else bill.sold
    weights = [weight for place in sold if (weight := items[place].weight)] if len(sold) > 1 else [Decimal(1)]
    if whole is not None and sold and len(weights) == len(sold):
        for place, share in zip(sold, shares(whole - bill.freight, weights), strict=True):
            found[place] = share
    return found


def _by_platform(bill: Bill) -> Decimal:
    return ZERO if bill.sold is None or bill.total is None else max(ZERO, bill.sold - bill.total)


def net_of_lines(
    items: Sequence[Item], got: Sequence[Decimal | None], backs: Iterable[Back], special: Sequence[bool] = ()
) -> list[Decimal | None]:
    """DS-11, PR-10 … PR-12, PR-18: take what was given for the purchase off an order, once, shared out over its lines.

    A line of which nobody knows what was paid bears its share by its price. `special` lines, sold at a half-price,
    trial or end-of-line price, bear none of the gifts: they do not come on top of it.
    """
    counted = [back for back in backs if not back.why]
    gifts = sum((back.yuan for back in counted if back.kind in GIFTS), ZERO)
    weights = [(item.weight or ZERO) if yuan is None else yuan for item, yuan in zip(items, got, strict=True)]
    plain = [ZERO if place < len(special) and special[place] else weight for place, weight in enumerate(weights)]
    nets = _less(got, sum((back.yuan for back in counted), ZERO) - gifts, weights)
    return _less(nets, gifts, plain) if any(plain) or not special else nets


def _less(got: Sequence[Decimal | None], off: Decimal, weights: Sequence[Decimal]) -> list[Decimal | None]:
    if not off:
        return list(got)
    parts = shares(off, weights)
    return [None if yuan is None else max(ZERO, yuan - part) for yuan, part in zip(got, parts, strict=True)]


def a_piece(net: Decimal | None, item: Item) -> Decimal | None:
    """Return what one piece of a line comes to."""
    return None if net is None or not item.quantity else to_fen(net / item.quantity)
