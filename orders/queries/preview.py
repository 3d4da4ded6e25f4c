"""What a file would bring, before anything is written."""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

from channels.connectors import files
from channels.connectors.base import PlatformOrder, PlatformRefund, Unreadable
from channels.models import Listing, Shop
from orders.models import Order
from orders.queries.stored import item_key


@dataclass(frozen=True)
class Preview:
    """OR-3: what a file holds: counts, the first orders and the rejected rows with their reasons.

    `whole` is False where a long file was not read to its end.
    """

    format: str
    columns: tuple[str, ...]
    rows: int
    whole: bool
    new: int
    known: int
    lines: int
    rejected: int
    unmapped_items: int
    sample: tuple[PlatformOrder | PlatformRefund, ...]
    rejects: tuple[Unreadable, ...]
    refunds: bool = False


def look(content: bytes, *, name: str, shop_code: str, most_rejects: int, most_rows: int = sys.maxsize) -> Preview:
    """Read a file without writing; `known` counts orders of the shop that are there already, changed or not."""
    export = files.open_export(content, name=name)
    numbers: set[str] = set()
    items: set[str] = set()
    sample: list[PlatformOrder | PlatformRefund] = []
    rejects: list[Unreadable] = []
    lines = rejected = 0
    whole = True
    for item in export:
        if export.rows > most_rows:
            whole = False
            break
        if isinstance(item, Unreadable):
            rejected += 1
            rejects += [item] if len(rejects) < most_rejects else []
            continue
        numbers.add(item.number)
        sample += [item] if len(sample) < 5 else []
        if isinstance(item, PlatformOrder):
            lines += len(item.lines)
            items |= {item_key(line) for line in item.lines}
    shop = Shop.objects.filter(code=shop_code).first()
    known = _known(shop, numbers, type(sample[0])) if shop and sample else 0
    mapped = Listing.objects.filter(shop=shop, key__in=items).exclude(product=None).count() if shop else 0
    return Preview(
        format=export.format.code,
        columns=tuple(export.columns),
        rows=export.rows,
        whole=whole,
        new=len(numbers) - known,
        known=known,
        lines=lines,
        rejected=rejected,
        unmapped_items=len(items) - mapped,
        sample=tuple(sample),
        rejects=tuple(rejects),
        refunds=export.format.refunds,
    )


def _known(shop: Shop, numbers: set[str], kind: type) -> int:
    """How many of these are here already; what is no order is known to the app that enters it."""
    if kind is PlatformOrder:
        return Order.objects.filter(shop=shop, number__in=numbers).count()
    return int(import_module(settings.INTAKES[kind.__name__]).known(shop.pk, numbers))


def as_summary(seen: Preview) -> dict[str, Any]:
    """Return a preview in the shape of an import's summary; known orders count as neither updated nor unchanged yet."""
    counts, none = {"new": seen.new, "updated": 0, "unchanged": seen.known}, {"new": 0, "updated": 0, "unchanged": 0}
    return {
        "rows": seen.rows,
        "orders": none if seen.refunds else counts,
        "refunds": counts if seen.refunds else none,
        "lines": seen.lines,
        "rejected": seen.rejected,
        "unmapped_items": seen.unmapped_items,
        "dry_run": True,
    }
