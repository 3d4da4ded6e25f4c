"""JD POP: the order export, one row per item with the order's own fields repeated on each."""

from decimal import Decimal

from channels.connectors import cells
from channels.connectors.base import Progress
from channels.connectors.formats import Format, Found, paid_part

STATES = {
    "未付款": Progress.UNPAID,
    "等待付款": Progress.UNPAID,
    "等待付款确认": Progress.UNPAID,
    "等待出库": Progress.PAID,
    "等待发货": Progress.PAID,
    "等待确认收货": Progress.SHIPPED,
    "完成": Progress.COMPLETED,
    "已完成": Progress.COMPLETED,
    "已取消": Progress.CLOSED,
}

_DELETED, _LOCKED = "(删除)", "(锁定)"
_ON_HOLD = frozenset({"锁定", "暂停", "锁定订单", "暂停订单"})  # and nothing on how far the order has come
_SPLIT_INTO = "订单拆分为"
_NO_SERVICE = frozenset({"", "否", "无", "0"})

_state = cells.states(STATES)


def state(cell: str) -> tuple[Progress | None, bool]:
    """Return how far an order has come, and whether JD holds it: "(锁定)等待出库" is paid, do not ship."""
    words = cells.text(cell).replace("（", "(").replace("）", ")")
    if words.startswith(_DELETED):
        return Progress.CLOSED, False
    if words in _ON_HOLD:
        return None, True
    return _state(words.removeprefix(_LOCKED)), words.startswith(_LOCKED)


def noted_amount(cell: str) -> tuple[Decimal | None, Decimal | None]:
    """Return an amount and what of it was refunded, as in "131.77(已退款89.84)" or "468.32(已全额退款)"."""
    words, _, note = cells.text(cell).replace("（", "(").replace("）", ")").partition("(已")
    if note == "全额退款)":
        return (amount := cells.amount(words)), amount
    if note.startswith("退款") and note.endswith(")"):
        return cells.amount(words), cells.amount(note[2:-1])
    return cells.amount(cell), None


def service(cell: str) -> bool:
    return cells.text(cell) not in _NO_SERVICE


def settle(order: Found, line: Found) -> list[Found]:
    """Finish a row: state and hold, a parent that was split, amounts with their notes."""
    if "_state" in order:
        order["state"], order["held"] = order.pop("_state")
    if "seller_note" in order:
        order["superseded"] = _SPLIT_INTO in order["seller_note"] and order.get("state") in (
            Progress.CLOSED,
            None,
        )
    total, refunded_total = order.pop("_total", (None, None))
    due, refunded = order.pop("_due", (None, None))
    order["total_yuan"], order["paid_yuan"] = total, paid_part(due, order)
    order["sold_yuan"], _note = order.pop("_settled", (None, None))
    order["refunded_yuan"] = refunded_total if refunded is None else refunded
    return [line]


ORDERS = Format(
    code="jd_pop_orders",
    title="京东 POP 订单导出",
    platforms=("jd",),
    needs=(("订单号",), ("京东价", "下单帐号", "下单账号", "结算金额", "应付金额", "订购数量")),
    never=("费用名称", "拼单成功时间"),
    order=(
        ("number", cells.number, "订单号"),
        ("_state", state, "订单状态"),
        ("ordered_at", cells.moment, "下单时间"),
        ("paid_at", cells.moment, "付款确认时间"),
        ("completed_at", cells.moment, "订单完成时间"),
        ("freight_yuan", cells.amount, "运费金额"),
        ("_total", noted_amount, "订单金额"),
        ("_due", noted_amount, "应付金额"),
        ("_settled", noted_amount, "结算金额"),
        ("buyer", cells.text, "下单帐号", "下单账号"),
        ("receiver_name", cells.text, "客户姓名"),
        ("receiver_phone", cells.ident, "联系电话"),
        ("receiver_address", cells.text, "客户地址"),
        ("buyer_message", cells.text, "订单备注"),
        ("seller_note", cells.text, "商家备注"),
        ("installation_bought", service, "送装服务"),
    ),
    line=(
        ("sku_id", cells.ident, "商品ID"),
        ("title", cells.text, "商品名称"),
        ("merchant_code", cells.ident, "商家SKUID", "货号"),
        ("quantity", cells.quantity, "订购数量"),
        ("price_yuan", cells.amount, "京东价"),
    ),
    settle=settle,
    grouped=True,
)

FORMATS = (ORDERS,)
NOT_ORDERS = ((("费用名称", "收支方向"), "京东的结算单"),)
