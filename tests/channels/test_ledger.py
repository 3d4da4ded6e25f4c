"""FI-1: a partner's account: booked once per source, never changed, reversed by a counter-entry; balance = sum."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from channels.models import Entry
from channels.operations import ledger
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from tests import make
from tests.make import AT


def booking(partner: int, number: int = 1, amount: str = "60.00", **fields: object) -> ledger.Booking:
    return ledger.Booking(partner, "fee", Decimal(amount), AT.date(), ("aftersales.visit", number), "安装费", **fields)


@pytest.mark.django_db
def test_fi_1_a_source_is_booked_once_however_often_it_is_tried():
    who = make.partner("gz").pk
    assert len(ledger.book_many([booking(who, 1), booking(who, 2)], by=SYSTEM, at=AT)) == 2
    assert ledger.book_many([booking(who, 1), booking(who, 2)], by=SYSTEM, at=AT) == []
    assert Entry.objects.all().balance() == Decimal("120.00")
    assert Event.objects.filter(action="entry.book").count() == 2


@pytest.mark.django_db
def test_fi_1_the_database_refuses_to_change_or_delete_an_entry():
    [entry] = ledger.book_many([booking(make.partner("gz").pk)], by=SYSTEM, at=AT)
    for change in (
        lambda: Entry.objects.filter(pk=entry.pk).update(amount_yuan=1),
        lambda: Entry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Entry.objects.get().amount_yuan == Decimal("60.00")


@pytest.mark.django_db
def test_fi_1_a_mistake_is_reversed_once_and_both_entries_stay():
    [entry] = ledger.book_many([booking(make.partner("gz").pk)], by=SYSTEM, at=AT)
    with pytest.raises(ledger.ReasonMissing):
        ledger.reverse(entry.pk, reason=" ", by=SYSTEM, at=AT)
    counter = ledger.reverse(entry.pk, reason="重复上门", by=SYSTEM, at=AT)
    assert (counter.amount_yuan, counter.reverses_id) == (Decimal("-60.00"), entry.pk)
    assert Entry.objects.all().balance() == Decimal("0.00")
    with pytest.raises(ledger.ReversedAlready):
        ledger.reverse(entry.pk, reason="再来", by=SYSTEM, at=AT)
    with pytest.raises(ledger.NotReversible):
        ledger.reverse(counter.pk, reason="再来", by=SYSTEM, at=AT)
    [again] = ledger.book_many([booking(entry.partner_id, round=2, amount="25.00")], by=SYSTEM, at=AT)
    assert Entry.objects.all().balance() == again.amount_yuan


@pytest.mark.django_db
def test_ch_5_an_account_is_seen_by_its_partner_and_those_above():
    top = make.partner("gd")
    ledger.book_many([booking(make.partner("gz", above=top).pk)], by=SYSTEM, at=AT)
    make.partner("sz", above=top)
    seen = {code: Entry.objects.visible_to(make.actor(code, partner=code)).count() for code in ("gd", "gz", "sz")}
    assert seen == {"gd": 1, "gz": 1, "sz": 0}


@pytest.mark.django_db(transaction=True)
def test_fi_1_two_workers_book_one_source_once():
    who, start, found = make.partner("gz").pk, Barrier(2), []

    def work() -> None:
        start.wait()
        found.append(len(ledger.book_many([booking(who)], by=SYSTEM, at=AT)))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == [0, 1]
    assert Entry.objects.count() == Event.objects.filter(action="entry.book").count() == 1
