"""CF-1 … CF-3, CF-5 … CF-7, CF-12: each act that the rulebooks forbid, from the filing to what it costs."""

from decimal import Decimal as D

import pytest

from channels.models import Entry
from conflicts.models import MeasureTaken, PayrollEntry
from conflicts.operations import cases, rulings
from conflicts.operations.filing import Who
from conflicts.operations.rulings import Verdict
from tests import make_conflicts
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, manager, office, sales, signed

pytestmark = pytest.mark.django_db
ACTS = {  # act: clause, class, a partner's usual penalty, an employee's, with what besides
    "G1": ("第七条", "general", "2000.00", "200.00", []),
    "S1": ("第八条", "serious", "5000.00", "500.00", ["demerit"]),
    "S2": ("第八条", "serious", "5000.00", "500.00", ["demerit"]),
    "V1": ("第九条", "severe", "10000.00", "1000.00", []),
    "V2": ("第九条", "severe", "10000.00", "1000.00", []),
    "V3": ("第九条", "severe", "10000.00", "1000.00", []),
    "C1": ("第六条", "severe", "100000.00", None, []),
    "C2": ("第七条", "serious", "5000.00", None, []),
}


@pytest.fixture(autouse=True)
def _ground(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()
    for somebody in (ecommerce, sales, office, manager):
        somebody()


@pytest.mark.parametrize("code", ACTS)
def test_cf_1_cf_2_cf_3_an_act_of_a_partner_is_filed_judged_and_booked_at_its_usual_penalty(code):
    clause, clazz, usual, _employee, _measures = ACTS[code]
    case = brought_to("in_force", code)
    ruling = case.rulings.get()
    assert (ruling.act.clause.number, ruling.act.clazz, ruling.amount_yuan) == (clause, clazz, D(usual))
    assert [entry.amount_yuan for entry in Entry.objects.all()] == [-D(usual)]
    assert not PayrollEntry.objects.exists()
    signers = {"severe": {"zong"}}.get(clazz, {"shen", "qian"})
    assert set(ruling.signatures.values_list("signed_by", flat=True)) == signers


@pytest.mark.parametrize("code", [code for code, row in ACTS.items() if row[3]])
def test_cf_5_cf_6_cf_7_an_act_of_an_employee_goes_to_the_payroll_list_with_what_comes_besides(code):
    _clause, clazz, _usual, amount, measures = ACTS[code]
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", code, accused=Who(employee_id=clerk.user_id))
    cases.answer(case.pk, text="我不知情", by=clerk, at=AT)
    severe = clazz == "severe"
    if severe:
        cases.escalate(case.pk, reason="严重违规", by=sales(), at=AT)
    said = Verdict(make_conflicts.act(code).pk, "事实清楚", D(amount), tuple(measures))
    rulings.rule(case.pk, said, by=office() if severe else ecommerce(), at=AT)
    signed(case, *([manager()] if severe else [ecommerce(), sales()]))
    assert [entry.amount_yuan for entry in PayrollEntry.objects.all()] == [D(amount)]
    assert list(MeasureTaken.objects.values_list("measure", flat=True)) == measures
    assert not Entry.objects.exists()


@pytest.mark.parametrize("code", ["C1", "C2"])
def test_cf_12_the_dealer_rules_bind_no_employee(code):
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", code, accused=Who(employee_id=clerk.user_id))
    cases.answer(case.pk, text="我不知情", by=clerk, at=AT)
    cases.escalate(case.pk, reason="协商不成", by=sales(), at=AT)
    with pytest.raises(rulings.NoRow):
        rulings.rule(case.pk, Verdict(make_conflicts.act(code).pk, "x", D(5000)), by=office(), at=AT)


def test_cf_7_a_severe_violation_may_cost_an_employee_the_job_instead_of_money():
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", "V1", accused=Who(employee_id=clerk.user_id))
    cases.answer(case.pk, text="我不知情", by=clerk, at=AT)
    cases.escalate(case.pk, reason="严重违规", by=sales(), at=AT)
    act = make_conflicts.act("V1").pk
    with pytest.raises(rulings.OutOfRange):
        both = Verdict(act, "事实清楚", D(1000), ("dismissal",), unusual="影响恶劣")
        rulings.rule(case.pk, both, by=office(), at=AT)
    rulings.rule(case.pk, Verdict(act, "事实清楚", D(0), ("dismissal",), unusual="影响恶劣"), by=office(), at=AT)
    signed(case, manager())
    assert MeasureTaken.objects.get().measure == "dismissal"
    assert not PayrollEntry.objects.exists()
