"""PR-18: a rush for the last twenty places with refunds in between, its worker processes killed at random moments."""

import multiprocessing
import signal
from contextlib import suppress
from decimal import Decimal as D
from random import Random
from time import sleep

import pytest
from django.db import connection
from django.db.models import Sum

from opsdesk.actor import SYSTEM
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.console import reference
from opsdesk.entry.task import each
from orders.models import Order
from promotions.models import Claim, Pot, PotEntry
from promotions.operations import claims, pots
from promotions.queries import claims as queries
from tests import make
from tests.make import AT
from tests.year_plan import somebody

ORDERS, PLACES, WORKERS, ROUNDS = 200, 20, 5, 3
TOGETHER = """
SELECT p.reserved_count + p.committed_count, p.reserved_yuan + p.committed_yuan,
  (SELECT count(*) FROM promotions_claim WHERE state IN ('claimed', 'approved', 'paid')),
  (SELECT coalesce(sum(CASE kind WHEN 'reserve' THEN amount_yuan WHEN 'commit' THEN 0 ELSE -amount_yuan END), 0)
   FROM promotions_potentry)
FROM promotions_pot p
"""


class Worker:
    """A process that claims for its part of the orders; some are paid at once, some sent back by their buyers.

    `calm`: nothing is sent back any more. How far it is it writes where nothing can be locked when it is killed.
    """

    def __init__(self, pot: int, place: int, *, calm: bool) -> None:
        fork = multiprocessing.get_context("fork")
        self.done = fork.RawValue("i", 0)
        self._pot, self._place, self._calm = pot, place, calm
        self.process = fork.Process(target=self._work)

    def _work(self) -> None:
        service, finance = somebody("customer_service"), somebody("finance")
        wanted = claims.Wanted(self._pot, "cash_back", D(20))
        rows = list(Order.objects.order_by("pk").values_list("pk", "number"))[self._place :: WORKERS]
        for place, (pk, number) in enumerate(rows):
            claim = None
            with suppress(pots.QuotaSpent, claims.ClaimedAlready, claims.MayNotClaim):
                claim = claims.enter(pk, wanted, by=service, at=AT)
            if claim and place % 2:
                claims.pay(claim.pk, reference=f"ZFB{claim.pk}", by=finance, at=AT)
            if claim and place % 3 != 2 and not self._calm:
                make.taken_in(make.seen(number, refunded_yuan=D(2999)))
                self._sweep()
            self.done.value += 1
        self._sweep()

    def _sweep(self) -> None:
        """What another worker took back meanwhile is none of ours."""
        each(queries.refunded(), lambda pk: claims.reverse(pk, reason="订单已退款", by=SYSTEM, at=AT))


def started(pot: int, *, calm: bool) -> list[Worker]:
    connection.close()  # or its line to the server would be shared with each of them
    workers = [Worker(pot, place, calm=calm) for place in range(WORKERS)]
    for worker in workers:
        worker.process.start()
    return workers


def looked_at() -> int:
    """Whenever one looks: counters, live claims and entries say the same, and never more than there is."""
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER)
        used, yuan, live, moved = cursor.fetchone()
    assert used == live <= PLACES
    assert yuan == moved == 20 * live <= 400
    return used


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.django_db(transaction=True)
def test_pr_18_killed_workers_and_refunds_in_a_rush_leave_exactly_the_quota_and_a_clean_end(settings):
    settings.REACTIONS = {}  # what follows is other workers' work
    reference.load()
    for role in ("customer_service", "finance"):
        somebody(role)
    make.taken_in(*(make.seen(f"{number:04}", state="signed", signed_at=AT) for number in range(ORDERS)))
    pot = pots.open_pot(make.shop(), "cash_back", "好评返现", limits=(D(400), PLACES), by=SYSTEM, at=AT)
    luck, ends = Random(18), []
    for _round in range(ROUNDS):
        workers = started(pot.pk, calm=False)
        for worker in luck.sample(workers, WORKERS):
            while not worker.done.value and worker.process.is_alive():
                looked_at()
                sleep(0.01)
            sleep(luck.uniform(0, 0.12))
            worker.process.kill()
        for worker in workers:
            worker.process.join()
            ends.append((worker.process.exitcode, worker.done.value))
    assert sum(code == -signal.SIGKILL and done < ORDERS // WORKERS for code, done in ends) >= ROUNDS * WORKERS // 2
    assert PotEntry.objects.filter(kind__in=("release", "return")).exists()

    for _again in range(2):
        calm = started(pot.pk, calm=True)
        while any(worker.process.is_alive() for worker in calm):
            looked_at()
            sleep(0.05)
        assert [(worker.process.exitcode, worker.done.value) for worker in calm] == [(0, ORDERS // WORKERS)] * WORKERS
    assert looked_at() == PLACES
    whole(pot)


def whole(pot: Pot) -> None:
    """No claim without its money, approval and event, and none of them without a claim."""
    pot.refresh_from_db()
    assert (pot.reserved_yuan + pot.committed_yuan, pot.reserved_count + pot.committed_count) == (D(400), PLACES)
    count = Claim.objects.count()
    assert Approval.objects.count() == Event.objects.filter(action="claim.enter").count() == count > PLACES
    by_kind = dict(PotEntry.objects.values_list("kind").annotate(n=Sum("count")).order_by())
    states = {state: Claim.objects.filter(state=state).count() for state in ("approved", "paid", "reversed")}
    assert sum(states.values()) == by_kind["reserve"] == count
    assert by_kind.get("release", 0) + by_kind.get("return", 0) == states["reversed"] > 0
    assert by_kind["commit"] == states["paid"] + by_kind.get("return", 0)
    assert not Claim.objects.all().refunded().exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM promotions_claim GROUP BY order_id, kind HAVING count(*) > 1")
        assert cursor.fetchall() == []
