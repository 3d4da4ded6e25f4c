"""PR-8, PR-9: the budget of a brand day's offer is for its own kind, its own shops and what was paid on its days."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.urls import reverse

from opsdesk.actor import SYSTEM
from opsdesk.people.operations import ensure_roles
from promotions.models import BrandEvent, Claim, Pot, PotEntry
from promotions.operations import claims, live, pots
from promotions.queries import claims as queries
from tests import make, make_plan
from tests.make import at

pytestmark = pytest.mark.django_db
CLAIMABLE = {"cashback", "show_order", "coupon", "phone", "quick_gift"}
WITHIN = "2027-04-10 10:00"


@pytest.fixture
def pot() -> Pot:
    """The show-your-order rewards of April, at JD only."""
    make_plan.year(months=range(4, 5))
    event = BrandEvent.objects.get()
    live.open_many([event], by=SYSTEM, at=make_plan.AT)
    return Pot.objects.get(purpose="show_order")


def claimed(pot: Pot, shop: str, paid: str) -> Claim:
    moment = at(paid)
    times = {"ordered_at": moment, "paid_at": moment, "signed_at": moment}
    order = make.order(where=make.Shop.objects.get(code=shop), state="signed", **times)
    wanted = claims.Wanted(pot.pk, "show_order", D(20))
    make.policies()
    make.policy("approval", make.timedelta(hours=8), make.WorkCalendar.objects.get(code="agents"), "working_time")
    return claims.enter(order.pk, wanted, by=SYSTEM, at=at("2027-04-20 10:00"))


def test_pr_9_what_was_paid_on_the_brand_day_in_a_shop_of_the_offer_is_rewarded(pot):
    assert claimed(pot, "jd-pop", WITHIN).pot == pot


@pytest.mark.parametrize(
    ("_case", "shop", "paid", "why"),
    [
        ("tmall may reward by the rule, but this offer holds at JD", "tmall-flagship", WITHIN, "other_shop"),
        ("a second before it opened", "jd-pop", "2027-04-08 23:59:59", "other_days"),
        ("when it had closed", "jd-pop", "2027-04-12 00:00", "other_days"),
    ],
)
def test_pr_8_a_budget_is_only_for_its_own_brand_day_and_shops(pot, _case, shop, paid, why):
    with pytest.raises(claims.MayNotClaim) as refused:
        claimed(pot, shop, paid)
    assert refused.value.facts["why"] == queries.why_not(why)
    assert not Claim.objects.exists() and not PotEntry.objects.exists()


@pytest.mark.parametrize(
    ("_case", "purpose"),
    [
        ("an offer of the same brand day", "cashback"),
        ("the auctions of that brand day", "auction"),
        ("the brand day's own, beside quota, shops, days and share of its offer", "event"),
    ],
)
def test_pr_8_the_budget_of_one_kind_does_not_pay_another(pot, _case, purpose):
    other = Pot.objects.get(purpose=purpose)
    with pytest.raises(claims.MayNotClaim) as refused:
        claimed(other, "jd-pop", WITHIN)
    assert refused.value.facts["why"] == queries.why_not("other_kind")
    assert not Claim.objects.exists() and not PotEntry.objects.exists()


def opened(owner: Any, purpose: str) -> Pot:
    return pots.open_pot(owner, purpose, f"{owner} {purpose}", limits=(D(1000), 50), by=SYSTEM, at=make_plan.AT)


def test_pr_9_a_brand_day_pays_rewards_through_its_offers_whatever_its_own_budget_is_called(pot):
    own = opened(BrandEvent.objects.get(), "show_order")
    with pytest.raises(claims.MayNotClaim):
        claimed(own, "jd-pop", WITHIN)


def test_pr_8_a_budget_of_a_shop_pays_its_own_purpose_on_any_day(pot):
    own = opened(make.Shop.objects.get(code="jd-pop"), "show_order")
    assert claimed(own, "jd-pop", "2027-04-15 10:00").pot == own


def test_pr_8_a_budget_of_a_shop_pays_nothing_else(pot):
    with pytest.raises(claims.MayNotClaim) as refused:
        claimed(opened(make.Shop.objects.get(code="jd-pop"), "auction"), "jd-pop", WITHIN)
    assert refused.value.facts["why"] == queries.why_not("other_kind")


def test_pr_8_the_forms_offer_only_budgets_that_fit_and_still_promise_something(pot, client):
    ensure_roles()
    by_purpose = {row.purpose: row for row in Pot.objects.all()}
    assert set(by_purpose) > CLAIMABLE | {"event", "draw", "auction"}
    own, shut = (opened(make.Shop.objects.get(code=code), "coupon") for code in ("jd-pop", "tb-dis"))
    pots.shut_many([("channels.shop", shut.owner_id)], reason="停用", by=SYSTEM, at=make_plan.AT)

    def offered(name: str, role: str) -> set[Pot]:
        client.force_login(make.in_role(f"{name}-{role}", role, company=True))
        return set(client.get(reverse(name)).context["form"].fields["pot"].queryset)

    assert offered("claims", "customer_service") == {own, *(by_purpose[name] for name in CLAIMABLE)}
    assert offered("draw_new", "promotion_planner") == {by_purpose["draw"]}
    assert offered("auction_new", "promotion_planner") == {by_purpose["auction"]}
