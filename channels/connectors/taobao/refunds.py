"""Taobao and Tmall: the refund export (退款管理), 42 columns, older and newer ones with some more or fewer.

`卖家真实姓名` stands twice in its header; `超时时间` and `退款完结时间` may be blank;
订单编号 may be the child order's.
"""

from channels.connectors import cells, reasons
from channels.connectors.base import RefundProgress
from channels.connectors.formats import Format, Found

STATES = {
    "买家已经申请退款，等待卖家同意": RefundProgress.ASKED,
    "买家申请退款，等待卖家同意": RefundProgress.ASKED,
    "买家已经申请退款，等待商家同意": RefundProgress.ASKED,
    "退款待处理": RefundProgress.ASKED,
    "待商家处理": RefundProgress.ASKED,
    "待卖家处理": RefundProgress.ASKED,
    "卖家已经同意退款，等待买家退货": RefundProgress.AGREED,
    "卖家已同意退款，等待买家退货": RefundProgress.AGREED,
    "商家已同意退款，等待买家退货": RefundProgress.AGREED,
    "待买家退货": RefundProgress.AGREED,
    "等待买家退货": RefundProgress.AGREED,
    "买家已经退货，等待卖家确认收货": RefundProgress.RETURNING,
    "买家已退货，等待卖家确认收货": RefundProgress.RETURNING,
    "买家已退货，等待商家确认收货": RefundProgress.RETURNING,
    "待商家收货": RefundProgress.RETURNING,
    "等待卖家确认收货": RefundProgress.RETURNING,
    "卖家拒绝退款": RefundProgress.REFUSED,
    "商家拒绝退款": RefundProgress.REFUSED,
    "卖家拒绝退款，等待买家修改": RefundProgress.REFUSED,
    "商家拒绝退款，等待买家修改": RefundProgress.REFUSED,
    "卖家拒绝确认收货": RefundProgress.REFUSED,
    "退款成功": RefundProgress.PAID,
    "换货成功": RefundProgress.SENT,
    "补寄成功": RefundProgress.SENT,
    "退款关闭": RefundProgress.CLOSED,
    "售后关闭": RefundProgress.CLOSED,
}
KINDS = {
    "仅退款": "refund_only",
    "未发货仅退款": "refund_only",
    "已发货仅退款": "refund_only",
    "我要退款": "refund_only",
    "退货退款": "return_refund",
    "我要退货退款": "return_refund",
    "换货": "exchange",
    "我要换货": "exchange",
    "补寄": "resend",
    "补发": "resend",
    "退差价": "price_difference",
    "补差价": "price_difference",
    "价保": "price_difference",
    "返现": "cash_back",
}
_BACK = {"是": True, "需要": True, "需要退货": True, "否": False, "不需要": False, "不需要退货": False}


def shipped(cell: str) -> bool | None:
    """Say whether the goods had left, as far as the state of the goods tells."""
    words = cells.text(cell)
    return None if not words else "未发货" not in words


def settle(order: Found, _line: Found) -> list[Found]:
    """Finish a row: the kind from whichever column says it, our reason from the platform's."""
    back, kind = order.pop("_back", None), order.pop("_kind", None)
    order["kind"] = kind or (None if back is None else "return_refund" if back else "refund_only")
    order["reason"] = reasons.reason(order.get("said"))
    return []


REFUNDS = Format(
    code="taobao_refunds",
    title="淘宝/天猫退款导出",
    platforms=("tmall", "taobao"),
    needs=(("退款编号",), ("订单编号",), ("退款状态",)),
    order=(
        ("number", cells.number, "退款编号"),
        ("order_number", cells.number, "订单编号"),
        ("progress", cells.chosen(STATES, "退款状态"), "退款状态"),
        ("_back", cells.chosen(_BACK, "是否需要退货"), "是否需要退货"),
        ("_kind", cells.chosen(KINDS, "售后类型"), "售后类型"),
        ("said", cells.text, "买家退款原因"),
        ("amount_yuan", cells.amount, "买家退款金额"),
        ("shipped", shipped, "货物状态"),
        ("asked_at", cells.moment, "退款的申请时间"),
        ("posted_at", cells.moment, "买家退货时间"),
        ("ended_at", cells.moment, "退款完结时间", "完结时间"),
        ("due_at", cells.moment, "超时时间"),
        ("carrier", cells.text, "退货物流公司"),
        ("tracking", cells.waybill, "退货物流单号"),
    ),
    line=(),
    settle=settle,
    refunds=True,
)

FORMATS = (REFUNDS,)
