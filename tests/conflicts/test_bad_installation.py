"""AS-5, CF-12, CF-13: installations late or badly done by a partner."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import make_password

from aftersales.models import Complaint, Deduction, Visit
from opsdesk.people.models import User
from opsdesk.sla.models import Policy, Timer
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, bought, codes, found, look

D = Decimal


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()
    make.policies()


@pytest.fixture
def job():
    return make_signals.job(bought("1"), make.partner("agent"), accepted_at=AT)


def missed(job, *, accepted=AT):
    type(job).objects.filter(pk=job.pk).update(accepted_at=accepted)
    Timer.objects.create(
        policy=Policy.objects.get(code="installation"), subject_type="aftersales.job", subject_id=job.pk,
        started_at=AT, due_at=AT + 3 * DAY, missed_at=AT + 3 * DAY, ladder=[], ladder_at=[],
    )  # fmt: skip


def visit(job, outcome="failed", payer="partner", **fields):
    count = job.visits.count() + 1
    Visit.objects.create(
        job=job, number=count, partner=job.owner, outcome=outcome, payer=payer, ended_at=AT + DAY, **fields
    )


def complaint(job, *, founded=True):
    owner, _new = User.objects.get_or_create(username="care", defaults={"password": make_password("x")})
    Complaint.objects.create(
        source="phone", owner=owner, job=job, excerpt="漏水", words_sealed=b"", registered_at=AT + 5 * DAY,
        due_at=AT + 6 * DAY, state="proposing", founded=founded, judged_at=AT + 5 * DAY, responsible="partner",
        at_fault=job.owner,
    )  # fmt: skip


def deduction(job, kind, state):
    Deduction.objects.create(
        partner=job.owner, job=job, kind=kind, amount_yuan=D("5000"), happened_on=AT.date(), source_type="x",
        source_id=1, state=state, proposed_by="system", proposed_at=AT, confirmed_by="li" if state == "booked" else "",
    )  # fmt: skip


def done(job, at):
    type(job).objects.filter(pk=job.pk).update(state="done", done_at=at, serial_number="SN")


def frozen(job):
    type(job).objects.filter(pk=job.pk).update(frozen_at=AT + DAY)


CASES = (
    ("on time", lambda job: done(job, AT + DAY), []),
    ("late and still open", missed, [("late", "0.800", "0.00")]),
    ("an hour late", lambda job: (missed(job), done(job, AT + 3 * DAY + timedelta(hours=1))),
     [("late", "0.700", "0.00")]),
    ("late, but he took it over only afterwards", lambda job: missed(job, accepted=AT + 4 * DAY), []),
    ("late, the customer was absent and asked for the day",
     lambda job: (missed(job), visit(job, "absent", "company"), visit(job, "cancelled", asked_by="customer")), []),
    ("late, frozen by a refund", lambda job: (missed(job), frozen(job)), []),
    ("late, deducted already", lambda job: (missed(job), deduction(job, "late", "booked")),
     [("late", "0.700", "5000.00")]),
    ("late, a person dropped the deduction", lambda job: (missed(job), deduction(job, "late", "dropped")), []),
    ("in vain by his fault", visit, [("substandard", "0.650", "0.00")]),
    ("in vain at the customer's", lambda job: visit(job, payer="customer"), []),
    ("a founded complaint", complaint, [("substandard", "0.750", "0.00")]),
    ("an unfounded complaint", lambda job: complaint(job, founded=False), []),
    ("late and badly done: two", lambda job: (missed(job), complaint(job)),
     [("late", "0.800", "0.00"), ("substandard", "0.750", "0.00")]),
)  # fmt: skip


@pytest.mark.parametrize(("happened", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_as_5_cf_12_cf_13_an_installation_late_or_badly_done(job, happened, expected):
    happened(job)
    tally = look("installations", job.pk)
    assert (tally.looked, tally.unlooked) == (1, {})
    got = [(one.facts["what"], f"{one.confidence}", f"{one.money_yuan}") for one in found("bad_installation")]
    assert got == expected
    assert all((one.act, one.partner, one.job) == ("C2", job.owner, job) for one in found("bad_installation"))


def test_cf_13_a_signal_of_a_late_job_closes_when_the_deduction_is_dropped(job):
    missed(job)
    look("installations", job.pk)
    assert codes(found("bad_installation")[0].parts) == ["late", "late_long"]
    deduction(job, "late", "dropped")
    assert look("installations", job.pk).kept.closed == 1
    assert found("bad_installation") == []
