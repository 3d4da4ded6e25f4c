"""AS-6: asked, agreed, granted, paid: two people, two deadlines, and never more back than was paid."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from aftersales.models import Job, Payout, Refund, RefundLine
from aftersales.operations import dispatch, refund_money, refunds
from aftersales.operations.refund_money import Payment
from aftersales.operations.refunds import Wish
from opsdesk.actor import SYSTEM, Actor
from opsdesk.audit.models import Event
from opsdesk.errors import DeskError, NotAllowed, NotFound, WrongState
from opsdesk.sla.models import Timer
from orders.models import Order
from tests import make, make_refunds
from tests.make import AT
from tests.make_refunds import CLERK, PAYER

LATER = AT + timedelta(hours=2)


@pytest.fixture
def rules(db):
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


def granted(order: Order, amount: str = "2999.00", kind: str = "refund_only") -> Refund:
    row = make_refunds.refund(order, kind, amount)
    return refund_money.agree_and_grant(row.pk, amount_yuan=Decimal(amount), by=CLERK, at=LATER)


def paid(row: Refund, amount: str, reference: str = "T1", through: str = "platform") -> Refund:
    return refund_money.pay(row.pk, payment=Payment(Decimal(amount), reference, through), by=PAYER, at=LATER)


def clocks(row: Refund) -> dict[str, str]:
    return dict(Timer.objects.of("aftersales.refund", [row.pk]).values_list("policy__code", "state"))


def test_as_6_a_refund_is_asked_agreed_granted_and_paid_each_step_with_its_clock(rules):
    row = make_refunds.refund(make_refunds.order())
    assert (row.state, row.step_due_at, clocks(row)) == (
        "asked",
        AT + timedelta(hours=24),
        {"refund_review": "running"},
    )
    refunds.agree(row.pk, by=CLERK, at=AT)
    row = refund_money.grant(row.pk, amount_yuan=Decimal("2999"), by=CLERK, at=LATER)
    assert clocks(row) == {"refund_review": "met", "refund_pay": "running"}
    assert (row.state, row.step_due_at, row.granted_by) == ("granted", LATER + timedelta(hours=24), "clerk")
    row = paid(row, "2999.00")
    assert (row.state, row.paid_yuan, row.clock, row.burns_at) == ("paid", Decimal("2999.00"), "", None)
    assert clocks(row) == {"refund_review": "met", "refund_pay": "met"}
    said = Event.objects.about(row).order_by("pk").values_list("action", flat=True)
    assert [*said] == ["refund.ask", "refund.agree", "refund.grant", "refund.payout", "refund.pay"]


def test_as_6_both_deadlines_are_shown_and_the_earlier_one_burns(rules):
    unshipped = make_refunds.refund(make_refunds.order("1"))
    assert unshipped.platform_due_at == AT + timedelta(hours=48)
    assert unshipped.platform_because.startswith("review_unshipped|timer|自动退款")
    assert unshipped.burns_at == unshipped.step_due_at == AT + timedelta(hours=24)
    row = make_refunds.refund(make_refunds.order("2", shipped_at=AT), "return_refund")
    row = refunds.agree(row.pk, by=CLERK, at=LATER)
    assert row.step_due_at == row.platform_due_at == LATER + timedelta(days=7)


def test_as_6_a_platform_without_timers_has_no_outer_deadline(rules):
    row = make_refunds.refund(make_refunds.order(where=make.shop("own", on="mall")))
    assert (row.platform_due_at, row.burns_at) == (None, row.step_due_at)


def test_as_6_a_grant_is_shared_out_over_the_lines_to_the_fen(rules):
    row = granted(make_refunds.order(), "100.00")
    shares = [*RefundLine.objects.filter(refund=row).order_by("pk").values_list("granted_yuan", flat=True)]
    assert shares == [Decimal("66.69"), Decimal("33.31")]


def test_as_6_only_the_named_lines_of_a_refund_bear_its_grant(rules):
    order = make_refunds.order()
    part = order.lines.get(key="2")
    row = make_refunds.refund(order, amount="300.00", lines={part.pk: 1})
    refund_money.agree_and_grant(row.pk, amount_yuan=Decimal("300"), by=CLERK, at=LATER)
    assert [(line.line_id, line.quantity, line.granted_yuan) for line in row.lines.all()] == [
        (part.pk, 1, Decimal("300.00"))
    ]
    with pytest.raises(refunds.NotOfOrder):
        make_refunds.refund(make_refunds.order("2"), lines={part.pk: 1})


def test_as_6_never_more_is_granted_than_was_paid(rules):
    order = make_refunds.order()
    granted(order, "2000.00")
    row = make_refunds.refund(order, amount="999.01")
    refunds.agree(row.pk, by=CLERK, at=AT)
    before = Event.objects.count()
    with pytest.raises(refund_money.AbovePaid) as why:
        refund_money.grant(row.pk, amount_yuan=Decimal("999.01"), by=CLERK, at=AT)
    assert why.value.facts["left"] == Decimal("999.00")
    assert (Refund.objects.get(pk=row.pk).state, Event.objects.count()) == ("agreed", before)
    assert refund_money.grant(row.pk, amount_yuan=Decimal("999.00"), by=CLERK, at=AT).state == "granted"


def test_as_6_what_the_platform_gave_back_meanwhile_is_not_paid_again_by_transfer(rules):
    order = make_refunds.order()
    row = granted(order, "2999.00")
    make.taken_in(make.seen("1001", paid_yuan=Decimal("0.00"), refunded_yuan=Decimal("2999.00")))
    with pytest.raises(refund_money.AbovePaid):
        paid(row, "2999.00", through="transfer")
    assert Payout.objects.count() == 0
    assert paid(row, "2999.00", through="platform").state == "paid"


def test_au_4_who_granted_does_not_pay(rules):
    row = granted(make_refunds.order(), "100.00")
    both = Actor("clerk", company=True, rights=PAYER.rights)
    with pytest.raises(refund_money.OwnGrant):
        refund_money.pay(row.pk, payment=Payment(Decimal("100"), "T1"), by=both, at=LATER)
    with pytest.raises(NotAllowed):
        refund_money.pay(row.pk, payment=Payment(Decimal("100"), "T1"), by=CLERK, at=LATER)
    assert (Refund.objects.get().state, Payout.objects.count()) == ("granted", 0)


def test_as_6_the_same_payment_twice_is_one(rules):
    row = granted(make_refunds.order(), "100.00")
    paid(row, "40.00", "A")
    assert paid(row, "40.00", "A").paid_yuan == Decimal("40.00")
    with pytest.raises(refund_money.ReferenceTaken):
        paid(row, "41.00", "A")
    with pytest.raises(refund_money.AboveGranted):
        paid(row, "60.01", "B")
    with pytest.raises(refund_money.ReferenceMissing):
        paid(row, "60.00", " ")
    assert paid(row, "60.00", "B").state == "paid"
    assert paid(row, "60.00", "B").state == "paid"
    assert [*Payout.objects.order_by("pk").values_list("reference", "amount_yuan")] == [
        ("A", Decimal("40.00")),
        ("B", Decimal("60.00")),
    ]
    with pytest.raises(WrongState):
        paid(row, "1.00", "C")


def test_as_6_a_grant_taken_back_frees_the_money_unless_some_was_paid(rules):
    order = make_refunds.order()
    row = granted(order)
    row = refund_money.retract(row.pk, reason="金额有误", by=CLERK, at=LATER)
    assert (row.state, row.granted_yuan, row.clock) == ("agreed", Decimal("0.00"), "refund_review")
    assert {line.granted_yuan for line in row.lines.all()} == {Decimal("0.00")}
    row = refund_money.grant(row.pk, amount_yuan=Decimal("50"), by=CLERK, at=LATER)
    paid(row, "20.00")
    with pytest.raises(refunds.PartlyPaid):
        refund_money.retract(row.pk, reason="x", by=CLERK, at=LATER)
    with pytest.raises(refunds.PartlyPaid):
        refunds.close(row.pk, reason="x", by=CLERK, at=LATER)


@pytest.mark.parametrize(
    ("kind", "amount"), [("refund_only", "0.00"), ("refund_only", "-1.00"), ("cash_back", "0.001"), ("gift", "1.00")]
)
def test_as_6_what_cannot_be_asked_back_is_refused(rules, kind, amount):
    order = make_refunds.order()
    with pytest.raises(refunds.BadAmount):
        make_refunds.refund(order, kind, amount)
    assert Refund.objects.count() == 0


def test_as_6_an_unpaid_order_gives_nothing_back(rules):
    order = make.order("1", state="unpaid", paid_at=None, paid_yuan=None, total_yuan=Decimal("100.00"))
    row = make_refunds.refund(order, amount="1.00")
    refunds.agree(row.pk, by=CLERK, at=AT)
    with pytest.raises(refund_money.AbovePaid):
        refund_money.grant(row.pk, amount_yuan=Decimal("1.00"), by=CLERK, at=AT)


def test_as_6_a_refund_freezes_the_installation_and_its_withdrawal_lets_it_go_on(rules):
    job = make.job()
    row = make_refunds.refund(job.order, amount="100.00")
    assert Job.objects.get().frozen_because == "退款处理中"
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == 0
    second = make_refunds.refund(job.order, "return_refund", amount="100.00")
    refunds.withdraw(row.pk, reason="用户要用", by=CLERK, at=LATER)
    assert Job.objects.get().frozen_at is not None, "another refund still stops it"
    refunds.refuse(second.pk, reason="已安装", by=CLERK, at=LATER)
    assert Job.objects.get().frozen_at is None
    refunds.ask_again(second.pk, reason="用户补充照片", by=CLERK, at=LATER)
    assert Job.objects.get().frozen_at == LATER


def test_as_6_a_price_difference_stops_no_installation(rules):
    job = make.job()
    make_refunds.refund(job.order, "price_difference", amount="100.00")
    assert Job.objects.get().frozen_at is None


def test_as_6_a_full_refund_cancels_the_installation_a_part_of_it_lets_it_go_on(rules):
    job = make.job(total_yuan=Decimal("2999.00"))
    paid(granted(job.order, "100.00"), "100.00")
    assert (Job.objects.get().state, Job.objects.get().frozen_at) == ("open", None)
    paid(granted(job.order, "2899.00"), "2899.00", "T2")
    job = Job.objects.get()
    assert (job.state, job.reason, job.frozen_at) == ("cancelled", "已退款", None)
    assert set(Timer.objects.of("aftersales.job", [job.pk]).values_list("state", flat=True)) == {"dropped"}


def test_au_1_a_refund_is_seen_and_changed_as_its_order(rules):
    row = make_refunds.refund(make_refunds.order())
    stranger = make.actor("li", "aftersales.review_refund", shop="elsewhere")
    with pytest.raises(NotFound):
        refunds.agree(row.pk, by=stranger, at=AT)
    own = make.actor("wang", "aftersales.review_refund", shop="flagship")
    assert refunds.agree(row.pk, by=own, at=AT).state == "agreed"
    with pytest.raises(NotAllowed):
        refunds.ask(row.order_id, Wish("cash_back", amount_yuan=Decimal(1)), by=PAYER, at=AT)


def race(*works) -> list[str]:
    """Run these at the same moment, each in a thread of its own; return what came of them."""
    start, found = Barrier(len(works)), []

    def run(work) -> None:
        start.wait()
        try:
            work()
            found.append("done")
        except DeskError as why:
            found.append(why.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_as_6_two_refunds_of_one_order_race_for_the_last_yuan():
    make_refunds.policies()
    make_refunds.rules()
    order = make_refunds.order()
    rows = [make_refunds.refund(order, amount="2000.00") for _ in range(2)]
    for row in rows:
        refunds.agree(row.pk, by=CLERK, at=AT)

    def grant(row: Refund):
        return lambda: refund_money.grant(row.pk, amount_yuan=Decimal("2000.00"), by=CLERK, at=AT)

    assert race(grant(rows[0]), grant(rows[1])) == ["done", "refund_above_paid"]
    assert sorted(Refund.objects.values_list("state", flat=True)) == ["agreed", "granted"]


@pytest.mark.django_db(transaction=True)
def test_as_6_two_workers_paying_one_refund_pay_it_once():
    make_refunds.policies()
    make_refunds.rules()
    row = granted(make_refunds.order(), "2000.00")
    assert race(lambda: paid(row, "2000.00", "A"), lambda: paid(row, "2000.00", "B")) == ["done", "wrong_state"]
    assert [*Payout.objects.values_list("amount_yuan", flat=True)] == [Decimal("2000.00")]
    assert Refund.objects.get().paid_yuan == Decimal("2000.00")


@pytest.mark.django_db(transaction=True)
def test_as_6_one_payment_written_down_by_two_workers_is_one():
    make_refunds.policies()
    make_refunds.rules()
    row = granted(make_refunds.order(), "2000.00")
    assert race(lambda: paid(row, "500.00", "A"), lambda: paid(row, "500.00", "A")) == ["done", "done"]
    assert [*Payout.objects.values_list("reference", "amount_yuan")] == [("A", Decimal("500.00"))]
    assert Refund.objects.get().paid_yuan == Decimal("500.00")


@pytest.mark.parametrize("change", [lambda rows: rows.update(amount_yuan=1), lambda rows: rows.delete()])
def test_fi_1_the_database_refuses_to_change_or_remove_a_payment(rules, change):
    paid(granted(make_refunds.order(), "100.00"), "100.00")
    with pytest.raises(DatabaseError), transaction.atomic():
        change(Payout.objects.all())
    assert Payout.objects.get().amount_yuan == Decimal("100.00")
