"""Pinduoduo: the order export, one row per order, one product per order."""

from datetime import datetime
from decimal import Decimal

from channels.connectors import cells
from channels.connectors.base import Progress
from channels.connectors.formats import Format, Found, paid_part, with_parts

STATES = {
    "待支付": Progress.UNPAID,
    "待付款": Progress.UNPAID,
    "待成团": Progress.PAID,
    "待分享": Progress.PAID,
    "拼团中": Progress.PAID,
    "已支付": Progress.PAID,
    "待发货": Progress.PAID,
    "部分发货": Progress.PART_SHIPPED,
    "已发货": Progress.SHIPPED,
    "已发货，待签收": Progress.SHIPPED,
    "已发货，待收货": Progress.SHIPPED,
    "已签收": Progress.SIGNED,
    "已收货": Progress.SIGNED,
    "交易成功": Progress.COMPLETED,
    "已完成": Progress.COMPLETED,
    "已取消": Progress.CLOSED,
    "交易关闭": Progress.CLOSED,
    "退款成功": Progress.CLOSED,
    "未发货，退款成功": Progress.CLOSED,
    "已发货，退款成功": Progress.CLOSED,
    "已签收，退款成功": Progress.CLOSED,
    "已收货，退款成功": Progress.CLOSED,
}

_PAID_BY_PDD = ("_platform", "_instant")
_INSTALLATION_FEES = ("_installation", "_delivery_and_installation")


def settle(order: Found, line: Found) -> list[Found]:
    """Finish a row: the times Pinduoduo has no column for, and the installation bought with the goods."""
    if "_dealt_at" in order or "paid_at" in order:
        dealt_at = order.pop("_dealt_at", None) or order.get("paid_at")
        order["ordered_at"] = dealt_at or _day_in(order["number"])
        if order.get("state") is not Progress.UNPAID:
            order["paid_at"] = order.get("paid_at") or dealt_at
    order["total_yuan"] = order.pop("_due", None)
    order["paid_yuan"] = paid_part(order["total_yuan"], order)
    order["sold_yuan"] = with_parts(order["total_yuan"], order, _PAID_BY_PDD)
    fees: list[Decimal | None] = [order.pop(name) for name in _INSTALLATION_FEES if name in order]
    if fees:
        order["installation_bought"] = any(fees)
    return [{**line, "key": order["number"]}]


def _day_in(number: str) -> datetime | None:
    """Return the day with which an order number begins: 260517-607198974342268."""
    day, dash, _ = number.partition("-")
    if not dash or len(day) != 6:
        return None
    try:
        return datetime.strptime(day, "%y%m%d").replace(tzinfo=cells.SHANGHAI)
    except ValueError:
        return None


ORDERS = Format(
    code="pdd_orders",
    title="拼多多订单导出",
    platforms=("pdd",),
    needs=(
        ("订单号",),
        ("商品数量(件)", "商品总价(元)", "用户实付金额(元)", "商家实收金额(元)", "拼单成功时间", "样式ID"),
    ),
    order=(
        ("number", cells.number, "订单号"),
        ("state", cells.states(STATES), "订单状态"),
        ("paid_at", cells.moment, "支付时间", "订单付款时间"),
        ("_dealt_at", cells.moment, "订单成交时间", "拼单成功时间", "订单确认时间"),
        ("promised_ship_at", cells.moment, "承诺发货时间"),
        ("shipped_at", cells.moment, "发货时间"),
        ("signed_at", cells.moment, "确认收货时间"),
        ("goods_yuan", cells.amount, "商品总价(元)"),
        ("freight_yuan", cells.amount, "邮费(元)"),
        ("_due", cells.amount, "用户实付金额(元)"),
        ("_platform", cells.amount, "平台优惠折扣(元)"),
        ("_instant", cells.amount, "多多支付立减金额(元)"),
        ("refunded_yuan", cells.amount, "退款金额(元)"),
        ("_installation", cells.amount, "上门安装费(元)"),
        ("_delivery_and_installation", cells.amount, "送货入户并安装费(元)"),
        ("receiver_name", cells.receiver, "收货人"),
        ("receiver_phone", cells.receiver, "手机"),
        ("receiver_address", cells.receiver, "详细地址"),
        ("province", cells.text, "省"),
        ("city", cells.text, "市"),
        ("county", cells.text, "区"),
        ("town", cells.text, "街道"),
        ("buyer_message", cells.text, "买家留言"),
        ("seller_note", cells.text, "商家备注"),
        ("after_sale", cells.text, "售后状态"),
        ("carrier", cells.text, "快递公司"),
        ("tracking", cells.waybill, "快递单号"),
    ),
    line=(
        ("title", cells.text, "商品"),
        ("item_id", cells.ident, "商品id"),
        ("sku_id", cells.ident, "样式ID"),
        ("merchant_code", cells.ident, "商家编码-规格维度", "商家编码-SKU维度", "商家编码-商品维度"),
        ("properties", cells.text, "商品规格"),
        ("quantity", cells.quantity, "商品数量(件)"),
    ),
    settle=settle,
)

FORMATS = (ORDERS,)
