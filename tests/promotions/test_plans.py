"""PR-1 … PR-19: a year of brand days drawn up, checked, approved, run by a simulated clock, stopped, reviewed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils.module_loading import import_string

from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, Limit, SecondSignature
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, WorkCalendar
from promotions.models import (
    BrandEvent,
    EventOffer,
    EventReview,
    Pot,
    PriceGrant,
    ShopTarget,
    YearPlan,
)
from promotions.operations import drafting, events, plans, pots
from promotions.queries import event_sales
from tests import make, make_plan
from tests.make import at
from tests.make_plan import AT

pytestmark = pytest.mark.django_db
LONG = timedelta(days=400)


def office(year: int = 2027) -> None:
    """Roles, the clock of approvals, and who signs plans and festivals, as the product is delivered."""
    import json

    ensure_roles()
    make_plan.rules()
    always = WorkCalendar.objects.create(code="always", name="always", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", timedelta(hours=8), always, Counting.WORKING_TIME)
    data = json.loads(make_plan.DATA.read_text(encoding="utf-8"))
    for kind, role, alone, sign in data["limits"]:
        Limit.objects.create(kind=kind, role=role, alone_yuan=alone, sign_yuan=sign, valid_from=make.LONG_AGO)
    for kind, above in data["second_signatures"]:
        SecondSignature.objects.create(kind=kind, above_yuan=above, valid_from=make.LONG_AGO)


def somebody(role: str):
    person = make.User.objects.filter(username=role).first() or make.in_role(role, role, company=True)
    return actor_of(person, door="test")


def submitted(when=AT) -> YearPlan:
    office()
    planner = somebody("promotion_planner")
    plan = make_plan.year(by=planner)
    return plans.submit(plan.pk, reason="2027年度品牌日方案", by=planner, at=when)


def approved(when=AT) -> YearPlan:
    plan = submitted(when)
    waiting = Approval.objects.get(kind="plan")
    approvals.sign(waiting.pk, by=somebody("ecommerce_head"), at=when)
    approvals.sign(waiting.pk, by=somebody("general_manager"), at=when)
    return YearPlan.objects.get(pk=plan.pk)


def of_month(month: int) -> BrandEvent:
    return BrandEvent.objects.get(starts_on__month=month)


def sell(number: str, shop: str, yuan: int, when: str, **fields: object) -> None:
    """An order of a shop through the intake."""
    moment = at(when)
    make.taken_in(
        make.seen(number, ordered_at=moment, paid_at=moment, paid_yuan=D(yuan), **fields),
        where=make.Shop.objects.get(code=shop),
        when=moment,
    )


def run(moment: str) -> tuple[int, int]:
    when = at(moment)
    return events.start_all_due(by=SYSTEM, at=when), events.end_all_due(by=SYSTEM, at=when)


def test_pr_14_a_plan_that_breaks_a_rule_is_not_submitted():
    office()
    planner = somebody("promotion_planner")
    plan = make_plan.year(by=planner)
    EventOffer.objects.filter(kind="tail").update(price_yuan=D(998))
    with pytest.raises(plans.HasStops) as why:
        plans.submit(plan.pk, reason="方案", by=planner, at=AT)
    assert (why.value.facts["count"], why.value.facts["rules"]) == (9, "PR-13")
    assert YearPlan.objects.get().state == "draft"
    assert not Approval.objects.exists()


def test_pr_14_the_head_and_the_general_manager_sign_the_year_and_what_is_ordinary_is_approved_with_it():
    plan = submitted()
    [waiting] = Approval.objects.all()
    assert (plan.state, waiting.kind, waiting.signatures_needed, waiting.amount_yuan) == (
        "submitted",
        "plan",
        2,
        D(300000),
    )
    approvals.sign(waiting.pk, by=somebody("ecommerce_head"), at=AT)
    assert YearPlan.objects.get().state == "submitted"
    assert not Pot.objects.exists()
    approvals.sign(waiting.pk, by=somebody("general_manager"), at=AT)
    plan = YearPlan.objects.get()
    assert (plan.state, plan.approved_at) == ("approved", AT)
    states = dict(BrandEvent.objects.values_list("starts_on__month", "state"))
    assert {month for month, state in states.items() if state == "approved"} == {4, 5, 6, 7, 8}
    assert {month for month, state in states.items() if state == "planned"} == {9, 10, 11, 12}
    with pytest.raises(drafting.NotADraft):
        drafting.add_event(plan.pk, make_plan.event_draft(4), by=somebody("promotion_planner"), at=AT)


def test_pr_3_approval_opens_a_pot_for_each_event_and_offer_with_its_limits():
    approved()
    event = of_month(4)
    cash = event.offers.get(kind="cashback")
    pot = Pot.objects.get(owner_type="promotions.eventoffer", owner_id=cash.pk)
    assert (pot.purpose, pot.limit_yuan, pot.limit_count) == ("cashback", D(4000), 200)
    whole = Pot.objects.get(owner_type="promotions.brandevent", owner_id=event.pk)
    assert (whole.limit_yuan, whole.limit_count) == (D(26000), None)
    hero = event.offers.get(kind="hero")
    assert Pot.objects.get(owner_type="promotions.eventoffer", owner_id=hero.pk).limit_yuan is None
    assert Pot.objects.filter(owner_type="promotions.brandevent").count() == 5


def test_ds_11_approval_gives_the_prices_of_the_event_to_its_shops_for_its_days_only():
    approved()
    event = of_month(4)
    flash = event.offers.get(kind="flash", product__code="F1")
    grants = PriceGrant.objects.filter(source_type="promotions.eventoffer", source_id=flash.pk)
    assert set(grants.values_list("shop__code", flat=True)) == {"tmall-spec", "jd-pop", "suning-pop", "gome-pop"}
    assert {(row.kind, row.price_yuan) for row in grants} == {("flash", D(1050))}
    assert {(row.starts_at, row.ends_at) for row in grants} == {(at("2027-04-09 00:00"), at("2027-04-12 00:00"))}
    assert not PriceGrant.objects.filter(starts_at__gte=at("2027-09-01 00:00")).exists(), "no festival yet"


def test_pr_14_a_refusal_sends_the_plan_back_with_the_reason_and_it_may_be_submitted_again():
    plan = submitted()
    approvals.refuse(Approval.objects.get().pk, reason="11月目标太低", by=somebody("ecommerce_head"), at=AT)
    plan = YearPlan.objects.get()
    assert (plan.state, plan.reason) == ("returned", "11月目标太低")
    assert set(BrandEvent.objects.values_list("state", flat=True)) == {"planned"}
    planner = somebody("promotion_planner")
    drafting.change_event(
        of_month(11).pk, replace(make_plan.event_draft(11), theme="双11，到家才算数"), by=planner, at=AT
    )
    assert plans.submit(plan.pk, reason="已调整", by=planner, at=AT).state == "submitted"


def test_pr_14_only_who_plans_may_submit_and_nobody_approves_his_own():
    plan = submitted()
    with pytest.raises(NotAllowed):
        plans.submit(plan.pk, reason="x", by=somebody("warehouse"), at=AT)
    with pytest.raises(NotAllowed):
        approvals.sign(Approval.objects.get().pk, by=somebody("promotion_planner"), at=AT)
    partner = make.actor("stranger", "promotions.plan_yearplan")
    with pytest.raises(NotFound):
        plans.submit(plan.pk, reason="x", by=partner, at=AT)


def test_pr_14_a_festival_needs_an_application_of_its_own_after_the_year_is_approved():
    submitted()
    planner, event = somebody("promotion_planner"), of_month(9)
    with pytest.raises(events.PlanFirst):
        events.apply(event.pk, reason="店庆申请", by=planner, at=AT)
    waiting = Approval.objects.get(kind="plan")
    for role in ("ecommerce_head", "general_manager"):
        approvals.sign(waiting.pk, by=somebody(role), at=AT)
    with pytest.raises(events.NotAppliedFor):
        BrandEvent.objects.filter(starts_on__month=4).update(state="planned")
        events.apply(of_month(4).pk, reason="普通场次", by=planner, at=AT)
    events.apply(event.pk, reason="店庆申请：九周年主会场", by=planner, at=AT)
    asked = Approval.objects.get(kind="festival")
    assert (asked.state, asked.amount_yuan) == ("waiting", D(40000))
    approvals.sign(asked.pk, by=somebody("ecommerce_head"), at=AT)
    event = of_month(9)
    assert (event.state, event.application) == ("approved", "店庆申请：九周年主会场")
    assert Pot.objects.filter(owner_type="promotions.brandevent", owner_id=event.pk).exists()
    with pytest.raises(WrongState):
        events.apply(event.pk, reason="再申请", by=planner, at=AT)


def test_pr_14_a_festival_refused_may_be_applied_for_again_and_one_never_approved_does_not_take_place():
    approved()
    planner, event = somebody("promotion_planner"), of_month(9)
    events.apply(event.pk, reason="第一次", by=planner, at=AT)
    approvals.refuse(Approval.objects.get(kind="festival").pk, reason="预算不明", by=somebody("ecommerce_head"), at=AT)
    assert of_month(9).state == "planned"
    events.apply(event.pk, reason="第二次", by=planner, at=AT)
    run("2027-09-12 00:00")
    assert of_month(9).state == "dropped"
    assert set(Approval.objects.filter(kind="festival").values_list("state", flat=True)) == {"refused", "withdrawn"}


def test_pr_1_an_event_begins_and_ends_by_the_calendar_and_only_once():
    approved()
    assert run("2027-04-08 23:59") == (0, 0)
    assert run("2027-04-09 00:00") == (1, 0)
    assert run("2027-04-09 00:01") == (0, 0)
    assert run("2027-04-11 23:59") == (0, 0)
    assert run("2027-04-12 00:00") == (0, 1)
    assert run("2027-04-12 00:01") == (0, 0)
    event = of_month(4)
    assert (event.state, event.started_at, event.ended_at) == ("ended", at("2027-04-09 00:00"), at("2027-04-12 00:00"))
    assert Event.objects.filter(action__in=("brandevent.start", "brandevent.end")).count() == 2


def test_pr_1_what_no_sweep_saw_for_days_begins_and_ends_late_but_all_the_same():
    approved()
    assert run("2027-05-20 08:00") == (2, 2)
    assert set(BrandEvent.objects.filter(starts_on__month__in=(4, 5)).values_list("state", flat=True)) == {"ended"}


def test_pr_19_a_stop_ends_prices_and_further_promises_at_once_with_who_and_why():
    approved()
    run("2027-04-09 00:00")
    event = of_month(4)
    pot = Pot.objects.get(purpose="cashback", owner_id=event.offers.get(kind="cashback").pk)
    pots.reserve(pot.pk, D(20), source=("promotions.claim", 1), at=at("2027-04-09 09:00"))
    stopped_at = at("2027-04-09 10:30")
    with pytest.raises(events.ReasonMissing):
        events.stop(event.pk, reason=" ", by=somebody("ecommerce_head"), at=stopped_at)
    with pytest.raises(NotAllowed):
        events.stop(event.pk, reason="价格错误", by=somebody("customer_service"), at=stopped_at)
    events.stop(event.pk, reason="价格录错", by=somebody("ecommerce_head"), at=stopped_at)
    event = of_month(4)
    assert (event.state, event.closes_at, event.reason) == ("stopped", stopped_at, "价格录错")
    offers = list(event.offers.values_list("pk", flat=True))
    grants = PriceGrant.objects.filter(source_type="promotions.eventoffer", source_id__in=offers)
    assert set(grants.values_list("ends_at", flat=True)) == {stopped_at}
    assert not grants.in_force(stopped_at).exists()
    with pytest.raises(pots.QuotaSpent):
        pots.reserve(pot.pk, D(20), source=("promotions.claim", 2), at=stopped_at)
    assert pots.commit(pot.pk, source=("promotions.claim", 1), at=stopped_at), "what was promised is still paid"
    told = Event.objects.get(action="brandevent.stop")
    assert (told.actor, told.facts["changed"]["reason"]) == ("ecommerce_head", ["", "价格录错"])
    assert run("2027-04-12 00:00") == (0, 0)


def test_pr_1_an_extension_is_two_days_at_most_once_with_a_reason_and_its_prices_go_on():
    approved()
    run("2027-04-09 00:00")
    planner, event, moment = somebody("promotion_planner"), of_month(4), at("2027-04-11 12:00")
    for days in (0, 3):
        with pytest.raises(events.TooLong):
            events.extend(event.pk, days=days, reason="物流延误", by=planner, at=moment)
    with pytest.raises(events.ReasonMissing):
        events.extend(event.pk, days=1, reason="", by=planner, at=moment)
    events.extend(event.pk, days=2, reason="物流延误", by=planner, at=moment)
    event = of_month(4)
    assert (event.extra_days, event.closes_at, event.last_day) == (2, at("2027-04-14 00:00"), date(2027, 4, 13))
    hero = event.offers.get(kind="hero")
    spans = set(PriceGrant.objects.filter(source_id=hero.pk).values_list("source_type", "starts_at", "ends_at"))
    assert spans == {
        ("promotions.eventoffer", at("2027-04-09 00:00"), at("2027-04-12 00:00")),
        ("promotions.eventoffer.extra", at("2027-04-12 00:00"), at("2027-04-14 00:00")),
    }
    with pytest.raises(events.ExtendedAlready):
        events.extend(event.pk, days=1, reason="再延", by=planner, at=moment)
    assert run("2027-04-12 00:00") == (0, 0)
    assert run("2027-04-14 00:00") == (0, 1)
    with pytest.raises(WrongState):
        events.extend(event.pk, days=1, reason="再延", by=planner, at=at("2027-04-14 01:00"))


def test_pr_17_stock_is_settled_once_and_waits_in_a_queue_until_then():
    approved()
    planner, event = somebody("promotion_planner"), of_month(4)
    assert [row.pk for row in BrandEvent.objects.stock_open(date(2027, 4, 9))] == [event.pk]
    events.settle_stock(event.pk, by=planner, at=at("2027-04-01 10:00"))
    assert not BrandEvent.objects.stock_open(date(2027, 4, 9)).exists()
    with pytest.raises(events.StockSettled):
        events.settle_stock(event.pk, by=planner, at=at("2027-04-01 11:00"))


def test_pr_19_sales_by_channel_count_what_was_paid_within_the_event_and_nothing_else():
    approved()
    event = of_month(4)
    sell("1", "tmall-flagship", 2599, "2027-04-08 23:59")
    sell("2", "tmall-flagship", 2599, "2027-04-09 00:00")
    sell("3", "jd-pop", 1839, "2027-04-11 23:59")
    sell("4", "jd-pop", 1839, "2027-04-12 00:00")
    places = {place.shop: place for place in event_sales.sales_of(event)}
    assert {name: (one.sales, one.orders) for name, one in places.items() if one.orders} == {
        "tmall-flagship": (D(2599), 1),
        "jd-pop": (D(1839), 1),
    }
    assert places["tmall-flagship"].target == D(800000)
    assert (
        sum(one.target for one in places.values())
        == ShopTarget.objects.filter(event=event).aggregate(n=Sum("target_yuan"))["n"]
    )
    [numbers] = event_sales.with_numbers(BrandEvent.objects.filter(pk=event.pk))
    assert (numbers.sales_yuan, numbers.orders, numbers.offer_count) == (D(4438), 2, 13)


def test_pr_19_the_review_freezes_what_was_sold_and_spent():
    approved()
    run("2027-04-09 00:00")
    event = of_month(4)
    sell("1", "tmall-flagship", 2599, "2027-04-09 08:00")
    pot = Pot.objects.get(purpose="cashback", owner_id=event.offers.get(kind="cashback").pk)
    pots.reserve(pot.pk, D(20), source=("promotions.claim", 1), at=at("2027-04-09 09:00"))
    planner = somebody("promotion_planner")
    with pytest.raises(WrongState):
        events.review(event.pk, lessons="太早", by=planner, at=at("2027-04-10 09:00"))
    assert not EventReview.objects.exists()
    run("2027-04-12 00:00")
    events.review(event.pk, lessons="爆款备货可再加两成", by=planner, at=at("2027-04-13 09:00"))
    review = EventReview.objects.get()
    assert (review.sales_yuan, review.target_yuan, review.orders, review.spent_yuan) == (D(2599), D(2400000), 1, D(20))
    sell("2", "tmall-flagship", 999, "2027-04-09 10:00")
    assert EventReview.objects.get().by_shop[0]["sales"] == "2599.00"
    assert of_month(4).state == "reviewed"


def test_pr_14_the_handbooks_own_year_from_the_draft_to_the_last_review():
    """April to December, told by a simulated clock that the scheduled task reads nothing of."""
    plan = approved()
    planner, head = somebody("promotion_planner"), somebody("ecommerce_head")
    for month in range(4, 13):
        event = of_month(month)
        if event.festival:
            applied = at(f"2027-{month:02}-01 09:00") - timedelta(days=20)
            events.apply(event.pk, reason=event.application, by=planner, at=applied)
            approvals.sign(Approval.objects.get(kind="festival", state="waiting").pk, by=head, at=applied)
        events.settle_stock(event.pk, by=planner, at=at(f"2027-{month:02}-01 15:00"))
        for day in range(1, 16):
            run(f"2027-{month:02}-{day:02} 00:00")
            now = of_month(month).state
            last = 12 if month == 12 else 11
            assert now == ("approved" if day < 9 else "running" if day <= last else "ended"), (month, day)
            if day in (9, 10, 11):
                sell(f"{month}-{day}", "jd-pop", 1000 * month, f"2027-{month:02}-{day:02} 20:00")
        events.review(event.pk, lessons="按计划完成", by=planner, at=at(f"2027-{month:02}-20 10:00"))
    assert set(BrandEvent.objects.values_list("state", flat=True)) == {"reviewed"}
    sums = dict(EventReview.objects.values_list("event__starts_on__month", "sales_yuan"))
    assert sums == {month: D(3000 * month) for month in range(4, 13)}
    plans.close(plan.pk, by=planner, at=at("2028-01-05 10:00"))
    assert YearPlan.objects.get().state == "closed"


def test_pr_14_a_year_is_not_closed_while_a_brand_day_is_not_reviewed():
    plan = approved()
    with pytest.raises(plans.StillRunning) as why:
        plans.close(plan.pk, by=somebody("promotion_planner"), at=AT)
    assert why.value.facts["count"] == 9


@pytest.mark.django_db(transaction=True)
def test_pr_1_two_workers_begin_and_end_an_event_once():
    plan = make_plan.year()
    BrandEvent.objects.filter(plan=plan).update(state="approved")
    barrier, counts = Barrier(2), []

    def work() -> None:
        barrier.wait()
        counts.append(events.start_all_due(by=SYSTEM, at=at("2027-04-09 00:00")))
        barrier.wait()
        counts.append(events.end_all_due(by=SYSTEM, at=at("2027-04-12 00:00")))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 1, 1]
    assert Event.objects.filter(action="brandevent.start").count() == 1
    assert Event.objects.filter(action="brandevent.end").count() == 1
    assert of_month(4).state == "ended"


def test_pr_1_the_scheduled_task_begins_what_is_due(settings):
    plan = make_plan.year()
    BrandEvent.objects.filter(plan=plan).update(state="approved")
    past = at("2026-01-09 00:00")
    BrandEvent.objects.filter(starts_on__month=4).update(opens_at=past, closes_at=past + timedelta(days=5000))
    import_string("promotions.tasks.run_brand_days").apply(throw=True)
    assert of_month(4).state == "running"
    assert of_month(5).state == "approved"
