"""PR-2, PR-3, KP-3: the brand days' share of sales and what their budgets paid, reproducible for a past day."""

from datetime import date
from decimal import Decimal as D

import pytest

from opsdesk.actor import SYSTEM
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import value_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from promotions.models import BrandEvent, Pot
from promotions.operations import events, live, pots
from tests import make, make_plan
from tests.make import at

pytestmark = pytest.mark.django_db


def share(day: date, period: Period = Period.MONTH):
    return value_of(BY_KEY["brand_day_share"], SYSTEM, span(period, day))


def april() -> BrandEvent:
    make_plan.year(months=range(4, 5))
    BrandEvent.objects.update(state="approved")
    event = BrandEvent.objects.get()
    live.open_many([event], by=SYSTEM, at=make_plan.AT)
    return event


def paid(number: str, yuan: int, when: str) -> None:
    moment = at(when)
    make.taken_in(
        make.seen(number, ordered_at=moment, paid_at=moment, paid_yuan=D(yuan)),
        where=make.Shop.objects.get(code="jd-pop"),
        when=moment,
    )


def test_pr_2_the_share_is_of_the_amount_paid_not_of_orders():
    april()
    assert share(date(2027, 4, 30)) is None, "a share of nothing"
    paid("1", 100, "2027-04-08 23:59")
    paid("2", 700, "2027-04-09 00:00")
    paid("3", 100, "2027-04-11 23:59")
    paid("4", 100, "2027-04-12 00:00")
    assert share(date(2027, 4, 30)) == 0, "an event that has not begun is no brand day"
    events.start_all_due(by=SYSTEM, at=at("2027-04-09 00:00"))
    assert share(date(2027, 4, 30)) == D("0.8")
    assert share(date(2027, 4, 8)) == 0
    assert share(date(2027, 12, 31), Period.YEAR) == D("0.8")


def test_kp_3_a_stop_does_not_change_what_was_counted_before_it():
    event = april()
    paid("1", 100, "2027-04-09 10:00")
    paid("2", 100, "2027-04-10 10:00")
    paid("3", 300, "2027-04-11 10:00")
    events.start_all_due(by=SYSTEM, at=at("2027-04-09 00:00"))
    before = share(date(2027, 4, 10))
    events.stop(event.pk, reason="价格录错", by=SYSTEM, at=at("2027-04-10 20:00"))
    assert share(date(2027, 4, 10)) == before == 1
    assert share(date(2027, 4, 11)) == D("0.4")


def test_pr_3_the_budget_used_counts_what_was_paid_on_its_day():
    event = april()
    pot = Pot.objects.get(purpose="cashback", owner_id=event.offers.get(kind="cashback").pk)
    for number in (1, 2):
        pots.reserve(pot.pk, D(20), source=("promotions.claim", number), at=at("2027-04-09 10:00"))
    pots.commit(pot.pk, source=("promotions.claim", 1), at=at("2027-04-15 10:00"))
    used = BY_KEY["brand_day_budget_used"]
    assert value_of(used, SYSTEM, span(Period.DAY, date(2027, 4, 9))) == D("0.00")
    assert value_of(used, SYSTEM, span(Period.DAY, date(2027, 4, 15))) == D("20.00")
