"""A kind of export as a table: which column becomes which field, and what makes a header one of its kind.

Columns are found by trimmed name, never by position; a column that is not in the file says nothing (None).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from channels.connectors import cells
from channels.connectors.base import Progress

Found = dict[str, Any]  # fields of a PlatformOrder or PlatformLine in the making; a leading _ is for `settle`
Column = tuple[str, Callable[[str], Any], *tuple[str, ...]]  # field, reader, column names: the first with a value
Step = tuple[int, str, Callable[[str], Any], Any]  # index, field, reader, what an empty cell means

SUMMARY = "~"  # begins the key of a line made from an order's summary: any itemised line takes its place

LONGEST_ID = 64
_IDS = ("key", "sku_id", "item_id")
_UNPAID_YUAN = Decimal("0.00")
_PAID = frozenset({Progress.PAID, Progress.PART_SHIPPED, Progress.SHIPPED, Progress.SIGNED, Progress.COMPLETED})


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of export file. `needs`: of each group the header has at least one; `never`: it has none."""

    code: str
    title: str
    platforms: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    order: tuple[Column, ...]
    line: tuple[Column, ...]
    settle: Callable[[Found, Found], list[Found]]
    never: tuple[str, ...] = ()
    grouped: bool = False
    summed: tuple[str, ...] = ()
    refunds: bool = False  # its rows are refunds, not orders

    def fits(self, columns: Iterable[str]) -> bool:
        """Say whether a row of names is this format's header."""
        there = {plain(column) for column in columns}
        return all(_any_of(group, there) for group in self.needs) and not _any_of(self.never, there)

    def missing(self, columns: Iterable[str]) -> list[str]:
        """Return what a header lacks to be this format's."""
        there = {plain(column) for column in columns}
        return ["/".join(group) for group in self.needs if not _any_of(group, there)]


def _any_of(names: Iterable[str], there: set[str]) -> bool:
    return any(plain(name) in there for name in names)


def plain(name: str) -> str:
    """Return a column name without what differs from one generation of a file to the next."""
    return "".join(name.split()).replace("（", "(").replace("）", ")").casefold()


class RowReader:
    """A format bound to the header of one file."""

    def __init__(self, kind: Format, columns: Sequence[str]) -> None:
        places: dict[str, int] = {}
        for index, column in enumerate(columns):
            places.setdefault(plain(column), index)
        self._settle, self._numbered = kind.settle, "退款编号" if kind.refunds else "订单号"
        self._order, self._order_spare = _plan(kind.order, places)
        self._line, self._line_spare = _plan(kind.line, places)
        self._places = {field: index for index, field, *_ in (*self._line, *self._order)}
        spare = [index for index, field, *_ in self._order_spare if field == "number"]
        self._numbers = (self._places["number"], *spare)

    def number(self, row: Sequence[str]) -> str:
        """Return the order number of a row, "" where there is none or it cannot be read."""
        try:
            return next(filter(None, (cells.number(row[index]) for index in self._numbers)), "")
        except (cells.Bad, IndexError):
            return ""

    def read(self, row: Sequence[str]) -> tuple[Found, list[Found]]:
        """Return what a row says of its order and of the order's lines, or raise `Bad`."""
        order = _take(row, self._order, self._order_spare)
        if not order["number"]:
            raise cells.Bad("missing_number", f"是空的；请填上平台的{self._numbered}", index=self._places["number"])
        lines = self._settle(order, _take(row, self._line, self._line_spare))
        self._must_be_short("number", order["number"])
        for line in lines:
            for field in _IDS:
                self._must_be_short(field, line.get(field))
        return order, lines

    def _must_be_short(self, field: str, said: str | None) -> None:
        if said and len(said) > LONGEST_ID:
            why = f"有 {len(said)} 个字符，编号最长 {LONGEST_ID} 个；请照后台改正"
            raise cells.Bad("too_long", why, index=self._places.get(field))


def _plan(columns: Iterable[Column], places: dict[str, int]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    first: list[Step] = []
    spare: list[Step] = []
    for field, read, *names in columns:
        found = [places[plain(name)] for name in names if plain(name) in places]
        steps = [(index, field, read, read("")) for index in dict.fromkeys(found)]
        first += steps[:1]
        spare += steps[1:]
    return tuple(first), tuple(spare)


def _take(row: Sequence[str], steps: tuple[Step, ...], spare: tuple[Step, ...]) -> Found:
    found: Found = {}
    index = 0
    try:
        for index, field, read, empty in steps:
            cell = row[index]
            found[field] = read(cell) if cell else empty
        for index, field, read, empty in spare:
            if found[field] == empty and row[index]:
                found[field] = read(row[index])
    except cells.Bad as bad:
        bad.index = index
        raise
    return found


def paid_part(payable: Decimal | None, order: Found) -> Decimal | None:
    """Return how much of what was due has been paid, for platforms that print only what was due."""
    state = order.get("state")
    if payable is None or order.get("paid_at") or state in _PAID:
        return payable
    if state is Progress.UNPAID or (state is Progress.CLOSED and "paid_at" in order):
        return _UNPAID_YUAN
    return None


def with_parts(payable: Decimal | None, order: Found, parts: tuple[str, ...]) -> Decimal | None:
    """Return what an order was sold for: what was due, and the parts that others paid; None if no part is said."""
    said = [order.pop(name) for name in parts if name in order]
    return (
        payable + sum((part or _UNPAID_YUAN for part in said), _UNPAID_YUAN) if said and payable is not None else None
    )
