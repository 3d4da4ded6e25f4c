"""PR-3, PR-18: a budget is checked before it is promised, and the last yuan is never spent twice."""

from decimal import Decimal
from random import Random
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Sum

from opsdesk.actor import SYSTEM
from promotions.models import Pot, PotEntry
from promotions.operations import pots
from tests import make
from tests.make import AT

TWENTY = Decimal("20.00")


def pot(yuan: str | None = "100.00", count: int | None = 5) -> Pot:
    limits = (Decimal(yuan) if yuan else None, count)
    return pots.open_pot(make.shop(), "cashback", "好评返现", limits=limits, by=SYSTEM, at=AT)


def source(number: int) -> pots.Source:
    return "promotions.claim", number


def sums(row: Pot) -> tuple[Decimal, int, Decimal, int]:
    row.refresh_from_db()
    return row.reserved_yuan, row.reserved_count, row.committed_yuan, row.committed_count


@pytest.mark.django_db
def test_pr_18_what_does_not_fit_is_refused_whole_and_leaves_no_trace():
    row = pot("50.00", 5)
    for number in (1, 2):
        assert pots.reserve(row.pk, TWENTY, source=source(number), at=AT)
    with pytest.raises(pots.QuotaSpent):
        pots.reserve(row.pk, TWENTY, source=source(3), at=AT)
    assert sums(row) == (Decimal("40.00"), 2, Decimal("0.00"), 0)
    assert PotEntry.objects.count() == 2
    assert pots.reserve(row.pk, Decimal("10.00"), source=source(3), at=AT)


@pytest.mark.django_db
def test_pr_18_a_source_takes_once_however_often_it_is_tried():
    row = pot()
    assert [pots.reserve(row.pk, TWENTY, source=source(1), at=AT) for _ in range(3)] == [True, False, False]
    assert [pots.commit(row.pk, source=source(1), at=AT) for _ in range(2)] == [True, False]
    assert sums(row) == (Decimal("0.00"), 0, TWENTY, 1)
    with pytest.raises(pots.NotReserved):
        pots.release(row.pk, source=source(1), at=AT)


@pytest.mark.django_db
def test_pr_18_what_is_given_back_can_be_taken_by_the_next():
    row = pot("20.00", 1)
    pots.reserve(row.pk, TWENTY, source=source(1), at=AT)
    with pytest.raises(pots.QuotaSpent):
        pots.reserve(row.pk, TWENTY, source=source(2), at=AT)
    assert pots.release(row.pk, source=source(1), at=AT)
    assert pots.reserve(row.pk, TWENTY, source=source(2), at=AT)
    with pytest.raises(pots.NotReserved):
        pots.commit(row.pk, source=source(3), at=AT)


@pytest.mark.django_db
def test_pr_19_a_pot_that_is_shut_promises_nothing_more_even_when_something_is_given_back():
    row = pot("100.00", 5)
    for number in (1, 2):
        pots.reserve(row.pk, TWENTY, source=source(number), at=AT)
    pots.commit(row.pk, source=source(2), at=AT)
    assert pots.shut_many([(row.owner_type, row.owner_id)], reason="停", by=SYSTEM, at=AT) == 1
    for give_back, number in ((pots.release, 1), (pots.take_back, 2)):
        assert give_back(row.pk, source=source(number), at=AT)
        with pytest.raises(pots.PotShut):
            pots.reserve(row.pk, TWENTY, source=source(3), at=AT)
    assert sums(row) == (Decimal("0.00"), 0, Decimal("0.00"), 0)
    assert (row.limit_yuan, row.limit_count, row.shut_at) == (Decimal("100.00"), 5, AT)


@pytest.mark.django_db
def test_pr_3_a_limit_is_never_set_below_what_is_promised():
    row = pot("100.00", 5)
    pots.reserve(row.pk, TWENTY, source=source(1), at=AT)
    with pytest.raises(pots.BelowSpent):
        pot("19.99", 5)
    assert pot("20.00", 1).limit_yuan == TWENTY
    assert pot(None, None).limit_yuan is None


@pytest.mark.django_db(transaction=True)
def test_pr_18_a_rush_for_the_last_twenty_leaves_exactly_twenty():
    """PR-18: 200 claims by 20 workers for 20 places, some given back in between; the counters equal the entries."""
    row, start, won = pot("400.00", 20), Barrier(20), []

    def work(worker: int) -> None:
        luck = Random(worker)
        start.wait()
        for number in range(worker * 10, worker * 10 + 10):
            try:
                pots.reserve(row.pk, TWENTY, source=source(number), at=AT)
            except pots.QuotaSpent:
                continue
            if luck.random() < 0.3:
                pots.release(row.pk, source=source(number), at=AT)
            else:
                won.append(number)
        connection.close()

    threads = [Thread(target=work, args=(worker,)) for worker in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sums(row)[:2] == (TWENTY * len(won), len(won))
    for number in range(200, 220):  # what was given back at the very end is there for the next
        try:
            pots.reserve(row.pk, TWENTY, source=source(number), at=AT)
            won.append(number)
        except pots.QuotaSpent:
            break
    assert len(won) == len(set(won)) == 20
    assert sums(row) == (Decimal("400.00"), 20, Decimal("0.00"), 0)
    by_kind = dict(PotEntry.objects.values_list("kind").annotate(total=Sum("amount_yuan")))
    assert by_kind["reserve"] - by_kind.get("release", Decimal(0)) == Decimal("400.00")
