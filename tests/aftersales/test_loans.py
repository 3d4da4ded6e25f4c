"""AS-7: loan units: out once at a time, due when the customer has his own machine back."""

from datetime import timedelta

import pytest

from aftersales.models import LoanUnit, Repair
from aftersales.operations import bench, loans, repairs
from opsdesk.sla import timers
from tests import make, make_repairs
from tests.make import AT

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def li():
    """A dispatcher, who has all rights of repairs."""
    make_repairs.setting()
    return make_repairs.person("li", "dispatcher")


def clocks(repair: Repair) -> dict[str, str]:
    return dict(repair.timers().order_by("pk").values_list("policy__code", "state"))


def again(repair: Repair) -> Repair:
    return Repair.objects.get(pk=repair.pk)


def test_as_7_a_loan_unit_is_out_once_and_due_when_the_customer_has_his_own_back(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    loan = loans.lend(repair.pk, serial_number="loan 1", by=li, at=AT)
    assert (loan.serial_number, loan.due_at, loan.timers().count()) == ("LOAN1", None, 0)
    other = make_repairs.received(li, "NL002")
    with pytest.raises(loans.UnitOut, match=str(repair)):
        loans.lend(other.pk, serial_number="LOAN1", by=li, at=AT)
    with pytest.raises(loans.NotLent):
        loans.lend(repair.pk, serial_number="LOAN2", by=li, at=AT)
    make_repairs.tested(again(repair), li)
    repairs.hand_back(repair.pk, by=li, at=AT + DAY)
    assert LoanUnit.objects.get().due_at == AT + 8 * DAY
    timers.sweep(at=AT + 9 * DAY)
    assert list(LoanUnit.objects.all().overdue(AT + 9 * DAY)) == [loan]
    loans.take_back(repair.pk, note="外观完好", by=li, at=AT + 10 * DAY)
    loan = LoanUnit.objects.get()
    assert (loan.back_at, loan.note) == (AT + 10 * DAY, "外观完好")
    assert loan.timers().get().missed_at == AT + 8 * DAY
    with pytest.raises(loans.NoUnit):
        loans.take_back(repair.pk, note="再来", by=li, at=AT + 10 * DAY)


def test_as_7_scrapping_ends_the_repair_and_asks_the_loan_unit_back(li):
    repair = make_repairs.inspected(li, "ZZ1")
    loans.lend(repair.pk, serial_number="L1", by=li, at=AT)
    bench.scrap(repair.pk, reason="客户放弃", by=li, at=AT)
    repair = again(repair)
    assert (repair.state, repair.result, repair.ended_at) == ("scrapped", "scrapped", AT)
    assert set(clocks(repair).values()) <= {"met", "dropped"}
    assert LoanUnit.objects.get().due_at == AT + 7 * DAY
