"""DS-11, DS-12, AU-1: the pages and lists of prices, as those who use them and those who may not."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
import python_calamine
from django.urls import reverse

from channels.models import Listing
from opsdesk.actor import SYSTEM
from opsdesk.approvals.models import Approval, Limit
from opsdesk.audit.models import Event
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from opsdesk.people.operations import ensure_roles
from promotions.models import Claim, LegalReview, PriceCut, PriceGrant, PriceRule, PriceSignal
from promotions.operations import grants, pots, sweep
from promotions.states.price_cut import WHY_NOT
from promotions.states.price_signal import NOT_CHARGED
from tests import make
from tests.make import AT, at
from tests.promotions.test_grants import wish
from tests.promotions.test_price_rules import entered, listed

pytestmark = pytest.mark.django_db
D = Decimal
ASKED = {"at_0": "2026-03-12", "at_1": "10:00:00"}
LISTS = (
    "pricerule", "legalreview", "producttag", "sellerstanding", "grantlimit", "listpriceproof", "pricecut",
    "campaignwindow", "platformprice", "pricegrant", "pricesignal", "pricesweep",
)  # fmt: skip


@pytest.fixture
def policy():
    """A shop with a model below its floor, a rule, a grant; roles exist."""
    ensure_roles()
    shop, product = make.shop(), listed()
    entered()
    item = make.listing("i1", of=product, where=shop)
    Listing.objects.filter(pk=item.pk).update(price_yuan=D("1350"))
    sweep.sweep_listings(by=SYSTEM, at=AT)
    grants.give_many([wish(product, shop)], by=SYSTEM, at=AT)
    return {"shop": shop.pk, "product": product.pk}


def login(client, role: str, **scopes: object):
    person = make.in_role(role.replace("_", "-"), role, **scopes or {"company": True})
    client.force_login(person)
    return person


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_ds_11_the_page_says_the_floor_every_rule_why_and_what_it_would_be_without(client, policy):
    login(client, "promotion_planner")
    body = text(client.get(reverse("price_floor"), policy | ASKED))
    assert body.index("¥1300.00") < body.index("seven")
    assert "¥1400.00" in body  # the rule that the grant opened, and the floor without the grant


def test_ds_11_the_page_tries_a_planned_price_out_and_enters_nothing(client, policy):
    login(client, "promotion_planner")
    planned = {"kind": "campaign", "price": "1234", "since": "2026-05-01", "until": "2026-05-02"}
    body = text(client.get(reverse("price_floor"), policy | ASKED | planned))
    assert "¥1234.00" in body
    assert PriceGrant.objects.count() == 1


def test_pr_16_the_page_warns_of_a_list_price_that_nobody_ever_paid(client, policy):
    login(client, "promotion_planner")
    assert "PR-16" in text(client.get(reverse("price_floor"), policy | ASKED))
    make.order("1", ordered_at=AT, paid_at=AT, lines=())
    order = make.Order.objects.get()
    item = Listing.objects.get()
    order.lines.create(key="a", listing=item, quantity=1, paid_yuan=D("2000"))
    assert "PR-16" not in text(client.get(reverse("price_floor"), policy | ASKED))


def test_pr_16_a_struck_through_price_is_named_with_what_speaks_against_it(client, policy):
    Listing.objects.update(crossed_yuan=D("2100"))
    sweep.sweep_listings(by=SYSTEM, at=AT)
    login(client, "promotion_planner")
    why = str(NOT_CHARGED["above_list"])
    body = text(client.get(reverse("price_floor"), policy | ASKED))
    assert ("¥2100.00" in body, why in body) == (True, True)
    body = text(client.get(reverse("admin:promotions_pricesignal_changelist"), {"queue": "list_price"}))
    assert f"¥2100.00 · {why}" in body


def cut(**fields: object) -> PriceCut:
    span = {"starts_at": at("2026-03-09 00:00"), "ends_at": at("2026-03-12 00:00")}
    said = {"kind": "coupon", "name": "品牌日券", "state": "agreed", "amount_yuan": D("50")}
    return PriceCut.objects.create(**said | span | fields)


def test_ds_11_the_page_lists_every_reduction_with_amount_source_and_why(client, policy):
    mine = {"source_type": "promotions.eventoffer", "shop_id": policy["shop"]}
    cut(**mine, source_id=1, handed_out_at=at("2026-03-06 00:00"))
    cut(kind="gift", name="花洒", amount_yuan=D("30"), shop_id=policy["shop"])
    cut(name="平台券", amount_yuan=D("100"), by_platform=True)
    cut(name="别家券", amount_yuan=D("77"), shop=make.shop("other"))
    cut(name="未批准", amount_yuan=D("66"), state="asked")
    login(client, "promotion_planner")
    body = text(client.get(reverse("price_floor"), policy | {"at_0": "2026-03-10", "at_1": "10:00:00"}))
    for said in ("¥1350.00", "¥1270.00", "¥50.00", "品牌日券", "¥30.00", "花洒", "平台券", "¥77.00", "别家券"):
        assert said in body
    assert "未批准" not in body
    assert (str(WHY_NOT["by_platform"]) in body, str(WHY_NOT["other_shop"]) in body) == (True, True)
    body = text(client.get(reverse("price_floor"), policy | {"at_0": "2026-03-08", "at_1": "10:00:00"}))
    assert str(WHY_NOT["handed_out"]) in body
    body = text(
        client.get(reverse("price_floor"), policy | {"at_0": "2026-03-10", "at_1": "10:00:00", "shown": "1500"})
    )
    assert "¥1420.00" in body


def test_ds_11_a_planned_price_is_shown_with_what_a_customer_would_pay(client, policy):
    cut(starts_at=at("2026-05-01 12:00"), ends_at=at("2026-05-02 00:00"))
    login(client, "promotion_planner")
    planned = {"kind": "campaign", "price": "1234", "since": "2026-05-01", "until": "2026-05-02"}
    body = text(client.get(reverse("price_floor"), policy | ASKED | planned))
    assert body.count("¥1184.00") == 1, "from noon to midnight"
    assert "2026-05-01 12:00" in body


def test_ds_11_pr_8_the_page_of_a_sale_says_what_was_paid_and_every_claim(client, policy):
    make.order("77", ordered_at=AT, paid_at=AT, lines=())
    order = make.Order.objects.get()
    line = order.lines.create(key="a", listing=Listing.objects.get(), quantity=1, paid_yuan=D("1949"))
    pot = pots.open_pot(order.shop, "x", "好评返现", limits=(None, None), by=SYSTEM, at=AT)
    for kind, yuan, state in (
        ("quick_gift", "20", "paid"),
        ("phone_order", "31", "reversed"),
        ("coupon", "50", "paid"),
    ):
        Claim.objects.create(
            order=order, pot=pot, kind=kind, amount_yuan=D(yuan), state=state, claimed_by="li", claimed_at=AT,
            paid_at=AT, at_checkout=kind == "coupon",
        )  # fmt: skip
    login(client, "promotion_planner")
    body = text(client.get(reverse("price_floor"), policy | ASKED | {"line": line.pk}))
    for said in ("77", "¥1949.00", "¥20.00", "¥31.00", "¥50.00", "¥1929.00"):
        assert said in body
    assert (str(WHY_NOT["given_back"]) in body, str(WHY_NOT["at_checkout"]) in body) == (True, True)


def test_ch_5_the_sale_of_another_shop_is_not_shown(client, policy):
    make.order("77", ordered_at=AT, paid_at=AT, where=make.shop("elsewhere"), lines=())
    line = make.Order.objects.get().lines.create(
        key="a", listing=Listing.objects.get(), quantity=1, paid_yuan=D("1949")
    )
    login(client, "shop_operations", shop="flagship")
    answer = client.get(reverse("price_floor"), policy | ASKED | {"line": line.pk})
    assert answer.status_code == 404


CUT = {
    "kind": "coupon", "name": "店铺券", "starts_at_0": "2026-03-09", "starts_at_1": "00:00", "ends_at_0": "2099-03-12",
    "ends_at_1": "00:00", "reason": "春季促销",
}  # fmt: skip


def test_fi_3_the_form_asks_for_a_reduction_which_holds_at_once_or_waits_for_a_signature(client, policy):
    for role, alone, sign in (("promotion_planner", "50", "0"), ("ecommerce_head", "200", "500")):
        Limit.objects.create(
            kind="reduction", role=role, alone_yuan=D(alone), sign_yuan=D(sign), valid_from=make.LONG_AGO
        )
    office = make.WorkCalendar.objects.create(code="o", name="o", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", timedelta(hours=8), office, make.Counting.WORKING_TIME)
    login(client, "promotion_planner")
    address = reverse("admin:promotions_pricecut_add")
    assert client.get(address).status_code == 200
    for yuan, state in (("50", "agreed"), ("51", "asked")):
        assert client.post(address, CUT | {"amount_yuan": yuan}).status_code == 302
        assert PriceCut.objects.get(amount_yuan=D(yuan)).state == state
    assert client.post(address, CUT | {"amount_yuan": "10", "reason": ""}).status_code == 200
    assert PriceCut.objects.count() == 2
    assert set(Approval.objects.values_list("asked_by", "reason")) == {("promotion-planner", "春季促销")}
    lists = reverse("admin:promotions_pricecut_changelist")
    asked = {"action": "end", "_selected_action": [PriceCut.objects.get(state="agreed").pk]}
    client.post(lists, asked | {"answered": "1", "reason": "库存已清"})
    assert Event.objects.get(action="pricecut.end").facts["reason"] == "库存已清"
    assert PriceCut.objects.get(state="agreed").ends_at < at("2099-03-12 00:00")


def test_ds_11_the_floors_of_a_shop_for_a_day_as_table_and_excel(client, policy):
    login(client, "promotion_planner")
    asked = {"shop": policy["shop"], "on": "2026-03-10"}
    body = text(client.get(reverse("shop_floors"), asked))
    assert "M1" in body
    assert "¥1300.00" in body
    answer = client.get(reverse("shop_floors"), asked | {"excel": "1"})
    book = python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert (rows[1][0], rows[1][4], rows[1][5], rows[1][7]) == ("M1", 2000.0, 1300.0, 1350.0)
    assert Event.objects.get(action="shop.export_floors").facts["rows"] == 1


@pytest.mark.parametrize("page", ["price_floor", "shop_floors"])
def test_au_1_nobody_without_right_or_login_sees_floors(client, policy, page):
    asked = policy | ASKED | {"on": "2026-03-10"}
    assert client.get(reverse(page), asked).status_code == 302
    login(client, "partner_office", partner="gz")
    assert client.get(reverse(page), asked).status_code == 403


@pytest.mark.parametrize("page", ["price_floor", "shop_floors"])
def test_ch_5_a_shop_out_of_scope_cannot_be_chosen(client, policy, page):
    other = make.shop("other")
    login(client, "shop_operations", shop="other")
    body = text(client.get(reverse(page), policy | ASKED | {"on": "2026-03-10"}))
    assert "¥" not in body.partition("desk-card")[2]
    assert text(client.get(reverse(page), policy | ASKED | {"on": "2026-03-10", "shop": other.pk}))


@pytest.mark.parametrize("name", LISTS)
def test_au_1_the_lists_open_for_the_planner_in_few_queries(client, policy, name, django_assert_max_num_queries):
    login(client, "promotion_planner")
    address = reverse(f"admin:promotions_{name}_changelist")
    client.get(address)
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200


def test_ds_11_signals_are_dismissed_together_with_a_reason(client, policy):
    login(client, "promotion_planner")
    address = reverse("admin:promotions_pricesignal_changelist")
    assert "M1" in text(client.get(address, {"queue": "below_floor"}))
    asked = {"action": "dismiss", "_selected_action": [PriceSignal.objects.get().pk]}
    client.post(address, asked | {"answered": "1", "reason": "样品"})
    assert (PriceSignal.objects.get().state, PriceSignal.objects.get().reason) == ("dismissed", "样品")
    listed = text(client.get(address, {"queue": "waiting"})).partition('id="result_list')[2]
    assert "M1" not in listed.partition("</table>")[0]  # a token further down may hold the letters by chance


def test_or_1_ds_11_an_orders_page_shows_what_is_wrong_with_its_price(client, policy):
    make.order("77", ordered_at=AT, paid_at=AT, lines=())
    order = make.Order.objects.get()
    order.lines.create(key="a", listing=Listing.objects.get(), quantity=1, paid_yuan=D("1111"))
    sweep.sweep_sales(AT.date(), by=SYSTEM, at=AT)
    login(client, "promotion_planner")
    assert "¥1111.00" in text(client.get(reverse("order", args=[order.pk])))
    login(client, "partner_office", partner="gz")
    assert client.get(reverse("order", args=[order.pk])).status_code == 404


RULE = {
    "code": "new", "name": "新规则", "kind": "yuan", "figure": "999", "binds": ["own_shop"], "consequence": "note",
    "valid_from": "2026-03-04", "valid_to": "",
}  # fmt: skip


def test_ds_12_the_form_refuses_a_fine_for_independent_resellers_until_there_is_a_review(client, policy):
    address = reverse("admin:promotions_pricerule_add")
    asked = RULE | {"binds": ["independent"], "consequence": "fine"}
    login(client, "promotion_planner")
    assert "DS-12" in text(client.post(address, asked))
    assert not PriceRule.objects.filter(code="new").exists()
    assert client.get(reverse("admin:promotions_legalreview_add")).status_code == 403
    login(client, "gm_office")
    review = {"rule_code": "new", "allows_fine": "on", "opinion": "仅限代销商"}
    client.post(reverse("admin:promotions_legalreview_add"), review)
    made = LegalReview.objects.get()
    assert (made.reviewed_by, made.allows_fine) == ("gm-office", True)
    client.force_login(make.User.objects.get(username="promotion-planner"))
    assert client.post(address, asked | {"legal_review": made.pk}).status_code == 302
    assert PriceRule.objects.get(code="new").consequence == "fine"
    assert Event.objects.filter(action="pricerule.enter").count() == 2


def test_ds_11_the_form_enters_a_rule_and_afterwards_only_its_end_may_be_set(client, policy):
    login(client, "promotion_planner")
    asked = RULE | {"without_tags": ["hero"]}
    assert client.post(reverse("admin:promotions_pricerule_add"), asked).status_code == 302
    rule = PriceRule.objects.get(code="new")
    assert (rule.binds, rule.without_tags) == (["own_shop"], ["hero"])
    change = reverse("admin:promotions_pricerule_change", args=[rule.pk])
    client.post(change, RULE | {"figure": "1", "valid_to": "2026-04-01"})
    rule.refresh_from_db()
    assert (rule.figure, str(rule.valid_to)) == (D("999.0000"), "2026-04-01")


def test_kp_1_the_days_signals_are_a_figure_that_stays_when_they_are_dealt_with(policy):
    definition = BY_KEY["price_signals"]
    within = span(Period.DAY, AT.date())
    assert definition.rows(PriceSignal.objects.all(), within).count() == 1
    PriceSignal.objects.update(state="gone", ended_at=AT + timedelta(days=1))
    assert definition.rows(PriceSignal.objects.all(), within).count() == 1
