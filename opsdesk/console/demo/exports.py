"""The export files that the platforms' back offices would give."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsdesk.console.demo import layouts
from opsdesk.console.demo.layouts import Row
from opsdesk.console.demo.sales import Sale


@dataclass(frozen=True)
class Layout:
    """How a kind of export is named, encoded and filled."""

    file: str
    encoding: str
    rows: Callable[[Sale, datetime], Iterator[Row]]


LAYOUTS = {
    "taobao": Layout("ExportOrderList", "gb18030", layouts.taobao),
    "plain": Layout("门店订单报表", "utf-8-sig", layouts.plain),
    "jd": Layout("京东POP订单导出_", "gbk", layouts.jd),
    "pdd": Layout("拼多多订单导出_", "utf-8-sig", layouts.pdd),
    "douyin": Layout("抖店订单导出_", "utf-8-sig", layouts.douyin),
}


def file_of(
    sales: Sequence[Sale], layout: str, at: datetime, *, defects: Sequence[tuple[str, str]] = ()
) -> tuple[str, bytes]:
    """Return the name and the bytes of an export of these orders; the last of them get one defect each."""
    kind = LAYOUTS[layout]
    rows = [row for sale in sales for row in kind.rows(sale, at)]
    for row, (column, value) in zip(reversed(rows), defects, strict=False):
        row[next(name for name in row if name.strip() == column)] = value
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return f"{kind.file}{at:%Y%m%d%H%M}.csv", out.getvalue().encode(kind.encoding)
