"""CH-5, AU-1, AU-2: what a page keeps to itself: other partners, pages without the right, inner workings."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse

from aftersales.admin.forms import PartnerForm
from aftersales.models import Job
from aftersales.operations import dispatch, opening
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.console.pages.imports import UploadForm
from opsdesk.people.operations import ensure_roles
from orders.models import Import, Order
from orders.operations import imports
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
NEIGHBOUR, SOMEBODY = "伙伴neighbour", "伙伴somebody"


@pytest.fixture
def order() -> Order:
    """An order of the dealer's shop, whose installation lies with somebody else."""
    make.policies()
    make.territory(make.partner("somebody", phone="020-1"), "440106")
    row = make.signed_order("1001", where=make.shop("dealers", operator=make.partner("dealer")))
    opening.open_many([row.pk], by=SYSTEM, at=AT)
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    return row


def login(client, *rights: str, **scopes: object) -> None:
    client.force_login(make.user("li", *rights, **scopes))


def doubled(*codes: str) -> None:
    """Two partners who both cover each of these counties."""
    for name in ("neighbour", "somebody"):
        who = make.partner(name)
        for code in codes:
            make.territory(who, code)


def test_ch_5_a_partner_does_not_read_gaps_and_overlaps(client):
    ensure_roles()
    make.partner("gz")
    client.force_login(make.in_role("office", "partner_office", partner="gz"))
    response = client.get(reverse("coverage", args=["installation"]))
    assert response.status_code == 403
    assert NEIGHBOUR not in response.content.decode()


@pytest.mark.parametrize(
    ("_case", "scope", "seen"),
    [
        ("the company", {"company": True}, {"440106", "330106"}),
        ("a region", {"region": "44"}, {"440106"}),
        ("a partner", {"partner": "neighbour"}, set()),
        ("nothing", {}, set()),
    ],
)
def test_ch_6_gaps_and_overlaps_are_those_of_the_own_regions(client, _case, scope, seen):
    doubled("440106", "330106")
    login(client, "channels.change_territory", **scope)
    found = client.get(reverse("coverage", args=["installation"])).context["found"]
    assert {region.code for region, _names in found.overlaps} == seen


def test_ch_5_an_order_page_tells_of_visible_jobs_only(client, order):
    job = Job.objects.get()
    login(client, "orders.view_order", partner="dealer")
    body = client.get(reverse("order", args=[order.pk])).content.decode()
    assert order.number in body
    assert f"J{job.pk}" not in body
    assert SOMEBODY not in body
    login_as = make.user("office", "orders.view_order", company=True)
    client.force_login(login_as)
    body = client.get(reverse("order", args=[order.pk])).content.decode()
    assert f"J{job.pk}" in body
    assert SOMEBODY in body


def test_ch_5_a_job_is_offered_to_visible_partners_only(client, order):
    job = Job.objects.get()
    below = make.partner("below", above=job.owner)
    make.partner("neighbour")
    login(client, "aftersales.view_job", "aftersales.dispatch_job", partner="somebody")
    address = reverse("admin:aftersales_job_changelist")
    data = {"action": "assign", "_selected_action": [job.pk]}
    asked = client.post(address, data)
    assert set(asked.context["form"].fields["partner"].queryset) == {job.owner, below}
    assert NEIGHBOUR not in asked.content.decode()
    client.post(address, data | {"answered": "1", "reason": "忙", "partner": below.pk})
    assert Job.objects.get().owner == below


def test_ch_5_a_form_that_nobody_narrowed_offers_no_partner():
    make.partner("neighbour")
    assert not PartnerForm().fields["partner"].queryset.exists()


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("order", "orders.view_order"),
        ("job", "aftersales.view_job"),
        ("job_photo", "aftersales.view_job"),
        ("import", "orders.view_import"),
        ("import_progress", "orders.view_import"),
        ("import_rejected", "orders.add_import"),
        ("import_original", "orders.add_import"),
        ("upload", "orders.add_import"),
    ],
)
def test_au_1_a_page_needs_its_right_whatever_is_in_scope(client, order, name, right):
    held = imports.hold(order.shop_id, name="x.csv", content="订单编号\n".encode(), by=SYSTEM, at=AT)
    Job.objects.update(photo="x.jpg")
    pk = {"order": order.pk, "job": Job.objects.get().pk, "import": held.pk}.get(name.partition("_")[0])
    address = reverse(name, args=[pk] if pk else [])
    login(client, company=True)
    assert client.get(address).status_code == 403
    client.force_login(make.user("with-right", right, company=True))
    if name == "job_photo":
        with pytest.raises(FileNotFoundError):  # let in as far as the file, which this test does not have
            client.get(address)
    else:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("page", "right"), [("order", "orders.show_order"), ("job", "aftersales.work_job")])
def test_au_2_nothing_is_shown_nor_recorded_without_the_right_to_the_page(client, order, page, right):
    pk = order.pk if page == "order" else Job.objects.get().pk
    login(client, right, company=True)
    client.post(reverse(f"{page}_show", args=[pk]), {"why": "x"})
    assert not Event.objects.filter(action=f"{page}.show").exists()


@pytest.mark.parametrize(
    ("_case", "referer"),
    [
        ("from the page", "http://testserver/desk/order/{pk}/"),
        ("from its own answer", "http://testserver/desk/order/{pk}/show/"),
        ("from another host", "https://elsewhere.example/desk/order/{pk}/"),
        ("from nowhere", ""),
    ],
)
def test_au_2_a_refused_look_ends_on_the_page_of_the_order(client, order, _case, referer):
    login(client, "orders.view_order", "orders.show_order", company=True)
    address = reverse("order_show", args=[order.pk])
    response = client.post(address, {"why": " "}, headers={"referer": referer.format(pk=order.pk)}, follow=True)
    [(where, _status)] = response.redirect_chain
    assert where.removeprefix("http://testserver") == reverse("order", args=[order.pk])
    assert response.status_code == 200
    assert order.number in str(next(iter(response.context["messages"])))


def test_au_2_a_refused_look_at_a_job_ends_on_its_page(client, order):
    job = Job.objects.get()
    login(client, "aftersales.view_job", "aftersales.work_job", company=True)
    response = client.post(reverse("job_show", args=[job.pk]), {"why": ""}, follow=True)
    assert response.redirect_chain == [(reverse("job", args=[job.pk]), 302)]
    assert response.status_code == 200


def test_or_3_a_file_that_is_too_large_is_refused_before_it_is_read():
    shop = make.shop()
    file = SimpleUploadedFile("long.csv", b"x")
    file.size = imports.MOST_BYTES + 1
    form = UploadForm({"shop": shop.pk}, {"file": file})
    form.fields["shop"].queryset = type(shop).objects.all()
    assert not form.is_valid()
    assert form.errors == {"file": [str(imports.TooLarge(name="long.csv"))]}
    assert file.tell() == 0
    assert not Import.objects.exists()


def test_readiness_keeps_the_reason_to_the_log(client, caplog):
    def broken(*_args):
        raise OperationalError("connection to server at 10.0.0.7 failed: role desk")

    with connection.execute_wrapper(broken):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": "unavailable"})
    assert "10.0.0.7" in caplog.text
