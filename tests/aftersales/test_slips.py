"""AS-6: a deadline that slips is noted, ours and the platform's, and the customer is told, by somebody, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import Refund, Slip
from aftersales.operations import refunds, slips
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import value_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from opsdesk.sla import timers
from tests import make, make_refunds
from tests.make import AT
from tests.make_refunds import CLERK, PAYER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules():
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


def after(hours: float):
    return AT + timedelta(hours=hours)


def found() -> list[tuple[str, str, object]]:
    return [*Slip.objects.order_by("due_at", "limit").values_list("limit", "step", "due_at")]


def test_as_6_warnings_come_at_a_half_three_quarters_and_nine_tenths():
    row = make_refunds.refund(make_refunds.order())
    said = []
    for hours in (11.9, 12, 18, 21.6, 24, 48):
        timers.sweep(at=after(hours))
        said.append(Event.objects.about(row).filter(action__startswith="refund_review").count())
    assert said == [0, 1, 2, 3, 4, 5]
    names = (
        Event.objects.about(row).order_by("pk").filter(action__startswith="refund_").values_list("action", flat=True)
    )
    rungs = [name.partition(".")[2] for name in names if not name.startswith("refund.")]
    assert rungs == ["half", "warned", "urgent", "missed", "escalated"]


def test_as_6_a_slip_is_noted_once_for_each_deadline_that_ran_out():
    make_refunds.refund(make_refunds.order())  # not shipped: 24 h inside, 48 h outside
    for hours in (23, 25, 26, 49, 50):
        timers.sweep(at=after(hours))
        slips.note_all_due(by=SYSTEM, at=after(hours))
    assert found() == [("inner", "review", after(24)), ("outer", "review_unshipped", after(48))]
    assert Slip.objects.order_by("pk")[0].text.startswith("您好，非常抱歉：您的退款申请审核比我们承诺的时间慢了")


def test_as_6_what_was_late_before_any_sweep_came_by_is_noted_when_it_is_done():
    row = make_refunds.refund(make_refunds.order())
    refunds.refuse(row.pk, reason="已使用", by=CLERK, at=after(50))
    assert found() == [("inner", "review", after(24)), ("outer", "review_unshipped", after(48))]
    slips.note_all_due(by=SYSTEM, at=after(60))
    assert Slip.objects.count() == 2


def test_as_6_done_in_time_is_no_slip():
    row = make_refunds.refund(make_refunds.order())
    refunds.refuse(row.pk, reason="已使用", by=CLERK, at=after(23))
    timers.sweep(at=after(100))
    slips.note_all_due(by=SYSTEM, at=after(100))
    assert found() == []


def test_as_6_the_customer_is_told_once_and_it_is_written_down_by_whom():
    make_refunds.refund(make_refunds.order())
    timers.sweep(at=after(25))
    slips.note_all_due(by=SYSTEM, at=after(25))
    slip = Slip.objects.to_tell().get()
    with pytest.raises(slips.HowMissing):
        slips.tell(slip.pk, how=" ", by=CLERK, at=after(25))
    assert slips.tell(slip.pk, how="旺旺", by=CLERK, at=after(25)).told_by == "clerk"
    with pytest.raises(slips.ToldAlready):
        slips.tell(slip.pk, how="电话", by=CLERK, at=after(26))
    assert Slip.objects.to_tell().count() == 0
    assert Event.objects.get(action="slip.tell").facts["how"] == "旺旺"


def test_kp_1_the_figures_of_refunds_count_what_their_lists_show():
    order = make_refunds.order()
    row = make_refunds.refund(order, amount="100.00")
    from aftersales.operations import refund_money

    make_refunds.refund(order, amount="50.00")
    refund_money.agree_and_grant(row.pk, amount_yuan=Decimal("100.00"), by=CLERK, at=after(25))
    payment = refund_money.Payment(Decimal("60.00"), "A")
    refund_money.pay(row.pk, payment=payment, by=PAYER, at=after(26))
    timers.sweep(at=after(30))
    slips.note_all_due(by=SYSTEM, at=after(30))

    def of(key: str, hours: float) -> object:
        return value_of(BY_KEY[key], SYSTEM, span(Period.DAY, after(hours).date()))

    first, second = 0, 24
    assert (of("refunds_asked", first), of("refunds_asked", second)) == (2, 0)
    assert (of("refunds_open", first), of("refunds_open", second)) == (2, 2)
    assert (of("refunds_paid_yuan", first), of("refunds_paid_yuan", second)) == (Decimal("0.00"), Decimal("60.00"))
    assert (of("refund_timers_missed", second), of("platform_timers_missed", second)) == (2, 0)
    refund_money.pay(row.pk, payment=refund_money.Payment(Decimal("40.00"), "B"), by=PAYER, at=after(50))
    assert (of("refunds_open", second), of("refunds_open", 50)) == (2, 1), "a past day stays as it stood"
    assert Refund.objects.get(pk=row.pk).state == "paid"
