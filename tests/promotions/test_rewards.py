"""PR-9: the rewards of a brand day, mostly at JD, to a small part at Tmall: claimed, shown and kept in the review."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from opsdesk.actor import SYSTEM
from opsdesk.people.operations import ensure_roles
from promotions.models import BrandEvent, Claim, EventReview, Pot
from promotions.operations import claims, drafting, events, live
from promotions.operations.drafting import OfferDraft
from promotions.queries import rewards
from promotions.queries.rewards import Part
from tests import make, make_plan
from tests.make import at

pytestmark = pytest.mark.django_db
NOW = at("2027-04-10 12:00")


def april() -> BrandEvent:
    return BrandEvent.objects.get(starts_on__month=4)


def running() -> BrandEvent:
    """April's brand day has begun; beside JD's hundred rewards Tmall has an offer of its own, of fifty."""
    ensure_roles()
    always = make.WorkCalendar.objects.create(code="always", name="a", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", make.timedelta(hours=8), always, make.Counting.WORKING_TIME)
    make_plan.year(months=range(4, 5))
    tmall = OfferDraft("show_order", (make.Shop.objects.get(code="tmall-flagship").pk,), amount_yuan=D(20), quota=50,
                       budget_yuan=D(1000))  # fmt: skip
    drafting.write_offers(april(), [tmall])
    BrandEvent.objects.update(state="approved")
    live.open_many([april()], by=SYSTEM, at=make_plan.AT)
    events.start_all_due(by=SYSTEM, at=at("2027-04-09 00:00"))
    return april()


def show(number: str, shop: str, pot: Pot) -> Claim:
    where = make.Shop.objects.get(code=shop)
    order = make.signed_order(number, where=where, paid_at=NOW, signed_at=NOW)
    return claims.enter(order.pk, claims.Wanted(pot.pk, "show_order", D(20)), by=SYSTEM, at=NOW)


def test_pr_9_the_part_of_a_platform_is_of_all_rewards_of_the_event_whatever_pot_they_are_of(client):
    event = running()
    jd, tmall = Pot.objects.filter(purpose="show_order").order_by("pk")
    assert (jd.limit_count, tmall.limit_count) == (100, 50), "a fifth of a hundred and fifty is thirty"
    for number in range(30):
        show(f"t{number}", "tmall-flagship", tmall)
    with pytest.raises(claims.MayNotClaim):
        show("t30", "tmall-flagship", tmall)
    for number in range(10):
        show(f"j{number}", "jd-pop", jd)
    names = {"jd": make.platform("jd").name, "tmall": make.platform("tmall").name}
    expected = [
        Part("show_order", names["jd"], 10, D(200), 25, None),
        Part("show_order", names["tmall"], 30, D(600), 75, 30),
    ]
    assert rewards.parts_of(event) == expected
    client.force_login(make.in_role("p", "promotion_planner", company=True))
    shown = client.get(reverse("brand_day", args=[event.pk])).content.decode()
    assert 'id="rewards"' in shown and "75 %" in shown
    events.end_all_due(by=SYSTEM, at=at("2027-04-12 00:00"))
    events.review(event.pk, lessons="京东晒单再推", by=SYSTEM, at=at("2027-04-13 09:00"))
    Claim.objects.update(state="reversed")
    assert rewards.thawed(EventReview.objects.get().rewards) == expected, "frozen"
    assert "75 %" in client.get(reverse("brand_day", args=[event.pk])).content.decode()


def test_pr_9_without_a_share_in_force_nothing_is_divided():
    event = running()
    rewards.ClaimShare.objects.all().delete()
    assert rewards.parts_of(event) == []
    show("1", "tmall-flagship", Pot.objects.filter(purpose="show_order").order_by("pk").last())
