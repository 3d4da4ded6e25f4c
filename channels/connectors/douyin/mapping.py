"""Douyin shop (抖店): the order export, one row per child order; its columns differ from shop to shop."""

import re

from channels.connectors import cells
from channels.connectors.base import Progress
from channels.connectors.formats import LONGEST_ID, Format, Found, paid_part, with_parts

STATES = {
    "待支付": Progress.UNPAID,
    "待付款": Progress.UNPAID,
    "已支付": Progress.PAID,
    "待发货": Progress.PAID,
    "备货中": Progress.PAID,
    "部分发货": Progress.PART_SHIPPED,
    "已发货": Progress.SHIPPED,
    "待收货": Progress.SHIPPED,
    "已签收": Progress.SIGNED,
    "已收货": Progress.SIGNED,
    "已完成": Progress.COMPLETED,
    "已关闭": Progress.CLOSED,
    "已取消": Progress.CLOSED,
}

_PAID_BY_OTHERS = ("_platform", "_influencer")
_JOINED = ("title", "properties", "item_id", "merchant_code", "serial_number")
_LONGEST_PARCEL = 80
_PARCEL = re.compile(r"(.*?)[\s\-:：(（]*([A-Za-z0-9]{8,})[)）]?")


def settle(order: Found, line: Found) -> list[Found]:
    """Finish a row: the child's share of the payment, the parcel, and the items joined by ; in one row."""
    order["total_yuan"] = order.pop("_due", None)
    order["paid_yuan"] = line["paid_yuan"] = paid_part(order["total_yuan"], order)
    order["sold_yuan"] = with_parts(order["total_yuan"], order, _PAID_BY_OTHERS)
    order["after_sale"] = line.get("refund_state")
    if "_parcel" in order:
        words = order.pop("_parcel")
        parcel = _PARCEL.fullmatch(words) if len(words) <= _LONGEST_PARCEL else None
        order["carrier"], order["tracking"] = parcel.groups() if parcel else ("", words)
    return _split(line)


def _split(line: Found) -> list[Found]:
    """Take joined items apart; a total that does not go up is not shared out (quantity None)."""
    count = max(_count(line.get(field)) for field in ("key", "item_id", "merchant_code"))
    if count == 1:
        return [line]
    each = 1 if line.get("quantity") == count else None
    parts = {field: _parts(line.get(field), count) for field in ("key", *_JOINED)}
    if line.get("item_id") and len(parts["item_id"][0] or "") > LONGEST_ID:
        parts["item_id"] = [None] * count  # ids of other items, in a row: no id
    return [
        {"quantity": each, "refund_state": line.get("refund_state")}
        | {field: values[place] for field, values in parts.items()}
        for place in range(count)
    ]


def _count(joined: str | None) -> int:
    return (joined or "").count(";") + 1


def _parts(joined: str | None, count: int) -> list[str | None]:
    """Return one value per item, or the whole for each where they are not as many."""
    values = [value.strip() for value in (joined or "").split(";")]
    return list(values) if len(values) == count else [joined] * count


ORDERS = Format(
    code="douyin_orders",
    title="抖店订单导出",
    platforms=("douyin",),
    needs=(("主订单编号",), ("选购商品", "订单提交时间", "达人ID", "订单应付金额")),
    never=("售后单号",),
    order=(
        ("number", cells.number, "主订单编号"),
        ("state", cells.states(STATES), "订单状态"),
        ("ordered_at", cells.moment, "订单提交时间"),
        ("paid_at", cells.moment, "支付完成时间"),
        ("promised_ship_at", cells.moment, "承诺发货时间"),
        ("shipped_at", cells.moment, "发货时间"),
        ("completed_at", cells.moment, "订单完成时间"),
        ("freight_yuan", cells.amount, "运费"),
        ("_due", cells.amount, "订单应付金额"),
        ("_platform", cells.amount, "平台实际承担优惠金额"),
        ("_influencer", cells.amount, "达人实际承担优惠金额"),
        ("receiver_name", cells.receiver, "收件人"),
        ("receiver_phone", cells.receiver, "收件人手机号"),
        ("receiver_address", cells.receiver, "详细地址"),
        ("province", cells.receiver, "省"),
        ("city", cells.receiver, "市"),
        ("county", cells.receiver, "区"),
        ("town", cells.receiver, "街道"),
        ("buyer_message", cells.text, "买家留言"),
        ("seller_note", cells.text, "商家备注"),
        ("close_reason", cells.text, "取消原因"),
        ("_parcel", cells.text, "快递信息"),
    ),
    line=(
        ("key", cells.ident, "子订单编号"),
        ("title", cells.text, "选购商品"),
        ("item_id", cells.ident, "商品ID"),
        ("merchant_code", cells.ident, "商家编码", "货号"),
        ("properties", cells.text, "商品规格"),
        ("quantity", cells.quantity, "商品数量"),
        ("price_yuan", cells.amount, "商品单价", "商品金额"),
        ("refund_state", cells.text, "售后状态"),
        ("serial_number", cells.ident, "发货SN码", "物流SN码", "序列号"),
    ),
    settle=settle,
    grouped=True,
    summed=("freight_yuan", "total_yuan", "paid_yuan", "sold_yuan"),
)

FORMATS = (ORDERS,)
