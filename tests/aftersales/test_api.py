"""AS-1, AS-2 through the API: anonymous, stranger, own, above; errors as {code, message, facts}."""

import pytest
from django.urls import reverse

from aftersales.models import Job
from aftersales.operations import dispatch
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
WORK = ("aftersales.view_job", "aftersales.accept_job", "aftersales.work_job")


@pytest.fixture
def job() -> Job:
    make.policies()
    above = make.partner("province")
    make.territory(make.partner("gz", above=above), "440106")
    make.partner("stranger")
    made = make.job("1001", receiver_name="张三", receiver_phone="13800000001", receiver_address="天河路1号")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    return made


def login(client, code: str):
    client.force_login(make.user(code, *WORK, partner=code))
    return client


ENDPOINTS = ("api_job", "api_acceptance", "api_refusal", "api_appointment", "api_completion", "api_failure")
INPUT = {
    "api_refusal": {"reason": "x"},
    "api_appointment": {"appointed_at": "2099-01-01T10:00:00+08:00"},
    "api_completion": {"serial_number": "SN", "photo": None},
    "api_failure": {"reason": "x"},
}


def call(client, name: str, pk: int):
    address = reverse(name, args=[pk])
    if name == "api_job":
        return client.get(address)
    data = INPUT.get(name, {}) | ({"photo": make.photo()} if name == "api_completion" else {})
    return client.post(address, data)


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(("who", "status"), [(None, 403), ("stranger", 404)])
def test_ch_5_nobody_and_strangers_learn_and_change_nothing(client, job, name, who, status):
    if who:
        login(client, who)
    before = Event.objects.count()
    answer = call(client, name, job.pk)
    assert answer.status_code == status
    assert job.order.number not in answer.content.decode()
    assert (Job.objects.get().state, Event.objects.count()) == ("offered", before)


@pytest.mark.parametrize("who", ["gz", "province"])
def test_as_2_the_agent_and_who_stands_above_it_see_and_accept_the_job(client, job, who):
    login(client, who)
    body = call(client, "api_job", job.pk).json()
    assert (body["order"], body["phone"], body["receiver"], body["owner"]) == ("1001", "138****0001", "张*", "gz")
    assert set(body["allowed"]) == {"decline", "accept"}
    answer = call(client, "api_acceptance", job.pk)
    assert (answer.status_code, answer.json()["state"]) == (201, "accepted")


def test_as_2_accepting_twice_is_refused_with_code_message_and_facts(client, job):
    login(client, "gz")
    call(client, "api_acceptance", job.pk)
    answer = call(client, "api_acceptance", job.pk)
    assert answer.status_code == 409
    assert answer.json()["code"] == "wrong_state"
    assert set(answer.json()) == {"code", "message", "facts"}


def test_as_1_a_job_is_done_through_the_api(client, job):
    login(client, "gz")
    for name in ("api_acceptance", "api_appointment", "api_completion"):
        assert call(client, name, job.pk).status_code == 201, name
    assert (Job.objects.get().state, Job.objects.get().serial_number) == ("done", "SN")


def test_as_2_a_refusal_needs_its_reason(client, job):
    login(client, "gz")
    answer = client.post(reverse("api_refusal", args=[job.pk]), {})
    assert answer.status_code == 400
    assert "reason" in answer.json()["facts"]
    assert "reason" in answer.json()["message"]
    assert "ErrorDetail" not in answer.json()["message"]
    assert call(client, "api_refusal", job.pk).json() == {"id": job.pk, "state": "open"}


def test_ch_5_the_list_holds_the_partners_own_jobs_with_filters(client, job, django_assert_max_num_queries):
    login(client, "gz")
    address = reverse("api_jobs")
    with django_assert_max_num_queries(9):
        assert [row["id"] for row in client.get(address).json()["results"]] == [job.pk]
    assert client.get(address, {"state": "done"}).json()["results"] == []
    assert client.get(address, {"state": "nonsense"}).status_code == 400
    client.force_login(make.user("other", *WORK, partner="stranger"))
    assert client.get(address).json()["results"] == []
