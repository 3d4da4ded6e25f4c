"""DS-1 … DS-10, FI-4: support and rebates from the question to the account."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels.models import Authorisation, Entry, ListPrice
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, Limit
from opsdesk.console import reference, reference_supports
from opsdesk.errors import NotFound, WrongState
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from promotions.models import PriceGrant, Rebate, RebateTier, ShopTrait, SupportApplication, SupportPolicy
from promotions.operations import rebates, supports
from promotions.queries import supports as queries
from tests import make
from tests.make import AT, at
from tests.promotions.test_price_rules import entered

pytestmark = pytest.mark.django_db
START = AT.date() + timedelta(days=1)


@pytest.fixture(autouse=True)
def _terms():
    ensure_roles()
    office = make.WorkCalendar.objects.create(code="o", name="o", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", timedelta(hours=8), office, make.Counting.WORKING_TIME)
    common = {"valid_from": make.LONG_AGO}
    SupportPolicy.objects.create(kind="advertising", share=Decimal("0.5"), days=10, in_all=1, **common)
    SupportPolicy.objects.create(kind="hero", price_share=Decimal("0.95"), days=92, at_once=2, **common)
    for kind in ("support", "rebate"):
        Limit.objects.create(kind=kind, role="ecommerce_head", sign_yuan=Decimal("20000"), **common)
    for number, (start, share) in enumerate((("1000", "0.01"), ("5000", "0.02"))):
        RebateTier.objects.create(
            period="month", from_yuan=Decimal(start), share=Decimal(share), valid_from=date(2010, 1, 1 + number)
        )


def distributor(code: str = "d1"):
    shop = make.shop(f"shop-{code}", on="taobao", operator=make.partner(code, kind="distributor"), mode="distribution")
    Authorisation.objects.create(number=f"N-{code}", partner=shop.operator, shop=shop, valid_from=AT.date())
    return shop


def office_of(code: str = "d1"):
    return actor_of(make.in_role(f"office-{code}", "partner_office", partner=code), door="test")


def somebody(name: str, role: str):
    return actor_of(make.in_role(name, role, company=True), door="test")


def invoice(name: str = "invoice.pdf", content: bytes = b"%PDF-1.4 invoice") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def asked(**fields: object) -> supports.Asked:
    usual = {"kind": "advertising", "starts_on": START, "days": 10, "reason": "开业直通车"}
    return supports.Asked(**{**usual, "cost_yuan": Decimal("3001.01"), **fields})


def test_ds_2_advertising_is_asked_for_verified_approved_and_half_of_it_booked_once():
    shop, office = distributor(), office_of()
    application = supports.ask(shop.pk, asked(), proofs=[invoice(), invoice()], by=office, at=AT)
    assert application.proofs.count() == 1  # the same file is the same proof
    planner, finance = somebody("sun", "promotion_planner"), somebody("qian", "finance")
    supports.verify(application.pk, cost_yuan=Decimal("3001.01"), by=planner, at=AT)
    assert (SupportApplication.objects.get().state, SupportApplication.objects.get().granted_yuan) == (
        "verified",
        Decimal("1500.51"),
    )
    approvals.sign(Approval.objects.get().pk, by=somebody("zhao", "ecommerce_head"), at=AT)
    supports.reimburse(application.pk, by=finance, at=AT)
    with pytest.raises(WrongState):
        supports.reimburse(application.pk, by=finance, at=AT)
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount_yuan, entry.partner.code) == ("reimbursement", Decimal("1500.51"), "d1")
    assert (entry.source_type, entry.source_id) == ("promotions.supportapplication", application.pk)


@pytest.mark.parametrize(
    ("kind", "granted"),
    [("incubation", "300.00"), ("commission", "1000.00"), ("own_plan", "300.00"), ("slot", "500.00")],
)
def test_ds_3_ds_4_ds_5_ds_7_each_support_pays_what_its_own_terms_say(kind, granted):
    SupportPolicy.objects.all().delete()
    reference_supports.load(json.loads((reference._FOLDER / "supports.json").read_text(encoding="utf-8")))
    shop, office = distributor(), office_of()
    wish = asked(kind=kind, days=7, cost_yuan=Decimal("1000.00"))
    application = supports.ask(shop.pk, wish, proofs=[invoice()], by=office, at=AT)
    planner = somebody("sun", "promotion_planner")
    application = supports.verify(application.pk, cost_yuan=Decimal("1000.00"), by=planner, at=AT)
    assert application.granted_yuan == Decimal(granted)


def test_ds_2_no_more_than_stated_not_without_proof_and_not_by_who_asked():
    shop, office, planner = distributor(), office_of(), somebody("sun", "promotion_planner")
    application = supports.ask(shop.pk, asked(), by=office, at=AT)
    with pytest.raises(supports.CostTooHigh):
        supports.verify(application.pk, cost_yuan=Decimal("3001.02"), by=planner, at=AT)
    with pytest.raises(supports.ProofMissing):
        supports.verify(application.pk, cost_yuan=Decimal("3000"), by=planner, at=AT)
    assert (SupportApplication.objects.get().state, Approval.objects.count()) == ("asked", 0)


def test_ds_2_asked_twice_it_is_refused_with_the_reason_and_a_refused_one_does_not_count():
    shop, office = distributor(), office_of()
    first = supports.ask(shop.pk, asked(), proofs=[invoice()], by=office, at=AT)
    with pytest.raises(supports.MayNotAsk) as refused:
        supports.ask(shop.pk, asked(starts_on=START + timedelta(days=20)), by=office, at=AT)
    assert "1" in str(refused.value) and SupportApplication.objects.count() == 1
    supports.refuse(first.pk, reason="发票抬头不符", by=somebody("sun", "promotion_planner"), at=AT)
    assert supports.ask(shop.pk, asked(), by=office, at=AT).pk != first.pk


def test_ds_6_a_hero_model_has_its_price_for_exactly_its_days():
    shop, office = distributor(), office_of()
    model = make.product()
    ListPrice.objects.create(product=model, price_yuan=Decimal("2000.00"), valid_from=make.LONG_AGO)
    application = supports.ask(
        shop.pk, asked(kind="hero", product=model.pk, days=30, cost_yuan=Decimal(0)), by=office, at=AT
    )
    planner = somebody("sun", "promotion_planner")
    with pytest.raises(supports.NoFloor):
        supports.verify(application.pk, cost_yuan=Decimal(0), by=planner, at=AT)
    entered()
    supports.verify(application.pk, cost_yuan=Decimal(0), by=planner, at=AT)
    approvals.sign(Approval.objects.get().pk, by=somebody("zhao", "ecommerce_head"), at=AT)
    grant, application = PriceGrant.objects.get(), SupportApplication.objects.get()
    assert (application.state, grant.price_yuan, application.price_yuan) == ("approved", *[Decimal("1330.00")] * 2)
    assert (grant.shop_id, grant.product_id, grant.kind) == (shop.pk, model.pk, "hero")
    assert (grant.starts_at, grant.ends_at) == (at(f"{START} 00:00"), at(f"{START + timedelta(days=30)} 00:00"))


def test_ds_12_a_distributor_asks_for_its_own_shops_only():
    shop, stranger = distributor(), None
    distributor("d2")
    stranger = office_of("d2")
    with pytest.raises(NotFound):
        supports.ask(shop.pk, asked(), by=stranger, at=AT)
    with pytest.raises(supports.NoOperator):
        supports.ask(make.shop("own").pk, asked(), by=SYSTEM, at=AT)
    assert not SupportApplication.objects.exists()


def test_ds_9_what_a_shop_may_still_ask_for_is_answered_with_reasons():
    shop = distributor()
    ShopTrait.objects.create(shop=shop, trait="multimode", valid_from=AT.date())
    left = {one.kind: one for one in queries.left_of(shop, at=AT)}
    assert (left["advertising"].answer.may, left["advertising"].answer.left) == (True, 1)
    assert left["slot"].answer.because == ("no_policy",)


def sold(number: str, yuan: str, refunded: str | None = None, when: str = "2026-02-10 12:00"):
    back, paid = Decimal(refunded) if refunded else None, Decimal(yuan)
    return make.seen(number, paid_at=at(when), total_yuan=paid, paid_yuan=paid, refunded_yuan=back)


def test_fi_4_a_month_earns_on_what_was_paid_and_not_refunded_and_is_booked_once():
    shop = distributor()
    orders = (
        sold("1", "4000.00"),
        sold("2", "3000.00", "500.00"),
        sold("3", "9000.00", when="2026-03-01 00:00"),
        sold("4", "9000.00", when="2026-01-31 23:59"),
    )
    make.taken_in(*orders, where=shop)
    finance = somebody("qian", "finance")
    [preview] = rebates.computed("month", date(2026, 2, 28), at=AT)
    assert (preview.sales_yuan, preview.amount_yuan) == (Decimal("6500.00"), Decimal("130.00"))
    assert len(rebates.propose_all("month", date(2026, 2, 1), by=finance, at=AT)) == 1
    assert rebates.propose_all("month", date(2026, 2, 1), by=finance, at=AT) == []
    assert not Entry.objects.exists()
    approvals.sign(Approval.objects.get().pk, by=somebody("zhao", "ecommerce_head"), at=AT)
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount_yuan, Rebate.objects.get().state) == ("rebate", Decimal("130.00"), "booked")
    [again] = rebates.computed("month", date(2026, 2, 1), at=AT)
    assert (again.amount_yuan, again.because) == (Rebate.objects.get().amount_yuan, Rebate.objects.get().because)


def test_fi_4_an_outlet_of_an_agent_is_no_distributor_and_earns_no_rebate():
    shop = make.shop("outlet", on="outlet", operator=make.partner("agent", kind="agent"), mode="outlet")
    make.taken_in(sold("1", "40000.00"), where=shop)
    assert list(rebates.computed("month", date(2026, 2, 1), at=AT)) == []


def test_fi_4_what_was_all_refunded_meanwhile_is_not_asked_for_again():
    shop = distributor()
    make.taken_in(sold("1", "4000.00"), where=shop)
    finance = somebody("qian", "finance")
    rebates.propose_all("month", date(2026, 2, 1), by=finance, at=AT)
    approvals.refuse(Approval.objects.get().pk, reason="退款待核", by=somebody("zhao", "ecommerce_head"), at=AT)
    make.taken_in(sold("1", "4000.00", "4000.00"), where=shop)
    with pytest.raises(rebates.NothingEarned):
        rebates.propose_again(Rebate.objects.get().pk, by=finance, at=AT)
    rebate = Rebate.objects.get()
    assert (rebate.state, rebate.sales_yuan, Approval.objects.count()) == ("refused", Decimal("4000.00"), 1)


def test_fi_4_a_month_that_is_not_over_has_a_preview_only():
    make.taken_in(sold("1", "4000.00", when="2026-03-02 12:00"), where=distributor())
    with pytest.raises(rebates.NotOver):
        rebates.propose_all("month", AT.date(), by=somebody("qian", "finance"), at=AT)
    assert not Rebate.objects.exists()


def test_fi_4_a_refused_rebate_is_computed_anew_and_asked_for_again():
    make.taken_in(sold("1", "4000.00"), where=distributor())
    finance, head = somebody("qian", "finance"), somebody("zhao", "ecommerce_head")
    rebates.propose_all("month", date(2026, 2, 1), by=finance, at=AT)
    approvals.refuse(Approval.objects.get().pk, reason="销量待核", by=head, at=AT)
    rebate = Rebate.objects.get()
    assert rebate.state == "refused"
    rebates.propose_again(rebate.pk, by=finance, at=AT)
    approvals.sign(Approval.objects.waiting().get().pk, by=head, at=AT)
    assert (Rebate.objects.get().state, Entry.objects.count()) == ("booked", 1)


def test_ds_2_the_page_of_a_shop_asks_and_shows_the_reasons(client):
    shop = distributor()
    client.force_login(make.in_role("office-d1", "partner_office", partner="d1"))
    where = f"/desk/support/shop/{shop.pk}/"
    assert "广告费" in client.get(where).content.decode()
    data = {"kind": "advertising", "starts_on": "2099-01-01", "days": "10", "cost_yuan": "100", "reason": "开业"}
    answer = client.post(where, data | {"proof": invoice()})
    application = SupportApplication.objects.get()
    assert answer.url == f"/desk/support/{application.pk}/"
    assert "invoice.pdf" in client.get(answer.url).content.decode()
    assert "已" in client.post(where, data).content.decode() and SupportApplication.objects.count() == 1
    client.force_login(make.in_role("office-d2", "partner_office", partner=make.partner("d2").code))
    assert client.get(where).status_code == client.get(answer.url).status_code == 404
