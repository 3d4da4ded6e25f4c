"""CF-13: lost orders, purchases elsewhere by whom seems to be the same customer, and who had to do with them.

Looked up by customer, and by the masked phone where somebody is not known in clear: both by an index and within a span
of days, so that one lost order costs the same among a hundred thousand orders and among millions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from aftersales.models import Refund
from conflicts.queries import facts, figures, told
from conflicts.rules import poaching, sabotage, sales
from conflicts.rules.figures import Book
from conflicts.rules.sales import ALIVE, LOSING, Back, Loss, Paid, Pair
from conflicts.rules.weighing import Outcome
from opsdesk.copying import array
from opsdesk.days import local, midnight
from orders.models import Order
from orders.states import OrderState

PAIRS = """
WITH lost AS MATERIALIZED (
    SELECT o.id, o.shop_id, o.customer_id, o.customer_basis, o.phone_masked,
        left(o.name_masked, 1) AS name, left(o.region_id, 4) AS city, s.operator_id, w.since, w.until,
        EXISTS (SELECT 1 FROM orders_mark m WHERE m.customer_id = o.customer_id AND m.basis = 'phone') AS phone_known
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS w (id, since, until)
    JOIN orders_order o ON o.id = w.id JOIN channels_shop s ON s.id = o.shop_id
)
SELECT lost.id, won.id, CASE WHEN 'name_address' IN (won.customer_basis, lost.customer_basis)
    THEN 'name_address' ELSE 'phone' END
FROM lost JOIN LATERAL (
    SELECT o.* FROM orders_order o
    WHERE o.customer_id = lost.customer_id AND o.ordered_at > lost.since AND o.ordered_at < lost.until OFFSET 0
) won ON true JOIN channels_shop s ON s.id = won.shop_id
WHERE won.shop_id <> lost.shop_id AND s.operator_id IS DISTINCT FROM COALESCE(lost.operator_id, -1)
    AND won.paid_at IS NOT NULL AND NOT won.superseded
UNION ALL
SELECT lost.id, won.id, 'masked'
FROM lost JOIN LATERAL (
    SELECT o.* FROM orders_order o
    WHERE o.phone_masked = lost.phone_masked AND o.phone_masked <> ''
    AND o.ordered_at > lost.since AND o.ordered_at < lost.until OFFSET 0
) won ON true JOIN channels_shop s ON s.id = won.shop_id
WHERE lost.phone_masked LIKE '%%*%%' AND lost.city IS NOT NULL
    AND won.shop_id <> lost.shop_id AND s.operator_id IS DISTINCT FROM COALESCE(lost.operator_id, -1)
    AND won.paid_at IS NOT NULL AND NOT won.superseded
    AND (lost.customer_id IS NULL OR won.customer_id IS NULL OR lost.customer_id <> won.customer_id)
    AND left(won.region_id, 4) = lost.city
    AND (left(won.name_masked, 1) = lost.name OR '*' IN (left(won.name_masked, 1), lost.name))
    AND NOT (lost.phone_known AND EXISTS (
        SELECT 1 FROM orders_mark m WHERE m.customer_id = won.customer_id AND m.basis = 'phone'))
ORDER BY 1, 2, 3
"""
_CITY = 4


@dataclass(frozen=True, slots=True)
class _Lost:
    """A lost order with the span in which a purchase elsewhere counts."""

    loss: Loss
    since: datetime
    until: datetime


def look(order_ids: Sequence[int]) -> Outcome:
    """CF-13: look at these orders: which were lost, and who has the customer now. A fixed number of queries."""
    book, outcome = figures.book(), Outcome()
    lost = dict(_lost(order_ids, book, outcome))
    pairs = _pairs(lost)
    known = facts.sales({pk for first, second, _basis in pairs for pk in (first, second)})
    who = told.of_orders({first for first, _second, _basis in pairs})
    by_loss: dict[int, list[Pair]] = defaultdict(list)
    for first, second, basis in pairs:
        pair = Pair(known[first], lost[first].loss, known[second], basis, tuple(who.get(first, ())))
        by_loss[first].append(pair)
    for pk, one in lost.items():
        _judge(pk, by_loss.get(pk, []), book, local(one.loss.at).date(), outcome)
    return outcome


def _judge(pk: int, pairs: Sequence[Pair], book: Book, day: date, outcome: Outcome) -> None:
    """Ask both detectors; what the graver one finds is not told twice."""
    weights, graver = book.on("poached", day), book.on("sabotage", day)
    if weights is None:
        return outcome.note(pk, "no_figures")
    findings, why = [], ""
    for pair in pairs:
        found = (sabotage.judge(pair, graver) if graver else None) or poaching.judge(pair, weights)
        if isinstance(found, str):
            why = found
        elif found:
            findings.append(found)
    if why and not findings:
        return outcome.note(pk, why)
    outcome.looked += 1
    outcome.findings += findings
    return None


def _lost(order_ids: Sequence[int], book: Book, outcome: Outcome) -> Iterator[tuple[int, _Lost]]:
    """Sort these orders: not lost, lost but of nobody that could be found again, lost."""
    backs = _backs(order_ids)
    rows = Order.objects.filter(pk__among=list(order_ids), paid_at__isnull=False, superseded=False).order_by("pk")
    for pk, ordered, state, paid, as_of, changed, customer, phone, region in rows.values_list(
        "pk", "ordered_at", "state", "paid_yuan", "as_of", "changed_at", "customer_id", "phone_masked", "region_id"
    ):
        if ordered is None:
            outcome.note(pk, "day_unknown")
            continue
        weights = book.on("poached", local(ordered).date())
        if weights is None:
            outcome.note(pk, "no_figures")
            continue
        order = Paid(pk, ordered, state == OrderState.CLOSED, paid, as_of or changed, tuple(backs.get(pk, ())))
        loss = sales.loss_of(order, weights)
        if loss is None:
            outcome.looked += 1
        elif why := _unknown(customer, phone, region):
            outcome.note(pk, why)
        else:
            yield pk, _Lost(loss, *sales.window(order, loss, weights))


def _unknown(customer: int | None, phone: str, region: str | None) -> str:
    """Say why a customer could not be found again, "" if he can."""
    if customer is not None:
        return ""
    if "*" not in phone:
        return "customer_unknown"
    return "" if region and len(region) >= _CITY else "masked_without_region"


def _backs(order_ids: Sequence[int]) -> Mapping[int, list[Back]]:
    found: dict[int, list[Back]] = defaultdict(list)
    for one in Refund.objects.filter(order__among=list(order_ids)).order_by("pk"):
        yuan = one.granted_yuan or one.asked_yuan
        back = Back(one.pk, one.kind, one.state, one.reason, one.said, one.shipped, yuan, one.asked_at)
        found[one.order_id].append(back)
    return found


def _pairs(lost: Mapping[int, _Lost]) -> list[tuple[int, int, str]]:
    """Return (lost order, purchase, by what the customer was recognised); the surer way first, each pair once."""
    if not lost:
        return []
    since, until = ([getattr(one, name).isoformat() for one in lost.values()] for name in ("since", "until"))
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [array(list(lost)), array(since), array(until)])
        found: dict[tuple[int, int], str] = {}
        for first, second, basis in sorted(cursor.fetchall(), key=lambda row: _SUREST.index(row[2])):
            found.setdefault((first, second), basis)
    return [(first, second, basis) for (first, second), basis in sorted(found.items())]


_SUREST = ("phone", "name_address", "masked")


def of_day(day: date) -> list[int]:
    """Return the orders to be looked at for a day: given back on it, or ordered on it and closed without a refund."""
    start, end = midnight(day), midnight(day + timedelta(days=1))
    backs = Refund.objects.filter(kind__in=LOSING, state__in=ALIVE, asked_at__gte=start, asked_at__lt=end)
    closed = Order.objects.counted().created_between(start, end).paid_ever().filter(state=OrderState.CLOSED)
    alone = closed.exclude(refunds__kind__in=LOSING, refunds__state__in=ALIVE)
    return sorted({*backs.values_list("order_id", flat=True), *alone.values_list("pk", flat=True)})


MATES = """
SELECT DISTINCT lost.id FROM unnest(%s::bigint[]) AS w (id) JOIN orders_order won ON won.id = w.id
JOIN LATERAL (
    SELECT o.id, o.state FROM orders_order o WHERE o.customer_id = won.customer_id
    AND o.ordered_at > won.ordered_at - interval '120 days' AND o.ordered_at < won.ordered_at OFFSET 0
) lost ON lost.id <> won.id
WHERE lost.state = 'closed' OR EXISTS (SELECT 1 FROM aftersales_refund r WHERE r.order_id = lost.id)
UNION
SELECT DISTINCT lost.id FROM unnest(%s::bigint[]) AS w (id) JOIN orders_order won ON won.id = w.id
JOIN LATERAL (
    SELECT o.id, o.state, o.region_id FROM orders_order o
    WHERE o.phone_masked = won.phone_masked AND o.phone_masked <> ''
    AND o.ordered_at > won.ordered_at - interval '120 days' AND o.ordered_at < won.ordered_at OFFSET 0
) lost ON lost.id <> won.id AND left(lost.region_id, 4) = left(won.region_id, 4)
WHERE won.phone_masked LIKE '%%*%%'
    AND (lost.state = 'closed' OR EXISTS (SELECT 1 FROM aftersales_refund r WHERE r.order_id = lost.id))
UNION
SELECT w.id FROM unnest(%s::bigint[]) AS w (id) JOIN orders_order o ON o.id = w.id
WHERE o.state = 'closed' OR EXISTS (SELECT 1 FROM aftersales_refund r WHERE r.order_id = o.id)
ORDER BY 1
"""


def touched(order_ids: Collection[int]) -> list[int]:
    """Return the lost orders that these orders, new or changed, may bear on: themselves, and those of whom seem to be
    the same customers within 120 days; a longer affair is found at its refund. One query."""
    if not order_ids:
        return []
    pks = array(list(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(MATES, [pks, pks, pks])
        return [pk for (pk,) in cursor.fetchall()]
