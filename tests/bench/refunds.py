"""The list of open refunds at 100,000 of them, beside the bare statement; and the intake of a file of refunds."""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Refund
from aftersales.operations import refund_intake
from channels.connectors.base import PlatformRefund, RefundProgress
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.people.models import User
from orders.models import Import, Order
from tests.bench import history
from tests.bench.intake import shop
from tests.bench.stopwatch import at_most, line, queries, seconds, times

OPEN = """
INSERT INTO aftersales_refund (
    order_id, shop_id, number, kind, state, reason, said, shipped, asked_yuan, granted_yuan, paid_yuan, asked_at,
    granted_by, carrier, tracking, sent_tracking, remedy, because, clock, round, step_due_at, platform_due_at,
    platform_because, burns_at, entered_at, agreed_at, posted_at, granted_at
)
SELECT o.id, o.shop_id, 'B' || o.id, 'return_refund', states[1 + n %% 4], 'dislike', '', true, 100,
    CASE WHEN n %% 4 = 3 THEN 100 ELSE 0 END, 0, at, '', '', '', '', '', '', clocks[1 + n %% 4], 1,
    at + interval '24 hours', at + interval '5 days', 'review|file|x', at + interval '24 hours', at, at, at, at
FROM (SELECT id, shop_id, row_number() OVER () AS n FROM orders_order LIMIT %(count)s) o,
    LATERAL (SELECT %(now)s::timestamptz - (n %% 2880) * interval '1 minute' AS at) one,
    (SELECT ARRAY['asked', 'agreed', 'returning', 'granted'] AS states,
            ARRAY['refund_review', 'refund_return', 'refund_return', 'refund_pay'] AS clocks) two
"""
FIRST_PAGE = """
SELECT r.*, o.number, s.name FROM aftersales_refund r JOIN orders_order o ON o.id = r.order_id
JOIN channels_shop s ON s.id = r.shop_id
WHERE r.state IN ('asked', 'agreed', 'returning', 'received', 'inspected', 'granted') AND r.burns_at < %s
ORDER BY r.burns_at, r.id LIMIT 50
"""
LIST_MS, COUNT, ROWS = 200, 100_000, 2000


def run(*, full: bool) -> None:
    history.ensure(full)
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"count": COUNT, "now": clock.now()})
        cursor.execute("ANALYZE aftersales_refund")
    open_ones = Refund.objects.live().count()
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("bench-refunds"))
    bare = 1000 * seconds(partial(_sql, timezone.localtime()), times=5)
    line("refunds.first_page_sql", bare, "ms", f"50 of {open_ones:,} open refunds, the bare statement")
    address = reverse("admin:aftersales_refund_changelist")
    for queue in ("late", "burning", "to_review", "goods_back", "to_pay"):
        _page(client, f"refunds.{queue}", f"{address}?queue={queue}", bare)
    _page(client, "refunds.all", address, bare)
    _take_in()


def _page(client: Client, name: str, address: str, bare: float) -> None:
    def get() -> None:
        assert client.get(address).status_code == 200

    get()
    with queries() as seen:
        get()
    taken, inside = 1000 * seconds(get, times=5), _in_database(get)
    line(
        name,
        taken,
        "ms",
        f"{len(seen)} queries",
        at_most(taken, LIST_MS),
        f"{inside:.1f} ms of it in the database: {times(inside, bare, 'the bare statement')}",
    )


def _in_database(get: Callable[[], None]) -> float:
    """How long the statements of a page take together, in milliseconds: the median of five."""
    taken: list[float] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken[-1] += 1000 * (perf_counter() - began)

    for _ in range(5):
        taken.append(0)
        with connection.execute_wrapper(note):
            get()
    return median(taken)


def _sql(now: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(FIRST_PAGE, [now])
        return cursor.fetchall()


def _take_in() -> None:
    """A file of new refunds, then the same one again, as the import run hands it over."""
    where, at = shop(), clock.now()
    numbers = Order.objects.filter(shop=where).order_by("-pk").values_list("number", flat=True)[:ROWS]
    items = [
        PlatformRefund(f"N{number}", number, progress=RefundProgress.ASKED, kind="refund_only", asked_at=at)
        for number in numbers
    ]
    source = Import.objects.create(shop=where, name="bench.csv", sha256="0" * 64, size=1, entered_at=at)
    for name in ("new", "again"):
        began = perf_counter()
        with transaction.atomic():
            tally = refund_intake.write(source, items, by=SYSTEM, at=at)
        taken = perf_counter() - began
        assert (tally.new or tally.unchanged) == len(items), tally
        line(f"refunds.intake_{name}", len(items) / taken, "rows/s", f"{len(items):,} refunds in {taken:.1f} s")
