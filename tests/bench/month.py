"""AS-2, AS-3: a simulated month over all provinces, our dispatch beside dispatch by fixed territory.

Both months have the same orders, partners, capacities and habits, drawn from one seed by what they are about (never
by the order in which things happen), and go through the product's own operations on the database. A partner does at
most as many jobs a day as it can that day, the most urgent first; some have weeks in which they can do less, and
nobody has told us. In the fixed month capacities are unknown and nothing is handed over; who declines or keeps silent
is followed by the next one, as the product always did.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from PIL import Image

from aftersales.models import Capacity, Job, Offer, Score
from aftersales.operations import clocks, dispatch, hand_over, jobs, opening
from channels.models import Partner, Region, Territory
from channels.states import Duty, PartnerKind, RegionLevel
from opsdesk.actor import SYSTEM
from opsdesk.sla import timers
from orders.models import Order
from tests import make
from tests.bench import database
from tests.bench.stopwatch import line, seconds

SEED = 20260301
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 3, 1, tzinfo=ZONE)
DAYS, DRAIN = 30, 8
HOURS = (8, 11, 14, 17)  # when somebody looks: sweeps, and answers that have come meanwhile
PEAK = range(9, 13)  # days of a promotion's deliveries


@dataclass(frozen=True)
class Outcome:
    """What a month came to."""

    jobs: int
    on_time: int
    missed_by_the_first: int
    handed_over_in_time: int


def run(*, full: bool) -> None:
    count = 2000 if full else 400
    ours, fixed = [], []
    took = seconds(lambda: ours.append(_month(count, smart=True)), times=1)
    took += seconds(lambda: fixed.append(_month(count, smart=False)), times=1)
    here, there = ours[0], fixed[0]
    share, other = 100 * here.on_time / here.jobs, 100 * there.on_time / there.jobs
    in_time = 100 * here.handed_over_in_time / max(1, here.missed_by_the_first)
    line(
        "month.on_time", share, "%", f"n={count:,} jobs, {len(_provinces())} provinces, our dispatch, {took:.0f} s both"
    )
    line("month.fixed", other, "%", "the same month by fixed territory")
    line("month.ratio", share / other, "times", f"late: {here.jobs - here.on_time} beside {there.jobs - there.on_time}")
    line(
        "month.handed_over",
        in_time,
        "%",
        f"in time, of {here.missed_by_the_first} jobs that the agent did not do in time",
    )


def _month(count: int, *, smart: bool) -> Outcome:
    database.empty()
    _network(smart=smart)
    signed = _orders(count)
    for now in _moments():
        with transaction.atomic():
            _look(signed, now, smart=smart)
            if now.hour == HOURS[-1]:
                _work(now)
            connection.run_on_commit.clear()  # what follows has its turn here; workers would do it today
    return _outcome()


def _moments() -> Iterator[datetime]:
    for day in range(DAYS + DRAIN):
        yield from (FIRST + timedelta(days=day, hours=hour) for hour in HOURS)


def _provinces() -> list[str]:
    return list(Region.objects.filter(level=RegionLevel.PROVINCE).order_by("code").values_list("code", flat=True))


def _network(*, smart: bool) -> None:
    """An agent and two third parties a province; the third parties also serve the next province."""
    Territory.objects.all().delete()
    Capacity.objects.all().delete()
    provinces = _provinces()
    for index, code in enumerate(provinces):
        agent = _partner(f"agent{code}", PartnerKind.AGENT)
        _covers(agent, code)
        for number in (1, 2):
            third = _partner(f"third{code}-{number}", PartnerKind.INSTALLER)
            for region in (code, provinces[(index + number) % len(provinces)]):
                _covers(third, region)
            Score.objects.get_or_create(
                partner=third, month=FIRST.date(), defaults={"value": 60 + Random(third.code).randint(0, 39)}
            )
    if smart:  # the fixed month does not know, the partners' own days are the same
        Capacity.objects.bulk_create(
            Capacity(partner=row, jobs_per_day=_usual(row.code), valid_from=make.LONG_AGO)
            for row in Partner.objects.filter(code__regex="^(agent|third)")
        )


def _partner(code: str, kind: str) -> Partner:
    return Partner.objects.filter(code=code).first() or make.partner(code, kind=kind)


def _covers(partner: Partner, region: str) -> None:
    Territory.objects.create(partner=partner, duty=Duty.INSTALLATION, region_id=region, valid_from=make.LONG_AGO)


def _usual(code: str) -> int:
    return 1 if code.startswith("third") or Random(f"{SEED}:{code}").random() < 0.7 else 2


def _today(code: str, day: int) -> int:
    """How many jobs a partner really manages on a day: in one week of five fewer than usual, which nobody announces."""
    week = Random(f"{SEED}:{code}:{day // 7}").random()
    if code.startswith("agent") and week < 0.2:
        return 0 if Random(f"{SEED}:{code}:{day}").random() < 0.7 else 1
    return _usual(code)


def _orders(count: int) -> dict[datetime, list[int]]:
    """Enter orders of any county; return which are signed for in which moment of looking."""
    rng, provinces = Random(SEED), _provinces()
    weights = [rng.choice((1, 1, 2, 3)) for _ in provinces]
    days = [3 if day in PEAK else 1 for day in range(DAYS)]
    counties = {code: [] for code in provinces}
    for county in Region.objects.filter(level=RegionLevel.COUNTY).order_by("code").values_list("code", flat=True):
        counties[county[:2]].append(county)
    make.taken_in(*(make.seen(f"M{number}") for number in range(count)))
    signed: dict[datetime, list[int]] = {}
    rows = list(Order.objects.filter(number__startswith="M").order_by("pk"))
    for order in rows:
        [province], [day] = rng.choices(provinces, weights), rng.choices(range(DAYS), days)
        order.region_id = rng.choice(counties[province] or [province])
        order.signed_at = FIRST + timedelta(days=day, hours=rng.choice(HOURS), minutes=-rng.randint(1, 119))
        order.state = "signed"
        moment = next(now for now in _moments() if now >= order.signed_at)
        signed.setdefault(moment, []).append(order.pk)
    Order.objects.bulk_update(rows, ["region_id", "signed_at", "state"], batch_size=1000)
    return signed


def _look(signed: dict[datetime, list[int]], now: datetime, *, smart: bool) -> None:
    """What the workers' sweeps do, and the answers that have come."""
    opening.open_many(signed.get(now, []), by=SYSTEM, at=now)
    timers.sweep(at=now)
    dispatch.dispatch_all_due(by=SYSTEM, at=now)
    dispatch.offer_onward_all_due(by=SYSTEM, at=now)
    clocks.go_on_all_due(by=SYSTEM, at=now)
    if smart:
        hand_over.hand_over_all_due(by=SYSTEM, at=now)
    for offer in Offer.objects.waiting().select_related("partner", "job__order").order_by("pk"):
        _answer(offer, now)
    dispatch.dispatch_all_due(by=SYSTEM, at=now)


def _answer(offer: Offer, now: datetime) -> None:
    """A partner answers within hours, sometimes declines or says nothing: by partner and order, in any month."""
    assert offer.partner is not None
    habit = Random(f"{SEED}:{offer.partner.code}:{offer.job.order.number}")
    luck, patience = habit.random(), timedelta(hours=habit.choice((0, 0, 1, 3)))
    if luck < 0.03 or now < offer.offered_at + patience:
        return
    if luck < 0.08:
        jobs.decline(offer.job_id, reason="人手不足", by=SYSTEM, at=now)
        return
    jobs.accept(offer.job_id, by=SYSTEM, at=now)
    if habit.random() < 0.25:  # some make an appointment at once, for tomorrow or the day after
        jobs.appoint(
            offer.job_id,
            appointed_at=now.replace(hour=10) + timedelta(days=habit.choice((1, 1, 2))),
            reason="改约",
            asked_by="installer",
            by=SYSTEM,
            at=now,
        )


def _work(evening: datetime) -> None:
    """Each partner reports what it did today, the most urgent first, as many as it could."""
    day, left = (evening - FIRST).days, {}
    held = Job.objects.filter(state__in=("accepted", "appointed"), accepted_at__lt=evening.replace(hour=14))
    for job in held.select_related("owner").order_by("due_at", "pk"):
        assert job.owner is not None
        room = left.setdefault(job.owner.code, _today(job.owner.code, day))
        if room <= 0:
            continue
        left[job.owner.code] = room - 1
        done_at = min(evening, max(job.accepted_at, evening.replace(hour=9) + timedelta(hours=2 * room)))
        jobs.complete(job.pk, serial_number=f"SN{job.pk}", photo=_photo(), by=SYSTEM, at=done_at)


def _photo() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG")
    out.seek(0)
    out.name = "p.jpg"
    return out


def _outcome() -> Outcome:
    rows = list(Job.objects.values_list("due_at", "done_at", "handed_over_at"))
    on_time = sum(1 for due, done, _ in rows if done and done <= due)
    missed = [(due, over) for due, done, over in rows if over or not done or done > due]
    in_time = sum(1 for due, over in missed if over and over < due)
    return Outcome(len(rows), on_time, len(missed), in_time)
