"""AS-2, AS-3, AS-11: lists and the job page of dispatch: own, stranger; a fixed number of queries."""

import pytest
from django.urls import reverse

from aftersales.models import Installer
from aftersales.operations import hand_over, jobs
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.people.operations import ensure_roles
from opsdesk.privacy import unseal
from tests import make
from tests import make_dispatch as field
from tests.make import AT

pytestmark = pytest.mark.django_db
LISTS = ("visit", "offer", "urge", "installer", "certificate", "capacity", "score")


@pytest.fixture
def gz():
    ensure_roles()
    make.policies()
    field.rules()
    row = make.partner("gz")
    make.territory(row, "440106")
    return row


@pytest.mark.parametrize("name", LISTS)
def test_as_11_a_list_costs_the_same_for_one_row_and_for_many(client, gz, name, django_assert_max_num_queries):
    client.force_login(make.in_role("boss", "dispatcher", company=True))
    for n in range(12):
        person = field.installer(gz, f"师傅{n}")
        field.certificate(person)
        jobs.arrive(field.accepted(str(n)).pk, by=SYSTEM, at=AT)
        field.score(make.partner(f"p{n}"), "80")
    address = reverse(f"admin:aftersales_{name}_changelist")
    client.get(address)
    with django_assert_max_num_queries(16):
        assert client.get(address).status_code == 200


def test_as_11_a_partners_office_registers_its_own_people_and_nobody_elses(client, gz):
    other = make.partner("other")
    client.force_login(make.in_role("office", "partner_office", partner="gz"))
    address = reverse("admin:aftersales_installer_add")
    rows = {f"{part}-{which}_FORMS": 0 for part in ("certificates", "links") for which in ("TOTAL", "INITIAL")}
    filled = {"name": "李师傅", "phone": "13812345678", "active": "on"} | rows
    client.post(address, filled | {"partner": other.pk})
    assert not Installer.objects.exists()
    client.post(address, filled | {"partner": gz.pk})
    person = Installer.objects.get()
    assert (person.partner, person.phone_masked, unseal(person.phone_sealed)) == (gz, "138****5678", b"13812345678")
    assert "13812345678" not in str(_facts())
    field.installer(other, "外人")
    assert "外人" not in client.get(reverse("admin:aftersales_installer_changelist")).content.decode()


def _facts() -> list[object]:
    return list(Event.objects.values_list("facts", flat=True))


def test_as_3_who_is_offered_a_job_sees_the_page_without_the_one_who_has_it(client, gz):
    field.third_party("tp")
    job = field.accepted()
    hand_over.hand_over(job.pk, reason="排不开", by=SYSTEM, at=AT)
    client.force_login(make.in_role("tp", "partner_office", partner="tp"))
    body = client.get(reverse("job", args=[job.pk])).content.decode()
    assert "其他安装方" in body
    assert "伙伴gz" not in body
    assert reverse("job_act", args=[job.pk, "accept"]) in body
    assert reverse("job_act", args=[job.pk, "complete"]) not in body
    client.post(reverse("job_act", args=[job.pk, "accept"]))
    job.refresh_from_db()
    assert job.owner.code == "tp"
