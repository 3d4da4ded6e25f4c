"""OR-3, AS-6: the refund exports of Taobao and Tmall and of Douyin: every quirk of their headers and cells."""

from decimal import Decimal

import pytest

from channels.connectors import files, reasons
from channels.connectors.base import PlatformRefund, Unreadable
from tests.make import at
from tests.make_refund_files import DOUYIN, TAOBAO, douyin, taobao


def read(content: bytes, name: str = "") -> tuple[files.Export, list]:
    export = files.open_export(content, name=name)
    items = list(export)
    assert len(items) == export.rows
    return export, items


def test_or_3_the_taobao_refund_export_is_read_with_its_own_deadline():
    assert (len(TAOBAO), TAOBAO.count("卖家真实姓名")) == (42, 2)
    export, [item] = read(taobao({}, encoding="gb18030"), "退款202603041200.csv")
    assert export.format.code == "taobao_refunds"
    assert files.brings_refunds(export.format.code) and not files.brings_refunds("taobao_orders")
    assert item == PlatformRefund(
        number="90000000001",
        order_number="1001",
        line=2,
        progress="asked",
        kind="return_refund",
        reason="quality",
        said="质量问题",
        amount_yuan=Decimal("2999.00"),
        shipped=True,
        asked_at=at("2026-03-04 09:00"),
        due_at=at("2026-03-06 09:00"),
        carrier="",
        tracking="",
        as_of=at("2026-03-04 12:00"),
    )


def test_or_3_the_douyin_after_sales_export_is_read_with_its_own_deadline():
    assert len(DOUYIN) == 50
    export, [item] = read(douyin({}))
    assert export.format.code == "douyin_refunds"
    assert item == PlatformRefund(
        number="7000000000000000001",
        order_number="1001",
        line=2,
        progress="returning",
        kind="return_refund",
        reason="dislike",
        said="7天无理由退货",
        line_key="2",
        amount_yuan=Decimal("909.00"),
        shipped=True,
        asked_at=at("2026-03-04 09:00"),
        agreed_at=at("2026-03-04 10:00"),
        posted_at=at("2026-03-04 11:00"),
        due_at=at("2026-03-07 11:00"),
        carrier="顺丰",
        tracking="SF123,SF124",
    )


@pytest.mark.parametrize(
    ("_case", "row", "field", "value"),
    [
        ("guarded as a formula", {"退款编号": '="90000000001"'}, "number", "90000000001"),
        ("no deadline", {"超时时间": ""}, "due_at", None),
        ("a deadline of zeros", {"超时时间": "0000-00-00 00:00:00"}, "due_at", None),
        ("no goods back", {"是否需要退货": "否"}, "kind", "refund_only"),
        ("nothing said of goods", {"是否需要退货": ""}, "kind", None),
        ("the state with half-width comma", {"退款状态": "卖家已经同意退款,等待买家退货"}, "progress", "agreed"),
        ("not shipped", {"货物状态": "未发货"}, "shipped", False),
        ("nothing said of shipping", {"货物状态": ""}, "shipped", None),
        ("ended, the first column blank", {"完结时间": "2026-03-05 08:00:00"}, "ended_at", at("2026-03-05 08:00")),
        ("ended", {"退款完结时间": "2026-03-05 07:00:00"}, "ended_at", at("2026-03-05 07:00")),
        ("an amount with separators", {"买家退款金额": "¥2,999.00"}, "amount_yuan", Decimal("2999.00")),
        ("a long reason is cut", {"买家退款原因": "质" * 300}, "said", "质" * 200),
    ],
)
def test_or_3_quirks_of_a_taobao_row(_case, row, field, value):
    _export, [item] = read(taobao(row))
    assert getattr(item, field) == value


@pytest.mark.parametrize(
    ("_case", "row", "code"),
    [
        ("no refund number", {"退款编号": ""}, "missing_number"),
        ("no order number", {"订单编号": ""}, "missing_number"),
        ("digits lost to Excel", {"退款编号": "9.0E+16"}, "lost_digits"),
        ("a state never seen", {"退款状态": "神秘状态"}, "unknown_state"),
        ("no amount", {"买家退款金额": "很多"}, "bad_amount"),
        ("no date", {"退款的申请时间": "昨天"}, "bad_date"),
    ],
)
def test_or_3_a_refund_row_that_cannot_be_read_is_kept_with_its_reason(_case, row, code):
    _export, items = read(taobao(row, {}))
    bad = [item for item in items if isinstance(item, Unreadable)]
    assert [item.code for item in bad] == [code]
    assert bad[0].line == 2 and bad[0].reason and bad[0].cells["宝贝标题"] == "热水器"
    assert [item.number for item in items if isinstance(item, PlatformRefund)] == ["90000000001"]


def test_or_3_a_newer_header_says_the_kind_in_another_column_and_an_older_one_has_more():
    newer = ["售后类型" if name == "是否需要退货" else name for name in TAOBAO]
    _export, [item] = read(taobao({"售后类型": "换货"}, columns=newer))
    assert item.kind == "exchange"
    _export, [item] = read(taobao({}, columns=[*TAOBAO, "商品id", "买家会员名称"]))
    assert item.kind == "return_refund"


def test_or_3_an_unknown_kind_of_after_sales_is_not_guessed():
    _export, [item] = read(douyin({"售后类型": "以旧换新"}))
    assert (item.code, item.field) == ("unknown_state", "售后类型")


def test_or_3_an_order_export_is_still_an_order_export():
    from tests.orders.test_imports import GOOD, file_of

    export, [item] = read(file_of(GOOD))
    assert (export.format.code, export.format.refunds) == ("taobao_orders", False)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("质量问题", "quality"),
        ("收到商品少件或漏发", "missing_parts"),
        ("卖家发错货", "wrong_goods"),
        ("包装/商品破损", "damage"),
        ("拍错/多拍/不想要", "wrong_choice"),
        ("七天无理由退换货", "dislike"),
        ("未按约定时间发货", "not_shipped"),
        ("退差价", "price"),
        ("其他", "other"),
        ("", None),
        (None, None),
    ],
)
def test_as_8_a_platforms_reason_becomes_one_of_ours(said, code):
    assert reasons.reason(said) == code
