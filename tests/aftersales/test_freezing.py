"""AS-6: a refund while an installation is open: nobody is sent, no clock runs."""

from datetime import timedelta

import pytest

from aftersales.models import Job, Offer
from aftersales.operations import dispatch, freezing, jobs
from opsdesk.actor import SYSTEM
from opsdesk.sla.models import Timer
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policies():
    make.policies()
    make.territory(make.partner("gz"), "440106")


def states(job: Job) -> dict[str, str]:
    return dict(Timer.objects.of("aftersales.job", [job.pk]).values_list("policy__code", "state"))


def test_as_6_a_frozen_job_is_not_dispatched_and_goes_on_when_thawed():
    job = make.job()
    freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT)
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == 0
    assert states(job) == {"installation": "paused"}
    due = job.due_at
    freezing.thaw_many([job.order_id], because="退款已撤销", by=SYSTEM, at=AT + timedelta(hours=5))
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT + timedelta(hours=5)) == 1
    job = Job.objects.get()
    assert (job.state, job.due_at, job.frozen_at) == ("offered", due + timedelta(hours=5), None)


def test_as_6_an_unanswered_offer_is_not_passed_on_while_frozen():
    job = make.job()
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT)
    assert states(job) == {"installation": "paused", "acceptance": "paused"}
    assert dispatch.offer_onward_all_due(by=SYSTEM, at=AT + timedelta(days=2)) == 0
    assert Offer.objects.get().answer == "waiting"


def test_as_6_a_clock_paused_for_another_reason_stays_paused():
    job = make.job()
    jobs.pause(job.pk, reason="客户出差", by=SYSTEM, at=AT)
    freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT)
    freezing.thaw_many([job.order_id], because="退款已撤销", by=SYSTEM, at=AT + timedelta(hours=1))
    assert states(job) == {"installation": "paused"}


def test_as_6_freezing_twice_changes_nothing():
    job = make.job()
    assert len(freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT)) == 1
    assert freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT) == []
    assert freezing.thaw_many([job.order_id + 1], because="", by=SYSTEM, at=AT) == []
