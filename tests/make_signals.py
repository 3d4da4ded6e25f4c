"""Objects for tests of conflicts: the figures of the reference data, shops of several operators, purchases, losses."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from aftersales.models import Job, Offer, Refund
from aftersales.states.job import Answer, JobState
from channels.connectors.base import PlatformLine, Progress
from channels.models import Authorisation, Listing, Partner, Platform, Product, Shop
from channels.states import Mode, PlatformKind
from conflicts.models import Signal
from conflicts.operations import looking
from opsdesk.actor import SYSTEM
from opsdesk.console import reference, reference_conflict_signals
from orders.models import Order
from tests import make
from tests.make import AT

D = Decimal
DAY = timedelta(days=1)
HOME = "广东省广州市天河区体育西路1号2幢301室"
PHONE = "13800001111"


def figures() -> None:
    """The first figures of the detectors, as the reference data have them."""
    path = Path(reference.__file__).with_name("data") / "conflicts_signals.json"
    reference_conflict_signals.load(json.loads(path.read_text(encoding="utf-8")))


def certificate(shop: Shop, *, since: date = make.LONG_AGO) -> Authorisation:
    return Authorisation.objects.create(
        number=f"C-{shop.code}", partner=shop.operator, shop=shop, valid_from=since, valid_to=None
    )


def dealer(code: str = "dealer", *, certified: bool = True, **fields: object) -> Shop:
    """A distributor's or agent's own shop; its operator has the same code."""
    who = Partner.objects.filter(code=code).first() or make.partner(code)
    shop = make.shop(f"{code}-shop", on="taobao", operator=who, mode=Mode.DISTRIBUTION, **fields)
    if certified and not shop.authorisations.exists():
        certificate(shop)
    return shop


def outlet(code: str = "agent") -> Shop:
    """An agent's outlet: it sells within its territory only."""
    Platform.objects.get_or_create(code="outlets", defaults={"name": "终端", "kind": PlatformKind.OFFLINE})
    who = Partner.objects.filter(code=code).first() or make.partner(code)
    return make.shop(f"{code}-outlet", on="outlets", operator=who, mode=Mode.OUTLET)


def model(code: str = "DSF-1", series: str = "DSF") -> Product:
    return Product.objects.get_or_create(code=code, defaults={"name": code, "series": series})[0]


def bought(
    number: str,
    shop: Shop | None = None,
    *,
    when: datetime = AT,
    of: Product | None | str = "",
    paid: str = "2000.00",
    region: str = "440106",
    **fields: object,
) -> Order:
    """A paid order of one model by Wang in Tianhe; `of=None`: nobody knows the model."""
    shop = shop or make.shop()
    product = model() if of == "" else of
    key = product.code if product else "unknown"
    Listing.objects.get_or_create(shop=shop, key=key, defaults={"title": key, "product": product})
    line = PlatformLine("1", sku_id=key, title=key, quantity=1, paid_yuan=D(paid))
    said = {
        "receiver_name": "王小明",
        "receiver_phone": PHONE,
        "receiver_address": HOME,
        "lines": (line,),
        "paid_yuan": D(paid),
        "ordered_at": when,
        "paid_at": when,
    } | fields
    for code in {region, "440106", "330106"} - {""}:
        make.region(code, code, code)
    row = make.order(number, where=shop, **said)
    Order.objects.filter(pk=row.pk).update(region_id=region or None)
    return Order.objects.get(pk=row.pk)


def given_back(
    order: Order, *, when: datetime = AT + 2 * DAY, kind: str = "refund_only", state: str = "asked", **fields: object
) -> Refund:
    """A refund as a platform's file shows it, of the whole order unless something else is said."""
    values = {"asked_yuan": order.paid_yuan, "reason": "other"} | fields
    if state == "paid":
        paid = values["asked_yuan"]
        values |= {"granted_yuan": paid, "paid_yuan": paid, "ended_at": when, "granted_at": when}
    if state == "granted":
        values |= {"granted_yuan": values["asked_yuan"], "granted_at": when}
    return Refund.objects.create(
        order=order, shop=order.shop, number=f"R{order.number}", kind=kind, state=state, asked_at=when,
        entered_at=when, **values,
    )  # fmt: skip


def job(order: Order, who: Partner | None, *, state: str = JobState.ACCEPTED, **fields: object) -> Job:
    """An installation job as dispatch leaves it."""
    at = order.ordered_at
    usual = {"starts_at": at, "due_at": at + 3 * DAY, "opened_at": at, "region": order.region, "owner": who}
    return Job.objects.create(order=order, state=state, **(usual | fields))


def offer(job: Job, who: Partner, answer: str = Answer.WAITING, *, when: datetime | None = None, **fields: object):
    at = when or job.opened_at
    answered = None if answer == Answer.WAITING else at
    return Offer.objects.create(
        job=job, partner=who, round=job.offers.count() + 1, offered_at=at, answered_at=answered, answer=answer, **fields
    )


def look(name: str, *pks: int, at: datetime = AT + 20 * DAY) -> looking.Tally:
    return looking.look_at(name, pks, by=SYSTEM, at=at)


def found(kind: str) -> list[Signal]:
    return list(Signal.objects.filter(kind=kind, state="open").order_by("pk"))


def codes(rows: list[dict[str, str]]) -> list[str]:
    return [row["code"] for row in rows]


SIGNED = Progress.SIGNED
CLOSED = Progress.CLOSED
