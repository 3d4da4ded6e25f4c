"""What each platform's exports say, generation by generation and quirk by quirk (platforms.md 4, exports/)."""

import csv
from decimal import Decimal

import pytest

from channels.connectors import files
from channels.connectors.base import Progress
from tests.channels.exports import SAMPLES, SHARED, as_csv, codes, known_headers, one, read
from tests.channels.test_cells import at

HEADERS = known_headers()
JD_2018 = [*HEADERS["jd_pop_2015_30col"], *HEADERS["jd_pop_2018_extra"]]
PLAIN = ["订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额"]

GENERATIONS = [
    ("taobao_orders", HEADERS["taobao_orders_2016"], "订单编号", "交易成功", Progress.COMPLETED),
    ("taobao_orders", HEADERS["taobao_orders_2017"], "订单编号", "交易成功", Progress.COMPLETED),
    ("taobao_orders", HEADERS["taobao_orders_2018"], "订单编号", "交易关闭", Progress.CLOSED),
    ("taobao_orders", HEADERS["taobao_orders_2021plus"], "订单编号", "卖家部分发货", Progress.PART_SHIPPED),
    ("taobao_items", HEADERS["taobao_items_2017"], "订单编号", "等待买家付款", Progress.UNPAID),
    ("taobao_items", HEADERS["taobao_items_2020"], "主订单编号", "交易成功", Progress.COMPLETED),
    ("taobao_items", HEADERS["taobao_items_2022_28col"], "主订单编号", "交易成功", Progress.COMPLETED),
    ("taobao_items", HEADERS["taobao_items_2024_xlsx_23col"], "主订单编号", "交易成功", Progress.COMPLETED),
    ("jd_pop_orders", HEADERS["jd_pop_2015_30col"], "订单号", "等待出库", Progress.PAID),
    ("jd_pop_orders", JD_2018, "订单号", "完成", Progress.COMPLETED),
    ("jd_pop_orders", HEADERS["jd_pop_2020_48col_first31"], "订单号", "等待确认收货", Progress.SHIPPED),
    ("pdd_orders", HEADERS["pdd_full_2020"], "订单号", "已发货，待签收", Progress.SHIPPED),
    ("pdd_orders", HEADERS["pdd_2026_23col"], "订单号", "已收货", Progress.SIGNED),
    ("douyin_orders", HEADERS["douyin_orders_74col"], "主订单编号", "备货中", Progress.PAID),
    ("douyin_orders", HEADERS["douyin_orders_75col_alt"], "主订单编号", "已完成", Progress.COMPLETED),
    ("plain_orders", PLAIN, "订单编号", "", Progress.UNPAID),
]


@pytest.mark.parametrize(("code", "columns", "number", "text", "progress"), GENERATIONS)
def test_or_3_every_generation_of_a_header_is_known_and_read(
    code: str, columns: list[str], number: str, text: str, progress: Progress
) -> None:
    export, [order], [] = read(as_csv(columns, {number: '="30000000000000001"', "订单状态": text}))
    assert (export.format.code, order.number, order.state) == (code, "30000000000000001", progress)
    assert export.columns == tuple(column.strip() for column in columns)
    fits = [kind.code for kind in files.FORMATS if kind.fits(columns)]
    assert fits == [code]


def test_an_export_of_something_else_is_refused_by_its_name() -> None:
    headers = HEADERS["jd_settlement"]
    with pytest.raises(files.NotAnExport) as error:
        files.open_export(as_csv(headers, ["1"] * len(headers)))
    assert "结算单" in error.value.reason
    assert error.value.headers_seen[0] == headers[0]


@pytest.mark.parametrize(
    ("name", "code"), [("taobao_refunds_42col", "taobao_refunds"), ("douyin_aftersales_50col", "douyin_refunds")]
)
def test_as_6_every_known_header_of_a_refund_export_is_known(name: str, code: str) -> None:
    headers = HEADERS[name]
    export = files.open_export(as_csv(headers, ["1"] * len(headers)))
    assert export.format.code == code
    assert [kind.code for kind in files.FORMATS if kind.fits(headers)] == [code]


def test_the_real_report_is_read_to_the_fen() -> None:
    path = SHARED / "data" / "orders" / "tmall_report_2020-02-01_17.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    export, orders, rejects = read(path)
    assert (export.format.code, export.encoding, export.rows, rejects) == ("plain_orders", "utf-8", 2678, [])
    assert [order.number for order in orders] == [row["订单编号"] for row in rows]
    assert [order.province for order in orders] == [row["收货地址 "] for row in rows]
    for field, column in [("total_yuan", "总金额"), ("paid_yuan", "买家实际支付金额"), ("refunded_yuan", "退款金额")]:
        assert sum(getattr(order, field) for order in orders) == sum(Decimal(row[column]) for row in rows)
    assert {order.state for order in orders if order.paid_at} == {Progress.PAID}
    assert {order.state for order in orders if not order.paid_at} == {Progress.UNPAID}
    assert {order.receiver_address for order in orders} == {None}


def test_the_masked_taobao_order_list_is_read_without_loss() -> None:
    path = SAMPLES / "taobao_ExportOrderList_2017.masked.gbk.csv"
    export, orders, rejects = read(path, name="ExportOrderList201707080042.csv")
    assert (export.format.code, export.encoding, export.rows, rejects) == ("taobao_orders", "gb18030", 5, [])
    assert export.as_of == at(2017, 7, 8, 0, 42)
    order = orders[1]
    assert (order.number, order.line, order.as_of) == ("30000000000000002", 3, export.as_of)
    assert (order.province, order.city, order.county) == ("四川省", "成都市", "其它区")
    assert (order.receiver_address, order.receiver_phone) == ("四川省 成都市 其它区 示例街2号", "13800000002")
    assert (order.paid_yuan, order.refunded_yuan) == (Decimal("186.15"), Decimal("0.00"))
    assert (order.close_reason, order.tracking, order.seller_note) == ("", "", "")
    assert (order.shipped_at, order.completed_at, order.signed_at) == (None, None, None)
    assert [(line.title, line.quantity) for line in order.lines] == [
        ("【顺丰包邮】原厂授权日本制吉川COOK-PAL雪平锅不锈钢", 1)
    ]


def test_the_masked_item_list_has_a_comma_too_many_on_every_row_and_loses_nothing() -> None:
    export, orders, rejects = read(SAMPLES / "taobao_ExportOrderDetailList_2017.masked.gbk.csv")
    assert (export.format.code, export.rows, len(orders), rejects) == ("taobao_items", 5, 5, [])
    [line] = orders[0].lines
    assert line.key == "YO-PAN-20-WITHGLASS|颜色分类：20厘米锅-第三方玻璃盖"
    assert (line.quantity, line.price_yuan) == (1, Decimal("239.00"))
    assert orders[0].paid_yuan is None


def test_the_masked_jd_row_is_a_parent_that_was_split() -> None:
    export, [order], [] = read(SAMPLES / "jd_pop_order_export_2015.masked.gbk.csv")
    assert (export.format.code, order.superseded, order.state) == ("jd_pop_orders", True, Progress.CLOSED)
    assert (order.total_yuan, order.paid_yuan) == (Decimal("1097.00"), Decimal("932.45"))
    assert [(line.key, line.sku_id) for line in order.lines] == [("1953814331", "1953814331")]


def test_a_column_that_is_not_in_the_file_says_nothing() -> None:
    order = one(["订单编号", "订单状态", "订单创建时间"], ["1", "交易成功", "2020-02-01 00:00:00"])
    silent = ("paid_at", "paid_yuan", "buyer", "buyer_message", "receiver_address", "province", "tracking", "held")
    assert [getattr(order, name) for name in silent] == [None] * len(silent)
    assert order.lines == ()


def test_the_plain_report_says_paid_by_its_time_of_payment() -> None:
    row = {"总金额": "9", "收货地址": "上海", "订单创建时间": "2020-02-01 00:00:00"}
    data = as_csv(PLAIN, row | {"订单编号": "1", "订单付款时间": "2020-02-01 00:00:08"}, row | {"订单编号": "2"})
    _, [paid, unpaid], [] = read(data)
    assert (paid.state, paid.province, paid.ordered_at) == (Progress.PAID, "上海", at(2020, 2, 1))
    assert (unpaid.state, unpaid.paid_at, unpaid.paid_yuan) == (Progress.UNPAID, None, None)


def test_texts_that_no_index_holds_are_cut() -> None:
    row = {"订单编号": "1", "买家会员名": "买" * 3000, "物流单号": "S" * 300, "宝贝标题": "长" * 300}
    order = one(HEADERS["taobao_orders_2017"], row)
    assert (order.buyer, order.tracking) == ("买" * 200, "S" * 200)
    assert [line.title for line in order.lines] == ["长" * 200]


def test_texts_that_are_joined_from_several_rows_are_cut_too() -> None:
    row = {"主订单编号": "1", "标题": "热水器"}
    parcels = [row | {"子订单编号": str(place), "物流单号": f"{place}{'0' * 90}"} for place in range(1, 5)]
    _, [order], [] = read(as_csv(HEADERS["taobao_items_2022_28col"], *parcels))
    assert len(order.tracking or "") == 200


@pytest.mark.parametrize(
    ("name", "column", "number"),
    [
        ("taobao_orders_2017", "订单编号", "订单编号"),
        ("taobao_items_2020", "子订单编号", "主订单编号"),
        ("jd_pop_2015_30col", "商品ID", "订单号"),
        ("pdd_full_2020", "样式ID", "订单号"),
        ("douyin_orders_74col", "商品ID", "主订单编号"),
    ],
)
def test_an_id_longer_than_any_real_one_is_refused(name: str, column: str, number: str) -> None:
    _, [order], [] = read(as_csv(HEADERS[name], {number: "1", column: "7" * 64}))
    assert order.rows == 1
    _, [], rejects = read(as_csv(HEADERS[name], {number: "1", column: "7" * 65}))
    assert codes(rejects) == [(2, "too_long", column)]
    assert "7777" not in rejects[0].reason
