"""Douyin's own ways: ciphers, one row per child order, several items in one row."""

from decimal import Decimal
from typing import Any

import pytest

from channels.connectors import files
from tests.channels.exports import as_csv, codes, known_headers, one, read
from tests.channels.test_cells import at

HEADERS = known_headers()


@pytest.mark.parametrize(
    ("_case", "row", "said"),
    [
        (
            "a cipher says nothing",
            {"收件人": "##AAA", "收件人手机号": "$$BBB", "详细地址": "##CCC"},
            {"receiver_name": None, "receiver_phone": None, "receiver_address": None},
        ),
        ("a dash is empty", {"订单完成时间": "-", "取消原因": "-"}, {"completed_at": None, "close_reason": ""}),
        (
            "carrier and waybill in one cell",
            {"快递信息": "中通快递-73512345678901"},
            {"carrier": "中通快递", "tracking": "73512345678901"},
        ),
        ("something else in that cell", {"快递信息": "商家自送"}, {"carrier": "", "tracking": "商家自送"}),
        (
            "the time it must be shipped by",
            {"承诺发货时间": "2024-06-03 23:59:59"},
            {"promised_ship_at": at(2024, 6, 3, 23, 59, 59)},
        ),
    ],
)
def test_the_quirks_of_a_douyin_export(_case: str, row: dict[str, str], said: dict[str, Any]) -> None:
    order = one(HEADERS["douyin_orders_75col_alt"], {"主订单编号": "\t6917926768823643751", **row})
    assert order.number == "6917926768823643751"
    assert {name: getattr(order, name) for name in said} == said


def test_douyins_children_are_summed_each_once() -> None:
    row = {"主订单编号": "7", "订单状态": "已完成", "运费": "0"}
    first, second = (
        row | {"子订单编号": "71", "订单应付金额": "100"},
        row | {"子订单编号": "72", "订单应付金额": "20.5"},
    )
    data = as_csv(HEADERS["douyin_orders_74col"], first, second, first | {"售后状态": "退款成功"})
    _, [order], [] = read(data)
    assert (order.rows, order.paid_yuan, order.after_sale) == (3, Decimal("120.50"), "退款成功")
    assert [(line.key, line.paid_yuan, line.refund_state) for line in order.lines] == [
        ("71", Decimal("100.00"), "退款成功"),
        ("72", Decimal("20.50"), ""),
    ]


@pytest.mark.parametrize(
    ("_case", "quantity", "each"),
    [("two over two can be split", "2", 1), ("five over two cannot", "5", None)],
)
def test_items_joined_in_one_row_are_taken_apart(_case: str, quantity: str, each: int | None) -> None:
    row = {
        "主订单编号": "78M",
        "子订单编号": "78M1;78M2",
        "选购商品": "商品A-(A01);商品B-(B02)",
        "商品ID": "2001;2002",
        "商家编码": "A01;B02",
        "商品数量": quantity,
    }
    order = one(HEADERS["douyin_orders_74col"], row)
    assert [(line.key, line.title, line.merchant_code, line.quantity) for line in order.lines] == [
        ("78M1", "商品A-(A01)", "A01", each),
        ("78M2", "商品B-(B02)", "B02", each),
    ]


CHILD = {"主订单编号": "7", "订单状态": "已完成", "订单应付金额": "100", "运费": "0"}
OTHER = {"主订单编号": "8", "子订单编号": "81", "订单状态": "已完成", "订单应付金额": "9"}


def test_an_order_is_read_whole_or_not_at_all() -> None:
    data = as_csv(
        HEADERS["douyin_orders_74col"],
        CHILD | {"子订单编号": "71"},
        CHILD | {"子订单编号": "72", "订单应付金额": "许多"},
        OTHER,
    )
    _, [order], rejects = read(data)
    assert (order.number, order.paid_yuan) == ("8", Decimal("9.00"))
    assert codes(rejects) == [(2, "order_incomplete", ""), (3, "bad_amount", "订单应付金额")]
    assert rejects[0].reason.startswith("本行没有错，但同一订单的第 3 行读不了")
    assert "71" in rejects[0].raw


def test_a_mended_order_comes_with_all_its_children_and_their_sum() -> None:
    data = as_csv(
        HEADERS["douyin_orders_74col"],
        CHILD | {"子订单编号": "71"},
        OTHER,
        CHILD | {"子订单编号": "72", "订单应付金额": "五十"},
    )
    export, [_], rejects = read(data)
    mended = files.rejected_csv(export.columns, rejects).replace("五十".encode(), b"50")
    for source in (mended, mended):
        _, [order], [] = read(source)
        assert (order.number, order.rows, order.paid_yuan, order.total_yuan) == ("7", 2, Decimal(150), Decimal(150))
        assert [line.key for line in order.lines] == ["71", "72"]


def test_children_that_stand_apart_are_one_order() -> None:
    data = as_csv(
        HEADERS["douyin_orders_74col"],
        OTHER,
        CHILD | {"子订单编号": "71"},
        OTHER | {"主订单编号": "9", "子订单编号": "91"},
        CHILD | {"子订单编号": "72"},
        OTHER | {"子订单编号": "82", "订单应付金额": "1"},
    )
    _, orders, [] = read(data)
    assert [(order.line, order.number, order.rows, order.paid_yuan) for order in orders] == [
        (2, "8", 2, Decimal("10.00")),
        (3, "7", 2, Decimal("200.00")),
        (4, "9", 1, Decimal("9.00")),
    ]


def test_a_row_without_a_number_may_be_of_the_orders_on_both_sides_and_of_no_other() -> None:
    data = as_csv(
        HEADERS["douyin_orders_74col"],
        OTHER | {"主订单编号": "6", "子订单编号": "61"},
        CHILD | {"子订单编号": "71"},
        CHILD | {"主订单编号": "合并", "子订单编号": "72"},
        OTHER,
        OTHER | {"主订单编号": "9", "子订单编号": "91"},
    )
    _, orders, rejects = read(data)
    assert [order.number for order in orders] == ["6", "9"]
    assert codes(rejects) == [
        (3, "order_incomplete", ""),
        (4, "bad_number", "主订单编号"),
        (5, "order_incomplete", ""),
    ]
    assert "第 4 行没有订单号" in rejects[2].reason


def test_ids_joined_in_one_cell_that_are_too_many_for_the_items_and_too_long_say_nothing() -> None:
    ids = ";".join(["3500000000000000001"] * 4)
    row = {"主订单编号": "78", "子订单编号": "781;782", "商品ID": ids, "选购商品": "长" * 300, "商家编码": ids + ";1"}
    order = one(HEADERS["douyin_orders_74col"], row)
    assert {line.item_id for line in order.lines} == {None}
    assert {len(line.title or "") for line in order.lines} == {200}
