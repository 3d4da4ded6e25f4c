"""DS-11: what was really paid, in the end, for what was sold: of the export, and of what we pay back ourselves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from opsdesk.money import ZERO
from orders.models import Line, Order
from promotions.models import Claim, PriceGrant
from promotions.rules.nets import GIFTS, SPECIAL, Back, Bill, Item, a_piece, net_of_lines, received

CHUNK = 5000
_COLUMNS = (
    "pk", "order_id", "order__shop_id", "listing_id", "listing__product_id", "listing__ignored", "quantity",
    "price_yuan", "paid_yuan", "moment", "order__total_yuan", "order__paid_yuan", "order__sold_yuan",
    "order__freight_yuan",
)  # fmt: skip

_MOMENT = _COLUMNS.index("moment")


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line sold: what its source says was paid for it, with the platform's part, and what is left of that."""

    pk: int
    order: int
    shop: int
    listing: int | None
    product: int | None
    ours: bool
    moment: datetime
    item: Item
    got: Decimal | None
    net: Decimal | None
    special: bool = False

    @property
    def piece(self) -> Decimal | None:
        """The net price of one piece."""
        return a_piece(self.net, self.item)


def paid_orders(start: datetime, end: datetime) -> Any:
    """Narrow to orders of a span, half-open, that were paid: by the moment of ordering, else of payment."""
    paid = Q(ordered_at=None, paid_at__gte=start, paid_at__lt=end)
    return Order.objects.counted().paid_ever().filter(Q(ordered_at__gte=start, ordered_at__lt=end) | paid)


def claimed_orders(since: datetime, *, order_ids: Collection[int] | None = None) -> Any:
    """PR-18: narrow to paid orders of which something was claimed, or a claim ended, since a moment."""
    moved = Claim.objects.filter(Q(claimed_at__gte=since) | Q(paid_at__gte=since) | Q(ended_at__gte=since))
    which = Q() if order_ids is None else Q(pk__in=order_ids)
    return Order.objects.counted().paid_ever().filter(which, Exists(moved.filter(order=OuterRef("pk"))))


def without_items(orders: Any) -> Any:
    """Narrow to orders whose items nobody has told us yet."""
    return orders.filter(~Exists(Line.objects.filter(order=OuterRef("pk"))))


def sold_lines(orders: Any) -> Iterator[SoldLine]:
    """DS-11: go through what was sold in these orders, gifts and what is none of ours left out, with its net price.

    One query for the orders' keys, and two or three per 5,000 orders: lines are fetched by key, for joined to the
    question which orders they are, PostgreSQL may take a plan that grows with the square.
    An order's lines are looked at together, for its money is shared out.
    """
    keys = orders.order_by().values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(keys, CHUNK)):
        lines = Line.objects.filter(order__among=chunk).order_by("order_id", "pk")
        rows = list(lines.annotate(moment=Coalesce("order__ordered_at", "order__paid_at")).values_list(*_COLUMNS))
        backs = backs_of(chunk)
        given = {pk for pk, own in backs.items() if any(back.kind in GIFTS for back in own)}
        special = _special([row for row in rows if row[1] in given])
        for order_id, found in groupby(rows, key=lambda row: row[1]):
            yield from (line for line in _of_order(list(found), backs.get(order_id, ()), special) if line.ours)


def backs_of(order_ids: Collection[int]) -> dict[int, list[Back]]:
    """PR-8 … PR-12: return what was claimed of these orders, whatever became of it. One query."""
    found: defaultdict[int, list[Back]] = defaultdict(list)
    claims = Claim.objects.filter(order__among=list(order_ids)).order_by("pk") if order_ids else ()
    for claim in claims:
        found[claim.order_id].append(Back(claim.kind, claim.amount_yuan, claim.state, claim.at_checkout, claim.pk))
    return found


def _special(rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """PR-5, PR-13: return the lines sold at a half-price, trial or end-of-line price. One query, none without rows."""
    if not rows:
        return set()
    moments = [row[_MOMENT] for row in rows]
    grants = PriceGrant.objects.filter(kind__in=SPECIAL, starts_at__lte=max(moments), ends_at__gt=min(moments))
    held = list(grants.values_list("shop_id", "product_id", "starts_at", "ends_at"))
    return {
        row[0]
        for row in rows
        for shop, product, starts, ends in held
        if product == row[4] and shop in (None, row[2]) and starts <= row[_MOMENT] < ends
    }


def _of_order(rows: Sequence[tuple[Any, ...]], backs: Iterable[Back], special: Collection[int]) -> Iterator[SoldLine]:
    items = [Item(quantity, price, paid) for *_keys, quantity, price, paid, _at, _t, _p, _s, _f in rows]
    *_line, total, paid, sold, freight = rows[0]
    bill = Bill(paid if total is None else total, sold, freight or ZERO)
    got = received(items, bill)
    nets = net_of_lines(items, got, backs, [row[0] in special for row in rows])
    for row, item, own, net in zip(rows, items, got, nets, strict=True):
        pk, order, shop, listing, product, ignored, *_amounts = row
        yield SoldLine(
            pk, order, shop, listing, product, not (item.given or ignored), row[_MOMENT], item, own, net, pk in special
        )
