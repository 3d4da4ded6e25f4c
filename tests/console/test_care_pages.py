"""AS-9, AS-10: the pages of call-backs and complaints, as each role."""

import io
from datetime import timedelta

import pytest
import python_calamine
from django.contrib.auth.models import Group
from django.urls import reverse

from aftersales.models import Call, Callback, Complaint
from aftersales.operations import callbacks
from opsdesk import clock
from opsdesk.audit.models import Event
from tests import make, make_care
from tests.make import AT

pytestmark = pytest.mark.django_db
SECRETS = ("张三", "13800000001", "天河路1号")
ANSWER = {"q-visited": "按时", "q-installer": "5", "q-product": "", "suggestion": "", "why": ""}


@pytest.fixture(autouse=True)
def _care(monkeypatch):
    make_care.care()
    monkeypatch.setattr(clock, "now", lambda: AT)


def login(client, name: str, role: str, **scopes: object):
    actor = make_care.somebody(name, role, **scopes)
    client.force_login(make.User.objects.get(username=name))
    return actor


def test_as_10_a_call_from_the_queue_to_the_answer_and_on_to_the_next(client):
    first, second = make_care.callback("1001", done_at=AT - timedelta(hours=2)), make_care.callback("1002")
    login(client, "he", "callback")
    taken = client.post(reverse("callback_next"))
    assert taken.url == reverse("callback", args=[first.pk])
    before = client.get(taken.url).content.decode()
    assert not [secret for secret in SECRETS if secret in before]
    assert "您给" not in before
    called = client.post(reverse("callback_dial", args=[first.pk])).content.decode()
    assert "13800000001" in called
    assert "是否按时上门" in called
    answer = client.post(
        reverse("callback_answer", args=[first.pk]), ANSWER | {"satisfaction": "satisfied", "next": "1"}
    )
    assert answer.url == reverse("callback", args=[second.pk])
    assert Callback.objects.get(pk=first.pk).satisfaction == "satisfied"


def test_as_10_an_answer_with_gaps_is_shown_again_as_it_was_typed(client):
    one = make_care.callback()
    by = login(client, "he", "callback")
    callbacks.dial(one.pk, by=by, at=AT)
    body = client.post(
        reverse("callback_answer", args=[one.pk]), ANSWER | {"satisfaction": "dissatisfied", "suggestion": "快一点"}
    ).content.decode()
    assert "快一点" in body
    assert Callback.objects.get().state == "waiting"
    assert not Complaint.objects.exists()


def test_as_10_not_reached_and_appointed_are_one_click(client):
    one = make_care.callback()
    login(client, "he", "callback")
    client.post(reverse("callback_dial", args=[one.pk]))
    client.post(reverse("callback_miss", args=[one.pk]), {"outcome": "busy", "next": "1"})
    one.refresh_from_db()
    assert (one.attempts, Call.objects.get().outcome) == (1, "busy")
    when = {"appointed_at": "2026-03-05T19:30"}
    client.post(reverse("callback_appoint", args=[one.pk]), when)
    one.refresh_from_db()
    assert (one.state, one.appointed_at) == ("appointed", make.at("2026-03-05 19:30"))


def test_as_10_outside_the_hours_the_page_says_when_it_goes_on(client, monkeypatch):
    one = make_care.callback()
    monkeypatch.setattr(clock, "now", lambda: make.at("2026-03-04 12:30"))
    login(client, "he", "callback")
    body = client.post(reverse("callback_dial", args=[one.pk]), follow=True).content.decode()
    assert "03-04 14:00" in body
    assert "13800000001" not in body


@pytest.mark.parametrize(
    ("role", "scopes", "status"),
    [
        ("callback", {"company": True}, 200),
        ("customer_service", {"company": True}, 200),
        ("regional_manager", {"region": "44"}, 200),
        ("regional_manager", {"region": "31"}, 404),
        ("partner_office", {"partner": "gz"}, 403),
    ],
)
def test_au_1_who_sees_a_call_back_and_a_complaint(client, role, scopes, status):
    one = make_care.callback()
    complaint = make_care.complaint(order=one.job.order)
    login(client, "somebody", role, **scopes)
    for address in (reverse("callback", args=[one.pk]), reverse("complaint", args=[complaint.pk])):
        response = client.get(address)
        assert response.status_code == status
        assert not [secret for secret in SECRETS if secret in response.content.decode()]


def test_au_1_nobody_without_a_login_sees_anything(client):
    one = make_care.callback()
    for name in ("callback", "callback_dial", "callback_answer"):
        response = client.post(reverse(name, args=[one.pk]))
        assert response.status_code == 302
        assert "/login/" in response.url
    assert "/login/" in client.get(reverse("complaint_statistics")).url


def test_au_2_the_customers_own_words_are_shown_with_a_reason_only(client):
    complaint = make_care.complaint()
    login(client, "lin", "customer_service")
    assert "13800000001" not in client.get(reverse("complaint", args=[complaint.pk])).content.decode()
    client.post(reverse("complaint_show", args=[complaint.pk]), {"why": " "})
    assert not Event.objects.filter(action="complaint.show").exists()
    body = client.post(reverse("complaint_show", args=[complaint.pk]), {"why": "核实"}).content.decode()
    assert "13800000001" in body
    assert Event.objects.get(action="complaint.show").facts == {"why": "核实"}


def test_as_9_a_complaint_is_registered_from_its_order_and_goes_round_the_loop_by_buttons(client):
    job = make_care.done_job()
    login(client, "lin", "customer_service")
    data = {"words": make_care.WORDS, "source": "phone", "order": job.order.number, "refund_number": "R1"}
    client.post(reverse("complaint_register"), data)
    row = Complaint.objects.get()
    assert (row.order, row.job, row.partner.code, row.refund_number) == (job.order, job, "gz", "R1")

    def act(action: str, **fields: str) -> str:
        posted = {f"{action}-{name}": value for name, value in fields.items()}
        client.post(reverse("complaint_act", args=[row.pk, action]), posted)
        return Complaint.objects.get(pk=row.pk).state

    assert act("uphold", judgement="属实") == "investigating"
    assert act("investigate", cause="未培训", department="", partner=str(job.owner_id)) == "proposing"
    assert act("propose", measures="道歉", amount_yuan="0") == "proposed"
    assert act("approve") == "proposed"  # not the proposer
    login(client, "shen", "ecommerce_head")
    assert act("approve") == "approved"
    login(client, "lin", "customer_service")
    assert act("carry_out", result="已道歉") == "carried_out"
    assert act("confirm", words="可以") == "confirmed"
    assert act("close", summary="培训") == "closed"
    row.refresh_from_db()
    assert (row.at_fault_id, row.head.username, row.doer.username) == (job.owner_id, "shen", "lin")
    body = client.get(reverse("complaint", args=[row.pk])).content.decode()
    assert "道歉" in body


def test_as_9_an_unknown_order_number_is_refused(client):
    login(client, "lin", "customer_service")
    response = client.post(reverse("complaint_register"), {"words": "x", "source": "phone", "order": "nope"})
    assert response.status_code == 200
    assert not Complaint.objects.exists()


def test_as_9_order_and_job_pages_show_complaints_and_call_backs(client):
    one = make_care.callback()
    complaint = make_care.complaint(job=one.job)
    login(client, "lin", "customer_service")
    for address in (reverse("order", args=[one.job.order_id]), reverse("job", args=[one.job_id])):
        body = client.get(address).content.decode()
        assert reverse("callback", args=[one.pk]) in body
        assert reverse("complaint", args=[complaint.pk]) in body


def test_as_9_statistics_count_by_class_month_and_partner_and_go_out_to_excel(client):
    one = make_care.callback()
    make_care.complaint(job=one.job)
    make_care.complaint("龙头漏水", at=AT + timedelta(days=40))
    make_care.complaint("你好")
    login(client, "shen", "ecommerce_head")
    query = {"first": "2026-03-01", "last": "2026-12-31"}
    body = client.get(reverse("complaint_statistics"), query).content.decode()
    for text in ("服务态度", "产品质量", "2026-03", "2026-04", "伙伴gz"):
        assert text in body
    answer = client.get(reverse("complaint_statistics_excel"), query)
    content = b"".join(answer.streaming_content)
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    counted = {(row[0], row[1]): row[2] for row in rows[1:]}
    assert sorted(counted.values()) == [1, 1, 1, 1, 1, 2]
    assert Event.objects.get(action="complaint.export").facts["rows"] == 6
    only_april = client.get(reverse("complaint_statistics"), {"first": "2026-04-01", "last": "2026-04-30"})
    body = only_april.content.decode()
    assert ("服务态度" in body, "产品质量" in body) == (False, True)


@pytest.mark.parametrize("name", ["aftersales_callback", "aftersales_complaint"])
def test_a_list_of_care_has_a_fixed_query_budget(client, name, django_assert_max_num_queries):
    for number in range(1001, 1013):
        make_care.complaint(job=make_care.callback(str(number)).job)
    login(client, "boss", "general_manager")
    make.User.objects.get(username="boss").groups.add(Group.objects.get(name="callback"))
    address = reverse(f"admin:{name}_changelist")
    client.get(address)
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200


QUEUES = [
    ("aftersales_complaint", queue)
    for queue in ("to_judge", "mine", "overdue", "to_approve", "to_confirm", "escalated", "unclear")
] + [("aftersales_callback", queue) for queue in ("due", "overdue", "appointed", "unreached", "dissatisfied")]


@pytest.mark.parametrize(("name", "queue"), QUEUES)
def test_every_queue_opens(client, name, queue):
    make_care.complaint(job=make_care.callback().job)
    login(client, "lin", "customer_service")
    assert client.get(reverse(f"admin:{name}_changelist"), {"queue": queue}).status_code == 200


def test_au_2_a_list_of_complaints_goes_out_to_excel_and_is_written_down(client):
    make_care.complaint()
    login(client, "shen", "ecommerce_head")
    data = {"action": "export", "_selected_action": [Complaint.objects.get().pk]}
    response = client.post(reverse("admin:aftersales_complaint_changelist"), data)
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert Event.objects.get(action="complaint.export").facts["rows"] == 1
