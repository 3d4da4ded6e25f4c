"""Enters a made-up world the way the real one comes in: orders and refunds through the intake, jobs as rows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction

from aftersales.models import Job, Offer, Visit
from aftersales.operations import refund_intake
from channels.connectors.base import PlatformLine, PlatformOrder, PlatformRefund, Progress, RefundProgress
from channels.models import Authorisation, Listing, Partner, Platform, Product, Shop, Territory
from channels.operations import partners
from channels.queries import regions
from channels.states import Duty, Mode, PartnerKind, PartnerLevel, PlatformKind
from opsdesk.actor import SYSTEM
from orders.models import Import, Order
from orders.operations import batch
from tests.bench import database
from tests.bench.conflict_world import AGENT_CITIES, DAYS, MODELS, ONLINE, OUTLETS, SERIES, START, Buy, World

SINCE = START.date() - timedelta(days=400)
NOW = START + timedelta(days=DAYS + 60)
AS_OF = NOW
BATCH = 2000
_MODES = {"flagship": Mode.FLAGSHIP, "jd-pop": Mode.POP, "jd-self": Mode.SELF_OPERATED}
_ANSWERS = {"declined": "declined", "silent": "silent"}


def set_up() -> None:
    """Platforms, partners, shops with certificates, territories for sales, models and what they are called in shops."""
    if Product.objects.filter(code="M0-0").exists():
        return
    online = Platform.objects.get_or_create(code="tmall", defaults={"name": "天猫"})[0]
    offline = Platform.objects.get_or_create(code="outlets", defaults={"name": "终端", "kind": PlatformKind.OFFLINE})[0]
    who = {code: _partner(code, PartnerKind.DISTRIBUTOR) for code in ("d1", "d2", "d3", "d4", "d5")}
    who |= {code: _partner(code, PartnerKind.AGENT) for code in AGENT_CITIES}
    shops = [
        Shop(code=code, name=code, platform=offline if code in OUTLETS else online,
             operator=who.get(code.split("-")[0]), mode=_mode(code))
        for code in (*ONLINE, *OUTLETS)
    ]  # fmt: skip
    Shop.objects.bulk_create(shops)
    Authorisation.objects.bulk_create(
        Authorisation(number=f"C-{shop.code}", partner=shop.operator, shop=shop, valid_from=SINCE)
        for shop in shops if shop.operator
    )  # fmt: skip
    Territory.objects.bulk_create(
        Territory(partner=who[agent], duty=Duty.SALES, region_id=city, valid_from=SINCE)
        for agent, city in AGENT_CITIES.items()
    )
    models = [Product(code=f"M{s}-{m}", name=f"M{s}-{m}", series=f"S{s}") for s in range(SERIES) for m in range(MODELS)]
    Product.objects.bulk_create(models)
    Listing.objects.bulk_create(
        Listing(shop=shop, key=model.code, title=model.code, product=model) for shop in shops for model in models
    )


def _mode(code: str) -> str:
    return Mode.OUTLET if code in OUTLETS else _MODES.get(code, Mode.DISTRIBUTION)


def _partner(code: str, kind: str) -> Partner:
    row = partners.place(Partner(code=code, name=code, kind=kind, level=PartnerLevel.CITY))
    row.save()
    return row


def empty() -> None:
    """Remove all orders, what hangs on them, and what was found."""
    database.empty()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE conflicts_signal, conflicts_inquiry, conflicts_look, orders_import CASCADE")


def enter(world: World) -> dict[str, int]:
    """Enter the orders, then the refunds, then the jobs; return the keys of the orders by number."""
    set_up()
    by_shop: dict[str, list[Buy]] = defaultdict(list)
    for buy in world.buys:
        by_shop[buy.shop].append(buy)
    for shop in Shop.objects.filter(code__in=by_shop).order_by("code"):
        _orders(shop, by_shop[shop.code])
    keys = dict(Order.objects.values_list("number", "pk"))
    _jobs(world, keys)
    return keys


def _orders(shop: Shop, buys: Sequence[Buy]) -> None:
    source = Import.objects.create(
        shop=shop, name="world.csv", sha256="0" * 64, size=1, entered_at=NOW, as_of=AS_OF, started_at=NOW
    )
    intake = batch.Intake(source, regions.gazetteer(), SYSTEM, NOW)
    for start in range(0, len(buys), BATCH):
        part = buys[start : start + BATCH]
        with transaction.atomic():
            batch.write(intake, [_seen(buy) for buy in part])
    backs = [buy for buy in buys if buy.back]
    for start in range(0, len(backs), BATCH):
        with transaction.atomic():
            tally = refund_intake.write(source, [_back(buy) for buy in backs[start : start + BATCH]], by=SYSTEM, at=NOW)
        assert not tally.rejects, tally.rejects[0]


def _seen(buy: Buy) -> PlatformOrder:
    """As the platform shows it: where it masks, name, phone and address are hidden in part."""
    who, names = buy.who, _names()
    province, city, county = (names.get(who.county[:size], "") for size in (2, 4, 6))
    where = "".join(dict.fromkeys((province, city, county)))
    code = f"M{buy.model // MODELS}-{buy.model % MODELS}"
    paid = Decimal(buy.yuan)
    return PlatformOrder(
        number=buy.number,
        state=Progress.SIGNED if buy.signed else Progress.SHIPPED,
        ordered_at=buy.when,
        paid_at=buy.when + timedelta(minutes=3),
        signed_at=buy.when + timedelta(days=4) if buy.signed else None,
        paid_yuan=paid,
        total_yuan=paid,
        receiver_name=f"{who.name[0]}**" if buy.masked else who.name,
        receiver_phone=f"{who.phone[:3]}****{who.phone[-4:]}" if buy.masked else who.phone,
        receiver_address=f"{where}****" if buy.masked else f"{where}{who.street}",
        province=province,
        city=city,
        county=county,
        lines=(PlatformLine("1", sku_id=code, title=code, quantity=1, paid_yuan=paid),),
    )


def _names() -> dict[str, str]:
    if not _KNOWN:
        _KNOWN.update((one.code, one.name) for one in regions.divisions() if len(one.code) <= 6)
    return _KNOWN


_KNOWN: dict[str, str] = {}


def _back(buy: Buy) -> PlatformRefund:
    back = buy.back
    assert back
    amount = (Decimal(buy.yuan) * Decimal(f"{back.share:.4f}")).quantize(Decimal("0.01"))
    return PlatformRefund(
        f"R{buy.number}",
        buy.number,
        progress=RefundProgress(back.progress),
        kind=back.kind,
        reason=back.reason,
        said=back.said,
        amount_yuan=amount,
        shipped=back.shipped,
        asked_at=back.at,
        ended_at=back.at + timedelta(days=3) if back.progress == "paid" else None,
    )


def _jobs(world: World, keys: dict[str, int]) -> None:
    who = {partner.code: partner.pk for partner in Partner.objects.all()}
    regions_of = dict(Order.objects.values_list("pk", "region_id"))
    buys = [buy for buy in world.buys if buy.work]
    jobs = Job.objects.bulk_create([_job(buy, keys[buy.number], who, regions_of) for buy in buys], batch_size=BATCH)
    pairs = list(zip(buys, jobs, strict=True))
    Offer.objects.bulk_create([_offer(buy, job, who) for buy, job in pairs], batch_size=BATCH)
    Visit.objects.bulk_create(_visits(pairs, who), batch_size=BATCH)


def _job(buy: Buy, order: int, who: dict[str, int], regions_of: dict[int, str | None]) -> Job:
    work = buy.work
    assert work
    at = buy.when + timedelta(days=1)
    state, more = "open", {}
    if work.what in ("offered", "declined", "silent"):
        state = "open"
    elif work.what == "cancelled":
        state, more = "cancelled", {"owner_id": who[work.agent], "cancelled_at": work.at}
    elif work.what == "done":
        state = "done"
        more = {"owner_id": who[work.agent], "done_at": work.at, "serial_number": f"SN{buy.number}"}
    else:
        state, more = "failed", {"owner_id": who[work.agent]}
    region = regions_of[order]
    return Job(order_id=order, state=state, region_id=region, starts_at=at, due_at=at + timedelta(days=3),
               opened_at=at, accepted_at=at if "owner_id" in more else None, **more)  # fmt: skip


def _offer(buy: Buy, job: Job, who: dict[str, int]) -> Offer:
    work = buy.work
    assert work
    answer = _ANSWERS.get(work.what, "accepted" if job.owner_id else "waiting")
    answered = None if answer == "waiting" else work.at if answer in _ANSWERS.values() else job.opened_at
    return Offer(job=job, partner_id=who[work.agent], round=1, offered_at=job.opened_at, answer=answer,
                 answered_at=answered)  # fmt: skip


def _visits(pairs: Sequence[tuple[Buy, Job]], who: dict[str, int]) -> Iterator[Visit]:
    """In vain by the agent's fault, or because the customer's wiring did not allow it."""
    for buy, job in pairs:
        if buy.work and buy.work.what in ("failed", "blocked"):
            payer = "partner" if buy.work.what == "failed" else "customer"
            yield Visit(job=job, number=1, partner_id=who[buy.work.agent], outcome="failed", payer=payer,
                        ended_at=buy.work.at)  # fmt: skip
