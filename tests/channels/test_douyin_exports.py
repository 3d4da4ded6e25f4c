"""Douyin's own ways: ciphers, one row per child order, several items in one row."""

from decimal import Decimal
from typing import Any

import pytest

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


def test_a_sum_over_the_readable_children_only_is_not_given() -> None:
    row = {"主订单编号": "7", "订单状态": "已完成", "订单应付金额": "100"}
    data = as_csv(
        HEADERS["douyin_orders_74col"],
        row | {"子订单编号": "71"},
        row | {"子订单编号": "72", "商品数量": "许多"},
        row | {"主订单编号": "合并", "子订单编号": "73"},
        row | {"子订单编号": "74"},
    )
    _, [order], rejects = read(data)
    assert (order.rows, [line.key for line in order.lines], order.paid_yuan) == (2, ["71", "74"], None)
    assert codes(rejects) == [(3, "bad_quantity", "商品数量"), (4, "bad_number", "主订单编号")]
