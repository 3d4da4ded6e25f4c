"""AS-9, AS-10, KP-3: the figures of complaints and call-backs, today and for a past day as it stood."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import Callback, Complaint
from aftersales.operations import callbacks, complaints
from opsdesk.actor import SYSTEM
from opsdesk.kpi import lists
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import value_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from tests import make_care
from tests.make import AT
from tests.make_care import brought_to, caller, clerk, said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _care():
    make_care.care()


def figure(key: str, day=AT, period: str = "day"):
    return value_of(BY_KEY[key], SYSTEM, span(Period(period), day.date()))


def listed(key: str, day=AT, period: str = "day") -> int:
    model = BY_KEY[key].model
    return lists.narrow(model._default_manager.all(), f"{key}:{period}:{day.date()}").count()


def answered(number: str, satisfaction: str = "satisfied", *, done_at=AT, at=AT) -> Callback:
    one = make_care.callback(number, done_at=done_at)
    callbacks.dial(one.pk, by=caller(), at=at)
    callbacks.answer(one.pk, said(satisfaction, why="漏水"), by=caller(), at=at)
    return one


def test_as_10_coverage_is_one_exactly_when_every_installation_was_called_in_time():
    clerk()
    for number in range(1001, 1005):
        answered(str(number), done_at=AT - 3 * DAY, at=AT - DAY)
    assert (figure("callback_coverage"), listed("callback_coverage")) == (1, 4)
    assert figure("callback_coverage", AT - DAY) is None
    late = make_care.callback("1005", done_at=AT - 3 * DAY)
    assert (figure("callback_coverage"), listed("callback_coverage")) == (Decimal("0.8000"), 5)
    callbacks.dial(late.pk, by=caller(), at=AT + timedelta(hours=5))  # called, but not within three days
    callbacks.answer(late.pk, said(), by=caller(), at=AT + timedelta(hours=5))
    assert figure("callback_coverage") == Decimal("0.8000")
    covered = Callback.objects.filter(BY_KEY["callback_coverage"].part).count()
    assert Decimal(covered) / listed("callback_coverage") == figure("callback_coverage")


def test_as_10_not_reached_is_covered_and_counts_apart():
    one = make_care.callback("1001", done_at=AT - 3 * DAY)
    callbacks.dial(one.pk, by=caller(), at=AT - DAY)
    callbacks.miss(one.pk, outcome="refused", by=caller(), at=AT - DAY)
    answered("1002", done_at=AT - 3 * DAY, at=AT - DAY)
    assert (figure("callback_coverage"), figure("callbacks_reached_rate", AT - DAY)) == (1, Decimal("0.5000"))
    assert figure("satisfaction_rate", AT - DAY) == 1


def test_as_10_satisfaction_is_a_share_of_the_answers():
    clerk()
    for number, satisfaction in enumerate(("satisfied", "satisfied", "neutral", "dissatisfied"), 1001):
        answered(str(number), satisfaction)
    assert figure("satisfaction_rate") == Decimal("0.5000")
    assert (figure("callbacks_dissatisfied"), listed("callbacks_dissatisfied")) == (1, 1)
    assert (figure("complaints_registered"), Complaint.objects.get().source) == (1, "callback")


def test_kp_3_a_call_back_made_today_was_over_time_yesterday_and_stays_so():
    one = make_care.callback("1001", done_at=AT - 4 * DAY)
    assert figure("callbacks_overdue", AT - DAY) == 1
    callbacks.dial(one.pk, by=caller(), at=AT)
    callbacks.answer(one.pk, said(), by=caller(), at=AT)
    assert (figure("callbacks_overdue", AT - DAY), figure("callbacks_overdue")) == (1, 0)


def test_kp_3_open_late_and_founded_complaints_are_reproduced_for_a_past_day():
    row = make_care.complaint(at=AT)
    two_days = AT + 2 * DAY
    assert (figure("complaints_open", two_days), figure("complaints_overdue", two_days)) == (1, 1)
    complaints.dismiss(row.pk, judgement="不成立", by=clerk(), at=two_days + DAY)
    complaints.answer_kindly(row.pk, answer="已解释", by=clerk(), at=two_days + DAY)
    brought_to("investigating", at=two_days + DAY)
    assert (figure("complaints_open", two_days), figure("complaints_overdue", two_days)) == (1, 1)
    assert (figure("complaints_open", two_days + DAY), figure("complaints_overdue", two_days + DAY)) == (1, 0)
    assert figure("complaints_founded_rate", two_days + DAY) == Decimal("0.5000")
    assert figure("complaints_founded_rate", two_days) is None
    assert (figure("complaints_registered", AT), figure("complaints_registered", two_days + DAY, "month")) == (1, 2)


def test_as_10_nobody_is_called_about_installations_from_before_call_backs_began():
    make_care.done_job("1001", done_at=AT - 30 * DAY)
    make_care.done_job("1002", done_at=AT)
    make_care.CallbackTerms.objects.update(valid_from=AT.date())
    assert callbacks.open_all_due(by=SYSTEM, at=AT) == 1
    assert Callback.objects.get().job.order.number == "1002"
