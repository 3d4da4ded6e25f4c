"""CF-2, CF-13: registered inquiries and what those customers bought elsewhere. Fixed numbers of statements."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from channels.models import ListPrice
from conflicts.models import Inquiry
from conflicts.queries import facts, figures
from conflicts.rules import claims as rule
from conflicts.rules.sales import Seller
from conflicts.rules.weighing import Outcome
from opsdesk.copying import array
from opsdesk.days import local, midnight

BOUGHT = """
WITH asked AS MATERIALIZED (
    SELECT i.id, i.shop_id, i.registered_at, LEAST(i.until, i.ended_at) AS until, i.phone_masked,
        left(i.name_masked, 1) AS name, m.customer_id
    FROM conflicts_inquiry i LEFT JOIN orders_mark m ON m.fingerprint = i.mark
    WHERE i.id = ANY(%s::bigint[])
)
SELECT asked.id, o.id, 'phone', EXISTS (
        SELECT 1 FROM orders_order e WHERE e.customer_id = asked.customer_id AND e.shop_id = o.shop_id
        AND e.ordered_at <= asked.registered_at
    ), EXISTS (
        SELECT 1 FROM orders_order e WHERE e.customer_id = asked.customer_id AND e.shop_id = asked.shop_id
        AND e.paid_at IS NOT NULL AND e.state <> 'closed' AND e.ordered_at > asked.registered_at AND NOT EXISTS (
            SELECT 1 FROM aftersales_refund r WHERE r.order_id = e.id AND r.kind IN ('refund_only', 'return_refund')
            AND r.state NOT IN ('refused', 'closed', 'withdrawn'))
    )
FROM asked JOIN orders_order o ON o.customer_id = asked.customer_id
WHERE o.ordered_at > asked.registered_at AND o.ordered_at < asked.until AND o.shop_id <> asked.shop_id
    AND o.paid_at IS NOT NULL AND NOT o.superseded
UNION ALL
SELECT asked.id, o.id, 'masked', false, false
FROM asked JOIN LATERAL (
    SELECT o.* FROM orders_order o
    WHERE o.phone_masked = asked.phone_masked AND o.phone_masked <> ''
    AND o.ordered_at > asked.registered_at AND o.ordered_at < asked.until OFFSET 0
) o ON left(o.name_masked, 1) = asked.name AND o.shop_id <> asked.shop_id
WHERE asked.phone_masked LIKE '%%*%%' AND asked.name <> '' AND o.paid_at IS NOT NULL AND NOT o.superseded
    AND o.customer_id IS DISTINCT FROM COALESCE(asked.customer_id, -1)
    AND NOT EXISTS (SELECT 1 FROM orders_mark m WHERE m.customer_id = o.customer_id AND m.basis = 'phone')
ORDER BY 1, 2
"""
TOUCHED = """
SELECT DISTINCT i.id FROM unnest(%s::bigint[]) AS w (id) JOIN orders_order o ON o.id = w.id
JOIN orders_mark m ON m.customer_id = o.customer_id AND m.basis = 'phone'
JOIN conflicts_inquiry i ON i.mark = m.fingerprint
WHERE i.registered_at < o.ordered_at AND i.until > o.ordered_at
UNION
SELECT DISTINCT i.id FROM unnest(%s::bigint[]) AS w (id) JOIN orders_order o ON o.id = w.id
JOIN conflicts_inquiry i ON i.phone_masked = o.phone_masked
WHERE i.registered_at < o.ordered_at AND i.until > o.ordered_at AND o.phone_masked LIKE '%%*%%'
ORDER BY 1
"""


def look(inquiry_ids: Sequence[int]) -> Outcome:
    """CF-13: look what these customers bought elsewhere while they were protected. Eight queries."""
    book, outcome = figures.book(), Outcome()
    rows = list(Inquiry.objects.filter(pk__in=inquiry_ids).select_related("shop__operator", "product").order_by("pk"))
    found = _bought([row.pk for row in rows])
    known = facts.sales({order for bought in found.values() for order, *_rest in bought})
    prices = _list_prices({row.product_id for row in rows if row.product_id})
    for row in rows:
        weights = book.on("claimed", local(row.registered_at).date())
        if weights is None:
            outcome.note(row.pk, "no_figures")
            continue
        claim = _claim(row, prices)
        answers = [
            rule.judge(claim, rule.Bought(known[order], basis, before, also), weights)
            for order, basis, before, also in found.get(row.pk, ())
        ]
        findings = [one for one in answers if one and not isinstance(one, str)]
        why = next((one for one in answers if isinstance(one, str)), None)
        outcome.note(row.pk, why if why and not findings else None)
        outcome.findings += findings
    return outcome


def _claim(row: Inquiry, prices: dict[int, list[tuple[date, date | None, Decimal]]]) -> rule.Claim:
    shop, day = row.shop, local(row.registered_at).date()
    held = (yuan for since, end, yuan in prices.get(row.product_id or 0, ()) if since <= day and (not end or day < end))
    return rule.Claim(
        row.pk,
        Seller(shop.pk, shop.operator_id, shop.operator.path if shop.operator else "", shop.mode),
        row.name_masked,
        row.product_id or 0,
        row.product.series if row.product else "",
        next(held, None),
        row.registered_at,
        min(row.until, row.ended_at or row.until),
    )


def _bought(inquiry_ids: Sequence[int]) -> dict[int, list[tuple[int, str, bool, bool]]]:
    found: dict[int, list[tuple[int, str, bool, bool]]] = defaultdict(list)
    if inquiry_ids:
        with connection.cursor() as cursor:
            cursor.execute(BOUGHT, [array(inquiry_ids)])
            for inquiry, *bought in cursor.fetchall():
                found[inquiry].append(tuple(bought))
    return found


def _list_prices(products: set[int]) -> dict[int, list[tuple[date, date | None, Decimal]]]:
    found: dict[int, list[tuple[date, date | None, Decimal]]] = defaultdict(list)
    for product, *span, yuan in ListPrice.objects.filter(product__in=products).values_list(
        "product_id", "valid_from", "valid_to", "price_yuan"
    ):
        found[product].append((span[0], span[1], yuan))
    return found


def of_day(day: date) -> list[int]:
    """Return the inquiries that protected a customer on a day."""
    start, end = midnight(day), midnight(day + timedelta(days=1))
    rows = Inquiry.objects.filter(registered_at__lt=end, until__gt=start)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def touched(order_ids: Collection[int]) -> list[int]:
    """Return the inquiries that these orders may bear on. One query."""
    if not order_ids:
        return []
    pks = array(list(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, [pks, pks])
        return [pk for (pk,) in cursor.fetchall()]


def holding(mark: bytes, at: datetime) -> Inquiry | None:
    """Return the inquiry that protects a customer now."""
    return Inquiry.objects.all().protected(at).filter(Q(mark=mark)).order_by("pk").first()
