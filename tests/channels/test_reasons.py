"""What the reasons of rejected rows and files say: they are read by everybody, personal data are not."""

import pytest

from channels.connectors import files
from tests.channels.exports import as_csv, read

COLUMNS = ["订单编号", "订单状态", "总金额", "订单创建时间"]
ROW = ["30000000000000001", "交易成功", "1299.00", "2020-02-01 10:00:00"]


@pytest.mark.parametrize(
    ("_case", "column", "cell", "quoted"),
    [
        ("words for an amount", "总金额", "很多", "“很多”"),
        ("a long cell is cut", "总金额", "一二三四五六七八九十一二三", "“一二三四五六七八九十一二…”"),
        ("a number's digits are masked", "总金额", "A123456", "“A****”"),
        ("a short number", "总金额", "12.3.4", "“12.3.4”"),
        ("an address", "订单状态", "广东省 广州市", ""),
        ("a house number", "总金额", "天河路1号", ""),
        ("a phone", "订单创建时间", "13800000001x", ""),
        ("a phone in groups", "订单创建时间", "138 0000 0001", ""),
        ("a name", "订单状态", "王五", ""),
        ("a masked name", "订单状态", "欧阳*", ""),
        ("a name with its title", "总金额", "诸葛先生", ""),
    ],
)
def test_au_2_a_reason_quotes_nothing_that_may_be_personal(_case: str, column: str, cell: str, quoted: str) -> None:
    row = [cell if name == column else kept for name, kept in zip(COLUMNS, ROW, strict=True)]
    _, [], [reject] = read(as_csv(COLUMNS, row))
    assert reject.field == column
    assert reject.cells is not None
    assert reject.cells[column] == cell
    assert reject.reason.startswith(f"{column}{quoted}是") or reject.reason.startswith(f"{column}{quoted}不是")


def test_au_2_what_was_seen_of_an_unknown_file_names_columns_only() -> None:
    with pytest.raises(files.NotAnExport) as error:
        files.open_export("张三,13800000001,广东省广州市,订单编号\n1,2,3,4".encode())
    assert error.value.headers_seen == ("订单编号",)
    assert not any(words in str(error.value) + error.value.reason for words in ("张三", "13800000001", "广东省"))
