"""DS-11, PR-8, PR-18: what a sale brought: the export's word with the platform's part, less what is paid back."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from channels.connectors.base import PlatformLine
from channels.models import Listing, Product
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from promotions.models import Claim, ClaimRule, PriceGrant, PriceSignal
from promotions.operations import claims, following, pots, sweep
from promotions.queries import sold
from tests import make
from tests.make import AT
from tests.promotions.test_claims import _rules as _rules  # a fixture
from tests.promotions.test_claims import somebody
from tests.promotions.test_price_rules import entered, listed

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 4)


def line(key: str, paid: str | None = None, price: str | None = None, quantity: int = 1) -> PlatformLine:
    return PlatformLine(
        key=key, item_id=key, title=key, quantity=quantity, paid_yuan=paid and D(paid), price_yuan=price and D(price)
    )


def sell(*lines: PlatformLine, number: str = "1", **money: str):
    amounts = {name: D(yuan) for name, yuan in money.items()}
    times = {"ordered_at": AT, "paid_at": AT, "signed_at": AT}
    return make.order(number, state="signed", lines=lines, **times, **amounts)


def mapped(**fields: object) -> None:
    Listing.objects.filter(product=None).update(product=listed("M1", **fields))


def pieces() -> list[D | None]:
    return [one.piece for one in sold.sold_lines(sold.paid_orders(AT, AT + timedelta(days=1)))]


def claimed(order, kind: str, yuan: str, *, by=None):
    if not ClaimRule.objects.filter(kind=kind).exists():
        ClaimRule.objects.create(
            kind=kind, least_yuan=1, most_yuan=999, days=60, at_checkout=kind in ("coupon", "phone_order"),
            valid_from=make.LONG_AGO,
        )  # fmt: skip
    pot = pots.open_pot(order.shop, kind, kind, limits=(D(1000), 100), by=SYSTEM, at=AT)
    by = by or somebody(f"{kind}{order.pk}", "ecommerce_head" if D(yuan) > 30 else "customer_service")
    return claims.enter(order.pk, claims.Wanted(pot.pk, kind, D(yuan)), by=by, at=AT)


@pytest.mark.usefixtures("_rules")
def test_pr_10_a_coupon_and_a_phone_discount_of_the_checkout_are_not_taken_off_twice():
    order = sell(line("a", "1949.00", "1999.00"))
    mapped()
    assert [claimed(order, kind, "20").at_checkout for kind in ("coupon", "phone_order")] == [True, True]
    assert pieces() == [D("1949.00")]


@pytest.mark.usefixtures("_rules")
def test_pr_12_a_gift_is_taken_off_once_per_order_over_its_lines_until_it_is_given_back_and_cash_back_never():
    order = sell(line("a", "1999.00"), line("b", "999.00"), line("gift", price="0.00"))
    mapped()
    cash, gift = claimed(order, "cash_back", "20"), claimed(order, "quick_gift", "30")
    assert [cash.at_checkout, gift.at_checkout] == [False, False]
    assert pieces() == [D("1979.00"), D("989.00")], "30 is shared out as 20.00 and 10.00"
    claims.reverse(gift.pk, reason="退款", by=somebody("qian", "finance"), at=AT)
    assert pieces() == [D("1999.00"), D("999.00")]


@pytest.mark.usefixtures("_rules")
def test_pr_5_a_gift_does_not_come_on_top_of_a_half_price():
    order = sell(line("a", "999.50"))
    mapped()
    claimed(order, "quick_gift", "30")
    assert pieces() == [D("969.50")]
    PriceGrant.objects.create(
        kind="flash", shop=order.shop, product=Product.objects.get(code="M1"), price_yuan=D("999.50"),
        starts_at=AT, ends_at=AT + timedelta(days=1), source_type="test", source_id=1,
    )  # fmt: skip
    assert pieces() == [D("999.50")]


@pytest.mark.usefixtures("_rules")
def test_pr_18_a_claim_makes_a_sale_a_signal_and_given_back_it_is_put_right():
    entered()
    order = sell(line("a", "1410.00"))
    mapped()
    assert sweep.sweep_sales(DAY, by=SYSTEM, at=AT).wrong == 0
    claim = claimed(order, "quick_gift", "20")
    told = Event.objects.get(action="claim.approve")
    found = following.follow_claims([told.pk], by=SYSTEM, at=AT)
    assert (found.looked, found.wrong, found.new) == (1, 1, 1)
    signal = PriceSignal.objects.get()
    assert (signal.net_yuan, signal.floor_yuan, signal.gap_yuan) == (D("1390.00"), D("1400.00"), D("10.00"))
    claims.reverse(claim.pk, reason="退款", by=somebody("qian", "finance"), at=AT + timedelta(days=1))
    told = Event.objects.get(action="claim.reverse")
    following.follow_claims([told.pk], by=SYSTEM, at=AT + timedelta(days=1))
    assert PriceSignal.objects.get().state == "gone"


@pytest.mark.usefixtures("_rules")
def test_pr_18_the_night_finds_a_claim_of_an_older_sale_that_nobody_followed():
    entered()
    order = sell(line("a", "1410.00"))
    mapped()
    claimed(order, "quick_gift", "20")
    assert sweep.sweep_all_due(by=SYSTEM, at=AT + timedelta(days=20)).wrong == 1
    assert PriceSignal.objects.get().line.order_id == order.pk
    assert sweep.sweep_all_due(by=SYSTEM, at=AT + timedelta(days=21)).new == 0


@pytest.mark.usefixtures("_rules")
def test_pr_18_what_nobody_has_agreed_to_takes_nothing_off():
    order = sell(line("a", "1949.00"))
    mapped()
    claim = claimed(order, "quick_gift", "30", by=somebody("zhou", "shop_operations"))
    assert (claim.state, pieces()) == ("claimed", [D("1949.00")])


def test_ds_11_what_the_platform_paid_is_a_part_of_the_price():
    sell(line("a"), number="pdd", total_yuan="1899.00", sold_yuan="1999.00")
    sell(line("b", "950.00"), line("c", "950.00"), number="dy", total_yuan="1900.00", sold_yuan="2000.00")
    mapped()
    assert pieces() == [D("1999.00"), D("1000.00"), D("1000.00")]


def test_ds_11_an_order_of_several_items_is_shared_out_by_their_prices():
    items = [line("a", price="1999.00"), line("b", price="999.00", quantity=2), line("g", price="0.00")]
    sell(*items, total_yuan="4000.00", sold_yuan="3600.00", freight_yuan="3.00")
    mapped()
    assert pieces() == [D("1798.95"), D("899.03")], "3,597 is 1,798.95 and, for two, 1,798.05"


def test_ds_11_many_orders_with_claims_cost_a_fixed_number_of_queries(django_assert_num_queries, _rules):
    for place in range(3):
        claimed(sell(line("a", "1999.00"), number=str(place)), "quick_gift", "20")
    mapped()
    with django_assert_num_queries(4):
        assert pieces() == [D("1979.00")] * 3
    assert Claim.objects.count() == 3


def test_or_2_what_an_order_was_sold_for_is_kept_and_corrected_by_a_later_file():
    seen = make.seen("1", sold_yuan=D("1999.00"))
    make.taken_in(seen)
    make.taken_in(replace(seen, sold_yuan=D("1989.00"), as_of=AT + timedelta(days=1)), when=AT + timedelta(days=1))
    assert make.Order.objects.get().sold_yuan == D("1989.00")
