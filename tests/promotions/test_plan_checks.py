"""PR-1 … PR-17: the handbook's year passes; seeded bad plans are stopped for the right rule with the right numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import transaction

from promotions.queries import plan_facts
from promotions.rules import plan_checks
from promotions.rules.nets import CutRow
from promotions.rules.peak import FieldFacts, Peak, days_of, peak
from promotions.rules.plan import GrantFacts, PlanFacts
from promotions.states import findings as sentences
from tests import make_plan

pytestmark = pytest.mark.django_db  # what pytest-django makes a database for; only `good` reads it


@pytest.fixture(scope="module")
def good(django_db_setup, django_db_blocker) -> PlanFacts:
    """The handbook's year as facts, read from the database once."""
    with django_db_blocker.unblock(), transaction.atomic():
        facts = plan_facts.facts_of(make_plan.year(), at=make_plan.AT)
        transaction.set_rollback(True)
    return facts


def event(plan: PlanFacts, month: int, **changes: object) -> PlanFacts:
    return replace(plan, events=tuple(replace(e, **changes) if e.starts_on.month == month else e for e in plan.events))


def offer(plan: PlanFacts, month: int, kind: str, **changes: object) -> PlanFacts:
    """Change the first offer of a kind in a month."""
    [of] = [one for one in plan.events if one.starts_on.month == month]
    first = of.of(kind)[0]
    offers = tuple(replace(o, **changes) if o is first else o for o in of.offers)
    return event(plan, month, offers=offers)


def without(plan: PlanFacts, month: int, kind: str) -> PlanFacts:
    [of] = [one for one in plan.events if one.starts_on.month == month]
    first = of.of(kind)[0]
    return event(plan, month, offers=tuple(o for o in of.offers if o is not first))


def more(plan: PlanFacts, month: int, like: str, **changes: object) -> PlanFacts:
    """Add a copy of the first offer of a kind, changed."""
    [of] = [one for one in plan.events if one.starts_on.month == month]
    return event(plan, month, offers=(*of.offers, replace(of.of(like)[0], id=999, **changes)))


def plain(plan: PlanFacts) -> PlanFacts:
    """April with nothing on top of the prices of heroes and ordinary models."""
    return offer(without(without(plan, 4, "phone"), 4, "coupon"), 4, "quick_gift", product_id=77)


def shop(plan: PlanFacts, name: str):
    return next(one for one in plan.shops if one.name == name)


def field(can: int, *, usual: int = 0, unknown: int = 0) -> FieldFacts:
    """The days after April's brand day, on each of which so many may be installed."""
    return FieldFacts(dict.fromkeys(days_of(date(2027, 4, 9), 3, 3, 10), can), 4, unknown, usual, 3)


def test_pr_14_the_handbooks_own_year_passes_with_its_numbers(good):
    found = plan_checks.check(good)
    assert plan_checks.stops(found) == []
    passed = {one.check: one.numbers for one in found if one.level == "pass"}
    assert passed["flash_models"] == {"found": 26, "wanted": 26}
    assert passed["months"] == {"events": 9, "months": 9}
    assert passed["goal"] == {"goal": D(30000000), "targets": D(30000000), "share": D("50.0")}
    assert passed["budget"] == {"budget": D(300000), "most": D(300000), "spread": D(290000)}
    assert passed["trials"] == {"found": 18, "most": 20}
    assert passed["depth"]["lowest"] == D("87.3")
    assert passed["cashback"] == {"quota": 5 * 200 + 4 * 500}
    assert passed["festivals"] == {"found": 4, "wanted": 4}
    assert passed["volume"] == {"planned": D(5 * 12900 + 4 * 18900), "double": D(2 * (5 * 12900 + 4 * 18900))}
    assert [one.code for one in plan_checks.warnings(found)] == ["capacity_unknown"]


BAD = {
    "only four models at half price in a festival that needs four, and one is taken away": (
        lambda p: without(p, 11, "flash"),
        ("PR-5", "flash_count", {"found": 3, "wanted": 4}),
    ),
    "25 instead of 26 half-price models in the year": (
        lambda p: without(p, 5, "flash"),
        ("PR-5", "flash_year", {"found": 25, "wanted": 26}),
    ),
    "more than half of the promotion budget": (
        lambda p: replace(p, budget=D(300001)),
        ("PR-3", "budget_high", {"budget": D(300001), "most": D("300000.00"), "share": D("50.0")}),
    ),
    "the brand days together get more than there is": (
        lambda p: event(p, 4, budget=D(36001)),
        ("PR-3", "events_over_budget", {"spread": D(300001), "budget": D(300000), "over": D(1)}),
    ),
    "one brand day takes a third of the year": (
        lambda p: event(p, 4, budget=D(100000)),
        ("PR-3", "one_takes_all", {"budget": D(100000), "most": D("90000.00")}),
    ),
    "an offer costs more than it has": (
        lambda p: offer(p, 6, "cashback", budget=D(3999)),
        ("PR-3", "offer_over_budget", {"cost": D("4000.00"), "budget": D(3999)}),
    ),
    "a hero one yuan below 85 %": (
        lambda p: offer(p, 4, "hero", price=D(2549)),
        ("PR-4", "too_deep", {"price": D(2549), "least": D("2549.15"), "percent": 85}),
    ),
    "an ordinary model below 90 %": (
        lambda p: offer(p, 4, "cut", price=D(1799)),
        ("PR-4", "too_deep", {"price": D(1799), "least": D("1799.10"), "percent": 90}),
    ),
    "a model called a hero that is none": (
        lambda p: offer(p, 7, "hero", hero=False),
        ("PR-4", "not_a_hero", {"product": "H1"}),
    ),
    "two prices for one model in one shop": (
        lambda p: more(p, 8, "cut", kind="tail", price=D(1899)),
        ("PR-4", "offered_twice", {"product": "C1", "other": "cut"}),
    ),
    "half price in the Tmall flagship, which is not entitled": (
        lambda p: offer(p, 4, "flash", shops=(shop(p, "tmall-flagship"),)),
        ("PR-5", "not_entitled", {"shop": "tmall-flagship", "platform": "tmall", "mode": "flagship"}),
    ),
    "less than half price": (
        lambda p: offer(p, 4, "flash", price=D(1049)),
        ("PR-5", "flash_low", {"price": D(1049), "half": D("1050.00")}),
    ),
    "21 free trials in the year": (
        lambda p: offer(p, 12, "trial", quota=5, stock_need=5),
        ("PR-6", "trials_many", {"found": 21, "most": 20}),
    ),
    "free trials at Suning": (
        lambda p: offer(p, 4, "trial", shops=(shop(p, "suning-pop"),)),
        ("PR-5", "not_entitled", {"kind": "trial", "platform": "suning"}),
    ),
    "free trials in three shops": (
        lambda p: offer(p, 4, "trial", shops=p.shops[:3]),
        ("PR-6", "trial_shops", {"found": 3, "most": 2}),
    ),
    "a free trial of an ordinary model": (
        lambda p: offer(p, 4, "trial", hero=False),
        ("PR-6", "trial_model", {"product": "H1"}),
    ),
    "a new model on the twentieth": (
        lambda p: replace(p, launches=((7, "N2", date(2027, 7, 20)),)),
        ("PR-7", "launch_outside", {"product": "N2", "day": date(2027, 7, 20)}),
    ),
    "cash-back of 31 yuan": (
        lambda p: offer(p, 4, "cashback", amount=D(31), budget=D(6200)),
        ("PR-8", "amount_outside", {"amount": D(31), "least": 20, "most": 30}),
    ),
    "cash-back for 501 customers in a festival": (
        lambda p: offer(p, 9, "cashback", quota=501, budget=D(10020)),
        ("PR-8", "cashback_many", {"found": 501, "most": 500}),
    ),
    "a reward of nine yuan for showing one's order": (
        lambda p: offer(p, 4, "show_order", amount=D(9)),
        ("PR-9", "amount_outside", {"amount": D(9), "least": 10, "most": 50}),
    ),
    "coupons handed out on the first day": (
        lambda p: offer(p, 4, "coupon", given_out_on=date(2027, 4, 9)),
        ("PR-10", "coupon_late", {"day": date(2027, 4, 9), "starts_on": date(2027, 4, 9)}),
    ),
    "a coupon of 60 yuan": (
        lambda p: offer(p, 4, "coupon", amount=D(60), budget=D(6000)),
        ("PR-10", "amount_outside", {"amount": D(60), "most": 50}),
    ),
    "25 yuan off for ordering by phone": (
        lambda p: offer(p, 4, "phone", amount=D(25), budget=D(2500)),
        ("PR-11", "amount_outside", {"amount": D(25), "least": 10, "most": 20}),
    ),
    "no lucky draw": (
        lambda p: without(p, 8, "draw"),
        ("PR-12", "kind_missing", {"kind": "draw"}),
    ),
    "an end-of-line model for 998 yuan": (
        lambda p: offer(p, 4, "tail", price=D(998)),
        ("PR-13", "tail_low", {"price": D(998), "least": D("999.00")}),
    ),
    "no theme": (lambda p: event(p, 5, theme=" "), ("PR-14", "theme_missing", {"event": "5月品牌日"})),
    "a festival without an application of its own": (
        lambda p: event(p, 11, own_application=False),
        ("PR-14", "application_needed", {"festival": "double_11"}),
    ),
    "October without its festival": (
        lambda p: event(p, 10, festival="", own_application=False),
        ("PR-14", "festival_wrong", {"festival": "", "wanted": "national_day"}),
    ),
    "JD without a target": (
        lambda p: event(p, 4, targets=tuple((s, D(0) if s.platform == "jd" else t) for s, t in p.events[0].targets)),
        ("PR-15", "lead_missing", {"platform": "jd"}),
    ),
    "a list price raised three weeks before": (
        lambda p: offer(p, 4, "hero", list_since=date(2027, 3, 19), list_before=D(2599)),
        ("PR-16", "raised_first", {"before": D(2599), "list_price": D("2999.00"), "day": date(2027, 3, 19)}),
    ),
    "stock settled six days before": (
        lambda p: event(p, 4, stock_by=date(2027, 4, 3)),
        ("PR-17", "stock_late", {"latest": date(2027, 4, 2), "days": 7}),
    ),
    "less stock than promised": (
        lambda p: offer(p, 4, "hero", stock_need=299),
        ("PR-17", "stock_short", {"stock": 299, "quota": 300}),
    ),
    "begins on the eighth": (
        lambda p: event(p, 4, starts_on=date(2027, 4, 8)),
        ("PR-1", "wrong_days", {"starts_on": date(2027, 4, 8), "first_day": 9}),
    ),
    "three days longer": (
        lambda p: event(p, 12, extra_days=3),
        ("PR-1", "too_long", {"extra": 3, "most": 2}),
    ),
    "July without a brand day": (
        lambda p: replace(p, events=tuple(e for e in p.events if e.starts_on.month != 7)),
        ("PR-1", "month_missing", {"month": 7}),
    ),
    "a shop left out": (
        lambda p: event(p, 4, targets=p.events[0].targets[:-1]),
        ("PR-1", "shops_missing", {"missing": 1}),
    ),
    "a goal below half of the year": (
        lambda p: replace(p, goal=D(29999999)),
        ("PR-2", "goal_low", {"goal": D(29999999), "least": D("30000000.00")}),
    ),
    "targets that do not add up to the goal": (
        lambda p: replace(p, goal=D(31000000)),
        ("PR-2", "targets_low", {"gap": D(1000000)}),
    ),
    "a hero at exactly 85 %, and then a phone discount and a gift": (
        lambda p: offer(p, 4, "hero", price=D("2549.15")),
        ("DS-11", "below_floor", {"net": D("2509.15"), "floor": D("2549.15")}),
    ),
    "below the floor with a coupon of 30, a phone discount of 10 and a gift of 30": (
        lambda p: offer(p, 4, "cut", floors={one.id: D("1849.01") for one in p.shops}),
        ("DS-11", "below_floor", {"net": D("1849.00"), "floor": D("1849.01")}),
    ),
    "below the floor with 20 off for each full 300 across shops": (
        lambda p: more(p, 4, "phone", kind="cross_shop", product_id=None, amount=D(20), per=D(300)),
        ("DS-11", "below_floor", {"product": "H1", "net": D("2419.00"), "floor": D("2549.15")}),
    ),
    "below the floor with a coupon that a shop gives anyway": (
        lambda p: offer(p, 4, "cut", standing={p.shops[0].id: (CutRow("coupon", "店铺券", D(100)),)}),
        ("DS-11", "below_floor", {"net": D("1749.00"), "floor": D("1799.10"), "shops": "tmall-flagship"}),
    ),
    "an ordinary model as an end-of-line one": (
        lambda p: offer(p, 4, "tail", tail=False),
        ("PR-13", "not_a_tail", {"product": "T1", "day": date(2027, 4, 9)}),
    ),
    "an end-of-line model at half price": (
        lambda p: offer(p, 4, "flash", tail=True, price=D(998), leasts=p.events[0].of("tail")[0].leasts),
        ("PR-13", "tail_low", {"price": D(998), "least": D("999.00")}),
    ),
    "more than can be installed in ten days": (
        lambda p: event(p, 4, field=field(50, usual=3)),
        (
            "AS-1",
            "capacity_far",
            {"sold": 572, "planned": 194, "can": 50, "day": date(2027, 4, 15), "late": 431, "left": 8},
        ),
    ),
}


@pytest.mark.parametrize("_case", BAD)
def test_pr_14_a_bad_plan_is_stopped_for_its_rule_with_its_numbers(_case, good):
    """PR-1, PR-2, PR-3, PR-4, PR-5, PR-6, PR-7, PR-8, PR-9, PR-10, PR-11, PR-12, PR-13, PR-15, PR-16 and PR-17: each
    has a plan of its own that breaks it, and nothing else is blamed for it."""
    change, (rule, code, numbers) = BAD[_case]
    found = [one for one in plan_checks.stops(plan_checks.check(change(good))) if one.code == code]
    assert {one.rule for one in found} == {rule}, f"{code} was not found"
    assert {name: found[0].numbers[name] for name in numbers} == numbers
    assert str(sentences.PROBLEMS[code]).format_map(found[0].numbers)


GOOD = {
    "a hero at exactly 85 %": lambda p: offer(plain(p), 4, "hero", price=D("2549.15")),
    "an ordinary model at exactly 90 %": lambda p: offer(plain(p), 4, "cut", price=D("1799.10")),
    "exactly half of the promotion budget": lambda p: replace(p, budget=D(300000)),
    "20 free trials": lambda p: offer(p, 12, "trial", quota=4, stock_need=4),
    "free trials in two shops": lambda p: offer(p, 4, "trial", shops=(p.shops[1], p.shops[2]), product_id=77),
    "cash-back of 30 yuan": lambda p: offer(p, 4, "cashback", amount=D(30), budget=D(6000)),
    "an end-of-line model for 999 yuan": lambda p: offer(p, 4, "tail", price=D(999)),
    "coupons given out the day before": lambda p: offer(p, 4, "coupon", given_out_on=date(2027, 4, 8)),
    "two days longer": lambda p: event(p, 12, extra_days=2),
    "stock settled seven days before": lambda p: event(p, 4, stock_by=date(2027, 4, 2)),
    "a list price of thirty days": lambda p: offer(p, 4, "hero", list_since=date(2027, 3, 10), list_before=D(2599)),
    "a list price that was lowered": lambda p: offer(p, 4, "hero", list_since=date(2027, 4, 1), list_before=D(3999)),
    "a new model on the second day": lambda p: replace(p, launches=((7, "N2", date(2027, 7, 10)),)),
    "exactly at the floor": lambda p: offer(p, 4, "cut", floors={one.id: D("1849.00") for one in p.shops}),
    "half price, with whatever a brand day gives besides": lambda p: offer(p, 4, "phone", amount=D(20), budget=D(2000)),
    "as much as can be installed": lambda p: event(p, 4, field=field(115)),
    "late by far, but of some installers nobody knows": lambda p: event(p, 4, field=field(50, usual=3, unknown=2)),
}


@pytest.mark.parametrize("_case", GOOD)
def test_pr_14_what_just_holds_passes(_case, good):
    assert plan_checks.stops(plan_checks.check(GOOD[_case](good))) == []


def promise(product_id: int) -> GrantFacts:
    return GrantFacts(5, product_id, None, D(1), date(2027, 4, 11), date(2027, 5, 1))


def raised(targets, platform: str):
    return tuple((shop, target * (40 if shop.platform == platform else 1)) for shop, target in targets)


WARNED = {
    "what another promise allows at the same time": (
        lambda p: replace(p, grants=(promise(p.events[0].of("hero")[0].product_id),)),
        "other_promise",
    ),
    "three auctions a month": (lambda p: offer(p, 4, "auction", quota=3), "auctions_few"),
    "the same theme twice": (lambda p: event(p, 4, theme=p.events[1].theme), "theme_twice"),
    "a list price that nobody has paid lately": (lambda p: offer(p, 4, "hero", best_sold=D(2800)), "never_charged"),
    "Suning above Tmall and JD": (
        lambda p: event(p, 4, targets=raised(p.events[0].targets, "suning")),
        "parts_reversed",
    ),
    "a rewarded order in five and one more at Tmall": (
        lambda p: more(p, 4, "show_order", shops=p.shops[:1], quota=26, budget=D(520)),
        "show_order_share",
    ),
    "below the floor once cash-back and a reward at JD are paid back": (
        lambda p: offer(p, 4, "cut", floors={one.id: D("1809.01") for one in p.shops}),
        "below_floor_after",
    ),
    "a shop in which no price rule says how low": (lambda p: offer(p, 4, "hero", depths={}), "no_limit"),
    "two late on the sixth day": (lambda p: event(p, 4, field=field(114)), "capacity_short"),
    "late by what is known": (lambda p: event(p, 4, field=field(114, unknown=1)), "capacity_partly"),
    "one day of which nobody knows": (
        lambda p: event(p, 4, field=replace(field(200), days={**field(200).days, date(2027, 4, 14): None})),
        "capacity_unknown",
    ),
    "no deadline in force": (lambda p: event(p, 4, field=replace(field(200), within=None)), "deadline_unknown"),
}  # fmt: skip


@pytest.mark.parametrize("_case", WARNED)
def test_pr_14_what_somebody_should_look_at_is_a_warning(_case, good):
    change, code = WARNED[_case]
    assert code in {one.code for one in plan_checks.warnings(plan_checks.check(change(good)))}


@pytest.mark.parametrize(
    ("_case", "pieces", "can", "usual", "expected"),
    [
        ("all in time to the last place", 572, 115, 0, Peak(191, 115, None, 0, 0)),
        ("one fewer a day and two are late", 572, 114, 0, Peak(191, 114, date(2027, 4, 17), 2, 0)),
        ("ordinary orders come first", 30, 13, 3, Peak(13, 13, None, 0, 0)),
        ("nobody works", 3, 0, 0, Peak(1, 0, date(2027, 4, 15), 3, 3)),
    ],
)
def test_as_1_what_is_sold_is_spread_over_the_days_and_installed_by_deadline(_case, pieces, can, usual, expected):
    assert peak(pieces, 3, field(can, usual=usual)) == expected


def test_as_1_on_rest_days_nobody_goes_and_the_rest_is_late():
    days = {**field(20).days, date(2027, 4, 13): 0, date(2027, 4, 14): 0}
    assert peak(90, 3, replace(field(20), days=days)) == Peak(30, 20, date(2027, 4, 15), 10 + 20 + 30, 0)


def test_pr_9_the_planned_share_of_a_platform_is_compared_with_its_dated_row(good):
    just = more(good, 4, "show_order", shops=good.shops[:1], quota=25, budget=D(500))
    assert "show_order_share" not in {one.code for one in plan_checks.warnings(plan_checks.check(just))}
    beyond = more(good, 4, "show_order", shops=good.shops[:1], quota=26, budget=D(520))
    [found] = [one for one in plan_checks.warnings(plan_checks.check(beyond)) if one.code == "show_order_share"]
    assert (found.rule, found.row[0]) == ("PR-9", "event")
    assert {name: found.numbers[name] for name in ("platform", "percent", "most")} == {
        "platform": "tmall", "percent": D("20.6"), "most": D("20.0"),
    }  # fmt: skip


def test_pr_14_every_check_and_every_problem_has_a_sentence():
    import ast
    from pathlib import Path

    folder = Path(plan_checks.__file__).parent
    codes = {
        node.args[0].value
        for path in folder.glob("checks_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("stop", "warn")
    }
    assert codes == set(sentences.PROBLEMS)
    assert {name for _rule, name, _run in plan_checks.CHECKS} == set(sentences.CHECKS)
