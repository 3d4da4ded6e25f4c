"""PR-16: a price that an item strikes through counts only if it was really charged; else it is a signal."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import Listing, ListPrice
from opsdesk.actor import SYSTEM
from promotions.models import ListPriceProof, PriceSignal
from promotions.operations import sweep
from tests import make
from tests.make import AT
from tests.promotions.test_price_rules import listed

pytestmark = pytest.mark.django_db


def crossed(product, yuan: str | None, key: str = "i1", price: str = "1800") -> Listing:
    row = make.listing(key, of=product)
    Listing.objects.filter(pk=row.pk).update(price_yuan=D(price), crossed_yuan=yuan and D(yuan))
    return row


def paid(item: Listing, yuan: str, *, quantity: int = 1, days: int = 0) -> None:
    """Somebody has paid so much for a piece, so many days ago."""
    when = AT - timedelta(days=days)
    number = str(make.Order.objects.count())
    order = make.order(number, ordered_at=when, paid_at=when, lines=())
    order.lines.create(key="a", listing=item, quantity=quantity, paid_yuan=D(yuan) * quantity)


def look(at=AT) -> list[tuple[str, D, str]]:
    sweep.sweep_listings(by=SYSTEM, at=at)
    rows = PriceSignal.objects.all().list_price().select_related("listing").order_by("pk")
    return [(row.listing.key, row.net_yuan, row.because[0]["why"]) for row in rows]


def test_pr_16_a_struck_through_price_that_nobody_ever_paid_is_one_signal():
    item = crossed(listed(), "2000")
    assert look() == [("i1", D("2000.00"), "never_paid")]
    assert look() == [("i1", D("2000.00"), "never_paid")]
    signal = PriceSignal.objects.get()
    assert (signal.kind, signal.price_yuan, signal.floor_yuan) == ("list_price_not_charged", D("2000.00"), None)
    assert signal.because == [{"why": "never_paid", "price": "1800.00"}]
    paid(item, "2000")
    assert look() == []
    assert PriceSignal.objects.get().state == "gone"


def test_pr_16_an_item_that_strikes_nothing_through_is_no_signal():
    crossed(listed(), None)
    assert look() == []


def test_pr_16_raised_first_to_discount_after_is_a_signal_until_the_price_has_stood():
    product = make.product("M1")
    ListPrice.objects.create(product=product, price_yuan=1800, valid_from=make.LONG_AGO, valid_to=date(2026, 2, 20))
    ListPrice.objects.create(product=product, price_yuan=2000, valid_from=date(2026, 2, 20))
    ListPriceProof.objects.create(least_days=30, valid_from=make.LONG_AGO)
    item = crossed(product, "2000")
    paid(item, "2000", days=5)
    assert look() == [("i1", D("2000.00"), "too_young")]
    assert look(AT + timedelta(days=30)) == []


def test_pr_16_a_struck_through_price_above_the_list_price_was_never_asked():
    product = listed()
    paid(crossed(product, "2000.01"), "2000")
    assert look() == [("i1", D("2000.01"), "above_list")]


def test_pr_16_without_a_list_price_there_is_nothing_to_strike_through():
    crossed(make.product("M1"), "2000")
    assert look() == [("i1", D("2000.00"), "no_list_price")]


def test_pr_16_less_than_the_list_price_counts_once_it_was_paid():
    product = listed()
    item = crossed(product, "1900")
    paid(item, "1899.99")
    assert look() == [("i1", D("1900.00"), "never_paid")]
    paid(item, "1900", quantity=3)
    assert look() == []


@pytest.mark.parametrize(
    ("_case", "days", "fields"),
    [
        ("before it was the list price", 40, {}),
        ("never paid for", 1, {"paid_at": None}),
        ("split by the platform", 1, {"superseded": True}),
        ("after the moment asked for", -1, {}),
    ],
)
def test_pr_16_some_sales_prove_nothing(_case, days, fields):
    product = make.product("M1")
    ListPrice.objects.create(product=product, price_yuan=2000, valid_from=date(2026, 2, 1))
    paid(crossed(product, "2000"), "2000", days=days)
    make.Order.objects.update(**fields or {"held": False})
    assert look() == [("i1", D("2000.00"), "never_paid")]


def test_pr_16_on_the_day_the_list_price_begins_a_sale_counts_from_midnight_here():
    product = make.product("M1")
    ListPrice.objects.create(product=product, price_yuan=2000, valid_from=date(2026, 2, 1))
    item = crossed(product, "2000")
    make.order("1", ordered_at=make.at("2026-02-01 00:30"), paid_at=AT, lines=())
    make.Order.objects.get().lines.create(key="a", listing=item, quantity=1, paid_yuan=D(2000))
    assert look() == []


def test_pr_16_struck_through_prices_cost_the_same_number_of_statements_for_more_models():
    costs = []
    for places in (range(2), range(2, 30)):
        for place in places:
            crossed(listed(f"M{place}"), "2000", key=f"i{place}")
        with CaptureQueriesContext(connection) as seen:
            look()
        costs.append(len(seen))
    assert PriceSignal.objects.count() == 30
    assert costs[1] <= costs[0]
