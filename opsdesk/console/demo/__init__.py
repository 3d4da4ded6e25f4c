"""The demo company: made by the project, from one seed, told through its own operations."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from channels.models import Shop
from opsdesk.console.demo import (
    auctions,
    brand_days,
    care,
    cast,
    company,
    conflicts,
    dispatch,
    floors,
    led_away,
    money,
    people,
    phone,
    refunds,
    repairs,
    scores,
    story,
    supports,
    territories,
    trade,
)
from opsdesk.console.demo.catalogue import stalls
from opsdesk.console.demo.plan import Plan

_LOCK = 20_140_701  # any number of our own


def is_there() -> bool:
    """Say whether the demo company has been entered."""
    return Shop.objects.filter(code=stalls()[0].code).exists()


@transaction.atomic
def load(plan: Plan, *, heard: Callable[[datetime], None] = lambda moment: None) -> bool:
    """Enter the demo company into an empty desk, all of it or nothing; return False where shops are there already.

    Whoever loads it at the same moment waits, and then finds it there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if Shop.objects.exists():
        return False
    started = len(connection.run_on_commit)
    company.enter(plan)
    territories.enter(plan)
    people.enter()
    story.tell(plan, [*trade.year(plan), *cast.special(plan)], heard=heard)
    dispatch.tell(plan)
    care.tell(plan)
    refunds.enter(plan)
    phone.enter(plan)
    repairs.enter(plan)
    scores.tell(plan)
    supports.enter(plan)
    money.enter(plan)
    floors.enter(plan)
    led_away.enter(plan)
    brand_days.enter(plan)
    auctions.enter(plan)
    conflicts.enter(plan)
    story.report_yesterday(plan)
    # The story has done what its events would start, at its own moments; workers would do it again, and now.
    del connection.run_on_commit[started:]
    return True
