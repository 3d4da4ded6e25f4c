"""DS-11, CH-7: what a sweep finds, keeps once, and lets go; what it could not look at is counted by itself."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.connectors.base import PlatformLine
from channels.models import Listing, ListPrice
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, WrongState
from orders.models import Line, Order
from promotions.models import PlatformPrice, PriceCut, PriceSignal, PriceSweep, ProductTag
from promotions.operations import campaigns, following, grants, platform_prices, price_rules, price_signals, sweep
from promotions.queries import floors
from promotions.queries.touched import pairs_touched_by
from tests import make
from tests.make import AT, at
from tests.promotions.test_grants import wish
from tests.promotions.test_price_rules import entered, listed, rule

pytestmark = pytest.mark.django_db
D = Decimal


def offered(product, yuan: str | None, where=None, key="i1") -> Listing:
    row = make.listing(key, of=product, where=where)
    Listing.objects.filter(pk=row.pk).update(price_yuan=yuan and D(yuan))
    return row


def look():
    found = sweep.sweep_listings(by=SYSTEM, at=AT)
    return found.looked, found.unlooked, found.wrong, found.new


def test_ds_11_an_item_below_its_floor_is_one_signal_however_often_it_is_looked_at():
    entered()
    item = offered(listed(), "1399.99")
    assert look() == (1, 0, 1, 1)
    assert look() == (1, 0, 1, 0)
    signal = PriceSignal.objects.get()
    assert (signal.kind, signal.listing_id, signal.line_id) == ("price_below_floor", item.pk, None)
    assert (signal.net_yuan, signal.floor_yuan, signal.gap_yuan) == (D("1399.99"), D("1400.00"), D("0.01"))
    assert [(row["code"], row["outcome"]) for row in signal.because] == [("seven", "won")]


def test_ds_11_at_the_floor_is_not_below_it():
    entered()
    offered(listed(), "1400.00")
    assert look() == (1, 0, 0, 0)


def test_ds_11_what_could_not_be_looked_at_is_counted_apart():
    entered()
    offered(listed(), None)
    offered(None, "10.00", key="unmapped")
    Listing.objects.filter(key=offered(None, "10.00", key="ignored").key).update(ignored=True)
    assert look() == (0, 2, 0, 0)
    kept = PriceSweep.objects.get()
    assert (kept.what, kept.day, kept.looked, kept.unlooked, kept.found) == ("listings", date(2026, 3, 4), 0, 2, 0)


def test_ds_11_the_net_price_counts():
    entered()
    product = listed()
    offered(product, "1430.00")
    span = {"starts_at": AT - timedelta(days=1), "ends_at": AT + timedelta(days=1)}
    PriceCut.objects.create(kind="coupon", name="券", state="agreed", product=product, amount_yuan=D("50"), **span)
    assert look() == (1, 0, 1, 1)
    signal = PriceSignal.objects.get()
    assert (signal.price_yuan, signal.net_yuan) == (D("1430.00"), D("1380.00"))


def test_ds_11_put_right_it_is_gone_and_wrong_again_it_comes_back():
    entered()
    item = offered(listed(), "1000.00")
    look()
    Listing.objects.filter(pk=item.pk).update(price_yuan=D("1500"))
    look()
    assert (PriceSignal.objects.get().state, PriceSignal.objects.get().ended_at) == ("gone", AT)
    Listing.objects.filter(pk=item.pk).update(price_yuan=D("1000"))
    look()
    assert (PriceSignal.objects.get().state, PriceSignal.objects.get().ended_at) == ("open", None)
    assert Event.objects.filter(action__startswith="pricesignal.").count() == 2


def test_ds_11_an_item_that_is_none_of_ours_after_all_has_no_signal_any_more():
    entered()
    item = offered(listed(), "1000.00")
    look()
    Listing.objects.filter(pk=item.pk).update(ignored=True)
    assert look() == (0, 0, 0, 0)
    assert PriceSignal.objects.get().state == "gone"


def test_ds_11_dismissed_it_stays_so_and_another_price_is_another_signal():
    entered()
    item = offered(listed(), "1000.00")
    look()
    clerk = make.actor("li", "promotions.dismiss_pricesignal", company=True)
    price_signals.dismiss(PriceSignal.objects.get().pk, reason="样品", by=clerk, at=AT)
    assert look() == (1, 0, 1, 0)
    assert (PriceSignal.objects.get().state, PriceSignal.objects.get().reason) == ("dismissed", "样品")
    Listing.objects.filter(pk=item.pk).update(price_yuan=D("900"))
    assert look() == (1, 0, 1, 1)
    assert sorted(PriceSignal.objects.values_list("state", flat=True)) == ["dismissed", "open"]


def test_ds_11_dismissing_needs_the_right_a_reason_and_an_open_signal():
    entered()
    offered(listed(), "1000.00")
    look()
    pk = PriceSignal.objects.get().pk
    with pytest.raises(NotAllowed):
        price_signals.dismiss(pk, reason="样品", by=make.actor("wang", company=True), at=AT)
    clerk = make.actor("li", "promotions.dismiss_pricesignal", company=True)
    with pytest.raises(price_signals.ReasonMissing):
        price_signals.dismiss(pk, reason=" ", by=clerk, at=AT)
    assert PriceSignal.objects.get().state == "open"
    price_signals.dismiss(pk, reason="样品", by=clerk, at=AT)
    with pytest.raises(WrongState):
        price_signals.dismiss(pk, reason="再次", by=clerk, at=AT)
    assert PriceSignal.objects.get().reason == "样品"


def test_ch_7_an_online_model_in_an_outlet_is_a_signal_whatever_its_price():
    outlet = make.shop("outlet", on="outlet", mode="outlet", operator=make.partner("gz"))
    offered(listed(sold_where="online"), "2000.00", where=outlet)
    assert look() == (1, 0, 1, 1)
    signal = PriceSignal.objects.get()
    assert (signal.kind, signal.floor_yuan) == ("sold_where_not_allowed", None)
    assert signal.because == [{"why": "online_only", "where": "online"}]


def sold(number: str, *lines: PlatformLine, when=AT) -> None:
    make.order(number, ordered_at=when, paid_at=when, lines=lines)


def _line(key: str, paid: str | None, quantity: int | None = 1) -> PlatformLine:
    return PlatformLine(key=key, item_id=key, title=key, quantity=quantity, paid_yuan=paid and D(paid))


def mapped(product) -> None:
    Listing.objects.filter(product=None).update(product=product)


def sales(day=date(2026, 3, 4)):
    found = sweep.sweep_sales(day, by=SYSTEM, at=AT)
    return found.looked, found.unlooked, found.wrong, found.new


def test_ds_11_a_sale_is_measured_by_what_was_paid_for_a_unit():
    entered()
    sold("1", _line("a", "2600.00", 2))
    sold("2", _line("a", "2800.00", 2))
    mapped(listed())
    assert sales() == (2, 0, 1, 1)
    assert sales() == (2, 0, 1, 0)
    signal = PriceSignal.objects.get()
    assert (signal.net_yuan, signal.gap_yuan, signal.line.order.number) == (D("1300.00"), D("100.00"), "1")


def test_ds_11_sales_that_cannot_be_measured_are_counted_apart():
    entered()
    sold("1", _line("gift", "0.00"), _line("unsaid", None), _line("many", "5.00", None))
    sold("2")
    sold("3", when=AT - timedelta(days=1))
    mapped(listed())
    assert sales() == (0, 4, 0, 0)
    assert not PriceSignal.objects.exists()


def test_ds_11_the_only_item_of_an_order_costs_its_total_without_freight_and_gifts_cost_nothing():
    entered()
    item, gift = _line("a", None, 2), PlatformLine(key="g", title="g", quantity=1, price_yuan=D("0"))
    money = {"total_yuan": D("2810.00"), "freight_yuan": D("20.00"), "ordered_at": AT, "paid_at": AT}
    make.order("1", lines=(item, gift), **money)
    make.order("2", lines=(item, replace(item, key="b")), **money)
    mapped(listed())
    assert sales() == (1, 2, 1, 1)
    signal = PriceSignal.objects.get()
    assert (signal.line.order.number, signal.net_yuan) == ("1", D("1395.00"))


def test_ds_11_a_brand_day_price_is_right_in_its_hours_and_a_signal_the_minute_after():
    entered()
    product, shop = listed(), make.shop()
    night = at("2026-03-04 23:00")
    grants.give_many([wish(product, shop, "1000.00", kind="flash", start=night - timedelta(days=10))], by=SYSTEM, at=AT)
    sold("in", _line("a", "1000.00"), when=night - timedelta(minutes=1))
    sold("after", _line("a", "1000.00"), when=night)
    mapped(product)
    assert sales() == (2, 0, 1, 1)
    assert PriceSignal.objects.get().line.order.number == "after"


def test_ds_11_a_line_that_a_later_file_replaces_takes_its_signal_along():
    entered()
    sold("1", _line("a", "1000.00"))
    mapped(listed())
    sales()
    Line.objects.all().delete()
    assert not PriceSignal.objects.exists()
    assert Order.objects.count() == 1


def test_ds_8_what_tmall_costs_is_written_down_when_it_changes_and_answers_for_then():
    product, taobao = listed(), make.shop("dist", on="taobao", mode="distribution", operator=make.partner("d"))
    tmall = {"of_platform": make.platform("tmall"), "platform": make.platform("taobao"), "kind": "share_of_platform"}
    entered("taobao", "0.95", **tmall)
    item = offered(product, "1900.00")
    assert [platform_prices.notice(at=AT), platform_prices.notice(at=AT)] == [1, 0]
    Listing.objects.filter(pk=item.pk).update(price_yuan=D("1800"))
    later = AT + timedelta(days=1)
    assert platform_prices.notice(at=later) == 2
    assert floors.price_floor(taobao.pk, product.pk, later - timedelta(seconds=1)).yuan == D("1805.00")
    assert floors.price_floor(taobao.pk, product.pk, later).yuan == D("1710.00")
    assert floors.price_floor(taobao.pk, product.pk, AT - timedelta(days=1)).yuan is None
    assert PlatformPrice.objects.count() == 2


def test_ds_11_a_changed_row_touches_only_what_it_can_change():
    one, two = listed("M1", series="多模"), listed("M2")
    tmall, taobao = make.shop(), make.shop("dist", on="taobao", mode="distribution", operator=make.partner("d"))
    for place, (product, shop) in enumerate([(one, tmall), (one, taobao), (two, tmall), (two, taobao)]):
        offered(product, "1500", where=shop, key=f"i{place}")
    everything = {(shop.pk, product.pk) for shop in (tmall, taobao) for product in (one, two)}
    tag = ProductTag.objects.create(product=two, tag="hero", valid_from=make.LONG_AGO)
    [grant] = grants.give_many([wish(one, taobao, kind="own_plan")], by=SYSTEM, at=AT)
    taobao_rule = entered("t", "0.95", kind="share_of_platform", of_platform=tmall.platform, platform=taobao.platform)
    platform_prices.notice(at=AT)
    window = campaigns.Window("店庆", AT, AT + timedelta(days=1), ("promotions.event", 1))
    touched = {
        "all": (rule("x"), everything),
        "platform": (taobao_rule, {(taobao.pk, one.pk), (taobao.pk, two.pk)}),
        "series": (rule("s", series="多模"), {(tmall.pk, one.pk), (taobao.pk, one.pk)}),
        "hero": (rule("h", tag="hero"), {(tmall.pk, two.pk), (taobao.pk, two.pk)}),
        "tag": (tag, {(tmall.pk, two.pk), (taobao.pk, two.pk)}),
        "list price": (ListPrice.objects.get(product=one), {(tmall.pk, one.pk), (taobao.pk, one.pk)}),
        "grant": (grant, {(taobao.pk, one.pk)}),
        "Tmall's price": (PlatformPrice.objects.get(product=one), {(taobao.pk, one.pk)}),
        "campaign": (
            campaigns.announce(window, shop_ids=[tmall.pk], by=SYSTEM, at=AT)[0],
            {(tmall.pk, one.pk), (tmall.pk, two.pk)},
        ),
    }
    assert {name: pairs_touched_by(row) for name, (row, _pairs) in touched.items()} == {
        name: pairs for name, (_row, pairs) in touched.items()
    }


def test_ds_11_after_a_change_only_the_touched_items_are_looked_over():
    product, other = listed("M1"), listed("M2")
    offered(product, "1000.00")
    offered(other, "1000.00", key="i2")
    entered(product=product)
    event = Event.objects.get(action="pricerule.enter")
    found = following.follow_changes([event.pk], by=SYSTEM, at=AT)
    assert (found.looked, found.wrong) == (1, 1)
    assert PriceSignal.objects.get().product == product
    row = price_rules.replace(
        PriceSignal.objects.get().because[0]["row"], figure=D("0.40"), valid_from=date(2026, 3, 4), by=SYSTEM, at=AT
    )
    event = Event.objects.get(action="pricerule.replace")
    following.follow_changes([event.pk], by=SYSTEM, at=AT)
    assert (row.figure, PriceSignal.objects.get().state) == (D("0.40"), "gone")


def test_ds_11_after_an_import_its_shops_items_and_its_orders_are_looked_over():
    entered()
    sold("1", _line("a", "1000.00"))
    product = listed()
    mapped(product)
    offered(product, "1000.00", where=make.shop("other"), key="other")
    held = make.source()
    held.started_at = AT - timedelta(minutes=5)
    held.save(update_fields=["started_at"])
    event = Event.objects.create(
        action="import.finish", subject_type="orders.import", subject_id=held.pk, actor="x", door="test", at=AT
    )
    found = following.follow_imports([event.pk], by=SYSTEM, at=AT)
    assert found.wrong == 1
    assert PriceSignal.objects.get().line.order.number == "1"


def test_ds_11_a_sweep_costs_the_same_number_of_statements_for_more_items():
    entered()
    product, costs = listed(), []
    for places in (range(3), range(3, 60)):
        for place in places:
            offered(product, "1000.00", key=f"i{place}")
        with CaptureQueriesContext(connection) as seen:
            found = look()
        costs.append(len(seen))
    assert found == (60, 0, 60, 57)
    assert costs[1] <= costs[0] <= 30  # the first one also enters that it looked
