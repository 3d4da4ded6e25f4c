"""From bytes to rows: encodings, delimiters, workbooks, archives, the header, and rows that cannot be read."""

import io
import zipfile
from pathlib import Path

import pytest

from channels.connectors import files
from channels.connectors.base import Progress
from tests.channels.exports import as_csv, as_xlsx, codes, read
from tests.channels.test_cells import at

COLUMNS = ["订单编号", "订单状态", "买家留言", "总金额", "订单创建时间 ", "宝贝标题 "]
ROW = ["30000000000000001", "交易成功", "周末送", "1299.00", "2020-02-01 10:00:00", "热水器"]
HEADER = ",".join(COLUMNS)
LINE = ",".join(ROW)


def numbered(count: int) -> list[str]:
    return [f"3000000000000000{count}", *ROW[1:]]


def text(*lines: str, end: str = "\r\n", encoding: str = "gb18030") -> bytes:
    return "".join(f"{line}{end}" for line in lines).encode(encoding)


@pytest.mark.parametrize(
    ("_case", "encoding", "delimiter", "seen"),
    [
        ("the newer exports", "utf-8-sig", ",", "utf-8-sig"),
        ("saved by a program", "utf-8", ",", "utf-8"),
        ("the older exports", "gb18030", ",", "gb18030"),
        ("with tabs", "gb18030", "\t", "gb18030"),
        ("with semicolons", "utf-8", ";", "utf-8"),
        ("Excel's Unicode text", "utf-16", "\t", "utf-16"),
        ("the same without its mark", "utf-16-le", "\t", "utf-16-le"),
    ],
)
def test_the_encoding_and_the_delimiter_are_found(_case: str, encoding: str, delimiter: str, seen: str) -> None:
    row = [*ROW[:2], "周末,送;\t谢谢\n王𠮷", *ROW[3:]]
    data = as_csv(COLUMNS, row, ROW, encoding=encoding, delimiter=delimiter)
    export, [first, second], [] = read(data)
    assert (export.encoding, first.buyer_message, second.line) == (seen, "周末,送;\t谢谢\n王𠮷", 4)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    _, orders, [] = read(text(HEADER, LINE, LINE, end=end))
    assert [order.line for order in orders] == [2, 3]


def test_a_source_may_be_bytes_a_path_or_a_stream_and_be_read_again(tmp_path: Path) -> None:
    data = text(HEADER, LINE)
    path = tmp_path / "ExportOrderList202002171205.csv"
    path.write_bytes(data)
    stream = io.BytesIO(data)
    for source in (data, path, stream):
        export = files.open_export(source)
        assert [len(list(export)), len(list(export)), export.rows] == [1, 1, 1]
    assert files.open_export(path).as_of == at(2020, 2, 17, 12, 5)
    assert not stream.closed


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("ExportOrderList201707080042.csv", at(2017, 7, 8, 0, 42)),
        ("orders_export2026-05-17-16-20-33.csv", at(2026, 5, 17, 16, 20, 33)),
        ("订单20200217235953.xlsx", at(2020, 2, 17, 23, 59, 53)),
        ("tmall_report_2020-02-01_17.csv", None),
        ("19453840.csv", None),
        ("订单2020139912345.csv", None),
        ("", None),
    ],
)
def test_or_2_the_moment_of_the_export_is_read_from_its_name(name: str, as_of: object) -> None:
    export, [order], [] = read(text(HEADER, LINE), name=name)
    assert (export.as_of, order.as_of) == (as_of, as_of)


def test_the_header_is_found_below_a_preamble() -> None:
    preamble = ["导出信息：", '"说明,', "", *[f"# 第 {count} 行" for count in range(27)]]
    export, [order], [] = read(text(*preamble, HEADER, LINE))
    assert (export.header_line, order.line) == (31, 32)


def test_rows_that_are_no_data_are_passed_over_and_counted_apart() -> None:
    total = "合计：,,,1299.00,,"
    export, orders, [] = read(text(HEADER, LINE, "", ",,,,,", HEADER, LINE, total, "总计,2"))
    assert (len(orders), export.rows, export.skipped) == (2, 2, 3)


@pytest.mark.parametrize(
    ("_case", "line", "code", "field", "reason"),
    [
        ("no number", f",{LINE.partition(',')[2]}", "missing_number", "订单编号", "订单编号是空的"),
        ("a number Excel has ruined", f"3.55E+17,{LINE.partition(',')[2]}", "lost_digits", "订单编号", "“3.55E+17”"),
        ("a bad date", LINE.replace("02-01", "02-31"), "bad_date", "订单创建时间", "“2020-02-31 1…”"),
        ("a bad amount", LINE.replace("1299", "一千"), "bad_amount", "总金额", "“一千.00”"),
        ("an unknown state", LINE.replace("交易成功", "已归档"), "unknown_state", "订单状态", "“已归档”"),
        ("too few cells", "30000000000000001,交易成功", "too_few_cells", "", "只有 2 格，表头有 6 格"),
        ("too many cells", f"{LINE},多,了", "too_many_cells", "", "有 8 格，表头只有 6 格"),
    ],
)
def test_or_3_a_bad_row_is_kept_with_line_text_and_reason(
    _case: str, line: str, code: str, field: str, reason: str
) -> None:
    export, orders, [reject] = read(text(HEADER, LINE, line, LINE))
    assert (len(orders), export.rows) == (2, 3)
    assert (reject.line, reject.raw, reject.code, reject.field) == (3, line, code, field)
    assert reason in reject.reason
    assert reject.reason.endswith("再重新导入")


def test_or_3_a_quotation_mark_that_is_never_closed_costs_its_own_row_only() -> None:
    bad = LINE.replace("周末送", '"周末送')
    _, orders, [reject] = read(text(HEADER, LINE, bad, LINE, LINE.replace("周末送", '"周末\n送"'), LINE))
    assert [order.line for order in orders] == [2, 4, 5, 7]
    assert (reject.line, reject.raw, reject.code) == (3, bad, "too_few_cells")


def test_or_3_a_quotation_mark_never_closed_in_a_long_file() -> None:
    export, orders, rejects = read(text(HEADER, LINE.replace("周末送", '"周末送'), *[LINE] * 2000))
    assert (len(orders), codes(rejects), export.rows) == (2000, [(2, "too_few_cells", "")], 2001)


def test_or_3_bytes_that_are_no_text_are_kept() -> None:
    data = text(HEADER) + text(LINE).replace("周末".encode("gb18030"), b"\xd6\xff")
    _, [order], [] = read(data)
    assert order.buyer_message == "\\xd6\\xff送"


def test_nul_bytes_and_carriage_returns_inside_cells_do_no_harm() -> None:
    _, [order, _], [] = read(text(HEADER, LINE.replace("周末送", "\0周末\r送"), LINE))
    assert order.buyer_message == "周末 送"


def test_or_3_rejected_rows_are_mended_and_imported_again() -> None:
    lines = [LINE.replace("02-01", "02-31"), "=1+1,交易成功", f"{LINE},多,了", LINE.replace("交易成功", "已归档")]
    export, [], rejects = read(text(HEADER, *lines))
    again = files.rejected_csv(export.columns, rejects)
    assert again.startswith(b"\xef\xbb\xbf" + "行号,原因,订单编号".encode())
    same, [], rejects_again = read(again)
    assert same.columns == export.columns
    assert [(reject.code, reject.field) for reject in rejects_again] == [
        (reject.code, reject.field) for reject in rejects
    ]
    assert files.rejected_csv(same.columns, rejects_again).count(b"\n") == again.count(b"\n")
    _, [first, second], left = read(again.replace(b"02-31", b"02-03").replace("已归档".encode(), "交易成功".encode()))
    assert (first.number, first.ordered_at) == (ROW[0], at(2020, 2, 3, 10))
    assert (second.state, len(left)) == (Progress.COMPLETED, 2)


def test_what_excel_would_run_or_round_is_made_text_in_the_file_of_rejects() -> None:
    row = [ROW[0], "未知", "=HYPERLINK(1)", "-5", *ROW[4:]]
    export, [], rejects = read(as_csv(COLUMNS, row, [*row[:2], "+1", *row[3:]]))
    csv = files.rejected_csv(export.columns, rejects).decode("utf-8-sig").splitlines()
    assert csv[1].endswith(',"=""30000000000000001""",未知,\'=HYPERLINK(1),\'-5,2020-02-01 10:00:00,热水器')
    assert "'+1" in csv[2]


def test_a_workbook_is_read_from_the_sheet_that_has_the_header() -> None:
    row: list[object] = [30000, "交易成功", "", 58.68, at(2020, 2, 1, 10).replace(tzinfo=None), "热水器"]
    serial: list[object] = [30001, "交易成功", "", 0.1 + 0.2, 43878.99991898148, "热水器"]
    export, [first, second], [] = read(as_xlsx(COLUMNS, row, serial, above=3))
    assert (export.encoding, export.header_line, first.line) == ("xlsx", 4, 5)
    assert (first.number, str(first.total_yuan), first.ordered_at) == ("30000", "58.68", at(2020, 2, 1, 10))
    assert (str(second.total_yuan), second.ordered_at) == ("0.30", at(2020, 2, 17, 23, 59, 53))


@pytest.mark.parametrize(
    ("_case", "number", "read_as"),
    [
        ("digits that a float holds", 11000000001, "11000000001"),
        ("16 digits that Excel cannot have written", 1930679858170647, "1930679858170647"),
        ("16 digits ending in 0: Excel may have put it", 1930679858170640, None),
        ("17 digits", 30000000000000001, None),
        ("18 digits", 355000000000000017, None),
        ("text is whole, however long", "355000000000000017", "355000000000000017"),
    ],
)
def test_an_id_kept_as_a_number_in_a_workbook(_case: str, number: object, read_as: str | None) -> None:
    _, orders, rejects = read(as_xlsx(COLUMNS, [number, *ROW[1:]]))
    assert [order.number for order in orders] == ([read_as] if read_as else [])
    assert codes(rejects) == ([] if read_as else [(2, "lost_digits", "订单编号")])


def test_what_stands_beside_the_table_of_a_workbook_is_no_part_of_it() -> None:
    _, [order], [] = read(as_xlsx(COLUMNS, [*ROW, "", "老王说要核对"]))
    assert order.number == ROW[0]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_csv", ".csv"), content)
    return out.getvalue()


def test_an_archive_may_hold_one_export() -> None:
    export, [order], [] = read(zipped(ExportOrderList202002171205_csv=text(HEADER, LINE), readme=b"?"))
    assert (order.number, export.as_of) == (ROW[0], at(2020, 2, 17, 12, 5))


def locked(data: bytes) -> bytes:
    """Set the flag that says a password is needed, in both headers of an archive's only member."""
    first = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01" + data[7 : first + 8] + b"\x01" + data[first + 9 :]


@pytest.mark.parametrize(
    ("_case", "source", "words"),
    [
        ("nothing", b"", "文件是空的"),
        ("blank lines", b"\xef\xbb\xbf\r\n \r\n", "文件是空的"),
        ("a header only", text(HEADER), "只有表头，没有数据行（第 1 行：订单编号、订单状态"),
        ("some other table", text("姓名,电话", "张三,1"), "看到的是：姓名、电话。"),
        ("nearly an order list", text("订单编号,订单状态", "1,2"), "缺少：订单创建时间/订单付款时间"),
        ("what is expected", text("a,b", "1,2"), "拼多多订单导出"),
        ("a PDF", b"%PDF-1.7 ...", "PDF"),
        ("a web page named .xls", b"\xef\xbb\xbf <html><table>", "另存为 .xlsx"),
        ("a broken workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "工作簿打不开"),
        ("a workbook with a password", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        ("half an archive", zipped(a_csv=text(HEADER, LINE))[:60], "压缩包打不开"),
        ("two exports in one archive", zipped(a_csv=b"1", b_csv=b"2"), "看到的是：a.csv、b.csv"),
        ("an archive of nothing", zipped(readme=b"?"), "没有表格"),
        ("an archive with a password", locked(zipped(a_csv=b"1")), "有密码"),
        ("an archive in an archive", zipped(a_csv=zipped(b_csv=b"1")), "工作簿打不开"),
        ("a workbook without the header", as_xlsx(["甲", "乙"], ["1", "2"]), "看到的是：2 格，没有一个是认得的列名"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_what_it_is(_case: str, source: bytes, words: str) -> None:
    with pytest.raises(files.NotAnExport) as error:
        files.open_export(source)
    assert words in error.value.reason


def test_a_name_that_stands_twice_in_the_header_is_read_once_and_kept_twice() -> None:
    export, [order], [] = read(as_csv([*COLUMNS, "买家留言", ""], [*ROW, "第二个", ""]))
    assert export.columns[-1] == "买家留言（第 7 列）"
    assert order.buyer_message == "周末送"


def test_a_file_of_many_rows_is_never_held_whole() -> None:
    export = files.open_export(text(HEADER, *[LINE] * 5000))
    items = iter(export)
    next(items)
    assert export.rows == 1
