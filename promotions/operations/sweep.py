"""DS-11, CH-7, PR-16: looks over what is on sale and what was sold, and keeps a signal of each price below its floor.

The facts of all floors are gathered once, the floors are worked out in Python by the one pure function, signals are
written in a fixed number of statements per 5,000 rows. What could not be looked at is counted by itself.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from channels.models import Listing
from opsdesk.actor import Actor
from opsdesk.days import local, midnight
from promotions.models import PriceSignal, PriceSweep
from promotions.queries import charged, floors, sold
from promotions.queries.cuts import Cuts
from promotions.rules.floors import Floor, floor
from promotions.rules.prices import not_sold_here
from promotions.states.price_signal import SIGNAL, SignalKind, SignalState

CHUNK = 5000
CLAIMED_DAYS = 90
"""How far back claims are followed: longer than any may be made or paid after its sale."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What a sweep looked at, what it could not look at, how much it found wrong, and how much of that is new."""

    looked: int = 0
    unlooked: int = 0
    wrong: int = 0
    new: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Seen:
    """One price: of an item now (no line), or of a line sold; its net price follows from it. `untrue` is what speaks
    against the price that the item strikes through (PR-16).
    """

    listing: int
    line: int | None
    shop: int
    product: int
    price: Decimal
    moment: datetime
    net: Decimal
    crossed: Decimal | None = None
    untrue: str = ""

    @property
    def key(self) -> int:
        """What it is looked up by among the signals there are."""
        return self.line or self.listing


def sweep_all_due(*, by: Actor, at: datetime) -> Found:
    """DS-11: every night: all items on sale, what was sold yesterday and today, and older sales with claims."""
    today = local(at).date()
    found = sum((sweep_sales(day, by=by, at=at) for day in (today - _DAY, today)), start=sweep_listings(by=by, at=at))
    return found + sweep_claimed_sales(by=by, at=at)


def sweep_listings(which: Q | None = None, *, by: Actor, at: datetime) -> Found:
    """DS-11, CH-7: look over the items on sale (of these, if `which` says so) at their net prices of now."""
    on_sale = Listing.objects.filter(which or Q(), shop__active=True, ignored=False)
    known = on_sale.filter(product__isnull=False, price_yuan__gt=0)
    rows = known.order_by("pk").values_list("pk", "shop_id", "product_id", "price_yuan", "crossed_yuan")
    cuts = Cuts.over(at, at)
    crossed = known.filter(crossed_yuan__isnull=False).order_by().values_list("product_id", flat=True)
    proofs = charged.proofs(set(crossed.distinct()), at)

    def seen() -> Iterator[Seen]:
        for pk, shop, product, price, struck in rows.iterator(chunk_size=CHUNK):
            net = cuts.net(shop, product, price, at).yuan
            proof = None if struck is None else proofs.get(product)
            untrue = proof.against(struck) if proof and struck is not None else ""
            yield Seen(pk, None, shop, product, price, at, net, struck, untrue)

    book = floors.gather(*_keys(known, which), at, at)
    found = sum((_look(book, chunk, by=by, at=at) for chunk in _chunks(seen())), start=Found())
    found += Found(unlooked=on_sale.count() - found.looked)
    if which is None:
        _no_longer_offered(known, by=by, at=at)
        _note("listings", local(at).date(), found, at)
    return found


@transaction.atomic
def _no_longer_offered(known: Any, *, by: Actor, at: datetime) -> None:
    """End the signals of items that are not on sale any more, or are none of ours after all."""
    lost = PriceSignal.objects.all().waiting().filter(line=None).exclude(listing__in=known.values("pk"))
    _move(list(lost.values_list("pk", flat=True)), SignalState.OPEN, "close", by=by, at=at, ended_at=at)


def sweep_sales(day: date, *, by: Actor, at: datetime) -> Found:
    """DS-11, CH-7: look over what was ordered on a day and paid, at what was really paid for a unit."""
    start, end = midnight(day), midnight(day + _DAY)
    orders = sold.paid_orders(start, end)
    found = _sold(orders, start, end, by=by, at=at) + Found(unlooked=sold.without_items(orders).count())
    _note("sales", day, found, at)
    return found


def sweep_changed_sales(since: datetime, *, by: Actor, at: datetime, days: int = 31) -> Found:
    """DS-11: look over what was sold in the last days, of the orders that changed since a moment."""
    start, end = at - days * _DAY, at + _DAY
    return _sold(sold.paid_orders(start, end).filter(changed_at__gte=since), start, end, by=by, at=at)


def sweep_claimed_sales(
    order_ids: Collection[int] | None = None, *, by: Actor, at: datetime, days: int = CLAIMED_DAYS
) -> Found:
    """DS-11, PR-18: look again over sales (of these orders) whose net price a claim of the last days has changed."""
    orders = sold.claimed_orders(at - days * _DAY, order_ids=order_ids)
    first = orders.aggregate(first=Min(Coalesce("ordered_at", "paid_at")))["first"]
    return _sold(orders, first, at, by=by, at=at) if first else Found()


def _sold(orders: Any, start: datetime, end: datetime, *, by: Actor, at: datetime) -> Found:
    book = floors.gather(None, None, start, end)
    missed = 0

    def seen() -> Iterator[Seen]:
        nonlocal missed
        for line in sold.sold_lines(orders):
            piece = line.piece
            if line.listing is None or line.product is None or not line.got or piece is None:
                missed += 1
                continue
            price = piece if line.item.price is None else line.item.price
            yield Seen(line.listing, line.pk, line.shop, line.product, price, line.moment, piece)

    found = sum((_look(book, chunk, by=by, at=at) for chunk in _chunks(seen())), start=Found())
    return found + Found(unlooked=missed)


def _keys(rows: Any, which: Q | None) -> tuple[floors.Keys, floors.Keys]:
    """The shops and models of a part; of the whole: all, which is cheaper than naming them."""
    if which is None:
        return None, None
    pairs = set(rows.values_list("shop_id", "product_id"))
    return {shop for shop, _product in pairs}, {product for _shop, product in pairs}


def _chunks(rows: Iterable[Seen]) -> Iterator[list[Seen]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


@transaction.atomic
def _look(book: floors.Book, seen: Sequence[Seen], *, by: Actor, at: datetime) -> Found:
    """Work out the floors of these, keep what is wrong, and end the signals of what is right again."""
    wrong = {_key(signal): signal for one in seen for signal in _wrong(book, one, at)}
    field_name = "line" if seen[0].line else "listing"
    there = PriceSignal.objects.filter(**{f"{field_name}__among": [one.key for one in seen]})
    there = there if seen[0].line else there.filter(line=None)
    known = {_key(row): row for row in there.order_by("pk")}
    fresh = [signal for key, signal in wrong.items() if key not in known]
    PriceSignal.objects.bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
    again = [row.pk for key, row in known.items() if row.state == SignalState.GONE and key in wrong]
    right = [row.pk for key, row in known.items() if row.state == SignalState.OPEN and key not in wrong]
    _move(again, SignalState.GONE, "reopen", by=by, at=at, ended_at=None)
    _move(right, SignalState.OPEN, "close", by=by, at=at, ended_at=at)
    return Found(looked=len(seen), wrong=len(wrong), new=len(fresh))


def _move(pks: Sequence[int], state: str, action: str, *, by: Actor, at: datetime, **changes: Any) -> None:
    if pks:
        rows = PriceSignal.objects.filter(pk__in=pks, state=state).order_by("pk").free_for_change(len(pks))
        SIGNAL.move_many(rows, action, by=by, at=at, changes=[changes] * len(rows))


def _key(signal: PriceSignal) -> tuple[Any, ...]:
    """The natural key of a signal, as the database has it."""
    if signal.line_id:
        return (signal.line_id, signal.kind)
    return (signal.listing_id, signal.kind, signal.net_yuan, signal.floor_yuan)


def _wrong(book: floors.Book, one: Seen, at: datetime) -> Iterator[PriceSignal]:
    facts = book.facts(one.shop, one.product, one.moment)
    if why := not_sold_here(facts.product, facts.shop, one.moment):
        yield _signal(one, SignalKind.NOT_ALLOWED, at, because=[{"why": why, "where": facts.product.sold_where}])
    if one.untrue and one.crossed is not None:
        told = replace(one, price=one.crossed, net=one.crossed)
        yield _signal(told, SignalKind.LIST_PRICE, at, because=[{"why": one.untrue, "price": one.price}])
    answer = floor(facts)
    if not answer.allows(one.net):
        yield _signal(one, SignalKind.BELOW_FLOOR, at, floor_yuan=answer.yuan, because=_because(answer))


def _signal(one: Seen, kind: str, at: datetime, *, floor_yuan: Decimal | None = None, because: Any) -> PriceSignal:
    return PriceSignal(
        kind=kind,
        shop_id=one.shop,
        product_id=one.product,
        listing_id=one.listing,
        line_id=one.line,
        price_yuan=one.price,
        net_yuan=one.net,
        floor_yuan=floor_yuan,
        gap_yuan=None if floor_yuan is None else floor_yuan - one.net,
        moment=one.moment,
        found_at=at,
        because=because,
    )


def _because(answer: Floor) -> list[dict[str, Any]]:
    """The rules and grants that applied, the deciding one first, as they stood."""
    applied = [one for one in answer.judgements if one.yuan is not None]
    return [
        {"code": one.code, "name": one.name, "row": one.pk, "yuan": one.yuan, "outcome": one.outcome, "why": one.why}
        for one in applied
    ]


def _note(what: str, day: date, found: Found, at: datetime) -> None:
    told = {"looked": found.looked, "unlooked": found.unlooked, "found": found.wrong, "at": at}
    PriceSweep.objects.update_or_create(what=what, day=day, defaults=told)
