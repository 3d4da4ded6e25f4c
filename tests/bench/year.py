"""PR-14: the handbook's own year of brand days (tests/year.py) with more customers, and its own book beside it."""

from django.db import connection

from channels.models import Listing
from orders.models import Order
from promotions.models import Claim, Pot, PotEntry, PriceSignal
from tests import year
from tests.bench import database
from tests.bench.stopwatch import line, seconds
from tests.year_plan import Volume

SMALL, LARGE = 30, 120  # orders on each of the 29 brand days


def run(*, full: bool) -> None:
    database.empty()
    PriceSignal.objects.all().delete()
    Listing.objects.all().delete()
    told: list[year.Year] = []
    took = seconds(lambda: told.append(year.tell(Volume(a_day=LARGE if full else SMALL, every=1))), times=1)
    connection.run_on_commit.clear()
    [book] = told
    orders, claims = Order.objects.count(), Claim.objects.count()
    moves = PotEntry.objects.count()
    line("year.told", took, "s", f"from the draft to the last review, n={orders:,} orders, {claims:,} claims")
    line("year.moves", moves / took, "moves/s", f"n={moves:,} of budgets and quotas, with everything around them")
    line("year.refused", book.refused["quota_spent"], "claims", "turned away by a quota or budget that was used up")
    wrong = [pot for pot in Pot.objects.all() if _beyond(pot)]
    line("year.surprises", len(book.surprises) + len(wrong), "", "accepted or refused otherwise than our own book says")


def _beyond(pot: Pot) -> bool:
    used, times = pot.reserved_yuan + pot.committed_yuan, pot.reserved_count + pot.committed_count
    over_yuan = pot.limit_yuan is not None and used > pot.limit_yuan
    return over_yuan or (pot.limit_count is not None and times > pot.limit_count)
