"""What administrators set up: refused where it makes no sense, versioned where it is a rule, recorded always."""

import json

import pytest
from django.urls import reverse

from channels.models import ListPrice, Partner, Territory
from opsdesk.audit.models import Event
from opsdesk.people.operations import ensure_roles
from opsdesk.sla.models import WorkCalendar
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    ensure_roles()
    client.force_login(make.in_role("admin", "system_admin", company=True))
    return client


def calendar(weekly: dict) -> dict[str, str]:
    return {"code": "c", "name": "c", "zone": "Asia/Shanghai", "weekly": json.dumps(weekly), "makeup_hours": "[]"}


@pytest.mark.parametrize(
    ("_case", "weekly", "kept"),
    [
        ("a week", {"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}, 1),
        ("no working time at all", {}, 0),
        ("overlapping", {"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}, 0),
        ("backwards", {"mon": [["18:00", "09:00"]]}, 0),
        ("no times", {"mon": "always"}, 0),
    ],
)
def test_as_2_a_calendar_without_working_time_is_refused_when_it_is_saved(admin, _case, weekly, kept):
    admin.post(reverse("admin:sla_workcalendar_add"), calendar(weekly))
    assert WorkCalendar.objects.count() == kept


def test_ch_6_a_territory_is_ended_and_never_edited(admin):
    row = make.territory(make.partner("old"), "44")
    other = make.partner("other")
    address = reverse("admin:channels_territory_change", args=[row.pk])
    admin.post(
        address,
        {"partner": other.pk, "duty": row.duty, "region": "44", "valid_from": "2010-01-01", "valid_to": "2026-06-01"},
    )
    kept = Territory.objects.get()
    assert (kept.partner.code, str(kept.valid_to)) == ("old", "2026-06-01")
    assert Event.objects.filter(action="record.change").count() == 1


def test_au_3_a_row_entered_below_a_record_is_recorded_on_it(admin):
    product = make.product()
    data = {
        "code": product.code,
        "name": product.name,
        "series": "",
        "sold_where": "anywhere",
        "installed": "on",
        "active": "on",
    }
    forms = {
        "list_prices-TOTAL_FORMS": "1", "list_prices-INITIAL_FORMS": "0", "list_prices-0-price_yuan": "1999.00",
        "list_prices-0-valid_from": "2026-01-01", "named_sellers-TOTAL_FORMS": "0", "named_sellers-INITIAL_FORMS": "0",
    }  # fmt: skip
    admin.post(reverse("admin:channels_product_change", args=[product.pk]), data | forms)
    assert ListPrice.objects.get().product == product
    assert any("1999.00" in str(event.facts) for event in Event.objects.about(product))


def test_ch_5_a_partner_entered_in_the_admin_stands_in_the_tree(admin):
    above = make.partner("top")
    data = {"code": "below", "name": "下级", "kind": "agent", "level": "city", "parent": above.pk, "active": "on"}
    for rows in ("territories", "authorisations"):
        data |= {f"{rows}-TOTAL_FORMS": "0", f"{rows}-INITIAL_FORMS": "0"}
    admin.post(reverse("admin:channels_partner_add"), data)
    assert Partner.objects.get(code="below").path == "/top/below/"
    data["parent"] = Partner.objects.get(code="below").pk
    body = admin.post(reverse("admin:channels_partner_change", args=[data["parent"]]), data, follow=True)
    assert body.status_code == 200
    assert Partner.objects.get(code="below").path == "/top/below/"
