"""What the intake compares an order with: the stored rows as plain mappings, many in one query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from channels.connectors.base import PlatformLine, PlatformOrder
from channels.connectors.formats import SUMMARY
from orders.models import Line, Order
from orders.rules import freshness

Row = dict[str, Any]

PLAIN = (
    "held", "superseded", "ordered_at", "paid_at", "shipped_at", "signed_at", "completed_at",
    "promised_ship_at", "goods_yuan", "freight_yuan", "total_yuan", "paid_yuan", "refunded_yuan", "sold_yuan",
    "buyer", "buyer_message", "seller_note", "close_reason", "after_sale", "carrier", "tracking",
    "installation_bought",
)  # fmt: skip
"""Columns of an order that are a platform's word, under the same name in PlatformOrder."""
plain_values = attrgetter(*PLAIN)
RECEIVER = (
    "receiver_sealed", "receiver_print", "name_masked", "phone_masked",
    "region_id", "region_because", "customer_id", "customer_basis",
)  # fmt: skip
UPDATABLE = ("state", "as_of", "changed_at", *PLAIN, *RECEIVER)
LINE = ("title", "properties", "quantity", "price_yuan", "paid_yuan", "refunded_yuan", "refund_state", "serial_number")
line_values = attrgetter(*LINE)


def orders_of(shop_id: int, numbers: Sequence[str]) -> dict[str, Row]:
    """Return the stored orders of a shop among these numbers, by number."""
    rows = Order.objects.filter(shop_id=shop_id, number__among=numbers).values("id", "number", *UPDATABLE)
    return {row["number"]: row for row in rows}


def lines_of(order_ids: Sequence[int]) -> dict[int, dict[str, Row]]:
    """Return the stored lines of these orders, by order and key; an order without lines has an empty entry."""
    lines: dict[int, dict[str, Row]] = {pk: {} for pk in order_ids}
    for row in Line.objects.filter(order_id__among=order_ids).values("id", "order_id", "key", *LINE):
        lines[row["order_id"]][row["key"]] = row
    return lines


def said(order: PlatformOrder) -> Row:
    """Return what a platform says of an order, by column; None is what it does not say."""
    return dict(zip(PLAIN, plain_values(order), strict=True))


def is_earlier(order: PlatformOrder, old: Mapping[str, Any], *, as_of: datetime | None) -> bool:
    """OR-2: say whether this picture of a known order is older than what is stored; then it only fills gaps."""
    seen = freshness.Seen(_state(order, old), order.as_of or as_of, order.refunded_yuan)
    return freshness.is_earlier(seen, freshness.Seen(old["state"], old["as_of"], old["refunded_yuan"]))


def _state(order: PlatformOrder, old: Mapping[str, Any]) -> str:
    """The state a picture shows; without one, what its times tell, and never less than is stored."""
    if order.state:
        return order.state
    known: str = old["state"]
    return max(freshness.state_from_times(said(order)), known, key=freshness.RANK.__getitem__)


def differences(order: PlatformOrder, old: Mapping[str, Any], *, as_of: datetime | None, earlier: bool) -> Row:
    """Return the columns that this picture of a known order changes (OR-2)."""
    state = None if earlier else _state(order, old)
    new = said(order) | {"as_of": order.as_of or as_of, "state": state}
    changed = freshness.changes(new, old, earlier=earlier)
    return {} if changed.keys() <= {"as_of"} else changed


def item_key(line: PlatformLine) -> str:
    """CH-8: return what tells a line's item apart within its shop."""
    return line.sku_id or line.item_id or line.merchant_code or line.title or line.key


def itemised(seen: Sequence[PlatformLine], old: Mapping[str, Row]) -> tuple[list[PlatformLine], list[int]]:
    """Return the lines to write and the stored ones to take away: a line made from a summary yields to real items."""
    real = any(not key.startswith(SUMMARY) for key in (*old, *(line.key for line in seen)))
    if not real:
        return list(seen), []
    kept = [line for line in seen if not line.key.startswith(SUMMARY)]
    return kept, [row["id"] for key, row in old.items() if key.startswith(SUMMARY)]


def line_differences(line: PlatformLine, old: Mapping[str, Any], *, earlier: bool) -> Row:
    """Return the columns that this picture of a known line changes."""
    return freshness.changes(dict(zip(LINE, line_values(line), strict=True)), old, earlier=earlier)
