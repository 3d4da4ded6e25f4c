"""AS-5, CF-12: deductions come from facts, are answered, confirmed and signed; never booked by themselves."""

import ast
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from aftersales.models import Deduction, DeductionRate, Job, Visit
from aftersales.operations import deductions
from aftersales.rules.deductions import Late, late
from channels.models import Entry
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.reactions import REACTIONS
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from tests import make, make_money
from tests.make import AT
from tests.test_tasks import TASKS

pytestmark = pytest.mark.django_db
LATER, DUE = AT + timedelta(days=5), AT + timedelta(days=6)  # found; and when the time for an answer is over
HOUR = timedelta(hours=1)


def late_job(number: str = "1001", code: str = "gz") -> Job:
    """A job accepted in time and not done in time; its clock has been swept."""
    owner = make.Partner.objects.filter(code=code).first() or make.partner(code, email=f"{code}@example.invalid")
    job = make.job(number)
    Job.objects.filter(pk=job.pk).update(owner=owner, state="accepted", accepted_at=AT + HOUR)
    timers.sweep(at=LATER)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def proposed() -> Deduction:
    make_money.money()
    late_job()
    deductions.propose_all_due(by=SYSTEM, at=LATER)
    return Deduction.objects.get()


def confirmed(row: Deduction, name: str = "chief") -> Deduction:
    chief = make_money.somebody(name, "sales_director")
    return deductions.confirm(row.pk, reason="完工时间与派单记录一致", by=chief, at=DUE)


CASES = (
    ("accepted in time, not done", AT, None, False, True),
    ("accepted in time, done late", AT, AT + timedelta(days=4), False, True),
    ("accepted after the deadline", AT + timedelta(days=4), None, False, False),
    ("never accepted", None, None, False, False),
    ("done in time", AT, AT + timedelta(days=2), False, False),
    ("frozen by a refund", AT, None, True, False),
)


@pytest.mark.parametrize(("_case", "accepted_at", "done_at", "frozen", "propose"), CASES)
def test_as_5_only_who_had_the_job_in_time_is_late(_case, accepted_at, done_at, frozen, propose):
    assert late(Late(AT + timedelta(days=3), accepted_at, done_at, frozen)).propose is propose


def test_as_5_cf_12_a_missed_deadline_is_proposed_once_with_its_facts_and_the_partner_is_told(proposed):
    assert deductions.propose_all_due(by=SYSTEM, at=LATER) == 0
    clock = Timer.objects.get(policy__code="installation")
    rate = DeductionRate.objects.get(kind="late")
    assert (proposed.kind, proposed.amount_yuan, proposed.state) == ("late", Decimal("5000.00"), "proposed")
    assert (proposed.source_type, proposed.source_id) == ("sla.timer", clock.pk)
    assert [fact.partition(":")[0] for fact in proposed.facts] == ["accepted_at", "due_at", "not_done"]
    assert proposed.because == [f"rate:{rate.pk}:2010-01-01:5000.00"]
    assert proposed.due_at == LATER + timedelta(days=1)
    assert Mail.objects.filter(key=f"deductions:gz:{proposed.pk}").count() == 1
    assert not Entry.objects.exists()


def test_as_5_a_visit_in_vain_by_the_installers_fault_is_proposed_a_decline_is_not():
    make_money.money()
    job = make_money.done_job(owner=make.partner("gz"))
    make_money.visit(job, outcome="failed", payer="partner", cause="tools")
    make_money.visit(job, number=2, outcome="failed", payer="company")
    job.offers.create(round=1, partner_id=job.owner_id, offered_at=AT, answer="declined", reason="没空", because="x")
    assert deductions.propose_all_due(by=SYSTEM, at=LATER) == 1
    row = Deduction.objects.get()
    assert (row.kind, row.source_type, row.source_id) == (
        "substandard",
        "aftersales.visit",
        Visit.objects.get(number=1).pk,
    )
    assert row.facts[2] == "cause:tools"


def test_as_5_a_person_may_propose_a_refusal_with_the_reason():
    make_money.money()
    job, clerk = make_money.done_job(owner=make.partner("gz")), make_money.somebody("clerk", "finance")
    said = {"partner_id": job.owner_id, "kind": "refused", "at": AT}
    with pytest.raises(deductions.SayWhy):
        deductions.propose(job.pk, reason=" ", by=clerk, **said)
    row = deductions.propose(job.pk, reason="拒单理由不成立", by=clerk, **said)
    assert (row.proposed_by, row.facts, row.state) == ("clerk", ["said:拒单理由不成立"], "proposed")
    with pytest.raises(deductions.ProposedAlready):
        deductions.propose(job.pk, reason="再来", by=clerk, **said)
    DeductionRate.objects.filter(kind="substandard").delete()
    with pytest.raises(deductions.NoRate):
        deductions.propose(job.pk, reason="x", by=clerk, **said | {"kind": "substandard"})
    assert Deduction.objects.count() == 1


def test_as_5_au_4_answered_confirmed_and_signed_by_two_it_is_booked(proposed):
    office = make_money.of_partner("gz")
    row = deductions.answer(proposed.pk, admits=False, answer="用户改期", by=office, at=LATER + HOUR)
    assert (row.state, row.answer) == ("contested", "用户改期")
    chief = make_money.somebody("chief", "sales_director")
    row = deductions.confirm(row.pk, reason="无改期记录", by=chief, at=LATER + 2 * HOUR)
    approval = Approval.objects.get()
    assert (row.state, row.confirmed_by, approval.signatures_needed) == ("confirmed", "chief", 2)
    with pytest.raises(NotAllowed):
        approvals.sign(approval.pk, by=chief, at=DUE)
    approvals.sign(approval.pk, by=make_money.somebody("fin", "finance"), at=DUE)
    assert not Entry.objects.exists()
    approvals.sign(approval.pk, by=make_money.somebody("gm", "general_manager"), at=DUE)
    row.refresh_from_db()
    entry = Entry.objects.get()
    assert (row.state, entry.kind, entry.amount_yuan) == ("booked", "penalty", Decimal("-5000.00"))
    assert (entry.source_type, entry.source_id) == ("aftersales.deduction", row.pk)
    assert f"confirmed_by:{row.confirmed_by}" in entry.because


def test_as_5_nobody_confirms_before_the_partner_has_answered_or_his_time_is_over(proposed):
    chief = make_money.somebody("chief", "sales_director")
    with pytest.raises(deductions.AnswerTimeLeft):
        deductions.confirm(proposed.pk, reason="x", by=chief, at=LATER + HOUR)
    assert not Approval.objects.exists()
    assert deductions.confirm(proposed.pk, reason="x", by=chief, at=DUE).state == "confirmed"


def test_as_5_no_program_confirms_and_no_task_books(proposed):
    with pytest.raises(deductions.NotAPerson):
        deductions.confirm(proposed.pk, reason="x", by=SYSTEM, at=DUE)
    row = confirmed(proposed)
    with pytest.raises(NotAllowed):
        approvals.sign(Approval.objects.get().pk, by=SYSTEM, at=DUE)
    for state in ("proposed", "admitted", "contested"):
        late_job(state, code=state)
    deductions.propose_all_due(by=SYSTEM, at=LATER)
    for name in TASKS:
        started_by = Event.objects.filter(action__in=[event for event, tasks in REACTIONS.items() if name in tasks])
        kwargs = {"event_ids": list(started_by.values_list("pk", flat=True))} if TASKS[name] else {}
        import_string(name).apply(kwargs=kwargs, throw=True)
    row.refresh_from_db()
    assert row.state != "booked" and Deduction.objects.filter(state="booked").count() == 0
    assert not Entry.objects.filter(kind="penalty").exists()


def test_as_5_the_database_refuses_a_deduction_booked_without_a_person(proposed):
    for nobody in ("", "system"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deduction.objects.filter(pk=proposed.pk).update(state="booked", confirmed_by=nobody)
    assert Deduction.objects.get().state == "proposed"


def test_as_5_only_a_decided_approval_books_a_penalty_anywhere_in_the_code():
    found = []
    for path in Path(settings.BASE_DIR).glob("[a-z]*/**/*.py"):
        if {"tests", "migrations", ".venv"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(call, ast.Call)
                and any(k.arg == "kind" and "PENALTY" in ast.dump(k.value) for k in call.keywords)
                for call in ast.walk(node)
            ):
                found.append(f"{path.relative_to(settings.BASE_DIR)}:{node.name}")
    assert sorted(one for one in found if "kpi" not in one) == [
        "aftersales/operations/deductions.py:decided",
        "conflicts/operations/enforcement.py:_book",  # a ruling that every seat has signed (CF-10, CF-14)
    ]
    assert settings.DECIDED["deduction"] == "aftersales.operations.deductions.decided"


def test_as_5_refused_by_a_signer_it_is_dropped_and_nothing_is_booked(proposed):
    row = confirmed(proposed)
    gm = make_money.somebody("gm", "general_manager")
    approvals.refuse(Approval.objects.get().pk, reason="情有可原", by=gm, at=DUE)
    row.refresh_from_db()
    assert (row.state, row.reason, Entry.objects.count()) == ("dropped", "情有可原", 0)


def test_as_5_not_signed_in_time_it_is_decided_again(proposed):
    row = confirmed(proposed)
    approvals.lapse(Approval.objects.get().pk, by=SYSTEM, at=DUE + timedelta(days=9))
    row.refresh_from_db()
    assert (row.state, Entry.objects.count()) == ("contested", 0)


def test_as_5_dropped_by_a_person_whatever_waits_is_taken_back(proposed):
    row = confirmed(proposed)
    chief = make_money.somebody("other", "sales_director")
    row = deductions.drop(row.pk, reason="用户来电说明", by=chief, at=DUE + HOUR)
    assert (row.state, Approval.objects.get().state, Entry.objects.count()) == ("dropped", "withdrawn", 0)
    with pytest.raises(WrongState):
        deductions.confirm(row.pk, reason="x", by=chief, at=DUE + HOUR)


def test_ch_5_a_stranger_neither_sees_nor_answers_it(proposed):
    make.partner("fs")
    stranger, above = make_money.of_partner("fs"), make_money.of_partner("gz", "boss")
    assert list(Deduction.objects.visible_to(above)) == [proposed]
    assert not Deduction.objects.visible_to(stranger).exists()
    with pytest.raises(NotFound):
        deductions.answer(proposed.pk, admits=True, answer="", by=stranger, at=LATER)
    with pytest.raises(deductions.SayWhy):
        deductions.answer(proposed.pk, admits=False, answer=" ", by=above, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_as_5_two_sweeps_propose_a_deduction_once():
    make_money.money()
    for number in range(4):
        late_job(str(number))
    start, made = Barrier(2), []

    def work() -> None:
        start.wait()
        made.append(deductions.propose_all_due(by=SYSTEM, at=LATER))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(made) == Deduction.objects.count() == 4
    assert Event.objects.filter(action="deduction.propose").count() == 4
    assert Timer.objects.filter(subject_type="aftersales.deduction").count() == 4
