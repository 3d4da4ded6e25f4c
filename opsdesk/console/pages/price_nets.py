"""DS-11: the net price on the page of a floor, in words: every reduction considered, and what a sale brought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Min
from django.utils.translation import gettext as _

from channels.models import Listing
from opsdesk.actor import Actor
from opsdesk.errors import NotFound
from orders.models import Line, Order
from promotions.queries import cuts, sold
from promotions.queries.charged import Proof
from promotions.rules.nets import GIFTS, Back, Considered
from promotions.states.claim import ClaimKind
from promotions.states.price_cut import WHY_NOT, CutKind
from promotions.states.price_signal import NOT_CHARGED


@dataclass(frozen=True)
class Off:
    """A reduction or a claim in words: from where, how much, and whether it is taken off."""

    kind: str
    name: str
    source: str
    yuan: Decimal
    why: str
    taken: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    handed_out_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """The net price of an item on sale: the price shown, every reduction considered, what is left."""

    price: Decimal
    offs: list[Off]
    yuan: Decimal


@dataclass(frozen=True)
class Crossed:
    """PR-16: a price that an item of the shop strikes through, and what speaks against it (empty: nothing)."""

    price: Decimal
    why: str


@dataclass(frozen=True)
class Sale:
    """The net price of an item sold: what its source says was paid, every claim of its order, what is left a piece."""

    order: Order
    line: sold.SoldLine
    offs: list[Off]


def price_of(shop_id: int, product_id: int) -> Decimal | None:
    """The lowest price at which a shop shows a model now."""
    listed = Listing.objects.filter(shop=shop_id, product=product_id, ignored=False, price_yuan__gt=0)
    lowest: Decimal | None = listed.aggregate(lowest=Min("price_yuan"))["lowest"]
    return lowest


def crossed(shop_id: int, product_id: int, proof: Proof) -> list[Crossed]:
    """Say of each price that the shop strikes through for a model now whether it was really charged."""
    listed = Listing.objects.filter(shop=shop_id, product=product_id, ignored=False, crossed_yuan__isnull=False)
    prices = listed.order_by("crossed_yuan").values_list("crossed_yuan", flat=True).distinct()
    return [Crossed(yuan, str(NOT_CHARGED[why]) if (why := proof.against(yuan)) else "") for yuan in prices if yuan]


def shown(shop_id: int, product_id: int, price: Decimal, at: datetime) -> Shown:
    """Say what a customer pays for an item at a price, with everything that was considered."""
    net = cuts.around(shop_id, product_id, price, at)
    return Shown(price, [_cut(one) for one in net.considered], net.yuan)


def sale(line_id: int, by: Actor) -> Sale:
    """Say what was paid for a line of an order that this person may see."""
    order = Order.objects.visible_to(by).filter(lines=line_id).first()
    orders = Order.objects.filter(pk=order.pk) if order else Order.objects.none()
    line = next((one for one in sold.sold_lines(orders) if one.pk == line_id), None)
    if order is None or line is None:
        raise NotFound(what=f"{Line._meta.verbose_name} {line_id}")
    return Sale(order, line, [_back(one, line.special) for one in sold.backs_of([order.pk]).get(order.pk, ())])


def _cut(one: Considered) -> Off:
    cut = one.cut
    source = _("brand day") if cut.source else _("entered by hand")
    return Off(
        str(CutKind(cut.kind).label), cut.name, source, one.yuan, str(WHY_NOT[one.why]), not one.why,
        cut.starts_at, cut.ends_at, cut.handed_out_at,
    )  # fmt: skip


def _back(one: Back, special: bool) -> Off:
    why = "given_back" if one.why == "not_agreed" and one.state != "claimed" else one.why
    if not why and special and one.kind in GIFTS:
        why = "not_combined"
    return Off(str(ClaimKind(one.kind).label), f"C{one.number}", _("claim"), one.yuan, str(WHY_NOT[why]), not why)
