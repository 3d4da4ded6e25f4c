"""DS-1 … DS-7, FI-4: who may ask for which support, how much is paid, and what sales earn; tables, no database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from promotions.rules import supports as rule

OPENED = date(2026, 3, 1)
TERMS = rule.Terms(
    id=5, kind="opening", share=Decimal("0.5"), most_yuan=Decimal("5000"), price_share=Decimal("0.9"), days=10,
    at_once=1, in_all=1, opened_within_days=30, needs_trait="only_our_brand", platforms=frozenset({"taobao"}),
)  # fmt: skip
SHOP = rule.ShopFacts("taobao", OPENED, frozenset({"only_our_brand"}), ())


@pytest.mark.parametrize(
    ("_case", "shop", "terms", "start", "days", "expected"),
    [
        ("a new shop that fits", {}, {}, 5, 10, ("policy:5",)),
        ("the last day to begin", {}, {}, 29, 10, ("policy:5",)),
        ("a day later it is no opening any more", {}, {}, 30, 10, ("opened_before:2026-03-31",)),
        ("eleven days are too long", {}, {}, 5, 11, ("too_long:10",)),
        ("not authorised", {"authorised_on": None}, {}, 5, 10, ("not_authorised",)),
        ("before the authorisation", {}, {}, -1, 5, ("not_authorised",)),
        ("another platform", {"platform": "jd"}, {}, 5, 10, ("platform:jd",)),
        ("sells other brands, too", {"traits": frozenset()}, {}, 5, 10, ("needs:only_our_brand",)),
        ("had it once", {"taken": ((date(2026, 3, 2), date(2026, 3, 4)),)}, {}, 15, 5, ("used_up:1",)),
        (
            "two heroes at once are enough",
            {"taken": ((OPENED, date(2026, 5, 1)), (OPENED, date(2026, 4, 1)))},
            {"in_all": None, "at_once": 2, "days": 92, "opened_within_days": None},
            10, 92, ("at_once:2",),
        ),
        (
            "a third when the first is over",
            {"taken": ((OPENED, date(2026, 5, 1)), (OPENED, date(2026, 4, 1)))},
            {"in_all": None, "at_once": 2, "days": 92, "opened_within_days": None},
            31, 92, ("policy:5",),
        ),
        ("every reason is told", {"platform": "jd", "traits": frozenset()}, {}, 5, 11,
         ("platform:jd", "needs:only_our_brand", "too_long:10")),
    ],
)  # fmt: skip
def test_ds_1_who_may_ask_and_why_not(_case, shop, terms, start, days, expected):
    answer = rule.eligibility(replace(TERMS, **terms), replace(SHOP, **shop), OPENED + timedelta(days=start), days)
    assert (answer.may, answer.because) == (expected[0].startswith("policy"), expected)


@pytest.mark.parametrize(
    ("_case", "cost", "terms", "expected"),
    [
        ("half of the advertising", "3000.00", {}, "1500.000"),
        ("never above the most", "20000.00", {}, "5000"),
        ("all of it where no share is named", "800.00", {"share": None}, "800.00"),
        ("no limit where none is named", "20000.00", {"most_yuan": None}, "10000.000"),
    ],
)
def test_ds_2_half_of_a_verified_cost_is_paid_back(_case, cost, terms, expected):
    assert rule.support_of(replace(TERMS, **terms), Decimal(cost)) == Decimal(expected)


def test_ds_6_a_hero_model_may_go_five_per_cent_below_the_normal_price():
    assert rule.price_of(replace(TERMS, price_share=Decimal("0.95")), Decimal("2000")) == Decimal("1900.00")
    assert rule.price_of(replace(TERMS, price_share=None), Decimal("2000")) is None


TIERS = [rule.Tier(n, Decimal(start), Decimal(share)) for n, start, share in
         ((1, "100000", "0.01"), (2, "300000", "0.015"), (3, "600000", "0.02"))]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "sales", "expected", "tier"),
    [
        ("a fen below the first tier", "99999.99", "0", "below_first_tier"),
        ("at the first tier", "100000.00", "1000.00", "tier:1:100000:0.01"),
        ("a fen below the second", "299999.99", "2999.9999", "tier:1:100000:0.01"),
        ("the share of the highest tier reached, of all sales", "300000.00", "4500.000", "tier:2:300000:0.015"),
        ("above all", "1000000.00", "20000.00", "tier:3:600000:0.02"),
        ("nothing sold", "0", "0", "below_first_tier"),
    ],
)
def test_fi_4_what_sales_earn(_case, sales, expected, tier):
    earned = rule.rebate(Decimal(sales), TIERS)
    assert (earned.amount, earned.because) == (Decimal(expected), (tier,))


@pytest.mark.parametrize(
    ("_case", "spans", "since"),
    [
        ("never", [], None),
        ("one that is in force", [("2026-03-01", None)], "2026-03-01"),
        ("renewed every year: no opening again", [("2026-01-01", None), ("2025-01-01", "2026-01-01")], "2025-01-01"),
        ("renewed early, the two overlap", [("2025-06-01", "2026-06-01"), ("2026-03-01", None)], "2025-06-01"),
        ("a break of a day: newly authorised", [("2025-01-01", "2026-01-01"), ("2026-01-02", None)], "2026-01-02"),
        ("one within another", [("2025-01-01", "2027-01-01"), ("2025-06-01", "2025-07-01")], "2025-01-01"),
        ("lapsed", [("2025-01-01", "2026-01-01")], None),
        ("the next one begins only later", [("2025-01-01", "2026-03-01"), ("2026-05-01", None)], None),
    ],
)
def test_ds_1_a_shop_is_new_only_after_a_break(_case, spans, since):
    day = date.fromisoformat
    known = [(day(start), end and day(end)) for start, end in spans]
    assert rule.authorised_since(known, day("2026-03-15")) == (since and day(since))
