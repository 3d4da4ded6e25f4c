"""AS-12, FI-1: whatever is booked, drawn up, disputed, settled and tried again, in any order: it adds up to the fen."""

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.models import Entry, Statement
from channels.operations import ledger, statements
from channels.rules import statements as rule
from opsdesk.actor import SYSTEM
from opsdesk.errors import NotFound, Refused
from tests import make, make_money
from tests.make import AT

pytestmark = pytest.mark.django_db


def act(rng: Random, partners: list, at, people: dict) -> None:
    """One event of a settlement's life, whatever comes: some are refused, none may break the sums."""
    who, number = rng.choice(partners), rng.randrange(40)
    amount = Decimal(rng.choice([6000, 2500, -500000, 1, -1, 12345])) / 100
    on = (at - timedelta(days=rng.randrange(100))).date()
    choice = rng.randrange(9)
    if choice <= 2:
        booking = ledger.Booking(who.pk, "fee", amount, on, ("aftersales.visit", number), "x")
        ledger.book_many([booking, booking], by=SYSTEM, at=at)
    elif choice == 3:
        open_ones = Entry.objects.filter(reverses=None, reversed_by=None).order_by("pk").values_list("pk", flat=True)
        if pks := list(open_ones):
            ledger.reverse(rng.choice(pks), reason="x", by=SYSTEM, at=at)
    elif choice == 4:
        statements.draw_up_all_due(by=SYSTEM, at=at)
    else:
        statement_acts(rng, choice, at, people)


def statement_acts(rng: Random, choice: int, at, people: dict) -> None:
    pks = list(Statement.objects.order_by("pk").values_list("pk", flat=True))
    if not pks:
        return
    pk = rng.choice(pks)
    doings = {
        5: lambda: statements.send(pk, by=people["fin"], at=at),
        6: lambda: statements.confirm(pk, by=SYSTEM, proof="x", at=at),
        7: lambda: statements.dispute(pk, lines={1: "x"}, by=SYSTEM, at=at),
        8: lambda: statements.settle(pk, paid_on=at.date(), reference="B", by=people["cashier"], at=at),
    }
    with contextlib.suppress(Refused, NotFound), transaction.atomic():
        doings[choice]()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_as_12_whatever_happens_every_statement_is_its_lines_and_the_balance_their_sum(seed):
    with transaction.atomic():
        make_money.money()
        partners = [make.partner("gz"), make.partner("fs")]
        people = {name: make_money.somebody(name, "finance") for name in ("fin", "cashier")}
        rng, at = Random(seed), AT
        for _step in range(40):
            at += timedelta(days=rng.randrange(6), hours=1)
            act(rng, partners, at, people)
        for who in partners:
            rows, carried = list(Statement.objects.filter(partner=who).order_by("month")), Decimal(0)
            for row in rows:
                own = Entry.objects.filter(line__statement=row)
                assert (row.opening_yuan, row.total_yuan) == (carried, own.balance())
                assert row.lines_count == own.count()
                carried += row.total_yuan
            open_ones = Entry.objects.filter(partner=who).open()
            assert Entry.objects.filter(partner=who).balance() == carried + open_ones.balance()
            placed = {e.pk: rule.place(e.booked_on, rows[-1].month if rows else None, date.max) for e in open_ones}
            assert all(found.month > rows[-1].month for found in placed.values() if rows and found.month)
        booked = Entry.objects.filter(reverses=None, kind="fee").values_list("source_id", flat=True)
        assert len(booked) == len(set(booked)), "a visit is paid once"
        transaction.set_rollback(True)
