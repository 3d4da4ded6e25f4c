"""AS-1, AS-2: from goods signed for to an offer in the hands of the agent of that county."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from aftersales.models import Job, Offer
from aftersales.operations import dispatch, opening
from channels.models import Region, Territory
from channels.states import Duty, PartnerKind, RegionLevel
from opsdesk.actor import SYSTEM
from orders.models import Order
from tests import make
from tests.bench import database, samples
from tests.bench.intake import take
from tests.bench.stopwatch import line, queries, seconds, times

AT = datetime(2026, 3, 4, 2, tzinfo=UTC)


def run(*, full: bool) -> None:
    count = 100_000 if full else 10_000
    _territories()
    database.empty()
    take(samples.export(count))
    arrived = dict(state="signed", signed_at=AT - timedelta(hours=5), completed_at=None, changed_at=AT)
    Order.objects.update(**arrived)
    database.settle()
    with queries() as seen:
        rate = count / seconds(lambda: opening.open_all_due(Q(), by=SYSTEM, at=AT), times=1)
    assert Job.objects.count() == count
    line("dispatch.open", rate, "jobs/s", f"n={count:,}", _a_thousand(seen, count))
    few = list(Job.objects.order_by("-pk").values_list("pk", flat=True)[:200])
    single = 200 / seconds(lambda: [dispatch.dispatch(pk, by=SYSTEM, at=AT) for pk in few], times=1)
    with queries() as seen:
        rate = (count - 200) / seconds(lambda: dispatch.dispatch_all_due(by=SYSTEM, at=AT), times=1)
    offered = Offer.objects.filter(partner__isnull=False).count()
    line(
        "dispatch.offer", rate, "jobs/s", f"n={count:,}, {offered:,} found an agent", _a_thousand(seen, count),
        times(rate, single, "one by one"),
    )  # fmt: skip


def _a_thousand(seen: list[str], count: int) -> str:
    return f"{1000 * len(seen) / count:.1f} statements a thousand"


def _territories() -> None:
    """An agent for each city, a distributor for each province, an installer for each tenth county."""
    if Territory.objects.exists():
        return
    for level, kind, every in (
        (RegionLevel.PROVINCE, PartnerKind.DISTRIBUTOR, 1),
        (RegionLevel.CITY, PartnerKind.AGENT, 1),
        (RegionLevel.COUNTY, PartnerKind.INSTALLER, 10),
    ):
        for region in Region.objects.filter(level=level).order_by("code")[::every]:
            partner = make.partner(f"p{region.code}", kind=kind)
            Territory.objects.create(partner=partner, duty=Duty.INSTALLATION, region=region, valid_from=make.LONG_AGO)
