"""AS-11, AU-1: who comes to the phone pages: by role after the login, by a signed link; how a link ends."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.models import PhoneLink, PhoneRule
from aftersales.operations import installers, links
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from tests import make, make_dispatch, make_phone
from tests.make import AT

pytestmark = pytest.mark.django_db
OFFICE = "aftersales.link_installer"


@pytest.fixture
def agent():
    return make_phone.ground()


@pytest.fixture
def li(agent):
    return make_dispatch.installer(agent, "李师傅")


def token(li, *, at=AT) -> str:
    return installers.link(li.pk, by=SYSTEM, at=at).token


def body(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", ["partner_office", "partner_installer"])
def test_au_1_a_partners_person_lands_on_the_phone_page(client, agent, role):
    make.in_role("chen", role, partner="gz")
    answer = client.post(reverse("admin:login"), {"username": "chen", "password": "secret"})
    assert (answer.status_code, answer["Location"]) == (302, "/m/")
    assert client.get("/")["Location"] == "/m/"
    assert client.get("/m/").status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200


def test_au_1_the_light_login_leads_to_the_phone_page_too(client, agent):
    make.in_role("chen", "partner_installer", partner="gz")
    refused = client.post("/m/login/", {"username": "chen", "password": "wrong"})
    assert 'role="alert"' in body(refused)
    answer = client.post("/m/login/", {"username": "chen", "password": "secret"})
    assert (answer.status_code, answer["Location"]) == (302, "/m/")


def test_au_1_a_page_asked_for_before_the_login_is_shown_after_it(client, agent):
    make.in_role("chen", "partner_office", partner="gz")
    address = reverse("admin:aftersales_job_changelist")
    answer = client.post(f"{reverse('admin:login')}?next={address}", {"username": "chen", "password": "secret"})
    assert answer["Location"] == address


def test_au_1_the_companys_people_stay_at_the_desk(client, agent):
    make.in_role("wu", "dispatcher", company=True)
    answer = client.post(reverse("admin:login"), {"username": "wu", "password": "secret"})
    assert answer["Location"] == reverse("admin:index")
    assert client.get("/m/")["Location"] == reverse("admin:index")


def test_as_11_a_link_opens_the_phone_pages_and_nothing_else(client, li):
    assert client.get(make_phone.address_of_link(li))["Location"] == "/m/"
    assert client.get("/m/").status_code == 200
    for address in ("/admin/", "/admin/aftersales/job/", "/desk/job/1/"):
        assert "/login/" in client.get(address)["Location"]
    assert client.get("/api/jobs/").status_code in (401, 403)
    assert client.get("/m/installers/").status_code == 403


def test_as_11_a_link_session_has_an_installers_rights_and_its_partners_scope(li):
    by = links.actor_of(links.enter(token(li), at=AT).pk, at=AT)
    assert by.rights == {"aftersales.view_job", "aftersales.accept_job", "aftersales.work_job"}
    assert (by.partners, by.installer, by.door, by.user_id, by.company) == ({"gz"}, li.pk, "phone", None, False)


def test_as_11_every_use_of_a_link_is_written_down(client, li):
    address = make_phone.address_of_link(li)
    client.get(address)
    Client().get(address)
    used = Event.objects.filter(action="installer.enter", subject_id=li.pk)
    assert [(event.actor, event.door) for event in used] == [("李师傅（伙伴gz）", "phone")] * 2
    assert PhoneLink.objects.get().used_at is not None


def test_as_11_an_expired_link_says_so_kindly(client, li):
    expired = token(li, at=clock.now() - timedelta(hours=12, seconds=1))
    answer = client.get(f"/m/in/{expired}/")
    assert answer.status_code == 403
    assert "链接" in body(answer)
    assert client.get("/m/")["Location"] == reverse("phone_login")
    assert not Event.objects.filter(action="installer.enter").exists()


def test_as_11_a_session_ends_with_its_link(client, li):
    client.get(make_phone.address_of_link(li))
    PhoneLink.objects.update(made_at=AT, expires_at=clock.now() - timedelta(seconds=1))
    assert client.get("/m/").status_code == 403
    assert client.get("/m/")["Location"] == reverse("phone_login")


def test_as_11_a_revoked_link_ends_its_session_at_once(client, li):
    address = make_phone.address_of_link(li)
    client.get(address)
    assert installers.revoke(li.pk, by=SYSTEM, at=clock.now()) == 1
    assert client.get("/m/").status_code == 403
    assert client.get(address).status_code == 403
    assert installers.revoke(li.pk, by=SYSTEM, at=clock.now()) == 0
    assert Event.objects.filter(action="installer.unlink").count() == 1


def test_as_11_a_new_link_ends_the_one_before_it(li):
    first, second = make_phone.come_in(li), make_phone.come_in(li)
    assert (first.get("/m/").status_code, second.get("/m/").status_code) == (403, 200)


def test_as_11_who_no_longer_works_does_not_come_in(client, li):
    client.get(make_phone.address_of_link(li))
    li.active = False
    li.save()
    assert client.get("/m/").status_code == 403
    with pytest.raises(links.NotWorking):
        token(li)


@pytest.mark.parametrize("forged", ["1", "1.", "1.x", ".", "1.AAAA", "x" * 300])
def test_as_11_a_forged_link_opens_nothing(client, li, forged):
    token(li, at=clock.now())
    assert client.get(f"/m/in/{forged}/").status_code == 403
    assert not Event.objects.filter(action="installer.enter").exists()


def test_as_11_a_forged_link_logs_nobody_out(client, agent):
    client.force_login(make.in_role("office", "partner_office", partner="gz"))
    assert client.get("/m/in/1.x/").status_code == 403
    assert client.get("/m/").status_code == 200


def test_as_11_a_link_takes_the_place_of_whoever_was_logged_in(client, li):
    client.force_login(make.in_role("wu", "dispatcher", company=True))
    client.get(make_phone.address_of_link(li))
    assert "/login/" in client.get("/admin/")["Location"]
    assert client.get("/m/").status_code == 200


def test_as_11_a_link_is_made_by_who_may_for_whom_he_sees(li):
    with pytest.raises(NotAllowed):
        installers.link(li.pk, by=make.actor("a", partner="gz"), at=AT)
    with pytest.raises(NotFound):
        installers.link(li.pk, by=make.actor("b", OFFICE, partner="other"), at=AT)
    with pytest.raises(NotFound):
        installers.revoke(li.pk, by=make.actor("c", OFFICE, partner="other"), at=AT)
    assert not PhoneLink.objects.exists()
    made = installers.link(li.pk, by=make.actor("d", OFFICE, partner="gz"), at=AT)
    assert (made.installer, made.expires_at) == (li, AT + timedelta(hours=12))


def test_as_11_without_a_rule_no_link_is_made(li):
    PhoneRule.objects.all().delete()
    with pytest.raises(links.NoPhoneRule):
        token(li)


def test_as_11_the_office_makes_and_revokes_links_on_the_phone(client, agent, li):
    other = make_dispatch.installer(make.partner("hz"), "赵师傅")
    client.force_login(make.in_role("office", "partner_office", partner="gz"))
    text = body(client.post("/m/installers/", {"link": li.pk}))
    address = text.split('id="address" rows="4" readonly>')[1].split("<")[0]
    assert Client().get(address)["Location"] == "/m/"
    client.post("/m/installers/", {"revoke": li.pk})
    assert Client().get(address).status_code == 403
    assert client.post("/m/installers/", {"link": other.pk}).status_code == 404
    assert "赵师傅" not in body(client.get("/m/installers/"))


def test_as_11_the_dispatcher_makes_links_in_the_register(client, li):
    client.force_login(make.in_role("wu", "dispatcher", company=True))
    answer = client.post(
        reverse("admin:aftersales_installer_changelist"),
        {"action": "link", "_selected_action": [li.pk]},
        follow=True,
    )
    address = body(answer).split("http://testserver", 1)[1].split("/ ")[0] + "/"
    assert Client().get(address)["Location"] == "/m/"
    assert Event.objects.get(action="installer.link").actor == "wu"
    assert client.get(reverse("admin:aftersales_installer_change", args=[li.pk])).status_code == 200
    client.post(
        reverse("admin:aftersales_installer_changelist"), {"action": "revoke", "_selected_action": [li.pk]}, follow=True
    )
    assert Client().get(address).status_code == 403


def test_au_1_who_logs_out_is_out(client, li):
    client.get(make_phone.address_of_link(li))
    assert client.get("/m/out/").status_code == 405
    client.post("/m/out/")
    assert client.get("/m/")["Location"] == reverse("phone_login")
