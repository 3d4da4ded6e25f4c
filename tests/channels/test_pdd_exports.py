"""Pinduoduo's own ways: no time of ordering, fees for installation."""

from decimal import Decimal
from typing import Any

import pytest

from channels.connectors.base import Progress
from tests.channels.exports import known_headers, one
from tests.channels.test_cells import at

HEADERS = known_headers()


@pytest.mark.parametrize(
    ("_case", "columns", "row", "said"),
    [
        (
            "no time at all: the day in the number",
            "pdd_2026_23col",
            {},
            {"ordered_at": at(2026, 5, 17), "paid_at": None},
        ),
        (
            "the time of the deal",
            "pdd_2026_23col",
            {"订单成交时间": "2026-05-17 10:00:00", "订单状态": "待发货"},
            {"ordered_at": at(2026, 5, 17, 10), "paid_at": at(2026, 5, 17, 10)},
        ),
        ("refunded before shipping", "pdd_2026_23col", {"订单状态": "未发货退款成功"}, {"state": Progress.CLOSED}),
        (
            "cancelled before it was paid",
            "pdd_2026_23col",
            {"订单状态": "已取消", "用户实付金额(元)": "99"},
            {"paid_yuan": Decimal("0.00")},
        ),
        (
            "installation bought",
            "pdd_full_2020",
            {"上门安装费(元)": "0.00", "送货入户并安装费(元)": "80"},
            {"installation_bought": True},
        ),
        ("installation not bought", "pdd_full_2020", {"上门安装费(元)": "0.00"}, {"installation_bought": False}),
        ("the town", "pdd_full_2020", {"省": "广东省", "街道": "示例街道"}, {"province": "广东省", "town": "示例街道"}),
        ("an encrypted phone", "pdd_full_2020", {"手机": "~AgAAAAHdTyMFbM"}, {"receiver_phone": None}),
        (
            "a glued tab",
            "pdd_full_2020",
            {"快递单号": "\tYT1\t", "承诺发货时间": "2026-05-19 10:00:00\t"},
            {"tracking": "YT1", "promised_ship_at": at(2026, 5, 19, 10)},
        ),
    ],
)
def test_the_quirks_of_a_pinduoduo_export(_case: str, columns: str, row: dict[str, str], said: dict[str, Any]) -> None:
    order = one(HEADERS[columns], {"订单号": "260517-607198974342268", **row})
    assert {name: getattr(order, name) for name in said} == said


def test_pinduoduos_brackets_may_be_of_either_width() -> None:
    order = one(["订单号", "商品总价（元）", "商品数量（件）"], ["1", "99.00", "2"])
    assert (order.goods_yuan, order.lines[0].quantity) == (Decimal("99.00"), 2)
