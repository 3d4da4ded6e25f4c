"""AS-1: a customer urges 催单: one question at a time, a reply within the policy, a queue of those unanswered."""

from datetime import timedelta

import pytest
from django.urls import reverse

from aftersales.models import Job, Urge
from aftersales.operations import jobs, urges
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from opsdesk.sla.models import Timer
from tests import make
from tests import make_dispatch as field
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    make.policies()
    field.rules()
    make.territory(make.partner("gz"), "440106")
    return field.accepted()


def reply_clock() -> Timer:
    return Timer.objects.get(policy__code="urge_reply")


def test_as_1_customer_service_urges_and_the_partner_replies(job):
    service = make.actor("service", "aftersales.urge_job", company=True)
    row = urges.urge(job.pk, text="客户急用，问今天能否上门", by=service, at=AT)
    assert (row.partner.code, row.number, row.due_at) == ("gz", 1, AT + timedelta(hours=2))
    assert list(Job.objects.urged()) == [job]
    urges.reply(job.pk, text="下午三点到", by=field.office(row.partner), at=AT + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.reply, row.replied_by, row.replied_at) == ("下午三点到", "office-gz", AT + timedelta(hours=1))
    assert (list(Job.objects.urged()), reply_clock().state) == ([], "met")
    assert urges.urge(job.pk, text="还没到", by=service, at=AT + timedelta(hours=8)).number == 2


def test_as_1_one_question_at_a_time_and_never_an_empty_one(job):
    urges.urge(job.pk, text="催", by=SYSTEM, at=AT)
    with pytest.raises(urges.UrgedAlready):
        urges.urge(job.pk, text="再催", by=SYSTEM, at=AT)
    with pytest.raises(jobs.ReasonMissing):
        urges.reply(job.pk, text=" ", by=SYSTEM, at=AT)
    assert Urge.objects.count() == 1


def test_as_1_nobody_is_urged_about_a_job_that_nobody_has_and_nobody_replies_unasked(job):
    lonely = make.job("lonely", in_region="110105")
    with pytest.raises(urges.NobodyToUrge):
        urges.urge(lonely.pk, text="催", by=SYSTEM, at=AT)
    with pytest.raises(urges.NobodyUrges):
        urges.reply(job.pk, text="好", by=SYSTEM, at=AT)


def test_as_1_a_job_that_is_done_answers_the_customer(job):
    urges.urge(job.pk, text="催", by=SYSTEM, at=AT)
    jobs.complete(job.pk, serial_number="SN", photo=make.photo(), by=SYSTEM, at=AT + timedelta(hours=1))
    assert (Job.objects.get().urged_at, reply_clock().state) == (None, "dropped")
    assert not Urge.objects.unanswered().exists()


def test_ch_5_who_may_not_urge_or_reply_changes_nothing(job):
    before = Event.objects.count()
    with pytest.raises(NotAllowed):
        urges.urge(job.pk, text="催", by=make.actor("a", company=True), at=AT)
    with pytest.raises(NotFound):
        urges.reply(job.pk, text="好", by=field.office(make.partner("other")), at=AT)
    assert (Urge.objects.count(), Event.objects.count()) == (0, before)


def test_as_1_the_partner_replies_through_the_api(client, job):
    urges.urge(job.pk, text="催", by=SYSTEM, at=AT)
    client.force_login(make.user("gz", *field.WORK, partner="gz"))
    assert "reply" in client.get(reverse("api_job", args=[job.pk])).json()["allowed"]
    answer = client.post(reverse("api_reply", args=[job.pk]), {"text": "明早到"})
    assert (answer.status_code, answer.json()["urge"]) == (201, 1)
    assert Urge.objects.get().reply == "明早到"
    assert client.post(reverse("api_reply", args=[job.pk]), {"text": "明早到"}).json()["code"] == "nobody_urges"
