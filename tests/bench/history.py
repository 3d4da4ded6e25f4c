"""The same import onto a history of orders and onto none; the history is made by the database itself."""

from contextlib import suppress
from time import perf_counter

from django.db import connection, transaction
from django.db.utils import ProgrammingError

from orders.models import Order
from tests.bench import database, samples
from tests.bench.intake import shop, take
from tests.bench.stopwatch import line, seconds, times

START = "2018-02-18 00:00+08"  # two years of orders, one after the other
HISTORY = """
INSERT INTO orders_customer (id, first_seen_at)
SELECT i, timestamptz %(start)s FROM generate_series(1, %(count)s * 9 / 10) i;

INSERT INTO orders_mark (fingerprint, basis, customer_id)
SELECT decode(md5(basis || i), 'hex'), basis, i
FROM generate_series(1, %(count)s * 9 / 10) i, unnest(ARRAY['phone', 'name_address']) basis;

WITH counties AS MATERIALIZED (SELECT array_agg(code ORDER BY code) AS codes FROM channels_region WHERE level = 3)
INSERT INTO orders_order (
    id, shop_id, number, state, held, superseded, ordered_at, paid_at, shipped_at, completed_at, goods_yuan,
    freight_yuan, total_yuan, paid_yuan, refunded_yuan, buyer, receiver_sealed, receiver_print, name_masked,
    phone_masked, region_id, region_because, customer_id, customer_basis, buyer_message, seller_note, close_reason,
    after_sale, carrier, tracking, entered_at, changed_at
)
SELECT i, %(shop)s, (200000000000000000 + i)::text, CASE WHEN paid IS NULL THEN 'closed' ELSE 'completed' END, false,
    false, at, paid, paid + interval '1 day', paid + interval '6 days', yuan, 0, yuan,
    CASE WHEN paid IS NULL THEN 0 ELSE yuan END, 0, 'buyer' || i %% 99991, decode(repeat(md5(i::text), 4), 'hex'),
    decode(md5(i::text), 'hex'), '王**', '138****' || i %% 9999, codes[1 + i * 7919::bigint %% array_length(codes, 1)],
    ARRAY['province:named', 'city:named', 'county:named'], 1 + i %% (%(count)s * 9 / 10), 'new', '', '', '', '',
    '顺丰速运', 'SF' || i, at + interval '1 day', at + interval '7 days'
FROM counties, generate_series(1, %(count)s) i,
    LATERAL (SELECT timestamptz %(start)s + i * (interval '730 days' / %(count)s) AS at, 900 + i %% 5000 AS yuan) one,
    LATERAL (SELECT CASE WHEN i %% 7 > 0 THEN at + interval '3 minutes' END AS paid) two;

WITH items AS MATERIALIZED (SELECT array_agg(id) AS ids FROM channels_listing WHERE shop_id = %(shop)s)
INSERT INTO orders_line (
    order_id, key, listing_id, title, properties, quantity, paid_yuan, refund_state, serial_number
)
SELECT i, '~' || place, ids[1 + i %% array_length(ids, 1)], '燃气热水器 16 升', '', 1, 1999, '', ''
FROM items, generate_series(1, %(count)s) i, generate_series(1, 2) place WHERE place = 1 OR i %% 5 > 1;

INSERT INTO audit_event (action, subject_type, subject_id, actor, door, at, facts)
SELECT 'order.enter', 'orders.order', i, 'system', 'system', timestamptz %(start)s, '{"line": 1}'
FROM generate_series(1, %(count)s) i;

SELECT setval(pg_get_serial_sequence('orders_customer', 'id'), max(id)) FROM orders_customer;
SELECT setval(pg_get_serial_sequence('orders_order', 'id'), max(id)) FROM orders_order;
"""


def run(*, full: bool) -> None:
    count = 20_000
    exports = [samples.export(count, first=1 + turn * count, seed=turn) for turn in range(3)]
    waiting = iter(exports)
    take(exports[0])
    none = count / seconds(lambda: take(next(waiting)), before=database.empty)
    size = make(full)
    waiting = iter(exports)
    some = count / seconds(lambda: take(next(waiting)))
    line("history.onto_none", none, "orders/s", f"n={count:,}, from file to commit")
    line(
        "history.onto_history",
        some,
        "orders/s",
        f"onto {size:,} orders",
        times(none, some, "the time onto none", most=1.5),
    )


def ensure(full: bool) -> int:
    """Have a history, made now if it is not there yet; return its size."""
    there: int = Order.objects.filter(number__startswith="2000").count()
    return there or make(full)


def make(full: bool) -> int:
    """Replace all orders by a history."""
    count = 1_000_000 if full else 300_000
    if not shop().listings.exists():
        take(samples.export(1000))
    database.empty()
    began = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        with suppress(ProgrammingError), transaction.atomic():  # a superuser may leave out what is true anyway
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(HISTORY, {"count": count, "shop": shop().pk, "start": START})
    database.settle()
    line("history.made", count, "orders", f"with 1.6 lines, a customer, two marks, an event in {_since(began)}")
    return count


def _since(began: float) -> str:
    return f"{perf_counter() - began:.0f} s"
