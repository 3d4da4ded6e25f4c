"""Orders as detectors compare them, a fixed number of statements however many. What is sealed is opened here to be
compared, never to be shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from channels.models import Authorisation, Shop
from channels.queries import certificates
from conflicts.rules.sales import Item, Sale, Seller, Who
from opsdesk.days import local
from opsdesk.money import to_fen
from opsdesk.privacy import normal_phone
from orders.models import Line, Order
from orders.operations.receivers import opened

_CITY, _COUNTY = 4, 6
_SHOP = ("shop_id", "shop__operator_id", "shop__operator__path", "shop__mode")


def sales(order_ids: Collection[int]) -> dict[int, Sale]:
    """Return these orders with their sellers, receivers and items. Three queries."""
    if not order_ids:
        return {}
    rows = list(
        Order.objects.filter(pk__among=list(order_ids)).values(
            "pk", "ordered_at", "paid_yuan", "receiver_sealed", "name_masked", "phone_masked", "region_id",
            "customer_id", "signed_at", "completed_at", *_SHOP,
        )
    )  # fmt: skip
    items, unmapped = _items(order_ids)
    allowed = Certificates([row["shop_id"] for row in rows if row["shop__operator_id"]])
    return {row["pk"]: _sale(row, items, unmapped, allowed) for row in rows}


def _sale(
    row: Mapping[str, Any], items: Mapping[int, list[Item]], unmapped: Mapping[int, int], allowed: "Certificates"
) -> Sale:
    return Sale(
        row["pk"],
        seller(row, allowed, row["ordered_at"]),
        row["ordered_at"],
        row["paid_yuan"],
        _who(row),
        _priced(items.get(row["pk"], ()), unmapped.get(row["pk"], 0), row["paid_yuan"]),
        unmapped.get(row["pk"], 0),
        row["customer_id"],
        row["signed_at"] or row["completed_at"],
    )


def seller(row: Mapping[str, Any], allowed: "Certificates", at: datetime) -> Seller:
    """Return who sold, from the columns of an order's shop."""
    operator = row["shop__operator_id"]
    legitimate = operator is None or allowed.hold(row["shop_id"], local(at).date())
    return Seller(row["shop_id"], operator, row["shop__operator__path"] or "", row["shop__mode"], legitimate)


def _who(row: Mapping[str, Any]) -> Who:
    known = opened(row["receiver_sealed"])
    region = row["region_id"] or ""
    return Who(
        name="".join(known.name.split()) or row["name_masked"],
        phone=normal_phone(known.phone),
        address="".join(known.address.split()),
        city=region[:_CITY] if len(region) >= _CITY else "",
        county=region[:_COUNTY] if len(region) >= _COUNTY else "",
    )


def _items(order_ids: Collection[int]) -> tuple[dict[int, list[Item]], dict[int, int]]:
    """Return the models that must be installed of each order, and how many items nobody has mapped."""
    lines = Line.objects.filter(order__among=list(order_ids)).exclude(listing__ignored=True)
    known: dict[int, list[Item]] = defaultdict(list)
    unknown: dict[int, int] = defaultdict(int)
    for order, product, installed, series, quantity, paid, price in lines.order_by("pk").values_list(
        "order_id", "listing__product_id", "listing__product__installed", "listing__product__series", "quantity",
        "paid_yuan", "price_yuan",
    ):  # fmt: skip
        if product is None:
            unknown[order] += 1
        elif installed:
            known[order].append(Item(product, series, _unit(paid, price, quantity), quantity or 1))
    return known, unknown


def _priced(items: Sequence[Item], unmapped: int, paid: Decimal | None) -> tuple[Item, ...]:
    """Of an order of one item, what was paid for it is known by the order, even where no line says so."""
    if len(items) == 1 and not unmapped and items[0].unit_yuan is None and paid is not None:
        return (replace(items[0], unit_yuan=to_fen(paid / items[0].quantity)),)
    return tuple(items)


def _unit(paid: Decimal | None, price: Decimal | None, quantity: int | None) -> Decimal | None:
    """What was paid for one; the price where nobody says what was paid."""
    return price if paid is None else to_fen(paid / (quantity or 1))


class Certificates:
    """CH-3: whether a partner's shop was part of the legitimate system on a day. Three queries for all shops."""

    def __init__(self, shop_ids: Iterable[int]) -> None:
        shops = set(shop_ids)
        self._held: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
        if not shops:
            return
        partners = dict(Shop.objects.filter(pk__in=shops).values_list("pk", "operator_id"))
        of_shop = Q(shop__in=shops) | Q(shop=None, partner__in=set(partners.values()))
        for row in certificates.with_revocations(Authorisation.objects.filter(of_shop)):
            own = [pk for pk, operator in partners.items() if operator == row.partner_id]
            for pk in [row.shop_id] if row.shop_id else own:
                self._held[pk] += certificates.spans_of(row)

    def hold(self, shop: int, day: date) -> bool:
        """Whether a certificate of the shop, or of its operator for a region, was in force."""
        return any(since <= day and (end is None or day < end) for since, end in self._held[shop])
