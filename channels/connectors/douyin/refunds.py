"""Douyin shop (抖店): the after-sales export, 50 columns; 自动处理截止时间 is the platform's own deadline."""

from decimal import Decimal

from channels.connectors import cells, reasons
from channels.connectors.base import RefundProgress
from channels.connectors.formats import Format, Found
from channels.connectors.taobao.refunds import KINDS, shipped

STATES = {
    "待商家处理": RefundProgress.ASKED,
    "待商家审核": RefundProgress.ASKED,
    "待审核": RefundProgress.ASKED,
    "售后待处理": RefundProgress.ASKED,
    "待买家退货": RefundProgress.AGREED,
    "待用户退货": RefundProgress.AGREED,
    "同意退款，退款中": RefundProgress.AGREED,
    "退款中": RefundProgress.AGREED,
    "待商家收货": RefundProgress.RETURNING,
    "退货待收货": RefundProgress.RETURNING,
    "商家拒绝": RefundProgress.REFUSED,
    "已拒绝": RefundProgress.REFUSED,
    "拒绝售后申请": RefundProgress.REFUSED,
    "拒绝退货申请": RefundProgress.REFUSED,
    "退货后拒绝退款": RefundProgress.REFUSED,
    "退款成功": RefundProgress.PAID,
    "售后成功": RefundProgress.PAID,
    "退货后退款成功": RefundProgress.PAID,
    "同意退款，退款成功": RefundProgress.PAID,
    "换货成功": RefundProgress.SENT,
    "补寄成功": RefundProgress.SENT,
    "售后关闭": RefundProgress.CLOSED,
    "退款关闭": RefundProgress.CLOSED,
    "已关闭": RefundProgress.CLOSED,
}
_PARTS = ("_goods", "_freight", "_tax")


def settle(order: Found, _line: Found) -> list[Found]:
    """Finish a row: what the customer gets is goods, freight and tax; the platform's own discount stays with it."""
    parts = [order.pop(part, None) for part in _PARTS]
    known = [part for part in parts if part is not None]
    order["amount_yuan"] = sum(known, Decimal("0.00")) if known else None
    order["reason"] = reasons.reason(order.get("said"))
    return []


REFUNDS = Format(
    code="douyin_refunds",
    title="抖店售后导出",
    platforms=("douyin",),
    needs=(("售后单号",), ("订单号",), ("售后状态",)),
    order=(
        ("number", cells.number, "售后单号"),
        ("order_number", cells.number, "订单号"),
        ("line_key", cells.ident, "商品单号"),
        ("progress", cells.chosen(STATES, "售后状态"), "售后状态"),
        ("kind", cells.chosen(KINDS, "售后类型"), "售后类型"),
        ("said", cells.text, "售后原因"),
        ("_goods", cells.amount, "退商品金额（元）"),
        ("_freight", cells.amount, "退运费金额（元）"),
        ("_tax", cells.amount, "退税费金额（元）"),
        ("shipped", shipped, "商品发货状态"),
        ("asked_at", cells.moment, "售后申请时间"),
        ("agreed_at", cells.moment, "同意售后申请时间"),
        ("posted_at", cells.moment, "退货发货时间"),
        ("ended_at", cells.moment, "售后完结时间", "用户到账时间", "商家退款时间", "售后关闭时间"),
        ("due_at", cells.moment, "自动处理截止时间"),
        ("carrier", cells.text, "退货物流公司"),
        ("tracking", cells.waybill, "退货物流单号"),
    ),
    line=(),
    settle=settle,
    refunds=True,
)

FORMATS = (REFUNDS,)
