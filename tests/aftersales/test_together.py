"""All of after-sales at once, in any order: nothing lost, nothing doubled, nothing out of step.

Each seed plays a few orders through installation, refunds, call-backs, fees and statements; a refused move is an
answer. After every move: no job at work without an owner, at most one offer out, no more money back than was paid,
and every running clock due when its policy, its start and its pauses say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Count, Q, Sum

from aftersales.models import Job, Offer, Payout, Refund, Visit
from aftersales.operations import callbacks, dispatch, fees, hand_over, jobs, refund_money, refunds
from aftersales.states.job import JobState
from channels.models import Entry, Statement
from channels.operations import statements
from opsdesk.actor import SYSTEM
from opsdesk.errors import DeskError
from opsdesk.sla import deadlines, queries, timers
from opsdesk.sla.models import Counting, Timer, WorkCalendar
from tests import make, make_care, make_money, make_refunds
from tests import make_dispatch as field
from tests.make import AT

pytestmark = pytest.mark.django_db
PAID = Decimal("2999.00")


@pytest.fixture(autouse=True)
def _company():
    make_care.care()
    always = WorkCalendar.objects.get(code="always")
    for code in ("deduction_answer", "statement_confirmation", "statement_answer"):
        make.policy(code, timedelta(hours=24), always, Counting.WORKING_TIME)
    make_money.limits()
    make_money.rates()
    make_refunds.policies()
    make_refunds.rules()
    field.rules(hand_over_lead_hours=60)
    make.territory(make.partner("gz"), "440106")
    field.capacity(field.third_party("tp", "44"), 5)


def signed(number: str) -> Job:
    return make.job(number, lines=make_refunds.LINES, total_yuan=PAID, paid_yuan=PAID)


def moves(luck: Random, job: Job, at: datetime) -> list[Callable[[], object]]:
    refund = Refund.objects.filter(order=job.order_id).order_by("-pk").first()
    clerk, payer, pk = make_refunds.CLERK, make_refunds.PAYER, refund.pk if refund else 0
    amount = Decimal(luck.choice(["100.00", "1499.50", "2999.00", "2999.01"]))
    wish = refunds.Wish("refund_only", amount_yuan=amount)
    payment = refund_money.Payment(amount, f"ZFB{luck.random()}", "transfer")
    return [
        lambda: sweeps(at),
        lambda: dispatch.dispatch(job.pk, by=SYSTEM, at=at),
        lambda: jobs.accept(job.pk, by=SYSTEM, at=at),
        lambda: jobs.decline(job.pk, reason="忙", by=SYSTEM, at=at),
        lambda: jobs.appoint(job.pk, appointed_at=at + timedelta(hours=5), by=SYSTEM, at=at),
        lambda: jobs.arrive(job.pk, by=SYSTEM, at=at),
        lambda: jobs.absent(job.pk, by=SYSTEM, at=at),
        lambda: jobs.complete(job.pk, serial_number="SN", photo=make.photo(), by=SYSTEM, at=at),
        lambda: jobs.fail(job.pk, reason="缺件", cause="parts", by=SYSTEM, at=at),
        lambda: jobs.reopen(job.pk, reason="可再装", by=SYSTEM, at=at),
        lambda: refunds.ask(job.order_id, wish, by=clerk, at=at),
        lambda: refund_money.agree_and_grant(pk, amount_yuan=amount, by=clerk, at=at),
        lambda: refund_money.pay(pk, payment=payment, by=payer, at=at),
        lambda: refunds.refuse(pk, reason="未收到货", by=clerk, at=at),
        lambda: refunds.withdraw(pk, reason="不退了", by=clerk, at=at),
        lambda: fees.book_all_due(by=SYSTEM, at=at),
    ]


def sweeps(at: datetime) -> None:
    timers.sweep(at=at)
    dispatch.dispatch_all_due(by=SYSTEM, at=at)
    dispatch.offer_onward_all_due(by=SYSTEM, at=at)
    hand_over.hand_over_all_due(by=SYSTEM, at=at)
    callbacks.open_all_due(by=SYSTEM, at=at)


def nothing_out_of_step(at: datetime) -> None:
    without = (JobState.OPEN, JobState.CANCELLED)
    assert not Job.objects.filter(owner=None).exclude(state__in=without).exists()
    waiting = Offer.objects.waiting().values("job").annotate(n=Count("pk"))
    assert not waiting.filter(n__gt=1).exists()
    back = Payout.objects.values("refund__order").annotate(back=Sum("amount_yuan"))
    assert not back.filter(back__gt=PAID).exists()
    for timer in Timer.objects.filter(state="running").select_related("policy"):
        term, pauses = queries.terms_of(timer.policy).term, queries.pauses_of(timer, at=at)
        assert timer.due_at == deadlines.due(timer.started_at, term, pauses), timer


@pytest.mark.parametrize("seed", range(8))
def test_fi_1_as_1_as_6_as_12_whatever_happens_the_books_the_clocks_and_the_owners_agree(seed):
    luck, at, done = Random(seed), AT, 0
    there = [signed(str(number)) for number in range(3)]
    for _ in range(70):
        at += timedelta(minutes=luck.choice([1, 30, 240, 1500]))
        job = Job.objects.get(pk=luck.choice(there).pk)
        before = (Entry.objects.count(), Payout.objects.count())
        try:
            luck.choice(moves(luck, job, at))()
            done += 1
        except DeskError:
            assert (Entry.objects.count(), Payout.objects.count()) == before  # a refusal writes no money
        nothing_out_of_step(at)
    assert done > 10
    end = at + timedelta(days=70)
    for _twice in range(2):  # any retry
        fees.book_all_due(by=SYSTEM, at=end)
        statements.draw_up_all_due(by=SYSTEM, at=end)
    paid = Visit.objects.filter(Q(outcome="done") | Q(outcome__in=("failed", "absent"), payer="company"))
    booked = Entry.objects.filter(source_type="aftersales.visit").values_list("source_id", flat=True)
    assert sorted(booked) == sorted(set(booked)) and set(booked) <= set(paid.values_list("pk", flat=True))
    for statement in Statement.objects.all():
        lines = Entry.objects.filter(line__statement=statement)
        assert statement.closing_yuan == statement.opening_yuan + lines.balance()
