"""Readers alone: from the bytes of an export to orders, nothing stored."""

import csv
import io

import xlsxwriter  # type: ignore[import-untyped]

from channels.connectors import files
from tests.bench import samples
from tests.bench.stopwatch import line, seconds, share


def run(*, full: bool) -> None:
    count = 100_000 if full else 20_000
    content = samples.export(count)
    bare = count / seconds(lambda: _split(content))
    rate = count / seconds(lambda: _read(content))
    line("files.csv_module", bare, "rows/s", f"n={count:,}, 54 columns, GB18030: decoded and split only")
    line("files.taobao_csv", rate, "rows/s", share(rate, bare, "the csv module alone"))
    workbook = _as_xlsx(content, 10_000)
    line("files.taobao_xlsx", 10_000 / seconds(lambda: _read(workbook)), "rows/s", "n=10,000")


def _split(content: bytes) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(content.decode("gb18030"), newline="")))


def _read(content: bytes) -> int:
    return sum(1 for _ in files.open_export(content))


def _as_xlsx(content: bytes, count: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for place, row in zip(range(count + 1), csv.reader(io.StringIO(content.decode("gb18030"))), strict=False):
            sheet.write_row(place, 0, row)
    return out.getvalue()
