"""AS-7, AU-1, AU-2: the pages of repairs: register, work, see; who may and who may not."""

import pytest
from django.urls import reverse

from aftersales.models import Repair
from aftersales.operations import repairs
from opsdesk.audit.models import Event
from tests import make, make_repairs
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def li():
    make_repairs.setting()
    return make_repairs.person("li", "dispatcher")


def login(client, name: str):
    client.force_login(make.User.objects.get(username=name))


def press(client, repair: Repair, action: str, **values: object):
    data = {f"{action}-{name}": value for name, value in values.items()}
    return client.post(reverse("repair_act", args=[repair.pk, action]), data, follow=True)


def test_as_7_from_the_form_to_the_return_by_the_buttons_of_the_page(client, li):
    make_repairs.installed()
    model = make.product(warranty_months=36)
    login(client, "li")
    said = {"serial_number": "nl001", "complaint": "不加热", "place": "sent_in", "requested_by": "customer"}
    page = client.post(reverse("repair_new"), said | {"product": model.pk, "name": "张三", "phone": "13800000001"})
    repair = Repair.objects.get()
    assert page["Location"] == reverse("repair", args=[repair.pk])
    press(client, repair, "post", carrier="顺丰", tracking="SF1")
    press(client, repair, "receive")
    press(client, repair, "inspect", faults=[make_repairs.FaultCode.objects.get(code="no-heat").pk], fault="product")
    press(client, repair, "begin")
    press(client, repair, "part", product=model.pk, quantity=1, cost_yuan="80.00", reason="加热管")
    press(client, repair, "retest", heating="no", pressure="yes", note="仍不热")
    press(client, repair, "retest", heating="yes", pressure="yes")
    press(client, repair, "send", carrier="德邦", tracking="DB9")
    body = press(client, repair, "deliver").content.decode()
    repair.refresh_from_db()
    assert (repair.state, repair.result, repair.tracking_out) == ("returned", "repaired", "DB9")
    assert "13800000001" not in body
    assert "138****0001" in body
    assert [row.passed for row in repair.retests.order_by("number")] == [False, True]
    assert repair.parts.get().state == "fitted"


def test_as_7_a_form_with_an_error_is_shown_again_and_nothing_happens(client, li):
    repair = make_repairs.received(li)
    login(client, "li")
    body = press(client, repair, "inspect", fault="product").content.decode()
    assert '<details class="desk-act" open>' in body
    repair.refresh_from_db()
    assert repair.state == "received"


def test_as_7_a_refusal_is_a_message(client, li):
    repair = make_repairs.inspected(li, "ZZ1")
    login(client, "li")
    body = press(client, repair, "begin").content.decode()
    assert "ZZ1" in body
    repair.refresh_from_db()
    assert repair.state == "inspected"


def test_as_7_every_button_shown_is_one_that_its_state_allows(client, li):
    repair = make_repairs.registered(li)
    login(client, "li")
    body = client.get(reverse("repair", args=[repair.pk])).content.decode()
    shown = {action for action in ("post", "receive", "cancel", "inspect", "begin", "send", "deliver", "retest")
             if reverse("repair_act", args=[repair.pk, action]) in body}  # fmt: skip
    assert shown == {"post", "receive", "cancel"}


def test_au_2_the_customers_words_are_shown_once_and_written_down(client, li):
    repair = make_repairs.registered(li)
    login(client, "li")
    address = reverse("repair", args=[repair.pk])
    assert "打13800000001" not in client.get(address).content.decode()
    body = client.post(reverse("repair_show", args=[repair.pk]), {"why": "回电"}).content.decode()
    assert "打13800000001" in body
    assert Event.objects.filter(action="repair.show", actor="li").count() == 1


def test_au_1_anonymous_stranger_own_and_above(client, li):
    top = make.partner("gd")
    make.partner("gd-1", above=top)
    make.partner("hn")
    for name, code in (("own", "gd-1"), ("above", "gd"), ("stranger", "hn")):
        make.in_role(name, "partner_office", partner=code)
    agent = make_repairs.actor_of(make.User.objects.get(username="own"), door="test")
    repair = repairs.register(repairs.Request("S1", "坏", requested_by="partner"), by=agent, at=AT)
    address = reverse("repair", args=[repair.pk])
    assert client.get(address).status_code == 302
    for name, status in (("own", 200), ("above", 200), ("stranger", 404)):
        login(client, name)
        assert client.get(address).status_code == status, name
    assert press(client, repair, "post", carrier="x", tracking="y").status_code == 404
    assert Repair.objects.get().state == "announced"


def test_as_7_the_order_page_shows_its_repairs(client, li):
    job = make_repairs.installed()
    repair = make_repairs.registered(li)
    login(client, "li")
    body = client.get(reverse("order", args=[job.order_id])).content.decode()
    assert reverse("repair", args=[repair.pk]) in body
    assert f"{reverse('repair_new')}?order=1001" in body


@pytest.mark.parametrize(
    ("queue", "states"),
    [
        ("to_receive", {"announced", "inbound"}),
        ("bench", {"received", "inspected", "repairing"}),
        ("customer", {"quoted"}),
        ("outbound", {"retested"}),
    ],
)
def test_as_7_each_queue_shows_its_machines_within_its_budget(client, li, django_assert_max_num_queries, queue, states):
    make_repairs.installed(serial="B1")
    model = make.product(warranty_months=36)
    make_repairs.registered(li, "A1")
    repairs.post(make_repairs.registered(li, "A2").pk, carrier="", tracking="", by=li, at=AT)
    make_repairs.received(li, "A3")
    quoted = make_repairs.inspected(li, "A4", fault="use")
    make_repairs.quotes_one(quoted, li)
    make_repairs.inspected(li, "A5")
    bench = make_repairs.on_bench(li, "B1", product_id=model.pk)
    make_repairs.installed("1002", serial="B2")
    make_repairs.tested(make_repairs.on_bench(li, "B2", product_id=model.pk), li)
    login(client, "li")
    with django_assert_max_num_queries(16):
        page = client.get(reverse("admin:aftersales_repair_changelist"), {"queue": queue})
    assert {row.state for row in page.context["cl"].result_list} == states
    assert bench.state == "repairing"


def test_as_7_the_page_has_a_budget(client, li, django_assert_max_num_queries):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    login(client, "li")
    address = reverse("repair", args=[repair.pk])
    client.get(address)
    with django_assert_max_num_queries(40):
        client.get(address)


def test_as_7_the_list_goes_out_as_excel(client, li):
    repair = make_repairs.registered(li)
    login(client, "li")
    answer = client.post(
        reverse("admin:aftersales_repair_changelist"), {"action": "export", "_selected_action": [repair.pk]}
    )
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert Event.objects.get(action="repair.export").facts["rows"] == 1
