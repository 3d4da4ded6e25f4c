from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Coalesce

from opsdesk.money import ZERO
from orders.models import Line, Order


def paid_orders(start: datetime, end: datetime) -> Any:
    """Narrow to orders of a span, half-open, that were paid: by the moment of ordering, else of payment."""
    paid = Q(ordered_at=None, paid_at__gte=start, paid_at__lt=end)
    return Order.objects.counted().paid_ever().filter(Q(ordered_at__gte=start, ordered_at__lt=end) | paid)


def without_items(orders: Any) -> Any:
    """Narrow to orders whose items nobody has told us yet."""
    return orders.filter(~Exists(Line.objects.filter(order=OuterRef("pk"))))


def sold_lines(orders: Any) -> Any:
    """Return what was sold in these orders, gifts and what is none of ours left out, with `got_yuan` and `moment`.

    `got_yuan` is what was paid for the line: as its source says, or, if it is the only item of its order that is no
    gift, the order's total without freight. Otherwise it is not known.
    """
    lines = Line.objects.filter(order__in=orders.values("pk")).filter(Q(listing=None) | Q(listing__ignored=False))
    beside = Line.objects.filter(order=OuterRef("order")).exclude(pk=OuterRef("pk")).exclude(price_yuan=0)
    whole = Coalesce("order__total_yuan", "order__paid_yuan") - Coalesce("order__freight_yuan", ZERO)
    return lines.exclude(price_yuan=0).annotate(
        got_yuan=Case(When(paid_yuan__isnull=False, then=F("paid_yuan")), When(~Exists(beside), then=whole)),
        moment=Coalesce("order__ordered_at", "order__paid_at"),
    )
