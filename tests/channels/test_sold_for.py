"""DS-11: what a shop sold an order for, as the exports tell it: with what the platform paid of it."""

from decimal import Decimal

import pytest

from tests.channels.exports import as_csv, known_headers, one, read

HEADERS = known_headers()


@pytest.mark.parametrize(
    ("_case", "columns", "row", "sold_yuan"),
    [
        (
            "Pinduoduo's discount and its pay discount",
            "pdd_2026_23col",
            {"订单号": "1", "用户实付金额(元)": "1899", "平台优惠折扣(元)": "90", "多多支付立减金额(元)": "10"},
            Decimal("1999.00"),
        ),
        (
            "empty parts are nothing",
            "pdd_2026_23col",
            {"订单号": "1", "用户实付金额(元)": "1899", "平台优惠折扣(元)": "", "多多支付立减金额(元)": ""},
            Decimal("1899.00"),
        ),
        (
            "what JD settles with the shop",
            "jd_pop_2015_30col",
            {"订单号": "1", "商品ID": "1", "订单金额": "1999", "结算金额": "1949", "应付金额": "1849"},
            Decimal("1949.00"),
        ),
    ],
)
def test_ds_11_an_export_says_what_an_order_was_sold_for(_case, columns, row, sold_yuan):
    assert one(HEADERS[columns], row).sold_yuan == sold_yuan


def test_ds_11_without_the_columns_nothing_is_said_of_what_the_platform_paid():
    assert one(["订单号", "商品数量(件)", "用户实付金额(元)"], ["1", "1", "99"]).sold_yuan is None


def test_ds_11_douyins_children_are_summed_with_what_platform_and_influencer_bore():
    child = {
        "主订单编号": "7", "订单状态": "已支付", "订单应付金额": "950", "平台实际承担优惠金额": "40",
        "达人实际承担优惠金额": "10", "支付完成时间": "2026-03-04 10:00:00",
    }  # fmt: skip
    rows = [child | {"子订单编号": number} for number in ("71", "72")]
    _, [order], [] = read(as_csv(HEADERS["douyin_orders_74col"], *rows))
    assert (order.total_yuan, order.paid_yuan, order.sold_yuan) == (
        Decimal("1900.00"),
        Decimal("1900.00"),
        Decimal("2000.00"),
    )
