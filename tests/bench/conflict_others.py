"""The other detectors in the same made-up world: registered customers, prices below the floor, bad installations."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.models import Job, Visit
from channels.models import Listing, Product, Shop
from conflicts.models import Signal
from conflicts.operations import inquiries, looking
from conflicts.operations.inquiries import AlreadyRegistered, Asked
from opsdesk.actor import SYSTEM
from opsdesk.sla.models import Policy, Timer
from promotions.models import PriceSignal
from tests.bench import conflict_entering
from tests.bench.conflict_people import phone
from tests.bench.conflict_scores import Score, score
from tests.bench.conflict_world import DAYS, MODELS, ONLINE, SERIES, START, Buy, World

DAY = timedelta(days=1)


def scores(world: World, keys: dict[str, int], seed: int) -> dict[str, Score]:
    """Return how well each of the other detectors does; every story is made before it looks."""
    luck = random.Random(seed + 1)
    return {
        "claimed": _claimed(world, luck),
        "below_floor": _below_floor(luck),
        "bad_installation": _bad_installation(luck),
    }


def _claimed(world: World, luck: random.Random) -> Score:
    """Shops register who asked; some of them buy elsewhere of what they asked for, and the story is of many kinds."""
    shops = dict(Shop.objects.values_list("code", "pk"))
    products = dict(Product.objects.values_list("code", "pk"))
    paired = {id(buy) for made in world.pairs.values() for pair in made for buy in pair}
    free = [buy for buy in world.buys if id(buy) not in paired and not buy.back and buy.when > START + 40 * DAY]
    true: set[tuple[int, str]] = set()
    asked = []
    for buy in luck.sample(free, 900):
        kind = luck.choices(
            ("led_away", "own_shop", "too_late", "before", "other_model", "stranger"), (40, 15, 10, 10, 15, 10)
        )[0]
        at = _asked_at(buy, kind, luck)
        shop = buy.shop if kind == "own_shop" else luck.choice([one for one in ONLINE if _other(one, buy.shop)])
        model = (buy.model + MODELS) % (SERIES * MODELS) if kind == "other_model" else _near(buy.model, luck)
        code = f"M{model // MODELS}-{model % MODELS}"
        number = phone(luck) if kind == "stranger" else buy.who.phone
        product = products[code] if luck.random() < 0.8 else None
        try:
            row = inquiries.register(shops[shop], Asked(number, buy.who.name, product), by=SYSTEM, at=at)
        except AlreadyRegistered:
            continue
        asked.append(row.pk)
        if kind == "led_away" or (kind == "other_model" and product is None):
            true.add((row.pk, buy.number))
    looking.look_at("inquiries", asked, by=SYSTEM, at=conflict_entering.NOW)
    found = Signal.objects.filter(kind="claimed", state="open").values_list("inquiry_id", "order__number")
    return score(set(found), true)


def _asked_at(buy: Buy, kind: str, luck: random.Random) -> datetime:
    if kind == "too_late":
        return buy.when - timedelta(days=luck.uniform(31, 38))
    if kind == "before":
        return buy.when + timedelta(days=luck.uniform(0.1, 9))
    return buy.when - timedelta(days=luck.expovariate(1 / 6) % 29 + 0.05)


def _other(one: str, shop: str) -> bool:
    return one != shop and one.partition("-")[0] != shop.partition("-")[0]


def _near(model: int, luck: random.Random) -> int:
    return model if luck.random() < 0.8 else model - model % MODELS + luck.randrange(MODELS)


def _below_floor(luck: random.Random) -> Score:
    items = list(Listing.objects.filter(product__isnull=False).order_by("pk"))
    PriceSignal.objects.all().delete()
    rows, kinds = [], []
    for item in luck.sample(items, 200):
        kind = luck.choices(("below", "rounded", "dismissed", "gone"), (60, 20, 10, 10))[0]
        floor = Decimal(luck.randrange(1200, 4000))
        net = floor - (Decimal("0.50") if kind == "rounded" else floor * Decimal(luck.randrange(2, 25)) / 100)
        state = kind if kind in ("dismissed", "gone") else "open"
        at = START + DAYS * DAY * luck.random()
        rows.append(
            PriceSignal(kind="price_below_floor", state=state, shop_id=item.shop_id, product_id=item.product_id,
                        listing=item, price_yuan=net, net_yuan=net, floor_yuan=floor, gap_yuan=floor - net, moment=at,
                        found_at=at)
        )  # fmt: skip
        kinds.append(kind)
    made = PriceSignal.objects.bulk_create(rows)
    looking.look_at("prices", [row.pk for row in made], by=SYSTEM, at=conflict_entering.NOW)
    found = set(Signal.objects.filter(kind="below_floor", state="open").values_list("price_signal_id", flat=True))
    return score(found, {row.pk for row, kind in zip(made, kinds, strict=True) if kind == "below"})


def _bad_installation(luck: random.Random) -> Score:
    """Some of the jobs done were late: by the agent, by the customer, or in vain before."""
    policy = Policy.objects.get(code="installation")
    jobs = list(Job.objects.filter(state="done", owner__isnull=False).order_by("pk"))
    clocks, visits = [], []
    true: set[str] = set()
    for job in luck.sample(jobs, min(600, len(jobs))):
        kind = luck.choices(("late", "customer", "others", "own_fault", "wiring"), (35, 20, 15, 15, 15))[0]
        key = f"job:{job.pk}>partner:{job.owner_id}"
        if kind in ("late", "customer", "others"):
            accepted = job.due_at + DAY if kind == "others" else job.opened_at
            Job.objects.filter(pk=job.pk).update(accepted_at=accepted, done_at=job.due_at + luck.uniform(0.1, 4) * DAY)
            clocks.append(
                Timer(policy=policy, subject_type="aftersales.job", subject_id=job.pk, started_at=job.opened_at,
                      due_at=job.due_at, missed_at=job.due_at, ladder=[], ladder_at=[], state="met")
            )  # fmt: skip
        if kind == "customer":
            visits += [
                Visit(job=job, number=number, partner=job.owner, outcome=outcome, payer="company", asked_by="customer",
                      ended_at=job.due_at)
                for number, outcome in ((1, "absent"), (2, "done"))
            ]  # fmt: skip
        if kind in ("own_fault", "wiring"):
            payer = "partner" if kind == "own_fault" else "customer"
            visits.append(
                Visit(job=job, number=1, partner=job.owner, outcome="failed", payer=payer, ended_at=job.opened_at)
            )
        if kind in ("late", "own_fault"):
            true.add(f"{key}>{'late' if kind == 'late' else 'substandard'}")
    Timer.objects.bulk_create(clocks)
    Visit.objects.bulk_create(visits)
    touched = {*(clock.subject_id for clock in clocks), *(visit.job_id for visit in visits)}
    looking.look_at("installations", touched, by=SYSTEM, at=conflict_entering.NOW)
    found = set(Signal.objects.filter(kind="bad_installation", state="open").values_list("key", flat=True))
    return score(found, true)
