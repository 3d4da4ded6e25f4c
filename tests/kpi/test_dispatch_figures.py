"""KP-1, KP-3, AS-3: the figures of dispatch count what they say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import Job
from aftersales.operations import dispatch, hand_over, jobs
from opsdesk.actor import SYSTEM
from opsdesk.kpi import figures
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from tests import make
from tests import make_dispatch as field
from tests.make import AT

pytestmark = pytest.mark.django_db
DUE = AT + timedelta(days=3)


def rate(key: str, day) -> Decimal | None:
    return figures.value_of(BY_KEY[key], SYSTEM, span(Period.DAY, day))


@pytest.fixture(autouse=True)
def _company():
    make.policies()
    field.rules()
    make.territory(make.partner("gz"), "440106")
    field.third_party()


def test_kp_1_handed_over_in_time_counts_those_that_the_agent_missed():
    fine, late, saved, called_off = (field.accepted(str(n)) for n in range(4))
    jobs.complete(fine.pk, serial_number="1", photo=make.photo(), by=SYSTEM, at=AT + timedelta(days=1))
    jobs.appoint(saved.pk, appointed_at=DUE + timedelta(days=1), asked_by="installer", by=SYSTEM, at=AT)
    jobs.cancel(called_off.pk, reason="退货", by=SYSTEM, at=AT)
    hand_over.hand_over(saved.pk, reason="急", by=SYSTEM, at=AT)
    jobs.accept(saved.pk, by=SYSTEM, at=AT + timedelta(hours=1))
    assert Job.objects.get(pk=late.pk).state == "accepted"
    assert rate("handed_over_in_time_rate", DUE.date()) == Decimal("0.5")
    jobs.complete(late.pk, serial_number="2", photo=make.photo(), by=SYSTEM, at=DUE + timedelta(days=2))
    assert rate("handed_over_in_time_rate", DUE.date()) == Decimal("0.5")


def test_kp_1_offers_accepted_in_time_leaves_out_those_withdrawn():
    one, two, three = (make.job(str(n)) for n in range(3))
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    jobs.accept(one.pk, by=SYSTEM, at=AT + timedelta(hours=1))
    jobs.accept(two.pk, by=SYSTEM, at=AT + timedelta(hours=5))
    jobs.cancel(three.pk, reason="退货", by=SYSTEM, at=AT)
    assert rate("offers_accepted_in_time_rate", AT.date()) == Decimal("0.5")


def test_kp_1_the_first_visit_counts_once():
    one, two = field.accepted("1"), field.accepted("2")
    jobs.complete(one.pk, serial_number="1", photo=make.photo(), by=SYSTEM, at=AT + timedelta(hours=1))
    jobs.fail(two.pk, reason="缺件", cause="parts", by=SYSTEM, at=AT + timedelta(hours=1))
    jobs.appoint(two.pk, appointed_at=AT + timedelta(hours=4), by=SYSTEM, at=AT + timedelta(hours=2))
    jobs.complete(two.pk, serial_number="2", photo=make.photo(), by=SYSTEM, at=AT + timedelta(hours=4))
    assert rate("first_visit_rate", AT.date()) == Decimal("0.5")
