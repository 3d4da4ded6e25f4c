"""AS-6, AS-8: the lists and the page of refunds: who sees what, what burns first, buttons that are operations."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Evidence, Payout, Reception, Refund, Slip
from aftersales.operations import refund_money, refunds, slips
from opsdesk.actor import SYSTEM
from opsdesk.people.operations import ensure_roles
from opsdesk.sla import timers
from orders.models import Import
from orders.operations import imports
from tests import make, make_refunds
from tests.make_refund_files import taobao
from tests.make_refunds import CLERK, PAYER

pytestmark = pytest.mark.django_db
LIST = "admin:aftersales_refund_changelist"
LISTS = ("aftersales_refund", "aftersales_slip", "aftersales_payout", "aftersales_reception")
RULES = ("aftersales_platformtimer", "aftersales_returnpolicy", "aftersales_customerright")
BUDGETS = {"list": 14, "refund": 32}


@pytest.fixture(autouse=True)
def _rules():
    ensure_roles()
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


@pytest.fixture
def row() -> Refund:
    """A refund asked for now."""
    return make_refunds.refund(make_refunds.order(), at=timezone.localtime())


def login(client, role: str, **scopes: object) -> None:
    client.force_login(make.in_role(role.replace("_", "-"), role, **scopes or {"company": True}))


def act(client, refund: Refund, action: str, **data: object):
    fields = {f"{action}-{name}": value for name, value in data.items()}
    return client.post(reverse("refund_act", args=[refund.pk, action]), fields, follow=True)


def test_as_6_a_refund_goes_through_its_page_from_review_to_payment(client, row):
    login(client, "customer_service")
    body = client.get(reverse("refund", args=[row.pk])).content.decode()
    assert "我们的时限" in body and "平台时限" in body and "还剩" in body
    assert "自动退款" in body, "the platform's timer with what happens when it is missed"
    act(client, row, "agree", reason="")
    act(client, row, "grant", amount_yuan="2999.00", reason="全额")
    assert Refund.objects.get().state == "granted"
    act(client, row, "pay", amount_yuan="2999.00", reference="A", through="platform")
    assert Payout.objects.count() == 0, "customer service does not pay"
    client.logout()
    login(client, "finance")
    act(client, row, "agree", reason="")
    act(client, row, "pay", amount_yuan="2999.00", reference="A", through="platform")
    assert (Refund.objects.get().state, Payout.objects.get().paid_by) == ("paid", "finance")


def test_as_8_the_screen_says_whose_rule_applies(client):
    when = timezone.localtime()
    order = make_refunds.order(signed_at=when - timedelta(hours=30), shipped_at=when - timedelta(days=3))
    row = make_refunds.refund(order, "return_refund", reason="dislike", at=when)
    login(client, "dispatcher")
    body = client.get(reverse("refund", args=[row.pk])).content.decode()
    assert "七天无理由退货" in body and "消费者权益保护法第二十五条" in body
    assert "超过签收后 24 小时才联系" in body


def test_as_8_evidence_goods_and_acceptance_from_the_page(client):
    row = make_refunds.refund(make_refunds.order(shipped_at=timezone.localtime()), "return_refund", reason="quality")
    login(client, "customer_service")
    act(client, row, "agree", reason="")
    assert Refund.objects.get().state == "asked", "no evidence yet"
    act(client, row, "prove", photo=make.photo(), what="漏水")
    act(client, row, "agree", reason="")
    client.logout()
    login(client, "warehouse")
    first, second = row.lines.order_by("pk")
    counted = {f"ok_{first.pk}": 1, f"damaged_{first.pk}": 0, f"missing_{first.pk}": 0}
    counted |= {f"ok_{second.pk}": 1, f"damaged_{second.pk}": 1, f"missing_{second.pk}": 0}
    act(client, row, "receive", tracking="SF1", note="", **counted)
    held = Reception.objects.get()
    assert [(h.ok, h.damaged) for h in held.lines.order_by("line_id")] == [(1, 0), (1, 1)]
    act(client, row, "inspect", note="")
    assert Refund.objects.get().state == "received"
    act(client, row, "inspect", note="划痕可接受")
    assert Refund.objects.get().state == "inspected"
    client.post(reverse("parcel"), {"tracking": "SF9", "order_number": "", "reason": "无联系"})
    assert Reception.objects.filter(refund=None).get().tracking == "SF9"
    photo = client.get(reverse("refund_proof", args=[Evidence.objects.get().pk]))
    assert photo.headers["Content-Type"] == "image/jpeg"
    photo.close()


def test_as_6_a_refund_is_entered_from_the_orders_page_and_shown_there(client):
    order = make_refunds.order()
    login(client, "customer_service")
    page = reverse("order", args=[order.pk])
    assert "还没有退款申请" in client.get(page).content.decode()
    data = {"kind": "refund_only", "reason": "price", "amount_yuan": "10.00", "number": ""}
    client.post(reverse("refund_ask", args=[order.pk]), data)
    row = Refund.objects.get()
    assert (row.kind, row.reason, row.asked_yuan) == ("refund_only", "price", Decimal("10.00"))
    assert str(row) in client.get(page).content.decode()
    wrong = client.post(reverse("refund_ask", args=[order.pk]), {**data, "amount_yuan": ""})
    assert (wrong.status_code, Refund.objects.count()) == (200, 1)


def test_as_6_queues_are_sorted_by_what_burns_first(client):
    now = timezone.localtime()
    asked = {"late": now - timedelta(hours=30), "burning": now - timedelta(hours=20), "fresh": now}
    rows = {
        name: make_refunds.refund(make_refunds.order(name), number=f"N-{name}", at=when) for name, when in asked.items()
    }
    refund_money.agree_and_grant(rows["fresh"].pk, amount_yuan=Decimal(5), by=CLERK, at=now)
    login(client, "customer_service")
    seen = {}
    for queue in ("late", "burning", "to_review", "to_pay", "goods_back", "to_send"):
        found = client.get(reverse(LIST), {"queue": queue}).context["cl"].result_list
        seen[queue] = [row.order.number for row in found]
    assert seen == {
        "late": ["late"],
        "burning": ["burning"],
        "to_review": ["late", "burning"],
        "to_pay": ["fresh"],
        "goods_back": [],
        "to_send": [],
    }
    body = client.get(reverse(LIST), {"queue": "late"}).content.decode()
    assert "已超 6 小时" in body


def test_as_6_bulk_actions_and_excel(client, row):
    login(client, "customer_service")
    second = make_refunds.refund(make_refunds.order("2"))
    refunds.refuse(second.pk, reason="x", by=CLERK, at=timezone.localtime())
    refunds.close(second.pk, reason="x", by=CLERK, at=timezone.localtime())
    chosen = [row.pk, second.pk]
    body = client.post(reverse(LIST), {"action": "agree", "_selected_action": chosen}, follow=True).content.decode()
    assert (Refund.objects.get(pk=row.pk).state, Refund.objects.get(pk=second.pk).state) == ("agreed", "closed")
    assert f"R{second.pk}" in body
    response = client.post(reverse(LIST), {"action": "export", "_selected_action": chosen})
    book = b"".join(response.streaming_content)
    table = python_calamine.load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [line[1] for line in table[1:]] == ["2", "1001"]


def test_as_6_the_customer_is_told_from_the_list(client, row):
    later = timezone.localtime() + timedelta(hours=25)
    timers.sweep(at=later)
    slips.note_all_due(by=SYSTEM, at=later)
    login(client, "customer_service")
    address = reverse("admin:aftersales_slip_changelist")
    assert "您好，非常抱歉" in client.get(address, {"queue": "to_tell"}).content.decode()
    slip = Slip.objects.get()
    client.post(address, {"action": "tell", "_selected_action": [slip.pk], "answered": "1", "how": "旺旺"})
    assert (Slip.objects.get().told_by, Slip.objects.get().how) == ("customer-service", "旺旺")


def test_au_1_a_refund_out_of_scope_does_not_exist(client, row):
    make.shop("other")
    login(client, "shop_operations", shop="other")
    assert client.get(reverse("refund", args=[row.pk])).status_code == 404
    assert act(client, row, "agree", reason="").status_code == 404
    assert str(row) not in client.get(reverse(LIST)).content.decode()
    client.logout()
    for address in (reverse("refund", args=[row.pk]), reverse(LIST), reverse("parcel")):
        assert "/login/" in client.get(address)["Location"]


@pytest.mark.parametrize("role", ["promotion_planner", "callback", "gm_office"])
def test_au_1_who_may_only_look_has_no_buttons(client, row, role):
    login(client, role)
    body = client.get(reverse("refund", args=[row.pk])).content.decode()
    assert reverse("refund_act", args=[row.pk, "agree"]) not in body
    act(client, row, "agree", reason="")
    assert Refund.objects.get().state == "asked"


def test_au_1_a_partner_sees_no_refunds(client, row):
    make.partner("gz")
    login(client, "partner_office", partner="gz")
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse("refund", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("name", RULES)
def test_as_8_dated_rules_are_open_to_who_sets_up(client, name):
    login(client, "system_admin")
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_add")).status_code == 200


def test_or_3_a_refund_file_is_previewed_on_the_upload_page(client):
    make_refunds.order()
    login(client, "shop_operations")
    upload = SimpleUploadedFile("退款.csv", taobao({}), "text/csv")
    body = client.post(reverse("upload"), {"shop": make.shop().pk, "file": upload}, follow=True).content.decode()
    assert "新退款" in body and "90000000001" in body and "taobao_refunds" in body
    held = Import.objects.get(name="退款.csv")
    client.post(reverse("import_act", args=[held.pk, "start"]))
    imports.run(held.pk, by=SYSTEM, at=timezone.localtime())
    assert "新退款" in client.get(reverse("import", args=[held.pk])).content.decode()
    assert Refund.objects.get().number == "90000000001"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_refunds_has_a_fixed_query_budget(client, name, django_assert_max_num_queries):
    at = timezone.localtime() - timedelta(days=3)
    for number in range(12):
        row = make_refunds.refund(make_refunds.order(f"n{number}"), at=at)
        refund_money.agree_and_grant(row.pk, amount_yuan=Decimal(5), by=CLERK, at=at + timedelta(days=2))
        refund_money.pay(row.pk, payment=refund_money.Payment(Decimal(2), "A"), by=PAYER, at=timezone.localtime())
    login(client, "customer_service")
    address = reverse(f"admin:{name}_changelist")
    client.get(address)
    with django_assert_max_num_queries(BUDGETS["list"]):
        assert client.get(address).status_code == 200


def test_the_page_of_a_refund_has_a_fixed_query_budget(client, row, django_assert_max_num_queries):
    login(client, "customer_service")
    address = reverse("refund", args=[row.pk])
    client.get(address)
    with django_assert_max_num_queries(BUDGETS["refund"]):
        assert client.get(address).status_code == 200
