"""Writes a batch of platform orders: a fixed number of statements however many orders, COPY for the new ones.

One intake writes at a time (an advisory lock for the length of a batch), so what was read stays true
until it is written, new rows need no conflict handling, and two files of one shop never wait in a ring (docs/adr/0008).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import connection

from channels.connectors.base import PlatformLine, PlatformOrder, Unreadable
from channels.operations import listings
from channels.rules.addresses import Gazetteer
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.copying import copy_rows, reserve_ids, update_rows
from orders.models import Import, Line, Order
from orders.operations import customers, receivers
from orders.queries import stored
from orders.queries.stored import item_key
from orders.rules import freshness, identity

INTAKE_LOCK = 740_001


@dataclass(slots=True)
class Tally:
    """What became of a batch."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    lines: int = 0
    updated_ids: list[int] = field(default_factory=list)
    rejects: list[Unreadable] = field(default_factory=list)


@dataclass(frozen=True)
class Intake:
    """What all batches of one import share; `numbers` are the orders it brought, `began` is monotonic."""

    source: Import
    gazetteer: Gazetteer
    by: Actor
    at: datetime
    numbers: set[str] = field(default_factory=set)
    began: float = field(default_factory=monotonic)


def write(intake: Intake, orders: Sequence[PlatformOrder]) -> Tally:
    """OR-2: enter new orders, update changed ones, leave the rest; inside the caller's transaction."""
    tally = Tally()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])
    for distinct in _without_repeats(orders):
        _write_distinct(intake, distinct, tally)
    return tally


def _without_repeats(orders: Sequence[PlatformOrder]) -> Iterator[list[PlatformOrder]]:
    """Split so that no order stands twice in a part: its later row then meets the earlier one as stored."""
    rest = list(orders)
    while rest:
        numbers: set[str] = set()
        now: list[PlatformOrder] = []
        again: list[PlatformOrder] = []
        for order in rest:
            (again if order.number in numbers else now).append(order)
            numbers.add(order.number)
        yield now
        rest = again


def _write_distinct(intake: Intake, orders: Sequence[PlatformOrder], tally: Tally) -> None:
    shop_id = intake.source.shop_id
    items = {}
    for order in orders:
        for line in order.lines:
            items[item_key(line)] = line
    listed = (
        listings.ensure_many(shop_id, (_seen(key, line) for key, line in items.items()), at=intake.at) if items else {}
    )
    known = stored.orders_of(shop_id, [order.number for order in orders])
    new = [order for order in orders if order.number not in known]
    pairs = [(order, known[order.number]) for order in orders if order.number in known]
    ids = _enter(intake, new)
    as_of = intake.source.as_of
    earlier = {old["id"] for order, old in pairs if stored.is_earlier(order, old, as_of=as_of)}
    changed = _update(intake, pairs, earlier)
    _write_lines(zip(new, ids, strict=True), {}, listed, earlier)
    lines_of = stored.lines_of([old["id"] for order, old in pairs if order.lines])
    touched = changed.keys() | _write_lines(((order, old["id"]) for order, old in pairs), lines_of, listed, earlier)
    _record_updates(intake, pairs, changed, touched)
    tally.new += len(new)
    tally.updated += len(touched)
    tally.unchanged += len(pairs) - len(touched)
    tally.lines += sum(len(order.lines) for order in orders)
    tally.updated_ids += touched


def _seen(key: str, line: PlatformLine) -> listings.SeenItem:
    return listings.SeenItem(
        key,
        line.item_id or "",
        line.sku_id or "",
        line.merchant_code or "",
        line.title or "",
        line.price_yuan,
    )


def _enter(intake: Intake, orders: Sequence[PlatformOrder]) -> list[int]:
    """Write the orders that are new, with their customers and one event each."""
    if not orders:
        return []
    ids = reserve_ids(Order, len(orders))
    found = [receivers.read(order) for order in orders]
    known = customers.recognise(found, at=intake.at)
    source = intake.source
    copy_rows(
        Order,
        ("id", "number", "state", "as_of", *stored.PLAIN, *receivers.COLUMNS),
        (_row(intake, *new) for new in zip(ids, orders, found, known, strict=True)),
        same={"shop_id": source.shop_id, "source_id": source.pk, "entered_at": intake.at, "changed_at": intake.at},
    )
    _record(intake, "order.enter", ((pk, order, "") for pk, order in zip(ids, orders, strict=True)))
    return ids


def _row(
    intake: Intake, pk: int, order: PlatformOrder, receiver: identity.Receiver, match: identity.Match | None
) -> tuple[Any, ...]:
    place = receivers.locate(intake.gazetteer, order)
    return (
        pk,
        order.number,
        order.state or freshness.state_from_times(stored.said(order)),
        order.as_of or intake.source.as_of,
        *stored.plain_values(order),
        *receivers.columns(receiver),
        place.code or None,
        place.because,
        match.customer if match else None,
        match.basis if match else "",
    )


def _record(intake: Intake, action: str, facts: Iterable[tuple[int, PlatformOrder, str]]) -> None:
    """AU-3: write one event per order; more of its facts may be given as JSON."""
    source = audit.as_json({"file": intake.source.name, "import": intake.source.pk})[:-1]
    copy_rows(
        audit.Event,
        ("subject_id", "facts"),
        ((pk, f'{source}, "line": {order.line}{more}}}') for pk, order, more in facts),
        same={
            "action": action,
            "subject_type": Order._meta.label_lower,
            "actor": intake.by.name,
            "door": intake.by.door,
            "at": intake.at,
        },
    )


def _update(
    intake: Intake, pairs: Iterable[tuple[PlatformOrder, stored.Row]], earlier: Set[int]
) -> dict[int, dict[str, Any]]:
    """Write what later pictures of known orders change and what `earlier` ones add; return it by order."""
    changed: dict[int, dict[str, Any]] = {}
    rows = []
    moved = []
    for order, old in pairs:
        new = stored.differences(order, old, as_of=intake.source.as_of, earlier=old["id"] in earlier)
        if receivers.differ(order, old):
            moved.append((order, old, old["id"] in earlier))
        if new:
            changed[old["id"]] = new
    for pk, new in receivers.replace(moved, intake.gazetteer, at=intake.at).items():
        changed.setdefault(pk, {}).update(new)
    for _, old in pairs:
        if old["id"] in changed:
            merged = old | changed[old["id"]] | {"changed_at": intake.at}
            rows.append([old["id"], *(merged[name] for name in stored.UPDATABLE)])
    update_rows(Order, stored.UPDATABLE, rows)
    return changed


def _write_lines(
    orders: Iterable[tuple[PlatformOrder, int]],
    lines_of: Mapping[int, Mapping[str, stored.Row]],
    listed: Mapping[str, int],
    earlier: Set[int],
) -> set[int]:
    """Write new lines and changed ones; return the orders that got any."""
    new, again, gone, touched = [], [], [], set()
    for order, pk in orders:
        old_lines = lines_of.get(pk, {})
        seen, replaced = stored.itemised(order.lines, old_lines)
        gone += replaced
        for line in seen:
            if (old := old_lines.get(line.key)) is None:
                new.append((pk, line.key, listed[item_key(line)], *stored.line_values(line)))
                touched.add(pk)
            elif values := stored.line_differences(line, old, earlier=pk in earlier):
                again.append([old["id"], *((old | values)[name] for name in stored.LINE)])
                touched.add(pk)
    if new:
        copy_rows(Line, ("order_id", "key", "listing_id", *stored.LINE), new)
    update_rows(Line, stored.LINE, again)
    if gone:
        Line.objects.filter(pk__in=gone).delete()
    return touched


def _record_updates(intake: Intake, pairs: Any, changed: dict[int, dict[str, Any]], touched: Iterable[int]) -> None:
    """AU-3: each field's old and new value; personal data only masked."""
    old_of = {old["id"]: (order, old) for order, old in pairs}
    events = []
    for pk in touched:
        order, old = old_of[pk]
        shown = {
            name: [receivers.told(name, old[name]), receivers.told(name, value)]
            for name, value in changed.get(pk, {}).items()
            if name not in receivers.SECRET
        }
        events.append((pk, order, f', "changed": {audit.as_json(shown)}'))
    if events:
        _record(intake, "order.update", events)
