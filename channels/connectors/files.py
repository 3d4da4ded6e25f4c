"""Read a marketplace's export file: from its bytes to a stream of orders and of rows that cannot be read.

`for item in open_export(source, name=…)` gives `PlatformOrder | Unreadable` in the order of the file
(`PlatformRefund` where it is an export of refunds), lazily
and in constant memory; but a workbook is held by the library that unpacks it, and where the rows of an order may
stand apart (`summed` formats) the order stands where its first row does, the numbers of the file and the rows
between are held. Every row ends up in exactly one item.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

from channels.connectors import cells, formats, groups, rejects, sources, tables
from channels.connectors.base import PlatformOrder, PlatformRefund, Unreadable
from channels.connectors.douyin import mapping as douyin
from channels.connectors.douyin import refunds as douyin_refunds
from channels.connectors.jd import mapping as jd
from channels.connectors.pdd import mapping as pdd
from channels.connectors.plain import mapping as plain
from channels.connectors.taobao import mapping as taobao
from channels.connectors.taobao import refunds as taobao_refunds

ORDERS = (*taobao.FORMATS, *jd.FORMATS, *pdd.FORMATS, *douyin.FORMATS, *plain.FORMATS)
REFUNDS = (*taobao_refunds.FORMATS, *douyin_refunds.FORMATS)
FORMATS = (*REFUNDS, *ORDERS)
NOT_ORDERS = jd.NOT_ORDERS

Item = PlatformOrder | PlatformRefund | Unreadable

NotAnExport = sources.NotAnExport
rejected_csv = rejects.rejected_csv

_PREAMBLE = 40  # rows in which the header is looked for
_SHOWN = 12  # names of columns quoted in a reason
_COMMON_NAMES = ("序号", "姓名", "电话", "手机", "手机号", "地址", "日期", "金额", "数量", "备注")  # of other tables
_TOTALS = ("总计", "合计", "小计", "汇总")
_STAMP = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)[-_. T]?([0-2]\d)[-_.:]?([0-5]\d)(?:[-_.:]?([0-5]\d))?"
    r"(?!\d)"
)


def open_export(source: sources.Source, *, name: str = "") -> "Export":
    """Find out which platform's export this is; raise `NotAnExport` where it is none, or holds no row."""
    name = name or (source.name if isinstance(source, Path) else "")
    nearest: tuple[str, ...] = ()
    for table, own_name in sources.found_in(source, name):
        for line, row in table.head(_PREAMBLE):
            columns = _columns(row)
            kind = next((kind for kind in FORMATS if kind.fits(columns)), None)
            if kind:
                return Export(kind, table, line, columns, _stamp(own_name)).with_a_row()
            nearest = max(nearest, columns, key=_likeness)
    raise NotAnExport(_what_is_wrong(nearest), _known(nearest))


class Export:
    """One file, opened: what it is, and its orders. Each `for` reads it anew from the beginning."""

    def __init__(
        self,
        kind: formats.Format,
        table: tables.Table,
        header_line: int,
        columns: tuple[str, ...],
        as_of: datetime | None,
    ) -> None:
        self.format, self.platforms = kind, kind.platforms
        self.encoding, self.header_line, self.as_of = table.encoding, header_line, as_of
        self.columns = tuple(column for column in columns if column not in rejects.ADDED)
        self.rows = 0  # data rows read so far
        self.skipped = 0  # rows that are none: a total, the header once more
        self._table, self._all_columns = table, columns
        self._reader = formats.RowReader(kind, columns)

    def __iter__(self) -> Iterator[Item]:
        self.rows = self.skipped = 0
        if self.format.refunds:
            return groups.refunds(self._rows(), self.as_of)
        if not self.format.grouped:
            return groups.one_by_one(self._rows(), self.as_of)
        rows = groups.marked(self._rows())
        if self.format.summed:
            rows = groups.gathered(rows, self._rows_of_numbers())
        return groups.together(rows, self.format, self.as_of)

    def with_a_row(self) -> "Export":
        """Return the export, or say that there is nothing below its header."""
        with closing(self._table.rows(self.header_line, len(self._all_columns))) as rows:
            if any(any(map(str.strip, row)) for _, row in rows):
                return self
        why = f"只有表头，没有数据行（第 {self.header_line} 行：{_shown(self.columns)}）；请重新导出"
        raise NotAnExport(why, _known(self.columns))

    def _rows_of_numbers(self) -> Counter[str]:
        """Count the rows of each order in the whole file."""
        rows = self._table.rows(self.header_line, len(self._all_columns))
        return Counter(number for _, row in rows if (number := self._reader.number(row)))

    def _rows(self) -> Iterator[groups.Row]:
        width = len(self._all_columns)
        read, grouped = self._reader.read, self.format.grouped
        for line, row in self._table.rows(self.header_line, width):
            if len(row) == width or tables.fits(row, width):
                try:
                    order, lines = read(row)
                except cells.Bad as bad:
                    why = bad
                else:
                    self.rows += 1
                    raw = self._table.raw if grouped else ""
                    refuse = partial(rejects.unreadable, line, raw, row, self._all_columns)
                    yield groups.ReadRow(line, order, lines, refuse)
                    continue
            else:
                why = _wrong_width(len(row), width)
            if self._is_no_data(row):
                continue
            self.rows += 1
            reject = rejects.unreadable(line, self._table.raw, row, self._all_columns, why)
            yield groups.Refused(self._reader.number(row), reject)

    def _is_no_data(self, row: list[str]) -> bool:
        filled = [cell for cell in map(cells.text, row) if cell]
        if filled and not filled[0].startswith(_TOTALS) and _columns(row) != self._all_columns:
            return False
        self.skipped += bool(filled)
        return True


def brings_refunds(code: str) -> bool:
    """Say whether a format's files are of refunds, not of orders."""
    return any(kind.code == code for kind in REFUNDS)


def _columns(row: list[str]) -> tuple[str, ...]:
    """Return the trimmed names of a header, each different, without the empty cells at its end."""
    names = [cells.text(cell.strip("\ufeff")) for cell in row]
    while names and not names[-1]:
        names.pop()
    columns: list[str] = []
    for place, name in enumerate(names, start=1):
        column = name or f"（第 {place} 列）"
        columns.append(column if column not in columns else f"{column}（第 {place} 列）")
    return tuple(columns)


def _wrong_width(cells_seen: int, width: int) -> cells.Bad:
    if cells_seen < width:
        why = f"这一行只有 {cells_seen} 格，表头有 {width} 格；请补齐（多半是引号不成对，或内容里换了行）"
        return cells.Bad("too_few_cells", why)
    why = f"这一行有 {cells_seen} 格，表头只有 {width} 格；请改正（多半是内容里的逗号没有加引号）"
    return cells.Bad("too_many_cells", why)


def _stamp(name: str) -> datetime | None:
    """Return the moment of export that stands in a file's name (ExportOrderList201707080042.csv)."""
    for parts in _STAMP.findall(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=cells.SHANGHAI)
        except ValueError:
            continue
    return None


def _likeness(columns: tuple[str, ...]) -> tuple[int, bool, int]:
    """Say how much a row looks like a header: names it shares with ours, whether it is readable, how many cells."""
    return len(_known(columns)), "\ufffd" not in "".join(columns), len(columns)


def _plain_names(kinds: Iterable[formats.Format]) -> Iterator[str]:
    for kind in kinds:
        named = [*kind.needs, kind.never, *[names for _, _, *names in (*kind.order, *kind.line)]]
        yield from (formats.plain(name) for names in named for name in names)


_KNOWN_NAMES = {*_plain_names(FORMATS), *_COMMON_NAMES}
_KNOWN_NAMES |= {formats.plain(name) for names, _ in NOT_ORDERS for name in names}


def _known(columns: Iterable[str]) -> tuple[str, ...]:
    """Return what is the name of a column; whatever else stands in a row may be somebody's name or phone."""
    return tuple(column for column in columns if formats.plain(column) in _KNOWN_NAMES)


def _shown(columns: tuple[str, ...]) -> str:
    known = _known(columns)
    names = "、".join(known[:_SHOWN])
    if len(known) == len(columns) <= _SHOWN:
        return names or "什么也没有"
    return f"{names}等 {len(columns)} 格" if names else f"{len(columns)} 格，没有一个是认得的列名"


def _what_is_wrong(seen: tuple[str, ...]) -> str:
    there = {formats.plain(column) for column in seen}
    for names, what in NOT_ORDERS:
        if there >= {formats.plain(name) for name in names}:
            return f"这是{what}，不是订单导出；请在平台后台导出订单"
    nearest = min(FORMATS, key=lambda kind: len(kind.missing(seen)))
    missing = "、".join(nearest.missing(seen))
    near = f"最像{nearest.title}，但缺少：{missing}。" if len(nearest.missing(seen)) < len(nearest.needs) else ""
    titles = "、".join(kind.title for kind in FORMATS)
    return f"认不出表头，看到的是：{_shown(seen)}。{near}能读的是：{titles}；请从平台后台直接导出，不要改动表头"
