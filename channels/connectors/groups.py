"""From the rows of an order to the order: one row per item, with the order's own fields on each of them."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from channels.connectors.base import PlatformLine, PlatformOrder, Progress, Unreadable
from channels.connectors.formats import Format, Found

_LONGEST_KEY = 120
_PATIENCE = 100  # unreadable rows that may stand between two rows of one order
_RANK = {progress: rank for rank, progress in enumerate(Progress)}
_LATEST = ("shipped_at", "signed_at", "completed_at")
_EITHER = ("held", "superseded", "installation_bought")
_EVERY = ("carrier", "tracking", "after_sale")


class ReadRow(NamedTuple):
    """A row that could be read: where it stands, what it says of its order and of the order's lines."""

    line: int
    order: Found
    lines: list[Found]


class Refused(NamedTuple):
    """A row that could not, and the number of the order it belongs to ("" where that cannot be read)."""

    number: str
    reject: Unreadable


def one_by_one(
    rows: Iterable[ReadRow | Refused], _kind: Format, as_of: datetime | None
) -> Iterator[PlatformOrder | Unreadable]:
    """Make an order of every row."""
    for row in rows:
        if isinstance(row, Refused):
            yield row.reject
        else:
            yield _order(row, row.lines, 1, as_of)


def together(
    rows: Iterable[ReadRow | Refused], kind: Format, as_of: datetime | None
) -> Iterator[PlatformOrder | Unreadable]:
    """Make one order of the rows that follow each other under one number; a bad row among them is left out.

    An unreadable row without a number does not end an order: the next row may go on with it.
    """
    number, good, bad = "", list[ReadRow](), list[Unreadable]()
    for row in rows:
        its_number = row.number if isinstance(row, Refused) else row.order["number"]
        if (its_number or number) != number or len(bad) >= _PATIENCE:
            yield from _closed(good, bad, kind, as_of)
            number, good, bad = its_number, [], []
        number = number or its_number
        if isinstance(row, Refused):
            bad.append(row.reject)
        else:
            good.append(row)
    yield from _closed(good, bad, kind, as_of)


def _closed(
    good: list[ReadRow], bad: list[Unreadable], kind: Format, as_of: datetime | None
) -> Iterator[PlatformOrder | Unreadable]:
    items: list[PlatformOrder | Unreadable] = [*bad]
    if good:
        items.append(_joined(good, kind, as_of, whole=not bad))
    yield from sorted(items, key=lambda item: item.line)


def _joined(rows: list[ReadRow], kind: Format, as_of: datetime | None, *, whole: bool) -> PlatformOrder:
    """Join rows: what an order prints on each row is taken once, what it prints per item is summed."""
    order = rows[0].order
    if len(rows) > 1:
        latest = list({_child(row): row for row in rows}.values())
        order = {field: _first(row.order.get(field) for row in rows) for field in order}
        _join_progress(order, latest)
        for field in kind.summed:
            order[field] = _sum([row.order.get(field) for row in latest])
    if not whole:
        order.update(dict.fromkeys(kind.summed))  # a sum over the readable rows only would be wrong
    return _order(ReadRow(rows[0].line, order, []), [line for row in rows for line in row.lines], len(rows), as_of)


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


def _order(row: ReadRow, lines: list[Found], rows: int, as_of: datetime | None) -> PlatformOrder:
    return PlatformOrder(line=row.line, rows=rows, as_of=as_of, lines=_lines(lines), **row.order)


def _lines(found: list[Found]) -> tuple[PlatformLine, ...]:
    lines: dict[str, PlatformLine] = {}
    for line in found:
        key = line.pop("key", "") or _key(line, lines)
        lines[key] = PlatformLine(key=key, **line)
    return tuple(lines.values())


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
