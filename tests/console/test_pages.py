"""AU-1, AU-2, OR-1: the pages of the console as each role; what is not visible is not found; query budgets."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import python_calamine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Job
from aftersales.operations import dispatch, opening
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.people.operations import ensure_roles
from opsdesk.people.roles import ROLES
from opsdesk.sla import timers
from orders.models import Import, Order
from orders.operations import imports
from tests import make
from tests.make import AT
from tests.orders.test_imports import BAD, GOOD, file_of, row_of

pytestmark = pytest.mark.django_db
BUDGETS = json.loads(Path(__file__).parent.parent.joinpath("query_budgets.json").read_text(encoding="utf-8"))
SECRETS = ("张三", "13800000001", "天河路1号")


@pytest.fixture
def job() -> Job:
    """An offered job of an order with personal data, a rejected row, an item to map; roles exist."""
    ensure_roles()
    make.policies()
    agent = make.partner("gz")
    make.territory(agent, "440106")
    held = imports.receive(make.shop().pk, name="x.csv", content=file_of(GOOD, BAD), by=SYSTEM, at=AT)
    imports.run(held.pk, by=SYSTEM, at=AT)
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(state="signed", signed_at=AT)
    make.listing("unmapped")
    opening.open_many([order.pk], by=SYSTEM, at=AT)
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    return Job.objects.get()


def login(client, role: str, **scopes: object):
    person = make.in_role(role.replace("_", "-"), role, **scopes or {"company": True})
    client.force_login(person)
    return person


MONEY = (
    "channels_entry",
    "channels_statement",
    "channels_correction",
    "channels_statementterms",
    "aftersales_extra",
    "aftersales_deduction",
    "aftersales_feerate",
)


def pages(job: Job) -> dict[str, str]:
    lists = (
        "orders_order",
        "orders_import",
        "orders_rejectedrow",
        "aftersales_job",
        "channels_shop",
        "channels_partner",
        "channels_authorisation",
        "channels_territory",
        "channels_product",
        "channels_listing",
        "channels_platform",
        "channels_region",
        *MONEY,
        "conflicts_case",
        "sla_policy",
        "sla_workcalendar",
        "sla_calendarday",
        "kpi_target",
        "notify_mail",
        "audit_event",
        "people_user",
        "auth_group",
    )
    return {name: reverse(f"admin:{name}_changelist") for name in lists} | {
        "start": reverse("admin:index"),
        "order": reverse("order", args=[job.order_id]),
        "job": reverse("job", args=[job.pk]),
        "upload": reverse("upload"),
        "import": reverse("import", args=[Import.objects.order_by("pk")[0].pk]),
        "coverage": reverse("coverage", args=["installation"]),
    }


MASTER = {"sla_policy", "sla_workcalendar", "sla_calendarday", "kpi_target"}
OFFICE = {
    "start", "order", "job", "import", "orders_order", "orders_import", "orders_rejectedrow",
    "aftersales_job", "channels_shop", "channels_partner", "channels_authorisation", "channels_territory",
    "channels_product", "channels_listing", "channels_platform", "channels_region", *MASTER, *MONEY,
    "conflicts_case",
}  # fmt: skip
MORE = {
    "shop_operations": {"upload"},
    "ecommerce_head": {"upload"},
    "gm_office": {"audit_event"},
    "general_manager": {"audit_event"},
    "sales_director": {"coverage"},
    "system_admin": {"audit_event", "people_user", "auth_group", "notify_mail", "coverage"},
}
PARTNERS = {
    "partner_office": {"start", "job", "orders_order", "aftersales_job", "channels_shop", "channels_territory",
                       "channels_authorisation", "channels_entry", "channels_statement", "aftersales_extra",
                       "aftersales_deduction", "conflicts_case"},
    "partner_installer": {"start", "job", "aftersales_job", "aftersales_extra"},
}  # fmt: skip


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_au_1_each_role_opens_exactly_its_pages(client, job, role):
    if role in PARTNERS:
        login(client, role, partner="gz")
    else:
        login(client, role)
    opened = {name for name, address in pages(job).items() if client.get(address, follow=True).status_code == 200}
    assert opened == PARTNERS.get(role, OFFICE | MORE.get(role, set()))


def test_au_1_nobody_gets_in_without_a_login(client, job):
    for address in pages(job).values():
        response = client.get(address)
        assert response.status_code == 302, address
        assert "/login/" in response["Location"]


@pytest.mark.parametrize("name", ["order", "job", "import"])
def test_au_1_a_page_out_of_scope_does_not_exist(client, job, name):
    make.shop("other")
    login(client, "shop_operations", shop="other")
    assert client.get(pages(job)[name]).status_code == 404


def test_au_1_a_list_shows_only_what_is_in_scope(client, job):
    make.taken_in(make.seen("elsewhere"), where=make.shop("other"))
    login(client, "shop_operations", shop="other")
    body = client.get(reverse("admin:orders_order_changelist")).content.decode()
    assert "elsewhere" in body
    assert job.order.number not in body


def test_or_1_the_order_page_tells_its_life_and_masks_personal_data(client, job):
    login(client, "customer_service")
    body = client.get(pages(job)["order"]).content.decode()
    assert "订单已录入" in body
    assert "伙伴gz" in body
    assert "138****0001" in body
    assert not any(secret in body for secret in SECRETS)


def test_au_2_personal_data_is_shown_for_a_reason_and_written_down(client, job):
    person = login(client, "customer_service")
    address = reverse("order_show", args=[job.order_id])
    assert client.get(address).status_code == 405
    assert "张三" not in client.post(address, {"why": ""}, follow=True).content.decode()
    body = client.post(address, {"why": "客户来电改约"}).content.decode()
    assert all(secret in body for secret in SECRETS)
    event = Event.objects.get(action="order.show")
    assert (event.actor, event.facts["why"], event.door) == (person.username, "客户来电改约", "web")


def test_au_2_who_has_no_right_to_see_personal_data_does_not(client, job):
    login(client, "promotion_planner")
    body = client.post(reverse("order_show", args=[job.order_id]), {"why": "x"}, follow=True).content.decode()
    assert not any(secret in body for secret in SECRETS)
    assert not Event.objects.filter(action="order.show").exists()


def test_or_3_a_file_is_uploaded_previewed_and_imported(client, job):
    login(client, "shop_operations")
    content = file_of(row_of(9, "王五", "9.00"), BAD)
    upload = SimpleUploadedFile("ExportOrderList.csv", content, "text/csv")
    shop = job.order.shop_id
    response = client.post(reverse("upload"), {"shop": shop, "file": upload}, follow=True)
    assert "预览" in response.content.decode() or "导入" in response.content.decode()
    held = Import.objects.order_by("-pk").first()
    assert held.state == "preview"
    assert "很多" in response.content.decode()
    client.post(reverse("import_act", args=[held.pk, "start"]))
    imports.run(held.pk, by=SYSTEM, at=AT)
    body = client.get(reverse("import", args=[held.pk])).content.decode()
    assert "很多" in body
    assert Order.objects.filter(number="3000000000000009").exists()
    download = client.get(reverse("import_rejected", args=[held.pk]))
    assert "很多" in download.content.decode("utf-8-sig")


def test_as_1_a_job_is_steered_from_its_page(client, job):
    login(client, "dispatcher")
    act = lambda action, **data: client.post(reverse("job_act", args=[job.pk, action]), data, follow=True)  # noqa: E731
    act("accept")
    tomorrow = timezone.localtime() + timedelta(days=1)
    act("appoint", **{"appoint-appointed_at_0": f"{tomorrow:%Y-%m-%d}", "appoint-appointed_at_1": "10:00:00"})
    assert Job.objects.get().state == "appointed"
    refused = act("complete", **{"complete-serial_number": "SN-9"})
    assert Job.objects.get().state == "appointed"
    assert "errorlist" in refused.content.decode() or "必填" in refused.content.decode()
    act("complete", **{"complete-serial_number": "SN-9", "complete-photo": make.photo()})
    row = Job.objects.get()
    assert (row.state, row.serial_number) == ("done", "SN-9")
    refused = act("accept").content.decode()
    assert f"J{row.pk}" in refused
    assert Job.objects.get().state == "done"
    photo = client.get(reverse("job_photo", args=[row.pk]))
    assert photo.headers["Content-Type"] == "image/jpeg"
    photo.close()


def test_as_2_bulk_actions_answer_row_by_row(client, job):
    login(client, "dispatcher")
    second = make.job("second")
    address = reverse("admin:aftersales_job_changelist")
    body = client.post(
        address, {"action": "accept", "_selected_action": [job.pk, second.pk]}, follow=True
    ).content.decode()
    assert Job.objects.get(pk=job.pk).state == "accepted"
    assert Job.objects.get(pk=second.pk).state == "open"
    assert f"J{second.pk}" in body


def test_as_2_a_bulk_action_that_needs_a_reason_asks_for_it(client, job):
    login(client, "dispatcher")
    address = reverse("admin:aftersales_job_changelist")
    asked = client.post(address, {"action": "cancel", "_selected_action": [job.pk]})
    assert asked.status_code == 200
    assert Job.objects.get().state == "offered"
    client.post(address, {"action": "cancel", "_selected_action": [job.pk], "answered": "1", "reason": "客户退货"})
    assert (Job.objects.get().state, Job.objects.get().reason) == ("cancelled", "客户退货")


def test_au_2_an_excel_file_has_the_selected_rows_masked_and_is_written_down(client, job):
    login(client, "shop_operations")
    response = client.post(
        reverse("admin:orders_order_changelist"), {"action": "export", "_selected_action": [job.order_id]}
    )
    book = b"".join(response.streaming_content)
    rows = python_calamine.load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == job.order.number
    assert rows[1][5] == 201.12
    assert "张三" not in str(rows)
    assert Event.objects.get(action="order.export").facts["rows"] == 1


def test_kp_1_the_link_of_a_figure_narrows_the_list(client, job):
    login(client, "general_manager")
    address = reverse("admin:orders_order_changelist")
    assert job.order.number in client.get(address, {"figure": "orders_created:day:2026-03-01"}).content.decode()
    assert job.order.number not in client.get(address, {"figure": "orders_created:day:2026-03-02"}).content.decode()
    assert client.get(address, {"figure": "nonsense"}).status_code == 404
    jobs = reverse("admin:aftersales_job_changelist")
    assert client.get(jobs, {"figure": "orders_created:day:2026-03-01"}).status_code == 404


@pytest.mark.parametrize("name", BUDGETS)
def test_a_list_page_has_a_fixed_query_budget(client, job, name, django_assert_max_num_queries):
    person = make.in_role("admin-user", "system_admin", company=True)
    for role in ("shop_operations", "dispatcher", "sales_director", "general_manager"):
        person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    make.taken_in(*(make.seen(f"n{n}", receiver_name="李四", receiver_phone=f"139000000{n:02}") for n in range(40)))
    address = pages(job)[name]
    client.get(address)
    with django_assert_max_num_queries(BUDGETS[name]):
        assert client.get(address).status_code == 200


def test_ch_5_a_partner_is_not_told_whom_else_a_job_was_offered_to(client, job):
    make.territory(make.partner("hz"), "44")
    timers.sweep(at=AT + timedelta(days=1))
    dispatch.offer_onward_all_due(by=SYSTEM, at=AT + timedelta(days=1))
    login(client, "partner_office", partner="hz")
    body = client.get(reverse("job", args=[job.pk])).content.decode()
    assert "伙伴hz" in body
    assert "伙伴gz" not in body


def test_as_1_the_clock_is_paused_and_goes_on_from_the_jobs_page(client, job):
    login(client, "dispatcher")
    client.post(reverse("job_act", args=[job.pk, "pause"]), {"pause-reason": "客户外出"})
    assert job.timers().get(policy__code="installation").state == "paused"
    assert "继续计时" in client.get(reverse("job", args=[job.pk])).content.decode()
    client.post(reverse("job_act", args=[job.pk, "resume"]))
    assert job.timers().get(policy__code="installation").state == "running"


def test_au_1_after_the_login_page_comes_the_start_page(client):
    make.user("li", company=True)
    answer = client.post(reverse("admin:login"), {"username": "li", "password": "secret"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
