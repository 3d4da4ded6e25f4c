"""From the rows of an order to the order: one row per item, with the order's own fields on each of them."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from channels.connectors import cells
from channels.connectors.base import PlatformLine, PlatformOrder, PlatformRefund, Progress, Unreadable
from channels.connectors.formats import Format, Found

_LONGEST_KEY = 120
_LONGEST_TEXT = 200  # what is looked for by its beginning must fit into an index
_RANK = {progress: rank for rank, progress in enumerate(Progress)}
_LATEST = ("shipped_at", "signed_at", "completed_at")
_EITHER = ("held", "superseded", "installation_bought")
_CUT, _CUT_OF_LINE = ("buyer", "tracking"), ("title", "merchant_code")
_EVERY = ("carrier", "tracking", "after_sale")


class ReadRow(NamedTuple):
    """A row that could be read: where it stands, what it says of its order and of the order's lines.

    `beside` is the line of an unnumbered row right above or below it. `refuse` keeps the row as unreadable after all.
    """

    line: int
    order: Found
    lines: list[Found]
    refuse: Callable[[cells.Bad], Unreadable]
    beside: int = 0

    @property
    def number(self) -> str:
        return self.order["number"]  # type: ignore[no-any-return]


class Refused(NamedTuple):
    """A row that could not, and the number of the order it belongs to ("" where that cannot be read)."""

    number: str
    reject: Unreadable
    beside: int = 0

    @property
    def line(self) -> int:
        return self.reject.line


Row = ReadRow | Refused


def one_by_one(rows: Iterable[Row], as_of: datetime | None) -> Iterator[PlatformOrder | Unreadable]:
    """Make an order of every row."""
    for row in rows:
        if isinstance(row, Refused):
            yield row.reject
        else:
            yield _order(row.line, row.order, row.lines, 1, as_of)


def refunds(rows: Iterable[Row], as_of: datetime | None) -> Iterator[PlatformRefund | Unreadable]:
    """Make a refund of every row."""
    for row in rows:
        if isinstance(row, Refused):
            yield row.reject
            continue
        _cut(row.order, ("carrier",), 40)
        _cut(row.order, ("tracking",), 80)
        _cut(row.order, ("said",), _LONGEST_TEXT)
        kept = row.refuse(cells.Bad("kept", "")).cells
        if row.order["order_number"]:
            yield PlatformRefund(line=row.line, as_of=as_of, cells=kept, **row.order)
        else:
            yield row.refuse(cells.Bad("missing_number", "没有订单号；请填上平台的订单号"))


def together(rows: Iterable[Row], kind: Format, as_of: datetime | None) -> Iterator[PlatformOrder | Unreadable]:
    """Make one order of the rows that follow each other under one number; rows that cannot be read stand beside it.

    Where the order's money is the sum of its rows (`summed`), a part would have a wrong sum: then all of them or none,
    so that what is kept, once mended, is the whole order. An unnumbered row may belong to the order on either side of
    it (`marked` tells).
    """
    group: list[Row] = []
    for row in rows:
        if group and not (row.number and row.number == group[0].number):
            yield from _closed(group, kind, as_of)
            group = []
        group.append(row)
    yield from _closed(group, kind, as_of)


def gathered(rows: Iterable[Row], counts: Mapping[str, int]) -> Iterator[Row]:
    """Put the rows of a number where the first of them stands; `counts` says how many there are in the file.

    Rows are held only while an order is open whose rows stand apart.
    """
    left = Counter(counts)
    held: OrderedDict[str | int, list[Row]] = OrderedDict()
    for row in rows:
        held.setdefault(row.number or row.line, []).append(row)
        left[row.number] -= 1
        while held and (isinstance(first := next(iter(held)), int) or left[first] <= 0):
            yield from held.pop(first)
    for group in held.values():
        yield from group


def marked(rows: Iterable[Row]) -> Iterator[Row]:
    """Tell rows of the unnumbered row beside them."""
    above: Row | None = None
    for row in rows:
        if above is not None:
            yield above if row.number else above._replace(beside=row.line)
        above = row._replace(beside=above.line) if above is not None and not above.number else row
    if above is not None:
        yield above


def _closed(group: list[Row], kind: Format, as_of: datetime | None) -> Iterator[PlatformOrder | Unreadable]:
    good = [row for row in group if isinstance(row, ReadRow)]
    why = _what_is_in_doubt(group) if kind.summed else ""
    items: list[PlatformOrder | Unreadable] = [row.reject for row in group if isinstance(row, Refused)]
    if why:
        items += [row.refuse(cells.Bad("order_incomplete", why)) for row in good]
    elif good:
        items.append(_joined(good, kind, as_of))
    yield from sorted(items, key=attrgetter("line"))


def _what_is_in_doubt(group: list[Row]) -> str:
    """Say why an order is not certainly whole, "" where it is."""
    for row in group:
        if isinstance(row, Refused):
            return f"本行没有错，但同一订单的第 {row.line} 行读不了，订单要整单导入；请改好那一行，和本行一起"
    for row in group:
        if row.beside:
            return f"本行没有错，但旁边的第 {row.beside} 行没有订单号，或许是同一订单；请改好或删去那一行，和本行一起"
    return ""


def _joined(rows: list[ReadRow], kind: Format, as_of: datetime | None) -> PlatformOrder:
    """Join rows: what an order prints on each row is taken once, what it prints per item is summed."""
    order = rows[0].order
    if len(rows) > 1:
        latest = list({_child(row): row for row in rows}.values())
        order = {field: _first(row.order.get(field) for row in rows) for field in order}
        _join_progress(order, latest)
        for field in kind.summed:
            order[field] = _sum([row.order.get(field) for row in latest])
    return _order(rows[0].line, order, [line for row in rows for line in row.lines], len(rows), as_of)


def _child(row: ReadRow) -> object:
    """Return what tells a row printed twice from two rows: the child numbers, else the place in the file."""
    keys = tuple(line.get("key") for line in row.lines)
    return keys if all(keys) and keys else row.line


def _join_progress(order: Found, rows: list[ReadRow]) -> None:
    if "state" in order:
        order["state"] = combined(row.order["state"] for row in rows)
    for field in order.keys() & _LATEST:
        order[field] = max((row.order[field] for row in rows if row.order[field]), default=None)
    for field in order.keys() & _EVERY:
        order[field] = ",".join(dict.fromkeys(row.order[field] for row in rows if row.order[field]))
    for field in order.keys() & _EITHER:
        order[field] = max((row.order[field] for row in rows if row.order[field] is not None), default=None)


def combined(states: Iterable[Progress | None]) -> Progress | None:
    """Return how far an order has come whose items have come thus far: closed items do not hold it up."""
    said = [state for state in states if state]
    alive = [state for state in said if state is not Progress.CLOSED]
    if not alive:
        return said[0] if said else None
    least, most = min(alive, key=_RANK.__getitem__), max(alive, key=_RANK.__getitem__)
    if _RANK[least] < _RANK[Progress.PART_SHIPPED] <= _RANK[most]:
        return Progress.PART_SHIPPED
    return least


def _first(values: Iterable[Any]) -> Any:
    found = None
    for value in values:
        if value is not None and value != "":
            return value
        found = value if found is None else found
    return found


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal("0.00")) if len(known) == len(amounts) else None


def _order(line: int, order: Found, lines: list[Found], rows: int, as_of: datetime | None) -> PlatformOrder:
    _cut(order, _CUT)
    return PlatformOrder(line=line, rows=rows, as_of=as_of, lines=_lines(lines), **order)


def _lines(found: list[Found]) -> tuple[PlatformLine, ...]:
    lines: dict[str, PlatformLine] = {}
    for line in found:
        _cut(line, _CUT_OF_LINE)
        key = line.pop("key", "") or _key(line, lines)
        lines[key] = PlatformLine(key=key, **line)
    return tuple(lines.values())


def _cut(found: Found, fields: Iterable[str], most: int = _LONGEST_TEXT) -> None:
    for field in fields:
        if (words := found.get(field)) and len(words) > most:
            found[field] = words[:most]


def _key(line: Found, taken: dict[str, PlatformLine]) -> str:
    """Name a line that has no child number: its code, properties, and which of those it is in the order."""
    code = line.get("sku_id") or line.get("merchant_code") or line.get("item_id") or line.get("title") or ""
    key = f"{code}|{line['properties']}" if line.get("properties") else code or "?"
    if len(key) > _LONGEST_KEY:
        key = f"{key[: _LONGEST_KEY - 17]}:{hashlib.blake2s(key.encode(), digest_size=8).hexdigest()}"
    count, name = 1, key
    while name in taken:
        count += 1
        name = f"{key}#{count}"
    return name
