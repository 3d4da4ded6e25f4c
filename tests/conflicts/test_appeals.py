"""CF-14: what a ruling in force does, and how an appeal takes it back."""

from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from channels.models import Authorisation, Entry, Partner
from channels.operations import corrections
from channels.queries import certificates
from conflicts.models import MeasureTaken, PayrollEntry
from conflicts.operations import appeals, cases, rulings
from conflicts.operations.filing import Who
from conflicts.operations.sitting import MayNot
from opsdesk.errors import WrongState
from opsdesk.notify.models import Mail
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import (
    brought_to,
    ecommerce,
    exhibit,
    manager,
    now,
    of_partner,
    office,
    sales,
    signed,
    verdict,
)


@pytest.fixture(autouse=True)
def _ground(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()


def test_cf_14_an_employees_penalty_goes_to_the_payroll_list_with_his_demerit():
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", accused=Who(employee_id=clerk.user_id))
    cases.answer(case.pk, text="我不知道", by=clerk, at=AT)
    rulings.rule(case.pk, verdict("S1", "500", measures=("demerit",)), by=ecommerce(), at=AT)
    signed(case, ecommerce(), sales())
    row = PayrollEntry.objects.get()
    assert (row.employee_id, row.amount_yuan, row.booked_on) == (clerk.user_id, D("500.00"), AT.date())
    assert MeasureTaken.objects.get().measure == "demerit"
    assert not Entry.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        PayrollEntry.objects.filter(pk=row.pk).delete()


def test_cf_14_an_appeal_needs_new_evidence_and_comes_once():
    case = brought_to("in_force")
    with pytest.raises(appeals.NothingNew):
        appeals.appeal(case.pk, text="不服", exhibits=[], by=of_partner("gz"), at=AT)
    with pytest.raises(cases.NotParty):
        appeals.appeal(case.pk, text="不服", exhibits=[exhibit(b"n")], by=of_partner("dist"), at=AT)
    appeals.appeal(case.pk, text="不服", exhibits=[exhibit(b"n")], by=of_partner("gz"), at=AT)
    assert now(case).state == "appealed"
    for by in (ecommerce(), sales()):
        with pytest.raises(MayNot):
            appeals.uphold(case.pk, reason="维持", by=by, at=AT)
    appeals.uphold(case.pk, reason="维持原裁决", by=manager(), at=AT)
    assert (now(case).state, Entry.objects.count()) == ("final", 1)
    with pytest.raises(WrongState):
        appeals.appeal(case.pk, text="再不服", exhibits=[exhibit(b"m")], by=of_partner("gz"), at=AT)


def test_cf_14_who_has_judged_a_case_does_not_judge_the_appeal():
    case = brought_to("in_force", "V2")  # the general manager has signed it
    appeals.appeal(case.pk, text="不服", exhibits=[exhibit(b"n")], by=of_partner("gz"), at=AT)
    with pytest.raises(MayNot, match="审理过"):
        appeals.uphold(case.pk, reason="维持", by=manager(), at=AT)
    appeals.uphold(case.pk, reason="维持", by=office("pei"), at=AT)
    assert now(case).state == "final"


def test_cf_14_a_replaced_ruling_is_reversed_by_a_counter_entry_and_the_case_is_final():
    case = brought_to("appealed", "V2")
    rulings.rule(case.pk, verdict("V2", "2000", unusual="新证据显示部分由客户引起"), by=manager(), at=AT)
    signed(case, office("pei"))
    first, second = case.rulings.order_by("round")
    assert (now(case).state, first.state, second.state) == ("final", "replaced", "in_force")
    assert [entry.amount_yuan for entry in Entry.objects.order_by("pk")] == [
        D("-10000.00"), D("10000.00"), D("-2000.00"),
    ]  # fmt: skip


def test_cf_14_an_appeal_that_clears_the_accused_gives_everything_back():
    gz = Partner.objects.get(code="gz")
    Authorisation.objects.create(number="A-9", partner=gz, shop=make.shop("gz-outlet"), valid_from=AT.date())
    case = brought_to("investigating", "V3")
    said = verdict("V3", "0", measures=("revocation",), unusual="多次恐吓顾客")
    rulings.rule(case.pk, said, by=office(), at=AT)
    signed(case, manager())
    assert certificates.verify("A-9", on=AT.date()).state == "revoked"
    appeals.appeal(case.pk, text="非我方所为", exhibits=[exhibit(b"n")], by=of_partner("gz"), at=AT)
    rulings.rule(case.pk, verdict(None), by=manager(), at=AT)
    signed(case, office("pei"))
    assert (now(case).state, certificates.verify("A-9", on=AT.date()).state) == ("cleared", "valid")
    assert MeasureTaken.objects.get().taken_back_at == AT


def test_cf_14_a_refused_signature_on_appeal_leads_back_to_the_appeal_and_nobody_withdraws():
    case = brought_to("appealed")
    rulings.rule(case.pk, verdict(None), by=office(), at=AT)
    text = case.rulings.get(state="drafted").text_sha256
    rulings.refuse(case.pk, reason="新证据不足", text_sha256=text, by=manager(), at=AT)
    assert now(case).state == "appealed"
    with pytest.raises(WrongState):
        cases.withdraw(case.pk, reason="x", by=of_partner("dist"), at=AT)
    appeals.uphold(case.pk, reason="维持", by=manager(), at=AT)
    assert (now(case).state, case.rulings.get(round=1).state) == ("final", "in_force")


def test_cf_14_a_penalty_is_taken_back_by_an_appeal_and_by_no_correction():
    case = brought_to("in_force")
    finance = make_conflicts.somebody("jin", "finance")
    with pytest.raises(corrections.Ruled):
        corrections.take_back(Entry.objects.get().pk, reason="伙伴有异议", by=finance, at=AT)
    assert (now(case).state, Entry.objects.count()) == ("in_force", 1)


def test_cf_11_two_cases_drafted_side_by_side_are_not_both_the_first_time():
    first, second = brought_to("signing", "C1", money_yuan=D(1)), brought_to("signing", "C1", money_yuan=D(2))
    signed(first, manager())
    with pytest.raises(rulings.CountChanged, match="2"):
        signed(second, manager())
    assert Entry.objects.count() == 1
    rulings.redraft(second.pk, verdict("C1", "150000"), by=office(), at=AT)
    signed(second, manager())
    assert [entry.amount_yuan for entry in Entry.objects.order_by("pk")] == [D("-100000.00"), D("-150000.00")]


def test_cf_15_the_accused_is_told_how_his_appeal_ended_and_not_that_he_may_appeal_again():
    Partner.objects.filter(code="gz").update(email="gz@example.invalid")
    case = brought_to("appealed", "V2")
    rulings.rule(case.pk, verdict("V2", "2000", unusual="新证据"), by=manager(), at=AT)
    signed(case, office("pei"))
    told = list(Mail.objects.filter(to="gz@example.invalid").order_by("pk").values_list("subject", flat=True))
    assert [subject.rpartition("：")[2] for subject in told] == [
        "待被申诉方答辩", "裁决生效（复议期内）", str(now(case).get_state_display()),
    ]  # fmt: skip
