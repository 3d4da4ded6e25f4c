"""Whatever stands in the cells of a file: nothing is lost, and nothing raises."""

import csv
import io

from hypothesis import example, given, settings
from hypothesis import strategies as some

from channels.connectors import files
from channels.connectors.base import PlatformOrder, Unreadable
from tests.channels.exports import as_xlsx, known_headers

HEADERS = known_headers()
NAMES = (
    "taobao_orders_2017",
    "taobao_items_2022_28col",
    "jd_pop_2015_30col",
    "pdd_2026_23col",
    "douyin_orders_74col",
)

ODD = (
    *("", "-", "NULL", '=""', '="30000000000000001"', "'1", "1", "7;8", "3.55E+17", "1930679858170640.0", "0.1"),
    *("1,234.5", "合计", "订单编号", "2020-02-01 10:00:00", "2016/5/23 22:02", "0000-00-00", "43878.5", "20200230"),
    *(
        "9" * 5000 + ".0",
        "131.77(已退款89.84)",
        "1(已",
        "无退款申请",
        "交易成功",
        "(删除)等待出库",
        "(锁定)",
        "等待出库",
    ),
    *("待发货", "广东省 广州市", "(510180)", "##x", "260231-1", '"', '"a', 'a"b', "a\nb", "a\r", "\x00", "，", ";;"),
    *("No:", "٣", "²", "1e999", "∞"),
)
cells = some.sampled_from(ODD) | some.text(max_size=12)


@some.composite
def tables(draw: some.DrawFn) -> tuple[list[str], list[list[str]]]:
    columns = [column.strip() for column in HEADERS[draw(some.sampled_from(NAMES))]]
    width = some.just(len(columns)) | some.integers(0, len(columns) + 3)
    number = some.sampled_from(["1", "2", '="3"', "", "1E+17", "合计"])
    place = next(i for i, column in enumerate(columns) if column in ("订单编号", "主订单编号", "订单号"))
    rows = []
    for _ in range(draw(some.integers(1, 6))):
        row = [""] * draw(width)
        for index in draw(some.lists(some.integers(0, max(len(row) - 1, 0)), max_size=6)) if row else ():
            row[index] = draw(cells)
        if len(row) > place:
            row[place] = draw(number)
        rows.append(row)
    return columns, rows


def read_all(source: bytes) -> tuple[files.Export, list[PlatformOrder | Unreadable]] | None:
    try:
        export = files.open_export(source)
    except files.NotAnExport:
        return None
    return export, list(export)


def nothing_lost(export: files.Export, items: list[PlatformOrder | Unreadable]) -> None:
    orders = [item for item in items if isinstance(item, PlatformOrder)]
    rejects = [item for item in items if isinstance(item, Unreadable)]
    assert sum(order.rows for order in orders) + len(rejects) == export.rows
    in_order = orders if export.format.summed else items
    assert [item.line for item in in_order] == sorted(item.line for item in in_order)
    assert len({reject.line for reject in rejects}) == len(rejects)
    assert all(reject.raw and reject.reason and reject.cells is not None for reject in rejects)
    for order in orders:
        keys = [line.key for line in order.lines]
        assert len(set(keys)) == len(keys)
        assert all(keys)
    assert not any("\0" in reject.raw for reject in rejects)


@settings(max_examples=400, deadline=None)
@given(tables(), some.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_or_3_every_row_of_a_text_ends_up_in_one_item(table: tuple[list[str], list[list[str]]], quoting: int) -> None:
    columns, rows = table
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(rows)
    if (read := read_all(out.getvalue().encode("utf-8", "replace"))) is None:
        return
    export, items = read
    nothing_lost(export, items)
    filled = sum(any(cell.replace("\0", "").strip() for cell in row) for row in rows)
    assert export.rows + export.skipped <= filled
    again = files.rejected_csv(export.columns, [item for item in items if isinstance(item, Unreadable)])
    if (mended := read_all(again)) is not None:
        nothing_lost(*mended)


@settings(max_examples=300, deadline=None)
@given(tables(), some.randoms(use_true_random=False))
@example((HEADERS["jd_pop_2015_30col"], [['"']]), None)
def test_or_3_a_text_that_is_cut_and_broken_anywhere_loses_nothing(
    table: tuple[list[str], list[list[str]]], chance: object
) -> None:
    columns, rows = table
    body = "\r\n".join(",".join(row) for row in rows)  # nothing is quoted: commas, quotes and ends of line break rows
    if (read := read_all(",".join(columns).encode() + b"\r\n" + body.encode("utf-8", "replace"))) is not None:
        nothing_lost(*read)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_or_3_every_row_of_a_workbook_ends_up_in_one_item(table: tuple[list[str], list[list[str]]]) -> None:
    columns, rows = table
    if (read := read_all(as_xlsx(columns, *[[cell[:99] for cell in row] for row in rows]))) is not None:
        nothing_lost(*read)


@settings(max_examples=300, deadline=None)
@given(some.binary(max_size=300))
def test_any_bytes_are_an_export_or_are_refused(source: bytes) -> None:
    read_all(source)
    header = ",".join(HEADERS["taobao_orders_2017"]).encode("gb18030") + b"\r\n"
    if (read := read_all(header + source)) is not None:
        nothing_lost(*read)
