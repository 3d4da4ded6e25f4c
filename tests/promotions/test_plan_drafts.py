"""PR-14: a plan drawn up: from the standing plan, from last year, by hand; and the facts that its checker reads."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from channels.models import Platform
from opsdesk.actor import SYSTEM
from promotions.models import (
    BrandEvent,
    ClaimRule,
    EventOffer,
    ListPriceProof,
    OfferShop,
    PlanRule,
    PriceRule,
    YearPlan,
)
from promotions.operations import drafting, plans, price_rules, templates
from promotions.queries import plan_facts
from promotions.rules import plan_checks
from promotions.states.plan import EventState
from tests import make, make_plan
from tests.make_plan import AT

pytestmark = pytest.mark.django_db
LONG = timedelta(days=400)


def of_month(month: int) -> BrandEvent:
    return BrandEvent.objects.get(starts_on__month=month)


def test_pr_14_the_standing_plan_fills_the_ordinary_months_and_only_those():
    made = make_plan.generated()
    assert [event.starts_on for event in made] == [date(2027, month, 9) for month in (4, 5, 6, 7, 8)]
    april = made[0]
    hero = april.offers.get(kind="hero")
    assert (hero.price_yuan, hero.quota) == (D(2580), 300), "86 % of 2999, in whole yuan and never below"
    assert set(hero.places.values_list("shop__code", flat=True)) == set(make_plan.ORDINARY)
    flash = april.offers.get(product__code="F1")
    assert set(flash.places.values_list("shop__code", flat=True)) == {"tmall-spec", "jd-pop", "suning-pop", "gome-pop"}
    assert april.budget_yuan == D(4000 + 3000 + 1000 + 1500 + 400 + 2000)
    assert april.offers.get(kind="coupon").given_out_on == date(2027, 4, 6)
    assert templates.generate(april.plan_id, by=SYSTEM, at=AT) == []


def test_pr_14_the_next_year_begins_as_a_copy_with_its_days_moved():
    plan = make_plan.year()
    make.Shop.objects.filter(code="gome-pop").update(active=False)
    new = templates.copy_year(plan.pk, year=2028, by=SYSTEM, at=AT + LONG)
    assert (new.year, new.state, new.goal_yuan) == (2028, "draft", D(30000000))
    old, copied = of_year(2027), of_year(2028)
    assert [event.starts_on for event in copied] == [event.starts_on.replace(year=2028) for event in old]
    assert {event.state for event in copied} == {EventState.PLANNED}
    assert all(event.stock_by == event.starts_on - timedelta(days=7) for event in copied)
    assert EventOffer.objects.filter(event__plan=new).count() == EventOffer.objects.filter(event__plan=plan).count()
    assert not OfferShop.objects.filter(offer__event__plan=new, shop__code="gome-pop").exists()
    coupons = EventOffer.objects.filter(event__plan=new, kind="coupon").order_by("pk")
    assert [one.given_out_on for one in coupons] == [event.starts_on - timedelta(days=3) for event in copied]
    stops = plan_checks.stops(plan_checks.check(plan_facts.facts_of(new, at=AT + LONG)))
    assert {one.code for one in stops} == {"theme_missing", "targets_low", "launch_other_day"}, "what a new year needs"
    with pytest.raises(plans.YearTaken):
        templates.copy_year(plan.pk, year=2028, by=SYSTEM, at=AT)


def of_year(year: int) -> list[BrandEvent]:
    return list(BrandEvent.objects.filter(plan__year=year).order_by("starts_on"))


def test_pr_14_an_offer_may_be_changed_and_taken_out_of_a_draft_only():
    plan = make_plan.year()
    offer = of_month(4).offers.get(kind="phone")
    shops = tuple(offer.places.values_list("shop_id", flat=True)[:2])
    drafting.change_offer(offer.pk, drafting.OfferDraft("phone", shops, amount_yuan=D(15), quota=5), by=SYSTEM, at=AT)
    offer.refresh_from_db()
    assert (offer.amount_yuan, offer.quota, offer.places.count()) == (D(15), 5, 2)
    drafting.remove_offer(offer.pk, by=SYSTEM, at=AT)
    assert not EventOffer.objects.filter(pk=offer.pk).exists()
    other = of_month(5).offers.get(kind="phone")
    YearPlan.objects.filter(pk=plan.pk).update(state="submitted")
    with pytest.raises(drafting.NotADraft):
        drafting.remove_offer(other.pk, by=SYSTEM, at=AT)
    assert EventOffer.objects.filter(pk=other.pk).exists()


def test_pr_14_facts_cost_the_same_however_many_offers(django_assert_max_num_queries):
    plan = make_plan.year()
    with django_assert_max_num_queries(33):
        plan_facts.facts_of(plan, at=AT)


@pytest.mark.parametrize(
    ("_case", "rows", "named"),
    [
        ("a figure of planning", PlanRule.objects.filter(code="stock_days"), "stock_days"),
        ("what a claim pays", ClaimRule.objects.filter(kind="coupon"), "coupon_least"),
        ("how long a list price must stand", ListPriceProof.objects.all(), "list_days"),
        ("the depth of campaigns", PriceRule.objects.filter(code__startswith="campaign-"), "PR-4"),
        ("the amount of end-of-line models", PriceRule.objects.filter(code="end-of-line"), "PR-13"),
    ],
)
def test_pr_14_without_a_rule_the_checker_says_which_is_missing(_case, rows, named):
    plan = make_plan.year()
    rows.all().delete()
    with pytest.raises(plan_facts.RuleMissing, match=named):
        plan_facts.facts_of(plan, at=AT)


def replaced(code: str, figure: str) -> None:
    """From August 2027 another figure of a price rule holds."""
    rule = PriceRule.objects.get(code=code)
    price_rules.replace(rule.pk, figure=D(figure), valid_from=date(2027, 8, 1), by=SYSTEM, at=AT)


def test_pr_13_the_amount_of_the_price_rule_of_the_day_is_what_the_plan_is_checked_by():
    plan = make_plan.year()
    replaced("end-of-line", "1099")
    found = plan_checks.stops(plan_checks.check(plan_facts.facts_of(plan, at=AT)))
    assert [one.code for one in found] == ["tail_low"] * 5
    assert {one.numbers["event"] for one in found} == {f"{month}月品牌日" for month in range(8, 13)}
    assert {(one.rule, one.numbers["least"], one.numbers["limit"]) for one in found} == {
        ("PR-13", D("1099.00"), "尾货不低于 999 元")
    }


def test_pr_4_the_depth_of_the_price_rule_of_the_day_is_what_the_plan_is_checked_by():
    """The hero stands below 88 % of 2,999; a rule of 88 % stops it from August on, and DS-11 with it."""
    plan = make_plan.year()
    replaced("campaign-hero", "0.88")
    found = plan_checks.stops(plan_checks.check(plan_facts.facts_of(plan, at=AT)))
    deep = [one for one in found if one.code == "too_deep"]
    assert [one.numbers["event"] for one in deep] == [f"{month}月品牌日" for month in range(8, 13)]
    assert {(one.rule, one.numbers["least"], one.numbers["percent"]) for one in deep} == {("PR-4", D("2639.12"), 88)}
    assert {one.code for one in found} == {"too_deep", "below_floor"}


def test_pr_4_a_rule_for_one_platform_stops_the_offer_there_and_names_itself():
    plan = make_plan.year()
    jd = Platform.objects.get(code="jd")
    common = {"kind": "share_of_list", "figure": D("0.97"), "when": "campaign", "binds": ["own_shop"]}
    rule = PriceRule(code="jd-97", name="京东活动不低于九七折", platform=jd, valid_from=date(2027, 1, 1), **common)
    price_rules.enter(rule, by=SYSTEM, at=AT)
    found = plan_checks.stops(plan_checks.check(plan_facts.facts_of(plan, at=AT)))
    deep = [one.numbers for one in found if one.code == "too_deep"]
    assert {(one["product"], one["least"], one["limit"]) for one in deep} == {
        ("C1", D("1939.03"), "京东活动不低于九七折"),
        ("N1", D("3879.03"), "京东活动不低于九七折"),
    }


def test_pr_9_the_amount_of_a_reward_is_that_of_the_rule_of_its_claims():
    plan = make_plan.year()
    ClaimRule.objects.filter(kind="show_order").update(valid_to=date(2027, 8, 1))
    ClaimRule.objects.create(
        kind="show_order", least_yuan=D(25), most_yuan=D(50), platforms=["tmall"], days=60, valid_from=date(2027, 8, 1)
    )
    found = plan_checks.stops(plan_checks.check(plan_facts.facts_of(plan, at=AT)))
    assert [one.code for one in found] == ["not_entitled"] * 5 + ["amount_outside"] * 5
    assert {one.numbers["event"] for one in found} == {f"{month}月品牌日" for month in range(8, 13)}
