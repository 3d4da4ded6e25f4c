"""The minute's look for clocks that are late: how fast, in how many statements, and what it costs when none is."""

from datetime import UTC, datetime

from django.db import connection, transaction

from opsdesk.actor import SYSTEM
from opsdesk.audit import models as audit
from opsdesk.sla import timers
from opsdesk.sla.models import Policy, Timer
from tests.bench import database
from tests.bench.stopwatch import line, queries, seconds

AT = datetime(2026, 3, 4, 2, tzinfo=UTC)
CLOCKS = """
INSERT INTO sla_timer (
    policy_id, subject_type, subject_id, round, state, started_at, due_at, provisional, because, ladder, ladder_at,
    climbed, next_at
)
SELECT %(policy)s, 'bench', i, 1, 'running', due - interval '3 days', due, false, '{}', ARRAY['missed', 'escalated'],
    ARRAY[due, due + interval '30 days'], 0, due
FROM generate_series(1, %(open)s) i,
    LATERAL (SELECT %(at)s + (i - %(due)s - 0.5) * interval '1 second' AS due) one
"""


def run(*, full: bool) -> None:
    for open_ones, due in ((1000, 1000), (1_000_000 if full else 100_000, 10_000)):
        _make(open_ones, due)
        loop = 300 / seconds(lambda: _one_by_one(300), times=1)
        _make(open_ones, due)
        with queries() as seen:
            rate = due / seconds(_sweep, times=1)
        name = f"{due:,} due of {open_ones:,} open"
        statements = f"{len(seen)} statements"
        line("sweep.due", rate, "clocks/s", name, statements, f"{rate / loop:.0f} times an ORM loop on 300")
        assert Timer.objects.filter(missed_at__isnull=False).count() == due
        with queries() as seen:
            _sweep()
        idle = 1000 * seconds(_sweep, times=9)
        line("sweep.idle", idle, "ms", f"none due of {open_ones:,} open", f"{len(seen)} statements")


def _make(open_ones: int, due: int) -> None:
    policy = Policy.objects.filter(code="installation").latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sla_timer CASCADE")
        cursor.execute(CLOCKS, {"policy": policy.pk, "open": open_ones, "due": due, "at": AT})
    database.settle()


def _sweep() -> int:
    return timers.sweep(at=AT)


def _one_by_one(count: int) -> None:
    """What a loop over objects does: lock, save and record each, a transaction per clock."""
    for pk in list(Timer.objects.due(AT).order_by("next_at").values_list("pk", flat=True)[:count]):
        with transaction.atomic():
            timer = Timer.objects.select_related("policy").select_for_update(of=("self",)).get(pk=pk)
            timer.climbed, timer.next_at, timer.missed_at = 1, timer.ladder_at[1], timer.due_at
            timer.save()
            audit.record(timer, f"{timer.policy.code}.missed", by=SYSTEM, at=AT, due_at=timer.due_at)
