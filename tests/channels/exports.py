"""Export files for tests, made of a header and of what is in some of its columns."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from channels.connectors import files
from channels.connectors.base import PlatformOrder, Unreadable

SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = SHARED / "reference" / "platform_samples"

Row = Mapping[str, object] | Sequence[object]


def known_headers() -> dict[str, list[str]]:
    """Return the headers of real exports; skip the module where the shared folder is absent."""
    path = SAMPLES / "export_headers.json"
    if not path.exists():
        pytest.skip(f"{path} is absent", allow_module_level=True)
    return {name: entry["columns"] for name, entry in json.loads(path.read_text(encoding="utf-8")).items()}


def cells_of(columns: Sequence[str], row: Row) -> list[Any]:
    return [row.get(column.strip(), "") for column in columns] if isinstance(row, Mapping) else list(row)


def as_csv(columns: Sequence[str], *rows: Row, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(cells_of(columns, row) for row in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(columns: Sequence[str], *rows: Row, above: int = 0) -> bytes:
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm:ss", **plain}) as book:
        book.add_worksheet("说明").write(0, 0, "导出说明")
        sheet = book.add_worksheet("订单")
        for place, row in enumerate([columns, *(cells_of(columns, row) for row in rows)], start=above):
            for column, value in enumerate(row):
                sheet.write(place, column, value)
    return out.getvalue()


def read(source: Any, name: str = "") -> tuple[files.Export, list[PlatformOrder], list[Unreadable]]:
    """Read a file to its end; whatever it holds, each of its rows is in exactly one item."""
    export = files.open_export(source, name=name)
    items = list(export)
    orders = [item for item in items if isinstance(item, PlatformOrder)]
    rejects = [item for item in items if isinstance(item, Unreadable)]
    assert sum(order.rows for order in orders) + len(rejects) == export.rows
    in_order = orders if export.format.summed else items  # rows that stand apart are brought together
    assert [item.line for item in in_order] == sorted(item.line for item in in_order)
    return export, orders, rejects


def one(columns: Sequence[str], row: Row) -> PlatformOrder:
    """Read a file of one row and return its order."""
    _, [order], [] = read(as_csv(columns, row))
    return order


def codes(rejects: Iterable[Unreadable]) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.code, reject.field) for reject in rejects]
