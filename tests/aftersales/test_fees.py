"""AS-4: what a visit pays, and that it is paid once."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from aftersales.models import FeeRate, Visit
from aftersales.operations import dispatch, fees, jobs
from aftersales.queries import fees as queries
from aftersales.rules.fees import FeeRow, Work, fee
from channels.connectors.base import PlatformLine
from channels.models import Entry
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from tests import make, make_money
from tests.make import AT, LONG_AGO

pytestmark = pytest.mark.django_db
DAY, FOUR_DAYS = date(2026, 3, 4), timedelta(days=4)


def row(pk: int, amount: str, **fields: object) -> FeeRow:
    keys = {"partner": None, "region": "", "product": None, "series": "", "channel": ""}
    span = {"valid_from": LONG_AGO, "valid_to": None}
    return FeeRow(id=pk, amount_yuan=Decimal(amount), **{**keys, **span, **fields})


WORK = Work(partner=7, region="440106", product=3, series="DSF", channel="online", on=DAY)
CASES = (
    ("nothing is in force", [], None, ("no_rate:2026-03-04",)),
    ("the order channel decides", [row(1, "60", channel="online"), row(2, "25", channel="offline")], 1, None),
    ("a row for the partner beats one for the county", [row(1, "1", region="440106"), row(2, "2", partner=7)], 2, None),
    ("the county beats the province", [row(1, "1", region="44"), row(2, "2", region="440106")], 2, None),
    ("a region beats a model", [row(1, "1", region="44"), row(2, "2", product=3)], 1, None),
    ("a model beats its series", [row(1, "1", series="DSF"), row(2, "2", product=3)], 2, None),
    ("a series beats the channel", [row(1, "1", channel="online"), row(2, "2", series="DSF")], 2, None),
    ("another's row does not hold", [row(1, "1", partner=8), row(2, "2")], 2, None),
    ("another region's row does not hold", [row(1, "1", region="4403"), row(2, "2")], 2, None),
    ("a row that has ended does not hold", [row(1, "1", partner=7, valid_to=DAY), row(2, "2")], 2, None),
    ("a row not yet in force does not hold", [row(1, "1", valid_from=DAY + timedelta(days=1)), row(2, "2")], 2, None),
    ("it holds from its first day on", [row(1, "1", partner=7, valid_from=DAY), row(2, "2")], 1, None),
    (
        "it says what lost, and by what",
        [row(1, "60", channel="online"), row(2, "70", region="44"), row(3, "80", partner=7)],
        3,
        ("rate:3:2010-01-01:80", "less_specific:2:70:partner", "less_specific:1:60:partner"),
    ),
)


@pytest.mark.parametrize(("_case", "rows", "won", "because"), CASES)
def test_as_4_the_most_specific_row_wins(_case, rows, won, because):
    for order in (rows, rows[::-1]):
        found = fee(WORK, order)
        assert found.row == won
        assert because is None or found.because == because


@pytest.mark.parametrize(
    "keys", [{}, {"channel": "online"}, {"region": "440106"}, {"partner": True}, {"product": True}, {"series": "DSF"}]
)
def test_as_4_the_database_refuses_two_rows_of_the_same_keys(keys):
    make.region()
    made = {"partner": make.partner, "product": make.product}
    keys = {name: made[name]() if value is True else value for name, value in keys.items()}
    keys = {("region_id" if name == "region" else name): value for name, value in keys.items()}
    FeeRate.objects.create(amount_yuan=1, valid_from=DAY, valid_to=DAY + FOUR_DAYS, **keys)
    FeeRate.objects.create(amount_yuan=2, valid_from=DAY + FOUR_DAYS, **keys)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRate.objects.create(amount_yuan=3, valid_from=DAY + timedelta(days=9), **keys)
    assert FeeRate.objects.count() == 2


@pytest.fixture
def agent():
    make_money.money()
    return make.partner("gz")


def test_as_4_a_visit_done_is_paid_once_however_often_it_is_tried(agent):
    visit = make_money.paid_visit(owner=agent)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 1
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 0
    entry, rate = Entry.objects.get(), FeeRate.objects.get(channel="online")
    assert (entry.partner, entry.kind, entry.amount_yuan) == (agent, "fee", Decimal("60.00"))
    assert (entry.source_type, entry.source_id, entry.booked_on) == ("aftersales.visit", visit.pk, DAY)
    assert entry.because == [f"rate:{rate.pk}:2010-01-01:60.00"]


def test_as_4_an_order_from_offline_pays_the_offline_rate(agent):
    order = make_money.offline_order("2001")
    job = make.opening.open_many([order.pk], by=SYSTEM, at=AT)[0]
    type(job).objects.filter(pk=job.pk).update(owner=agent, state="done", done_at=AT, serial_number="SN")
    job.refresh_from_db()
    make_money.visit(job)
    fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS)
    assert Entry.objects.get().amount_yuan == Decimal("25.00")


def test_as_4_a_fee_is_held_back_for_some_days(agent):
    make_money.paid_visit(owner=agent)
    assert fees.book_all_due(by=SYSTEM, at=AT + timedelta(days=3) - timedelta(seconds=1)) == 0
    assert fees.book_all_due(by=SYSTEM, at=AT + timedelta(days=3)) == 1


@pytest.mark.parametrize(
    ("_case", "outcome", "payer", "paid"),
    [
        ("done", "done", "company", 1),
        ("in vain, not his fault", "failed", "company", 1),
        ("nobody at home, on us", "absent", "company", 1),
        ("in vain by his own fault", "failed", "partner", 0),
        ("done at the customer's cost", "done", "customer", 0),
        ("cancelled", "cancelled", "company", 0),
    ],
)
def test_as_4_only_what_the_company_bears_is_paid(_case, outcome, payer, paid, agent):
    job = make_money.done_job(owner=agent)
    make_money.visit(job, outcome=outcome, payer=payer)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == Entry.objects.count() == paid


def test_as_4_each_visit_of_a_job_is_paid_to_who_came(agent):
    other = make.partner("fs")
    job = make_money.done_job(owner=agent)
    make_money.visit(job, outcome="failed", partner_id=other.pk)
    make_money.visit(job, number=2)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 2
    assert set(Entry.objects.values_list("partner__code", "amount_yuan")) == {
        ("gz", Decimal("60.00")),
        ("fs", Decimal("60.00")),
    }


def test_as_4_a_model_of_the_order_may_have_a_rate_of_its_own(agent):
    product = make.product(series="DSF")
    make.listing("sku", of=product)
    FeeRate.objects.create(product=product, amount_yuan=Decimal("90.00"), valid_from=LONG_AGO)
    make_money.paid_visit(owner=agent, lines=(PlatformLine("1", sku_id="sku", title="热水器"),))
    fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS)
    assert Entry.objects.get().amount_yuan == Decimal("90.00")
    assert [reason.split(":")[0] for reason in Entry.objects.get().because] == ["rate", "less_specific"]


def test_as_4_what_no_rate_holds_for_waits_for_one(agent):
    FeeRate.objects.all().delete()
    make_money.paid_visit(owner=agent)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 0
    FeeRate.objects.create(partner=agent, amount_yuan=Decimal("88.00"), valid_from=LONG_AGO)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 1


def test_as_4_a_reported_installation_leaves_a_visit_that_is_paid(agent):
    make.territory(agent, "440106")
    job = make.job()
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    jobs.accept(job.pk, by=SYSTEM, at=AT)
    jobs.complete(job.pk, serial_number="SN1", photo=make.photo(), by=SYSTEM, at=AT)
    visit = Visit.objects.get()
    assert (visit.partner, visit.outcome, visit.number, visit.ended_at) == (agent, "done", 1, AT)
    assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 1


def test_as_4_a_thousand_fees_cost_as_many_statements_as_ten(agent, django_assert_max_num_queries):
    for number in range(12):
        make_money.paid_visit(str(number), owner=agent)
    with django_assert_max_num_queries(17):
        assert fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS) == 12


def test_as_4_a_month_priced_anew_differs_in_nothing_until_a_row_of_that_time_changes(agent):
    from channels.operations import statements

    for number in range(3):
        make_money.paid_visit(str(number), owner=agent)
    fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS)
    statements.draw_up_all_due(by=SYSTEM, at=make_money.DRAWN_AT)
    old = FeeRate.objects.get(channel="online")
    FeeRate.objects.filter(pk=old.pk).update(valid_to=date(2026, 4, 1))
    FeeRate.objects.create(channel="online", amount_yuan=Decimal("75.00"), valid_from=date(2026, 4, 1))
    assert queries.differences(make_money.MARCH) == []
    FeeRate.objects.create(partner=agent, amount_yuan=Decimal("70.00"), valid_from=date(2026, 3, 1))
    assert [(d.booked_yuan, d.now_yuan) for d in queries.differences(make_money.MARCH)] == [
        (Decimal("60.00"), Decimal("70.00"))
    ] * 3


@pytest.mark.django_db(transaction=True)
def test_as_4_two_workers_pay_a_visit_once():
    make_money.money()
    agent = make.partner("gz")
    for number in range(5):
        make_money.paid_visit(str(number), owner=agent)
    start, booked = Barrier(2), []

    def work() -> None:
        start.wait()
        booked.append(fees.book_all_due(by=SYSTEM, at=AT + FOUR_DAYS))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(booked) == Entry.objects.count() == 5
    assert Event.objects.filter(action="entry.book").count() == 5
