"""AS-12: a partner's month as one statement: its lines, its sum, what the partner says, and that it stays."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from channels.models import Entry, Statement, StatementLine
from channels.operations import corrections, statements
from channels.queries import accounts
from channels.rules import statements as rule
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.errors import NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Timer
from tests import make, make_money
from tests.make import AT
from tests.make_money import APRIL, DRAWN_AT, MARCH

pytestmark = pytest.mark.django_db
MAY_SIXTH = make.at("2026-05-06 09:00")


@pytest.fixture
def agent():
    make_money.money()
    return make.partner("gz", email="gz@example.invalid")


@pytest.fixture
def drawn(agent) -> Statement:
    """Two fees of March on a statement."""
    make_money.entry(agent, 1)
    make_money.entry(agent, 2, "25.00")
    statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT)
    return Statement.objects.get()


@pytest.fixture
def sent(drawn) -> Statement:
    return statements.send(drawn.pk, by=make_money.somebody("fin", "finance"), at=DRAWN_AT)


def entries_of(statement: Statement) -> list[int]:
    return list(statement.lines.order_by("number").values_list("entry__source_id", flat=True))


def signed(approval: Approval, name: str = "chief", role: str = "sales_director") -> Approval:
    return approvals.sign(approval.pk, by=make_money.somebody(name, role), at=DRAWN_AT)


PLACES = (
    ("its month is closed and not drawn", date(2026, 3, 10), None, MARCH, ("own_month",)),
    ("its month is not over", date(2026, 4, 2), MARCH, None, ("own_month", "month_not_over")),
    ("late: its month is drawn, the next is not", date(2026, 2, 10), date(2026, 2, 1), MARCH, ("late:2026-02",)),
    ("late by months", date(2025, 1, 10), date(2026, 2, 1), MARCH, ("late:2025-01",)),
    ("late, and no month is open to be drawn", date(2026, 3, 9), MARCH, None, ("late:2026-03", "month_not_over")),
    ("over the turn of a year", date(2025, 12, 31), date(2025, 12, 1), date(2026, 1, 1), ("late:2025-12",)),
)


@pytest.mark.parametrize(("_case", "booked_on", "last", "month", "because"), PLACES)
def test_as_12_an_entry_stands_in_its_month_or_in_the_next_open_one(_case, booked_on, last, month, because):
    assert rule.place(booked_on, last, APRIL) == rule.Place(month, because)


@pytest.mark.parametrize(
    ("today", "end"),
    [(date(2026, 4, 4), MARCH), (date(2026, 4, 5), APRIL), (date(2026, 1, 4), date(2025, 12, 1))],
)
def test_as_12_last_month_is_drawn_up_from_its_day_on(today, end):
    assert rule.end_of_due(today, 5) == end


def test_as_12_a_month_is_drawn_up_once_with_all_its_entries(agent):
    other = make.partner("fs")
    for number, on in ((2, date(2026, 3, 31)), (1, date(2026, 3, 1)), (3, date(2026, 4, 1))):
        make_money.entry(agent, number, on=on)
    make_money.entry(other, 9, "25.55")
    assert statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT) == 2
    assert statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT) == 0
    mine = make_money.statement(agent)
    assert (mine.state, mine.lines_count, mine.total_yuan) == ("drawn", 2, Decimal("120.00"))
    assert entries_of(mine) == [1, 2]
    assert make_money.statement(other).total_yuan == Decimal("25.55")
    assert Event.objects.filter(action="statement.draw").count() == 2


def test_as_12_before_its_day_nothing_is_drawn_up_and_without_terms_never(agent):
    make_money.entry(agent, 1)
    assert statements.draw_up_all_due(by=SYSTEM, at=make.at("2026-04-04 23:59")) == 0
    assert statements.draw_up_all_due(by=SYSTEM, at=make.at("2026-04-05 00:00")) == 1
    assert accounts.end_of_due(date(2009, 1, 1)) is None


def test_as_12_a_late_entry_goes_to_the_next_open_month(drawn):
    make_money.entry(drawn.partner, 3, on=date(2026, 3, 30))
    make_money.entry(drawn.partner, 4, on=date(2026, 4, 2))
    assert statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT) == 0
    assert statements.draw_up_all_due(by=SYSTEM, at=MAY_SIXTH) == 1
    april = make_money.statement(drawn.partner, APRIL)
    assert entries_of(drawn) == [1, 2] and entries_of(april) == [3, 4]
    assert (april.opening_yuan, april.total_yuan, april.closing_yuan) == (
        Decimal("85.00"),
        Decimal("120.00"),
        Decimal("205.00"),
    )


def test_as_12_after_a_pause_every_missing_month_gets_its_statement(agent):
    for number, on in enumerate((date(2026, 1, 9), date(2026, 2, 9), date(2026, 3, 9)), 1):
        make_money.entry(agent, number, on=on)
    assert statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT) == 3
    rows = Statement.objects.order_by("month").values_list("month__month", "opening_yuan", "closing_yuan")
    assert list(rows) == [(1, 0, 60), (2, 60, 120), (3, 120, 180)]


def test_as_12_more_lines_cost_no_more_statements_of_sql(agent, django_assert_num_queries):
    for number in range(40):
        make_money.entry(agent, number)
    with django_assert_num_queries(8):
        statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT)
    assert Statement.objects.get().lines_count == 40


def test_as_12_the_database_refuses_a_sum_that_is_not_its_lines(drawn):
    stray = make_money.entry(drawn.partner, 7, on=date(2026, 4, 2))
    for wrong in (
        lambda: StatementLine.objects.create(statement=drawn, number=3, entry=stray),
        lambda: Statement.objects.create(
            partner=drawn.partner, month=APRIL, lines_count=0, opening_yuan=0, total_yuan=1, closing_yuan=1, drawn_at=AT
        ),
        lambda: Statement.objects.filter(pk=drawn.pk).update(total_yuan=1, closing_yuan=1),
        lambda: Statement.objects.filter(pk=drawn.pk).delete(),
        lambda: StatementLine.objects.filter(statement=drawn).delete(),
        lambda: StatementLine.objects.filter(statement=drawn, number=1).update(entry=stray),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()
    assert (Statement.objects.get().total_yuan, StatementLine.objects.count()) == (Decimal("85.00"), 2)


def test_as_12_the_partner_sees_it_once_it_is_sent_and_is_told(drawn):
    office, stranger = make_money.of_partner("gz"), make.actor("stranger", "channels.answer_statement", partner="other")
    assert not Statement.objects.visible_to(office).exists()
    row = statements.send(drawn.pk, by=make_money.somebody("fin", "finance"), at=DRAWN_AT)
    assert Statement.objects.visible_to(office).get() == row
    assert not Statement.objects.visible_to(stranger).exists()
    assert row.due_at == DRAWN_AT + timedelta(days=1) == Timer.objects.get(subject_type="channels.statement").due_at
    assert Mail.objects.get().to == "gz@example.invalid"
    with pytest.raises(NotFound):
        statements.confirm(row.pk, by=stranger, at=DRAWN_AT)


def test_as_12_the_partner_confirms_and_another_than_the_sender_settles(sent):
    row = statements.confirm(sent.pk, by=make_money.of_partner("gz"), at=DRAWN_AT + timedelta(hours=1))
    assert (row.state, row.confirmed_by) == ("confirmed", "office-gz")
    assert Timer.objects.get(subject_type="channels.statement").state == "met"
    paid = {"paid_on": date(2026, 4, 8), "reference": "BANK-1"}
    sender = actor_of(make.User.objects.get(username="fin"), door="test")
    with pytest.raises(statements.SamePerson):
        statements.settle(row.pk, by=sender, at=DRAWN_AT, **paid)
    row = statements.settle(row.pk, by=make_money.somebody("cashier", "finance"), at=DRAWN_AT, **paid)
    payment = Entry.objects.get(kind="payment")
    assert (row.state, payment.amount_yuan, payment.booked_on) == ("settled", Decimal("-85.00"), date(2026, 4, 8))
    assert Entry.objects.all().balance() == Decimal("0.00")
    statements.draw_up_all_due(by=SYSTEM, at=MAY_SIXTH)
    assert make_money.statement(row.partner, APRIL).closing_yuan == Decimal("0.00")


def test_as_12_after_settling_nothing_changes(sent):
    statements.confirm(sent.pk, by=make_money.of_partner("gz"), at=DRAWN_AT)
    cashier = make_money.somebody("cashier", "finance")
    statements.settle(sent.pk, paid_on=date(2026, 4, 8), reference="B1", by=cashier, at=DRAWN_AT)
    before = Event.objects.count()
    for act in (
        lambda: statements.send(sent.pk, by=cashier, at=DRAWN_AT),
        lambda: statements.confirm(sent.pk, by=cashier, proof="mail", at=DRAWN_AT),
        lambda: statements.settle(sent.pk, paid_on=date(2026, 4, 8), reference="B2", by=cashier, at=DRAWN_AT),
    ):
        with pytest.raises(WrongState):
            act()
    for change in (
        lambda: Statement.objects.filter(pk=sent.pk).update(reference="x"),
        lambda: StatementLine.objects.filter(statement=sent).update(reason="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Event.objects.count() == before
    assert Entry.objects.filter(kind="payment").count() == 1


def test_as_12_silence_confirms_nothing_and_staff_confirm_only_with_proof(sent):
    clerk = make_money.somebody("clerk", "finance")
    with pytest.raises(WrongState):
        statements.settle(sent.pk, paid_on=AT.date(), reference="B", by=clerk, at=DRAWN_AT + timedelta(days=60))
    with pytest.raises(statements.ProofMissing):
        statements.confirm(sent.pk, by=clerk, at=DRAWN_AT)
    row = statements.confirm(sent.pk, by=clerk, proof="盖章扫描件 2026-04-07", at=DRAWN_AT)
    assert row.state == "confirmed"


def test_as_12_a_disputed_line_that_is_kept_is_asked_about_once_more(sent):
    office, clerk = make_money.of_partner("gz"), make_money.somebody("clerk", "finance")
    with pytest.raises(statements.NothingDisputed):
        statements.dispute(sent.pk, lines={1: " "}, by=office, at=DRAWN_AT)
    with pytest.raises(NotFound):
        statements.dispute(sent.pk, lines={9: "?"}, by=office, at=DRAWN_AT)
    row = statements.dispute(sent.pk, lines={2: "应为60元"}, by=office, at=DRAWN_AT)
    assert (row.state, row.lines.get(number=2).reason) == ("disputed", "应为60元")
    with pytest.raises(WrongState):
        statements.confirm(sent.pk, by=office, at=DRAWN_AT)
    line = row.lines.get(number=2)
    with pytest.raises(statements.AnswerMissing):
        statements.keep(line.pk, answer=" ", by=clerk, at=DRAWN_AT)
    statements.keep(line.pk, answer="线下订单每次25元", by=clerk, at=DRAWN_AT + timedelta(hours=2))
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("sent", DRAWN_AT + timedelta(hours=26))
    assert statements.confirm(row.pk, by=office, at=DRAWN_AT + timedelta(hours=3)).state == "confirmed"
    policies = Timer.objects.filter(subject_type="channels.statement").order_by("pk")
    assert [(t.policy.code, t.round, t.state) for t in policies.select_related("policy")] == [
        ("statement_confirmation", 1, "met"),
        ("statement_answer", 1, "met"),
        ("statement_confirmation", 2, "met"),
    ]


def test_as_12_a_line_taken_back_stands_reversed_on_the_next_statement(sent):
    office, clerk = make_money.of_partner("gz"), make_money.somebody("clerk", "finance")
    statements.dispute(sent.pk, lines={1: "未上门"}, by=office, at=DRAWN_AT)
    line = sent.lines.get(number=1)
    asked = corrections.take_back_line(line.pk, answer="系统误记", by=clerk, at=DRAWN_AT)
    line.refresh_from_db()
    assert (asked.state, line.state, Entry.objects.count()) == ("proposed", "disputed", 2)
    signed(Approval.objects.get())
    line.refresh_from_db()
    sent.refresh_from_db()
    assert (line.state, line.answer, sent.state, sent.total_yuan) == (
        "taken_back",
        "系统误记",
        "sent",
        Decimal("85.00"),
    )
    counter = Entry.objects.get(reverses=line.entry)
    statements.confirm(sent.pk, by=office, at=DRAWN_AT)
    statements.draw_up_all_due(by=SYSTEM, at=MAY_SIXTH)
    april = make_money.statement(sent.partner, APRIL)
    assert [row.entry for row in april.lines.all()] == [counter]
    assert (april.total_yuan, april.closing_yuan) == (Decimal("-60.00"), Decimal("25.00"))


def test_as_12_statements_are_settled_in_order_and_nothing_is_paid_twice(sent):
    make_money.entry(sent.partner, 5, "40.00", on=date(2026, 4, 9))
    statements.draw_up_all_due(by=SYSTEM, at=MAY_SIXTH)
    april = make_money.statement(sent.partner, APRIL)
    office, cashier = make_money.of_partner("gz"), make_money.somebody("cashier", "finance")
    statements.send(april.pk, by=make_money.somebody("fin2", "finance"), at=MAY_SIXTH)
    for row in (sent, april):
        statements.confirm(row.pk, by=office, at=MAY_SIXTH)
    with pytest.raises(statements.EarlierOpen):
        statements.settle(april.pk, paid_on=date(2026, 5, 7), reference="B2", by=cashier, at=MAY_SIXTH)
    statements.settle(sent.pk, paid_on=date(2026, 5, 7), reference="B1", by=cashier, at=MAY_SIXTH)
    statements.settle(april.pk, paid_on=date(2026, 5, 7), reference="B2", by=cashier, at=MAY_SIXTH)
    payments = Entry.objects.filter(kind="payment").order_by("pk").values_list("amount_yuan", flat=True)
    assert list(payments) == [Decimal("-85.00"), Decimal("-40.00")]
    assert Entry.objects.all().balance() == Decimal("0.00")


def test_as_12_a_partner_in_debt_is_settled_without_a_payment_and_it_is_carried_forward(agent):
    make_money.entry(agent, 1, "-5000.00", kind="penalty")
    statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT)
    row = statements.send(make_money.statement(agent).pk, by=make_money.somebody("fin", "finance"), at=DRAWN_AT)
    statements.confirm(row.pk, by=make_money.of_partner("gz"), at=DRAWN_AT)
    cashier = make_money.somebody("cashier", "finance")
    statements.settle(row.pk, paid_on=DRAWN_AT.date(), reference="", by=cashier, at=DRAWN_AT)
    assert Entry.objects.count() == 1
    make_money.entry(agent, 2, "60.00", on=date(2026, 4, 8))
    statements.draw_up_all_due(by=SYSTEM, at=MAY_SIXTH)
    april = make_money.statement(agent, APRIL)
    assert (april.opening_yuan, april.closing_yuan) == (Decimal("-5000.00"), Decimal("-4940.00"))


def run_twice(work) -> list:
    start, found = Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            found.append(work())
        except (WrongState, IntegrityError) as why:
            found.append(type(why).__name__)
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return found


@pytest.mark.django_db(transaction=True)
def test_as_12_two_workers_draw_up_a_month_once():
    make_money.money()
    for code in ("gz", "fs", "sz"):
        who = make.partner(code)
        for number in range(5):
            make_money.entry(who, hash(code) % 1000 * 10 + number)
    assert sorted(run_twice(lambda: statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT))) == [0, 3]
    assert (Statement.objects.count(), StatementLine.objects.count()) == (3, 15)


@pytest.mark.django_db(transaction=True)
def test_as_12_two_people_confirm_or_settle_a_statement_once():
    make_money.money()
    make_money.entry(make.partner("gz"), 1)
    statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT)
    row = Statement.objects.get()
    statements.send(row.pk, by=make_money.somebody("fin", "finance"), at=DRAWN_AT)
    office, cashier = make_money.of_partner("gz"), make_money.somebody("cashier", "finance")
    confirmed = run_twice(lambda: statements.confirm(row.pk, by=office, at=DRAWN_AT).state)
    assert sorted(confirmed) == ["WrongState", "confirmed"]
    paid = {"paid_on": date(2026, 4, 8), "reference": "B1"}
    settled = run_twice(lambda: statements.settle(row.pk, by=cashier, at=DRAWN_AT, **paid).state)
    assert sorted(settled) == ["WrongState", "settled"]
    assert Entry.objects.filter(kind="payment").count() == 1
