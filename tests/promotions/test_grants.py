"""DS-1, DS-6, DS-11: grants are given once per source, within their kind's limits, and end early with a reason."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from promotions.models import GrantLimit, PriceGrant
from promotions.operations import grants
from promotions.operations.grants import Grant, GrantBeyond, GrantDiffers, GrantSpan, ReasonMissing
from promotions.queries import floors
from tests import make
from tests.make import AT, at
from tests.promotions.test_price_rules import entered, listed

pytestmark = pytest.mark.django_db
D = Decimal
START = at("2026-03-10 00:00")


def wish(product, shop=None, yuan="1300.00", days=10, kind="opening", source=("promotions.support", 1), start=START):
    return Grant(
        kind, shop and shop.pk, product.pk, D(yuan), start, start + timedelta(days=days), source, ("support:1",)
    )


def limits():
    GrantLimit.objects.create(
        kind="opening", lowest_share=D("0.90"), most_days=10, most_models=1, valid_from=make.LONG_AGO
    )
    GrantLimit.objects.create(
        kind="hero", lowest_share=D("0.95"), most_days=92, most_models=2, mode="distribution", valid_from=make.LONG_AGO
    )


def test_ds_11_a_grant_opens_the_floor_in_its_shop_and_time_only_and_is_given_once():
    product, shop, other = listed(), make.shop(), make.shop("other")
    entered()
    [row] = grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    [again] = grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    assert (row.pk, PriceGrant.objects.count()) == (again.pk, 1)
    assert Event.objects.filter(action="pricegrant.give").count() == 1
    assert floors.price_floor(shop.pk, product.pk, START).yuan == D("1300.00")
    assert floors.price_floor(shop.pk, product.pk, START - timedelta(seconds=1)).yuan == D("1400.00")
    assert floors.price_floor(shop.pk, product.pk, START + timedelta(days=10)).yuan == D("1400.00")
    assert floors.price_floor(other.pk, product.pk, START).yuan == D("1400.00")


def test_ds_11_a_source_cannot_say_two_prices_for_the_same():
    product, shop = listed(), make.shop()
    grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    with pytest.raises(GrantDiffers):
        grants.give_many([wish(product, shop, "1200.00")], by=SYSTEM, at=AT)
    assert PriceGrant.objects.get().price_yuan == D("1300.00")


def test_ds_11_a_grant_ends_after_it_begins():
    with pytest.raises(GrantSpan):
        grants.give_many([wish(listed(), make.shop(), days=0)], by=SYSTEM, at=AT)
    assert not PriceGrant.objects.exists()


def test_ds_11_ended_early_the_floor_closes_from_then_on_and_what_was_sold_before_stays_right():
    product, shop = listed(), make.shop()
    entered()
    grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    now = START + timedelta(days=2)
    [row] = grants.end(("promotions.support", 1), reason="撤销授权", by=SYSTEM, at=now)
    assert grants.end(("promotions.support", 1), reason="撤销授权", by=SYSTEM, at=now) == []
    assert row.ends_at == now
    assert Event.objects.get(action="pricegrant.end").facts["reason"] == "撤销授权"
    assert floors.price_floor(shop.pk, product.pk, now - timedelta(seconds=1)).yuan == D("1300.00")
    assert floors.price_floor(shop.pk, product.pk, now).yuan == D("1400.00")


def test_ds_11_ended_before_it_began_it_never_held():
    product, shop = listed(), make.shop()
    grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    [row] = grants.end(("promotions.support", 1), reason="取消", by=SYSTEM, at=AT)
    assert row.ends_at == row.starts_at


def test_ds_11_an_end_needs_a_reason():
    product = listed()
    grants.give_many([wish(product, make.shop())], by=SYSTEM, at=AT)
    with pytest.raises(ReasonMissing):
        grants.end(("promotions.support", 1), reason=" ", by=SYSTEM, at=AT)
    assert PriceGrant.objects.get().ends_at == START + timedelta(days=10)


def test_ds_1_an_opening_goes_ten_days_and_10_percent_below_for_one_model():
    product, shop = listed(), make.shop()
    entered()
    limits()
    for beyond in (wish(product, shop, "1259.99"), wish(product, shop, "1260.00", days=11)):
        with pytest.raises(GrantBeyond):
            grants.give_many([beyond], by=SYSTEM, at=AT)
    assert not PriceGrant.objects.exists()
    grants.give_many([wish(product, shop, "1260.00")], by=SYSTEM, at=AT)
    with pytest.raises(GrantBeyond):
        second = wish(listed("M2"), shop, "1260.00", source=("promotions.support", 2))
        grants.give_many([second], by=SYSTEM, at=AT)
    assert PriceGrant.objects.count() == 1


def test_ds_6_a_distribution_shop_has_two_heroes_5_percent_below_for_three_months():
    shop = make.shop("dist", on="taobao", mode="distribution", operator=make.partner("d"))
    entered()
    limits()
    heroes = [wish(listed(f"H{n}"), shop, "1330.00", 92, "hero") for n in range(3)]
    with pytest.raises(GrantBeyond):
        grants.give_many(heroes, by=SYSTEM, at=AT)
    assert not PriceGrant.objects.exists()
    assert len(grants.give_many(heroes[:2], by=SYSTEM, at=AT)) == 2
    later = replace(heroes[2], starts_at=heroes[0].ends_at, ends_at=heroes[0].ends_at + timedelta(days=92))
    assert len(grants.give_many([later], by=SYSTEM, at=AT)) == 1


def test_ds_6_not_for_another_kind_of_shop():
    entered()
    limits()
    with pytest.raises(GrantBeyond):
        grants.give_many([wish(listed(), make.shop(), "1330.00", 30, "hero")], by=SYSTEM, at=AT)
    assert not PriceGrant.objects.exists()


def test_ds_11_what_if_answers_without_writing_anything():
    product, shop = listed(), make.shop()
    entered()
    told = floors.price_history(
        shop.pk, product.pk, START - timedelta(days=1), START + timedelta(days=11), extra=[wish(product, shop)]
    )
    assert [stretch.floor.yuan for stretch in told] == [D("1400.00"), D("1300.00"), D("1400.00")]
    assert not PriceGrant.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ds_1_of_two_openings_at_once_only_one_is_given():
    shop = make.shop()
    limits()
    wishes = [wish(listed(f"M{n}"), shop, source=("promotions.support", n)) for n in (1, 2)]
    gate, refused = Barrier(2), []

    def give(one):
        try:
            gate.wait()
            grants.give_many([one], by=SYSTEM, at=AT)
        except GrantBeyond:
            refused.append(one)
        finally:
            connection.close()

    threads = [Thread(target=give, args=[one]) for one in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (PriceGrant.objects.count(), len(refused)) == (1, 1)


def test_ds_11_many_shops_and_models_cost_a_fixed_number_of_queries(django_assert_num_queries):
    entered()
    for n in range(3):
        make.listing(f"i{n}", of=listed(f"M{n}"), where=make.shop(f"s{n}"))
    with django_assert_num_queries(10):
        book = floors.gather(None, None, AT, AT)
    assert (len(book.shops), len(book.products)) == (3, 3)
