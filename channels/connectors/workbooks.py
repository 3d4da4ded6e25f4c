"""A sheet of an Excel workbook as rows of text, so that the same readers serve it as serve a CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook

from channels.connectors.tables import Rows


def sheets(source: BinaryIO) -> Iterator["SheetTable"]:
    """Give the sheets of a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), in their order."""
    workbook = CalamineWorkbook.from_filelike(source)
    for name in workbook.sheet_names:
        yield SheetTable(workbook.get_sheet_by_name(name))


class SheetTable:
    """Lines are the sheet's own row numbers."""

    encoding = "xlsx"

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet
        self._last: list[str] = []

    @property
    def raw(self) -> str:
        return as_csv_line(self._last)

    def head(self, count: int) -> Iterator[tuple[int, list[str]]]:
        for line, row in enumerate(self._sheet.iter_rows(), start=1):
            if line > count:
                return
            yield line, [written(value) for value in row]

    def rows(self, header_line: int, width: int) -> Rows:
        for line, row in enumerate(self._sheet.iter_rows(), start=1):
            if line > header_line:
                self._last = [written(value) for value in row]
                yield line, self._last[:width]  # what stands beside the table is no part of it


def as_csv_line(cells: list[str]) -> str:
    """Return a row as a line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def written(value: Any) -> str:
    """Return a cell's value as text; digits that a number may have lost are not made to look whole."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


def _number(value: float) -> str:
    if not value.is_integer():
        return format(value, ".15g")  # what Excel shows: 0.3, not 0.30000000000000004
    if abs(value) < 10**15:
        return str(int(value))
    return repr(value)  # 1930679858170640.0, 3.55e+17: `cells.ident` refuses it where digits may be lost
