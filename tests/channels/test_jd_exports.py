"""JD's own ways: splits, locks, notes in amounts, one row per item."""

from decimal import Decimal
from typing import Any

import pytest

from channels.connectors import files
from channels.connectors.base import Progress
from tests.channels.exports import as_csv, codes, known_headers, one, read

HEADERS = known_headers()
JD_2018 = [*HEADERS["jd_pop_2015_30col"], *HEADERS["jd_pop_2018_extra"]]


@pytest.mark.parametrize(
    ("_case", "row", "said"),
    [
        ("held", {"订单状态": "(锁定)等待出库"}, {"state": Progress.PAID, "held": True}),
        ("held, and no word on how far it is", {"订单状态": "锁定"}, {"state": None, "held": True}),
        ("paused", {"订单状态": "暂停"}, {"state": None, "held": True}),
        ("deleted, but not split", {"订单状态": "（删除）等待出库"}, {"state": Progress.CLOSED, "superseded": False}),
        ("split into others", {"订单状态": "(删除)等待出库", "商家备注": "订单拆分为  1    2"}, {"superseded": True}),
        (
            "a remark of somebody's that only mentions it",
            {"订单状态": "完成", "商家备注": "原订单拆分为两单"},
            {"superseded": False},
        ),
        (
            "a refund noted in the amount",
            {"订单金额": "131.77(已退款89.84)"},
            {"total_yuan": Decimal("131.77"), "refunded_yuan": Decimal("89.84")},
        ),
        (
            "a whole refund",
            {"应付金额": "468.32(已全额退款)", "订单状态": "完成"},
            {"paid_yuan": Decimal("468.32"), "refunded_yuan": Decimal("468.32")},
        ),
        ("due, and not paid yet", {"应付金额": "100.00", "订单状态": "等待付款"}, {"paid_yuan": Decimal("0.00")}),
        (
            "due, and cancelled before it was paid",
            {"应付金额": "100.00", "订单状态": "已取消"},
            {"paid_yuan": Decimal("0.00")},
        ),
        ("installation bought", {"送装服务": "京东送装一体"}, {"installation_bought": True}),
        ("installation not bought", {"送装服务": ""}, {"installation_bought": False}),
        ("a phone that JD masks", {"联系电话": "1******6198"}, {"receiver_phone": "1******6198"}),
    ],
)
def test_the_quirks_of_a_jd_export(_case: str, row: dict[str, str], said: dict[str, Any]) -> None:
    order = one(JD_2018, {"订单号": "1", **row})
    assert {name: getattr(order, name) for name in said} == said


def test_jd_repeats_an_orders_amounts_on_each_item_and_they_are_taken_once() -> None:
    row = {
        "订单号": "7",
        "订单金额": "300.00",
        "应付金额": "280.00",
        "订单状态": "完成",
        "京东价": "150.00",
        "订购数量": "1",
    }
    data = as_csv(JD_2018, row | {"商品ID": "11"}, row | {"商品ID": "12"}, row | {"商品ID": "11"})
    _, [order], [] = read(data)
    assert (order.rows, order.total_yuan, order.paid_yuan) == (3, Decimal("300.00"), Decimal("280.00"))
    assert [line.key for line in order.lines] == ["11", "12", "11#2"]


def test_or_3_a_bad_row_of_an_order_lets_its_good_rows_in() -> None:
    row = {"订单号": "7", "订单状态": "完成", "京东价": "150.00", "应付金额": "280.00"}
    data = as_csv(JD_2018, row | {"商品ID": "11", "订购数量": "1"}, row | {"商品ID": "12", "订购数量": "二"})
    export, [order], rejects = read(data)
    assert codes(rejects) == [(3, "bad_quantity", "订购数量")]
    assert ([line.key for line in order.lines], order.paid_yuan) == (["11"], Decimal("280.00"))
    _, [mended], [] = read(files.rejected_csv(export.columns, rejects).replace("二".encode(), b"2"))
    assert [(line.key, line.quantity) for line in mended.lines] == [("12", 2)]
