"""What people wait for at that history: the list of orders and the searches in it, the start page, a day's figures."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import connection
from django.test import Client
from django.urls import reverse

from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.kpi import report
from opsdesk.people.models import User
from orders.models import Order
from tests.bench import history, samples
from tests.bench.intake import take
from tests.bench.stopwatch import at_most, line, queries, seconds, times

FIRST_PAGE = """
SELECT o.*, s.name, r.full_name FROM orders_order o
JOIN channels_shop s ON s.id = o.shop_id LEFT JOIN channels_region r ON r.code = o.region_id
ORDER BY o.ordered_at DESC, o.id DESC LIMIT 50
"""
SCAN = "SELECT count(*), sum(paid_yuan) FROM orders_order"
LIST_MS, START_PAGE_MS = 200, 300


def run(*, full: bool) -> None:
    size = history.ensure(full)
    content = samples.export(1000, first=10_000_000, seed=9)
    take(content)
    one = samples.orders(content)[0]
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("bench"))
    orders = reverse("admin:orders_order_changelist")
    raw = _ms(partial(_sql, FIRST_PAGE))
    line("lists.first_page_sql", raw, "ms", f"50 of {size:,} orders, the bare statement")
    _page("lists.first_page", client, orders, LIST_MS)
    _page("lists.by_number", client, f"{orders}?q={one.number}", LIST_MS)
    _page("lists.by_number_start", client, f"{orders}?q={one.number[:12]}", LIST_MS)
    _page("lists.by_phone", client, f"{orders}?q={one.receiver_phone}", LIST_MS)
    _page("lists.last_page", client, f"{orders}?p=200", LIST_MS)
    report.freeze(SYSTEM, clock.today() - timedelta(days=1), at=clock.now())  # as the morning mail leaves it
    _page("lists.start_page", client, reverse("admin:index"), START_PAGE_MS)
    _figures()


def _page(name: str, client: Client, address: str, most: float) -> None:
    def get() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    _told(name, get, most)


def _told(name: str, work: Callable[[], object], most: float = 0, *more: str) -> None:
    work()
    with queries() as seen:
        work()
    taken = _ms(work)
    line(name, taken, "ms", f"{len(seen)} queries", at_most(taken, most) if most else "", *more)


def _figures() -> None:
    """The report of a day late in the year: its year to date is the longest there is."""
    day, at = date(2019, 12, 30), datetime(2020, 2, 18, tzinfo=UTC)
    scan = _ms(partial(_sql, SCAN))
    line("lists.scan_of_orders", scan, "ms", f"count and sum over all {Order.objects.count():,} orders")
    began = partial(report.build, SYSTEM, day, at=at)
    _told("lists.figures_of_a_day", began, 0, times(_ms(began), scan, "one scan"))


def _ms(work: Callable[[], object]) -> float:
    return 1000 * seconds(work, times=5)


def _sql(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
