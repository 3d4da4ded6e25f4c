"""PR-8, PR-9: the budget of a brand day's offer is for its own kind, its own shops and what was paid on its days."""

from decimal import Decimal as D

import pytest

from opsdesk.actor import SYSTEM
from promotions.models import BrandEvent, Claim, Pot, PotEntry
from promotions.operations import claims, live
from promotions.queries import claims as queries
from tests import make, make_plan
from tests.make import at

pytestmark = pytest.mark.django_db
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


def test_pr_8_the_budget_of_one_kind_does_not_pay_another(pot):
    other = Pot.objects.get(purpose="cashback")
    with pytest.raises(claims.MayNotClaim) as refused:
        claimed(other, "jd-pop", WITHIN)
    assert refused.value.facts["why"] == queries.why_not("other_kind")
