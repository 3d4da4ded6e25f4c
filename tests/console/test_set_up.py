"""What administrators set up: refused where it makes no sense, versioned where it is a rule, recorded always."""

import json

import pytest
from django.urls import reverse

from channels.models import ListPrice, Partner, Shop, Territory
from opsdesk.audit.models import Event
from opsdesk.people.models import User
from opsdesk.people.operations import ensure_roles
from opsdesk.sla.models import WorkCalendar
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    ensure_roles()
    client.force_login(make.in_role("admin", "system_admin", company=True))
    return client


@pytest.fixture
def root() -> User:
    person = make.user("chief", company=True)
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    return User.objects.get(pk=person.pk)


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


@pytest.mark.parametrize(
    ("name", "row"),
    [("shop", make.shop), ("partner", make.partner), ("platform", make.platform), ("product", make.product)],
)
def test_au_1_a_code_is_permanent_because_scopes_refer_to_it(client, root, name, row):
    client.force_login(root)
    kept = row()
    form = client.get(reverse(f"admin:channels_{name}_change", args=[kept.pk])).context["adminform"]
    assert "code" not in form.form.fields
    assert "code" in form.readonly_fields
    assert next(iter(form)).fields[0] == "code"
    assert "code" in client.get(reverse(f"admin:channels_{name}_add")).context["adminform"].form.fields


def regional(client, *rights: str, **scopes: str) -> None:
    client.force_login(make.user("regional", *rights, **scopes))


def territory_of(partner: Partner, region: str) -> dict[str, object]:
    make.region(region, region, region)
    return {"partner": partner.pk, "duty": "installation", "region": region, "valid_from": "2026-01-01"}


@pytest.mark.parametrize(("region", "kept"), [("440106", 1), ("330106", 0)])
def test_ch_5_a_territory_is_entered_within_the_own_region_only(client, region, kept):
    regional(client, "channels.add_territory", "channels.view_territory", region="44")
    data = territory_of(make.partner("gz"), region)
    address = reverse("admin:channels_territory_add")
    response = client.post(address, data, headers={"referer": f"http://testserver{address}?from=list"})
    assert Territory.objects.count() == kept
    assert Event.objects.filter(action="record.add").count() == kept
    if not kept:
        assert response["Location"] == f"http://testserver{address}?from=list"
        assert "不在" in client.get(address).content.decode()


def partner_form(code: str, parent: Partner | None) -> dict[str, object]:
    rows = {f"{name}-{n}_FORMS": "0" for name in ("territories", "authorisations") for n in ("TOTAL", "INITIAL")}
    data = {"code": code, "name": "下级", "kind": "agent", "level": "city", "active": "on", **rows}
    return data | ({"parent": parent.pk} if parent else {})


def test_ch_5_a_partner_is_entered_and_moved_below_the_own_only(client):
    own, other = make.partner("own"), make.partner("other")
    regional(client, "channels.add_partner", "channels.change_partner", partner="own")
    client.post(reverse("admin:channels_partner_add"), partner_form("theirs", other))
    client.post(reverse("admin:channels_partner_add"), partner_form("nobodys", None))
    assert not Partner.objects.filter(code__in=("theirs", "nobodys")).exists()
    client.post(reverse("admin:channels_partner_add"), partner_form("below", own))
    below = Partner.objects.get(code="below")
    client.post(reverse("admin:channels_partner_change", args=[below.pk]), partner_form("below", other))
    assert Partner.objects.get(code="below").path == "/own/below/"


def test_ch_5_a_shop_is_entered_within_the_own_scope_only(client):
    own, other = make.partner("own"), make.partner("other")
    regional(client, "channels.add_shop", "channels.change_shop", partner="own")
    rows = {"authorisations-TOTAL_FORMS": "0", "authorisations-INITIAL_FORMS": "0"}
    data = {
        "code": "new",
        "name": "新店",
        "platform": make.platform().pk,
        "mode": "distribution",
        "active": "on",
        **rows,
    }
    for operator in (other.pk, ""):
        client.post(reverse("admin:channels_shop_add"), data | {"operator": operator})
    assert not Shop.objects.exists()
    client.post(reverse("admin:channels_shop_add"), data | {"operator": own.pk})
    assert Shop.objects.get().operator == own


def user_form(person: User, **fields: object) -> dict[str, object]:
    rows = {"scopes-TOTAL_FORMS": "0", "scopes-INITIAL_FORMS": "0"}
    return {"username": person.username, "full_name": "", "email": "", "is_staff": "on", **rows, **fields}


NEW = {"password1": "a-new-Secret-2026", "password2": "a-new-Secret-2026", "usable_password": "true"}


def test_au_1_only_a_superuser_touches_a_superuser(admin, client, root):
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    change = reverse("admin:people_user_change", args=[root.pk])
    assert "chief" not in admin.get(reverse("admin:people_user_changelist")).content.decode()
    assert admin.get(change).status_code == 302
    admin.post(change, user_form(root, full_name="被停用"))
    assert admin.get(password).status_code == 404
    assert admin.post(password, NEW).status_code == 404
    kept = User.objects.get(pk=root.pk)
    assert (kept.is_active, kept.full_name, kept.password) == (True, "", root.password)
    client.force_login(root)
    assert client.get(change).status_code == 200
    client.post(password, NEW)
    assert User.objects.get(pk=root.pk).check_password(NEW["password1"])


def test_au_1_nobody_makes_himself_a_superuser(admin):
    person = User.objects.get(username="admin")
    admin.post(reverse("admin:people_user_change", args=[person.pk]), user_form(person, is_superuser="on"))
    assert not User.objects.get(pk=person.pk).is_superuser


def test_au_3_a_password_that_was_set_is_recorded_without_it(admin):
    person = make.user("li")
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    admin.post(address, NEW | {"password2": "another"})
    assert not Event.objects.about(person).exists()
    admin.post(address, NEW)
    [event] = Event.objects.about(person)
    assert (event.action, event.actor) == ("record.change", "admin")
    assert event.facts == {"changed": {"password": ["****", "****"]}}


def test_au_3_a_row_deleted_below_a_record_is_recorded_on_it(admin):
    person = make.user("li", shop="flagship")
    scope = person.scopes.get()
    rows = {
        "scopes-TOTAL_FORMS": "1", "scopes-INITIAL_FORMS": "1", "scopes-0-id": scope.pk, "scopes-0-user": person.pk,
        "scopes-0-kind": "shop", "scopes-0-code": "flagship", "scopes-0-DELETE": "on",
    }  # fmt: skip
    admin.post(reverse("admin:people_user_change", args=[person.pk]), user_form(person, **rows, is_active="on"))
    assert not person.scopes.exists()
    assert any("flagship" in str(event.facts["changed"]) for event in Event.objects.about(person))
