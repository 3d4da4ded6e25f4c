"""PR-10, PR-11, PR-16, CH-7: the net price, whether a list price was real, where a model may be sold."""

from decimal import Decimal

import pytest

from opsdesk.money import ZERO, shares
from promotions.rules.facts import ListPriceRow, ProductFacts, SellerRow, ShopFacts
from promotions.rules.nets import SPECIAL, Back, Bill, CutRow, Item, a_piece, net_of_lines, net_price, received
from promotions.rules.prices import charged, not_sold_here
from tests.make import AT, at
from tests.promotions.net_cases import LISTINGS, SALES

D = Decimal
COUPON = CutRow("coupon", "店铺券", D("50"))
PHONE = CutRow("phone", "手机下单", D("15"))
GIFT = CutRow("gift", "花洒", D("99"))
CROSS = CutRow("cross_shop", "每满300减40", D("40"), per=D("300"))
PAST = CutRow("coupon", "旧券", D("500"), ends_at=AT)


def _case(sentence, cuts, net):
    return pytest.param(cuts, D(net), id=sentence)


@pytest.mark.parametrize(
    ("cuts", "net"),
    [
        _case("nothing off", (), "1999.00"),
        _case("a coupon", (COUPON,), "1949.00"),
        _case("a coupon, the phone and a gift", (COUPON, PHONE, GIFT), "1835.00"),
        _case("1,999 holds 300 six times: 240 off", (CROSS,), "1759.00"),
        _case("everything from the price shown", (CROSS, COUPON), "1709.00"),
        _case("a coupon that ended just now takes nothing off", (PAST,), "1999.00"),
        _case("never below zero", (CutRow("coupon", "大券", D("5000")),), "0.00"),
    ],
)
def test_ds_11_a_net_price_worked_by_hand(cuts, net):
    assert net_price(D("1999"), cuts, AT).yuan == net


def test_ds_11_a_net_price_says_what_was_taken_off():
    assert net_price(D("1999"), (CROSS, COUPON, PAST), AT).cuts == (
        ("cross_shop", "每满300减40", D("240.00")),
        ("coupon", "店铺券", D("50.00")),
    )


def _cut(kind, yuan, said):
    per, handed_out = said.get("per"), said.get("handed_out")
    return CutRow(
        kind, kind, D(yuan), per and D(per), source="promotions.eventoffer:1" if said["by_event"] else "",
        handed_out_at=handed_out and at(handed_out), by_platform=said.get("by_platform", False),
        starts_at=at(said["since"]), ends_at=at(said["until"]),
    )  # fmt: skip


@pytest.mark.parametrize(("cuts", "when", "shown", "special", "net", "idle"), LISTINGS)
def test_ds_11_pr_10_pr_11_a_net_price_of_the_handbook(cuts, when, shown, special, net, idle):
    answer = net_price(shown, [_cut(*cut) for cut in cuts], at(when), special=special in SPECIAL)
    assert answer.yuan == net
    assert tuple(one.why for one in answer.considered if one.why) == idle
    assert len(answer.considered) == len(cuts)


@pytest.mark.parametrize(("lines", "bill", "claims", "nets"), SALES)
def test_ds_11_pr_8_pr_18_the_net_price_of_a_sale(lines, bill, claims, nets):
    items = [Item(many, price and D(price), paid and D(paid)) for many, price, paid in lines]
    money = Bill(**{name: D(yuan) for name, yuan in bill.items()})
    backs = [Back(kind, D(yuan), state, at_checkout) for kind, yuan, state, at_checkout in claims]
    found = net_of_lines(items, received(items, money), backs)
    assert tuple(a_piece(net, item) for net, item in zip(found, items, strict=True)) == nets


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("10.00", ("1", "1", "1"), ("3.34", "3.33", "3.33")),
        ("0.02", ("1", "1", "1"), ("0.01", "0.01", "0.00")),
        ("100.00", ("0", "0"), ("50.00", "50.00")),
        ("99.99", ("2", "1"), ("66.66", "33.33")),
        ("0.01", ("1", "3"), ("0.00", "0.01")),
    ],
)
def test_fi_1_shares_add_up_to_the_fen(amount, weights, parts):
    found = shares(D(amount), [D(weight) for weight in weights])
    assert found == [D(part) for part in parts]
    assert sum(found, ZERO) == D(amount)


OLD = ListPriceRow(D("1699"), ends_at=at("2026-02-10 00:00"))
NEW = ListPriceRow(D("1799"), starts_at=at("2026-02-10 00:00"))
LOWERED = ListPriceRow(D("1599"), starts_at=at("2026-03-01 00:00"))
SOLD = (at("2026-02-20 12:00"), D("1799"))


def _price(sentence, prices, sales, when, so, why):
    return pytest.param(prices, sales, at(when), so, why, id=sentence)


@pytest.mark.parametrize(
    ("prices", "sales", "when", "so", "why"),
    [
        _price("raised 20 days ago", (OLD, NEW), (SOLD,), "2026-03-02 00:00", False, "too_young"),
        _price("30 days to the minute", (OLD, NEW), (SOLD,), "2026-03-12 00:00", True, "paid"),
        _price("a minute less", (OLD, NEW), (SOLD,), "2026-03-11 23:59", False, "too_young"),
        _price("old enough, never paid", (OLD, NEW), (), "2026-04-01 00:00", False, "never_paid"),
        _price("paid one fen less", (NEW,), ((SOLD[0], D("1798.99")),), "2026-04-01 00:00", False, "never_paid"),
        _price(
            "paid only before it was the list price",
            (OLD, NEW),
            ((at("2026-02-09 12:00"), D("1799")),),
            "2026-04-01 00:00",
            False,
            "never_paid",
        ),
        _price(
            "paid only after the moment asked for",
            (OLD, NEW),
            ((at("2026-04-02 12:00"), D("1799")),),
            "2026-04-01 00:00",
            False,
            "never_paid",
        ),
        _price("lowered yesterday: nothing was raised", (OLD, LOWERED), (), "2026-03-02 00:00", True, "lowered"),
        _price("before any list price", (NEW,), (SOLD,), "2026-02-09 23:59", False, "no_list_price"),
    ],
)
def test_pr_16_a_list_price_must_have_been_charged(prices, sales, when, so, why):
    answer = charged(prices, sales, when, least_days=30)
    assert (answer.so, answer.why) == (so, why)


ONLINE, OUTLET = ShopFacts(1, "s", "tmall", "flagship"), ShopFacts(2, "o", "outlet", "outlet", online=False, partner=9)
NAMED, OTHER = (
    ShopFacts(3, "n", "taobao", "distribution", partner=7),
    ShopFacts(4, "x", "taobao", "distribution", partner=8),
)
SELLER = SellerRow(7, starts_at=at("2026-03-01 00:00"), ends_at=at("2026-04-01 00:00"))


def _sale(sentence, where, shop, why, when="2026-03-04 10:00"):
    return pytest.param(where, shop, at(when), why, id=sentence)


@pytest.mark.parametrize(
    ("where", "shop", "when", "why"),
    [
        _sale("anywhere online", "anywhere", ONLINE, ""),
        _sale("anywhere in an outlet", "anywhere", OUTLET, ""),
        _sale("online only, online", "online", ONLINE, ""),
        _sale("online only, in an outlet", "online", OUTLET, "online_only"),
        _sale("offline only, online", "offline", ONLINE, "offline_only"),
        _sale("offline only, in an outlet", "offline", OUTLET, ""),
        _sale("the named distributor", "named", NAMED, ""),
        _sale("another distributor", "named", OTHER, "not_named"),
        _sale("the company itself, which is not named", "named", ONLINE, "not_named"),
        _sale("named only from March", "named", NAMED, "not_named", "2026-02-28 23:59"),
        _sale("and until the end of March", "named", NAMED, "not_named", "2026-04-01 00:00"),
    ],
)
def test_ch_7_where_a_model_may_be_sold(where, shop, when, why):
    assert not_sold_here(ProductFacts(1, "M", sold_where=where, sellers=(SELLER,)), shop, when) == why
