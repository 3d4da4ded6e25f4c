"""Many orders of two years, made by the database itself, with refunds and purchases elsewhere among them."""

from contextlib import suppress
from datetime import datetime
from time import perf_counter

from django.db import connection, transaction
from django.db.utils import ProgrammingError

from aftersales.models import Refund
from tests.bench import conflict_entering

NOW = datetime.fromisoformat("2026-02-01T00:00:00+08:00")
START = "2024-01-01 00:00+08"
REFUNDS = 1000
MADE = """
INSERT INTO orders_customer (id, first_seen_at)
SELECT i, timestamptz %(start)s FROM generate_series(1, %(count)s * 9 / 10) i;

INSERT INTO orders_mark (fingerprint, basis, customer_id)
SELECT decode(md5('phone' || i), 'hex'), 'phone', i FROM generate_series(1, %(count)s * 9 / 10) i;

WITH counties AS MATERIALIZED (SELECT array_agg(code ORDER BY code) AS codes FROM channels_region WHERE level = 3),
    shops AS MATERIALIZED (SELECT array_agg(id ORDER BY id) AS ids FROM channels_shop)
INSERT INTO orders_order (
    id, shop_id, number, state, held, superseded, ordered_at, paid_at, signed_at, paid_yuan, buyer, name_masked,
    phone_masked, region_id, region_because, customer_id, customer_basis, buyer_message, seller_note, close_reason,
    after_sale, carrier, tracking, entered_at, changed_at
)
SELECT i, ids[1 + i %% array_length(ids, 1)], (800000000 + i)::text, 'signed', false, false, at, at, at, 1999, '',
    substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + (h %% 20)::int, 1) || '**',
    (130 + h %% 45)::text || '****' || lpad((h / 64 %% 10000)::text, 4, '0'),
    codes[1 + (h / 7 %% array_length(codes, 1))::int], '{}',
    CASE WHEN i %% 3 > 0 THEN 1 + i %% (%(count)s * 9 / 10) END, CASE WHEN i %% 3 > 0 THEN 'phone' ELSE '' END,
    '', '', '', '', '', '', at, at
FROM counties, shops, generate_series(1, %(count)s) i,
    LATERAL (SELECT timestamptz %(start)s + i * (interval '730 days' / %(count)s) AS at,
        hashint8(i)::bigint + 2147483648 AS h) one;

WITH items AS MATERIALIZED (SELECT shop_id, array_agg(id ORDER BY id) AS ids FROM channels_listing GROUP BY shop_id)
INSERT INTO orders_line (order_id, key, listing_id, title, properties, quantity, paid_yuan, refund_state, serial_number)
SELECT o.id, '1', ids[1 + o.id %% array_length(ids, 1)], '热水器', '', 1, 1999, '', ''
FROM orders_order o JOIN items ON items.shop_id = o.shop_id;

INSERT INTO aftersales_refund (
    order_id, shop_id, number, kind, state, reason, said, shipped, asked_yuan, granted_yuan, paid_yuan, asked_at,
    granted_by, carrier, tracking, sent_tracking, remedy, because, clock, round, platform_because, entered_at
)
SELECT id, shop_id, 'R' || id, 'refund_only', 'agreed', 'other', '', true, 1999, 0, 0, ordered_at + interval '2 days',
    '', '', '', '', '', '', '', 1, '', ordered_at FROM orders_order WHERE id %% (%(count)s / %(refunds)s) = 0;

INSERT INTO orders_order (
    shop_id, number, state, held, superseded, ordered_at, paid_at, paid_yuan, buyer, name_masked, phone_masked,
    region_id, region_because, customer_id, customer_basis, buyer_message, seller_note, close_reason, after_sale,
    carrier, tracking, entered_at, changed_at, id
)
SELECT other.id, 'W' || o.id, 'paid', false, false, o.ordered_at + interval '3 days', o.ordered_at, 1888, '',
    o.name_masked, o.phone_masked, o.region_id, '{}', o.customer_id, o.customer_basis, '', '', '', '', '', '',
    o.entered_at, o.changed_at, %(count)s + o.id
FROM orders_order o JOIN aftersales_refund r ON r.order_id = o.id,
    LATERAL (SELECT id FROM channels_shop s WHERE s.id > o.shop_id ORDER BY id LIMIT 1) other WHERE o.id %% 2 = 0;

INSERT INTO orders_line (order_id, key, listing_id, title, properties, quantity, paid_yuan, refund_state, serial_number)
SELECT o.id, '1', i.id, '热水器', '', 1, 1888, '', '' FROM orders_order o
JOIN orders_line first ON first.order_id = o.id - %(count)s JOIN channels_listing l ON l.id = first.listing_id
JOIN channels_listing i ON i.shop_id = o.shop_id AND i.product_id = l.product_id WHERE o.number LIKE 'W%%';
"""


def make(count: int) -> float:
    """Replace all orders by that many, a thousand of them given back; return how many seconds it took."""
    conflict_entering.empty()
    conflict_entering.set_up()
    began = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        with suppress(ProgrammingError), transaction.atomic():  # a superuser may leave out what is true anyway
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(MADE, {"count": count, "start": START, "refunds": REFUNDS})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orders_order, orders_line, orders_mark, aftersales_refund")
    return perf_counter() - began


def refunds(most: int) -> list[int]:
    """Return the orders of some refunds, spread over the whole time."""
    rows = list(Refund.objects.order_by("pk").values_list("order_id", flat=True))
    return rows[:: max(1, len(rows) // most)][:most]
