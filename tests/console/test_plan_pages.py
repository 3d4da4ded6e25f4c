"""PR-14, PR-19: the pages of a year's plan and of a brand day: who sees them, what they cost, what their forms do."""

import io
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import python_calamine
from django.urls import reverse

from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.people.operations import ensure_roles
from promotions.models import BrandEvent, EventOffer, Pot, ShopTarget, YearPlan
from promotions.operations import drafting, events, live, pots
from tests import make, make_plan
from tests.make import at

pytestmark = pytest.mark.django_db
MOMENT = at("2027-04-10 12:00")


@pytest.fixture
def plan() -> YearPlan:
    ensure_roles()
    return make_plan.year()


@pytest.fixture
def now(monkeypatch):
    """The doors' clock stands in the middle of April's brand day."""
    monkeypatch.setattr(clock, "now", lambda: MOMENT)
    monkeypatch.setattr(clock, "today", lambda: MOMENT.date())


def login(client, role: str) -> None:
    client.force_login(make.in_role(role, role, company=True))


def april() -> BrandEvent:
    return BrandEvent.objects.get(starts_on__month=4)


def running() -> BrandEvent:
    """April's brand day, approved and begun."""
    BrandEvent.objects.filter(starts_on__month=4).update(state="approved")
    live.open_many([april()], by=SYSTEM, at=make_plan.AT)
    events.start_all_due(by=SYSTEM, at=at("2027-04-09 00:00"))
    return april()


def test_pr_14_the_plan_page_shows_the_year_and_every_rule(client, plan):
    login(client, "promotion_planner")
    shown = client.get(reverse("plan", args=[plan.pk])).content.decode()
    for month, theme in make_plan.THEMES.items():
        assert f"{month}月品牌日" in shown
        assert theme in shown
    for rule in ("PR-1", "PR-2", "PR-3", "PR-4", "PR-5", "PR-6", "PR-7", "PR-8", "PR-9", "PR-10", "PR-11", "PR-12",
                 "PR-13", "PR-14", "PR-15", "PR-16", "PR-17"):  # fmt: skip
        assert f">{rule}<" in shown
    assert "检查通过" in shown
    assert "全年 26 款，应为 26 款" in shown


def test_pr_14_a_finding_leads_to_the_offer_that_it_is_about(client, plan):
    offer = april().offers.get(kind="tail")
    EventOffer.objects.filter(pk=offer.pk).update(price_yuan=D(998))
    login(client, "promotion_planner")
    shown = client.get(reverse("plan", args=[plan.pk])).content.decode()
    assert f'href="{reverse("brand_day", args=[april().pk])}#offer-{offer.pk}"' in shown
    assert "1 项不通过" in shown
    assert "¥998 低于 ¥999" in shown


@pytest.mark.parametrize("role", ["promotion_planner", "ecommerce_head", "general_manager", "finance", "warehouse"])
def test_pr_14_the_office_sees_the_plan_and_only_the_planner_its_buttons(client, plan, role):
    login(client, role)
    for address in (reverse("plans"), reverse("plan", args=[plan.pk]), reverse("brand_day", args=[april().pk])):
        assert client.get(address).status_code == 200
    shown = client.get(reverse("plan", args=[plan.pk])).content.decode()
    assert ("提交审批" in shown) is (role == "promotion_planner")


def test_au_1_a_partner_and_a_stranger_find_no_plan(client, plan):
    partner = make.partner("gz")
    person = make.in_role("li", "partner_office", partner=partner.code)
    client.force_login(person)
    for name, pk in (("plan", plan.pk), ("brand_day", april().pk)):
        assert client.get(reverse(name, args=[pk])).status_code in (403, 404)
    client.logout()
    assert client.get(reverse("plan", args=[plan.pk])).status_code == 302


def queries_of(client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pr_14_pages_cost_the_same_however_many_offers_and_shops(client, plan):
    login(client, "promotion_planner")
    addresses = [reverse("plan", args=[plan.pk]), reverse("brand_day", args=[april().pk])]
    before = [queries_of(client, address) for address in addresses]
    assert max(before) <= 62
    product = make_plan.model("X1", 5000)
    shops = tuple(make.shop(f"more-{n}", on="jd", mode="pop").pk for n in range(5))
    draft = drafting.OfferDraft("phone", shops, product.pk, amount_yuan=D(10), quota=10, budget_yuan=D(100))
    for event in BrandEvent.objects.all():
        drafting.write_offers(event, [draft] * 20)
    assert [queries_of(client, address) for address in addresses] == before


def test_pr_14_a_plan_is_begun_and_a_brand_day_and_its_offers_entered_by_the_pages_forms(client):
    ensure_roles()
    make_plan.rules()
    make_plan.shops()
    product = make_plan.model("C1", 1999)
    login(client, "promotion_planner")
    answer = client.post(
        reverse("plan_begin"),
        {"begin-year": 2027, "begin-first_month": 4, "begin-sales_yuan": "60000000", "begin-goal_yuan": "30000000",
         "begin-promotion_yuan": "600000", "begin-budget_yuan": "300000"},
    )  # fmt: skip
    plan = YearPlan.objects.get()
    assert answer.url == reverse("plan", args=[plan.pk])
    entered = {"event-name": "4月品牌日", "event-theme": "春暖花开", "event-starts_on": "2027-04-09", "event-days": 3,
               "event-extra_days": 0, "event-festival": "", "event-budget_yuan": "25000"}  # fmt: skip
    client.post(reverse("plan_act", args=[plan.pk, "event"]), entered)
    event = april()
    assert (event.name, event.stock_by, event.budget_yuan) == ("4月品牌日", date(2027, 4, 2), D(25000))
    offer = {"offer-kind": "flash", "offer-product": product.pk, "offer-price_yuan": "1000", "offer-quota": 20}
    client.post(reverse("brand_day_act", args=[event.pk, "offer"]), offer)
    made = EventOffer.objects.get()
    assert (made.price_yuan, made.stock_need, made.budget_yuan) == (D(1000), 20, D(0))
    assert set(made.places.values_list("shop__code", flat=True)) == {"tmall-spec", "jd-pop", "suning-pop", "gome-pop"}
    shop = make.Shop.objects.get(code="jd-pop")
    client.post(reverse("brand_day_targets", args=[event.pk]), {f"shop-{shop.pk}": "800,000"})
    assert ShopTarget.objects.get().target_yuan == D(800000)
    client.post(reverse("brand_day_targets", args=[event.pk]), {f"shop-{shop.pk}": "很多"})
    assert ShopTarget.objects.get().target_yuan == D(800000)
    client.post(reverse("offer_remove", args=[event.pk, made.pk]))
    assert not EventOffer.objects.exists()
    client.post(reverse("brand_day_drop", args=[event.pk]))
    assert not BrandEvent.objects.exists()


def test_pr_14_a_form_with_errors_is_shown_again_and_changes_nothing(client, plan):
    login(client, "promotion_planner")
    answer = client.post(reverse("plan_act", args=[plan.pk, "event"]), {"event-name": "没有日期"})
    assert answer.status_code == 200
    assert "details" in answer.content.decode()
    assert BrandEvent.objects.count() == 9


def test_pr_14_a_brand_day_of_an_approved_plan_has_no_forms(client, plan):
    YearPlan.objects.update(state="approved", approved_at=make_plan.AT)
    login(client, "promotion_planner")
    shown = client.get(reverse("brand_day", args=[april().pk])).content.decode()
    assert "添加活动内容" not in shown
    assert "保存目标" not in shown
    client.post(reverse("brand_day_drop", args=[april().pk]))
    assert BrandEvent.objects.count() == 9


def test_pr_19_while_it_runs_the_page_refreshes_and_shows_sales_use_and_the_end_of_a_quota(client, plan, now):
    event = running()
    make.taken_in(
        make.seen("1", ordered_at=at("2027-04-09 09:00"), paid_at=at("2027-04-09 09:00"), paid_yuan=D(80000)),
        where=make.Shop.objects.get(code="jd-pop"),
        when=at("2027-04-09 09:10"),
    )
    pot = Pot.objects.get(purpose="cashback", owner_id=event.offers.get(kind="cashback").pk)
    for number in range(100):
        when = MOMENT - timedelta(minutes=3 * number)
        pots.reserve(pot.pk, D(20), source=("promotions.claim", number), at=when)
    login(client, "promotion_planner")
    shown = client.get(reverse("brand_day", args=[event.pk])).content.decode()
    assert '<meta http-equiv="refresh" content="60">' in shown
    assert "¥80,000 / ¥2,400,000 (3 %)" in shown
    assert "04-10 18:00（按最近六小时的速度）" in shown, "100 in the last six hours, 100 left"
    assert "早于结束" in shown
    assert "备货一直没有落实。" in shown


def test_pr_19_the_numbers_go_out_as_excel_and_that_is_written_down(client, plan):
    event = running()
    login(client, "promotion_planner")
    answer = client.get(reverse("brand_day_export", args=[event.pk]))
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert len(rows) == 7
    assert rows[1][:4] == ["tmall-flagship", "tmall", 800000.0, 0.0]
    assert Event.objects.get(action="brandevent.export").facts == {"rows": 6}


def test_pr_19_stopping_needs_a_reason_and_being_sure(client, plan, now):
    event = running()
    login(client, "ecommerce_head")
    act = reverse("brand_day_act", args=[event.pk, "stop"])
    client.post(act, {"stop-reason": "价格录错"})
    assert april().state == "running"
    client.post(act, {"stop-reason": "价格录错", "stop-sure": "on"})
    assert (april().state, april().closes_at) == ("stopped", MOMENT)


def test_pr_19_a_review_is_compared_with_the_last_of_its_kind(client, plan):
    for month in (4, 5, 9):
        event = BrandEvent.objects.get(starts_on__month=month)
        BrandEvent.objects.filter(pk=event.pk).update(state="approved")
        events.start_all_due(by=SYSTEM, at=event.opens_at)
        events.end_all_due(by=SYSTEM, at=event.closes_at)
        events.review(event.pk, lessons=f"第{month}月的经验", by=SYSTEM, at=event.closes_at + timedelta(days=2))
    login(client, "promotion_planner")
    may = BrandEvent.objects.get(starts_on__month=5)
    shown = client.get(reverse("brand_day", args=[may.pk])).content.decode()
    assert "第5月的经验" in shown
    assert "4月品牌日 2027-04" in shown
    assert "9月品牌日" not in shown, "a festival is no measure for an ordinary brand day"
