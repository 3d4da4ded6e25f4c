"""Taobao's and Tmall's own ways, in the order list and in the item list."""

from decimal import Decimal
from typing import Any

import pytest

from channels.connectors.base import Progress
from tests.channels.exports import as_csv, known_headers, one, read
from tests.channels.test_cells import at

HEADERS = known_headers()


@pytest.mark.parametrize(
    ("_case", "address", "levels"),
    [
        (
            "runs of blanks and a postcode",
            "吉林省 通化市 柳河县 柳河镇紫御府   七号楼    3单元   201室(135300)",
            (
                "吉林省",
                "通化市",
                "柳河县",
                "吉林省 通化市 柳河县 柳河镇紫御府   七号楼    3单元   201室",
            ),
        ),
        (
            "a municipality",
            "上海 上海市 浦东新区 示例路1号",
            ("上海", "上海市", "浦东新区", "上海 上海市 浦东新区 示例路1号"),
        ),
        (
            "a city without counties",
            "广东省 东莞市 南城街道 1号",
            ("广东省", "东莞市", None, "广东省 东莞市 南城街道 1号"),
        ),
        (
            "brackets that hold no postcode",
            "江苏省 南京市 鼓楼区 1号(近路口)",
            ("江苏省", "南京市", "鼓楼区", "江苏省 南京市 鼓楼区 1号(近路口)"),
        ),
        (
            "a county right under its province",
            "湖北省 神农架林区 松柏镇 1号",
            ("湖北省", None, "神农架林区", "湖北省 神农架林区 松柏镇 1号"),
        ),
        ("no levels at all", "示例路1号(510180)", (None, None, None, "示例路1号")),
        ("a province alone is no address", "广西壮族自治区", ("广西壮族自治区", None, None, None)),
        ("empty", "", (None, None, None, "")),
    ],
)
def test_a_taobao_address_is_split_where_its_words_look_like_levels(
    _case: str, address: str, levels: tuple[str | None, ...]
) -> None:
    order = one(HEADERS["taobao_orders_2017"], {"订单编号": "1", "收货地址": address})
    assert (order.province, order.city, order.county, order.receiver_address) == levels


@pytest.mark.parametrize(
    ("_case", "row", "said"),
    [
        ("the phone where the mobile is empty", {"联系手机": "'", "联系电话": "'0755-1"}, {"receiver_phone": "0755-1"}),
        (
            "the address that the buyer changed it to",
            {"收货地址": "广东省 深圳市 南山区 1号", "修改后的收货地址": "广东省 广州市 越秀区 2号"},
            {"city": "广州市"},
        ),
        ("a waybill with its prefix", {"物流单号": "No:YT1234567890"}, {"tracking": "YT1234567890"}),
        ("units glued to the amount", {"买家应付货款": "201.12元"}, {"goods_yuan": Decimal("201.12")}),
        ("a zero date for unpaid", {"订单付款时间": "0000-00-00"}, {"paid_at": None}),
        ("Excel's date", {"订单创建时间": "2016/5/23 22:02"}, {"ordered_at": at(2016, 5, 23, 22, 2)}),
        ("the word for never closed", {"订单关闭原因": "订单未关闭"}, {"close_reason": ""}),
        ("an empty cell of a text column", {"买家留言": ""}, {"buyer_message": ""}),
        ("an empty cell of a time", {"确认收货时间": ""}, {"completed_at": None}),
    ],
)
def test_the_quirks_of_a_taobao_order_list(_case: str, row: dict[str, str], said: dict[str, Any]) -> None:
    order = one(HEADERS["taobao_orders_2021plus"], {"订单编号": '="1"', **row})
    assert {name: getattr(order, name) for name in said} == said


@pytest.mark.parametrize(
    ("_case", "goods", "lines"),
    [
        ("one kind", ("热水器，60升", "1", "3"), [("~1", "热水器，60升", 3)]),
        ("as many titles as kinds and pieces", ("热水器，龙头", "2", "2"), [("~1", "热水器", 1), ("~2", "龙头", 1)]),
        (
            "a total that cannot be shared out",
            ("热水器，龙头", "2", "5"),
            [("~1", "热水器", None), ("~2", "龙头", None)],
        ),
        ("commas that are no separators", ("热水器，60升，龙头", "2", "2"), [("~1", "热水器，60升，龙头", 2)]),
    ],
)
def test_an_order_list_only_sums_up_the_goods(
    _case: str, goods: tuple[str, str, str], lines: list[tuple[Any, ...]]
) -> None:
    title, kinds, total = goods
    row = {"订单编号": "1", "宝贝标题": title, "宝贝种类": kinds, "宝贝总数量": total}
    order = one(HEADERS["taobao_orders_2018"], row)
    assert [(line.key, line.title, line.quantity) for line in order.lines] == lines


def test_rows_of_an_item_list_make_one_order() -> None:
    row = {"主订单编号": '="9"', "订单付款时间": "2020-02-01 10:00:00", "物流单号": "No:SF1"}
    _, orders, rejects = read(
        as_csv(
            HEADERS["taobao_items_2022_28col"],
            row
            | {
                "子订单编号": '="91"',
                "退款金额": "无退款申请",
                "订单状态": "卖家已发货，等待买家确认",
                "商品属性": "null",
            },
            row
            | {
                "子订单编号": '="92"',
                "退款金额": "30.00",
                "订单状态": "买家已付款，等待卖家发货",
                "物流单号": "No:SF2",
            },
            row | {"子订单编号": '="93"', "退款金额": "--", "订单状态": "交易关闭", "物流单号": ""},
            row | {"主订单编号": '="10"', "子订单编号": '="10"', "订单状态": "交易成功"},
        )
    )
    first, second = orders
    assert (first.rows, first.line, second.rows, second.line, rejects) == (3, 2, 1, 5, [])
    assert (first.state, first.tracking) == (Progress.PART_SHIPPED, "SF1,SF2")
    assert [(line.key, line.refunded_yuan) for line in first.lines] == [
        ("91", Decimal("0.00")),
        ("92", Decimal("30.00")),
        ("93", Decimal("0.00")),
    ]
    assert first.lines[0].properties == ""


def test_lines_without_child_numbers_are_told_apart_by_code_properties_and_count() -> None:
    row = {"订单编号": "9", "商家编码": "ZDF60", "商品属性": "白色", "购买数量": "1"}
    data = as_csv(HEADERS["taobao_items_2017"], row, row, row | {"商品属性": "黑色"}, row | {"商家编码": ""})
    _, [order], [] = read(data)
    assert [line.key for line in order.lines] == ["ZDF60|白色", "ZDF60|白色#2", "ZDF60|黑色", "|白色"]
