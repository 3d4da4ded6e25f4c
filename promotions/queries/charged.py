from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from channels.models import ListPrice
from opsdesk.days import local
from orders.models import Line
from promotions.models import ListPriceProof
from promotions.models.price_rule import span_of
from promotions.rules.facts import ListPriceRow
from promotions.rules.prices import Charged, charged


def list_price_charged(product_id: int, at: datetime) -> Charged:
    """PR-16: say whether the list price of a model at a moment had really been charged by then. Three queries."""
    rows = ListPrice.objects.filter(product=product_id).order_by("valid_from")
    prices = [ListPriceRow(row.price_yuan, **span_of(row)) for row in rows]
    now = next((row for row in prices if row.holds(at)), None)
    proof = ListPriceProof.objects.in_force(local(at).date()).first()
    sales = _sales(product_id, now, at) if now else []
    return charged(prices, sales, at, least_days=proof.least_days if proof else 0)


def _sales(product_id: int, price: ListPriceRow, at: datetime) -> list[tuple[datetime, Decimal]]:
    """One sale at the list price or above, while it was the list price, is proof enough."""
    lines = Line.objects.filter(
        listing__product=product_id,
        quantity__gt=0,
        paid_yuan__gte=F("quantity") * price.yuan,
        order__paid_at__isnull=False,
        order__superseded=False,
        order__ordered_at__lte=at,
    )
    if price.starts_at:
        lines = lines.filter(order__ordered_at__gte=price.starts_at)
    found: Any = lines.values_list("order__ordered_at", "paid_yuan", "quantity").order_by("order__ordered_at", "pk")[:1]
    return [(sold_at, paid / quantity) for sold_at, paid, quantity in found]
