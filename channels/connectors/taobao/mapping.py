"""Taobao and Tmall: the order list (订单报表) and the item list (宝贝报表), all generations since 2016."""

from decimal import Decimal

from channels.connectors import cells
from channels.connectors.base import Progress
from channels.connectors.formats import SUMMARY, Column, Format, Found

STATES = {
    "没有创建支付宝交易": Progress.UNPAID,
    "等待买家付款": Progress.UNPAID,
    "定金未付尾款未付": Progress.UNPAID,
    "定金已付尾款未付": Progress.UNPAID,
    "买家已付款": Progress.PAID,
    "等待卖家发货": Progress.PAID,
    "买家已付款，等待卖家发货": Progress.PAID,
    "定金已付尾款已付": Progress.PAID,
    "卖家部分发货": Progress.PART_SHIPPED,
    "卖家已发货": Progress.SHIPPED,
    "卖家已发货，等待买家确认": Progress.SHIPPED,
    "等待买家确认收货": Progress.SHIPPED,
    "买家已签收": Progress.SIGNED,
    "买家已签收，货到付款专用": Progress.SIGNED,
    "交易成功": Progress.COMPLETED,
    "交易关闭": Progress.CLOSED,
    "交易被淘宝关闭": Progress.CLOSED,
    "付款以后用户退款成功，交易自动关闭": Progress.CLOSED,
    "付款以前，卖家或买家主动关闭交易": Progress.CLOSED,
}

_NO_REFUND = frozenset({"无退款申请", "没有申请退款", "未申请退款", "--", "-"})
_PROVINCE_ENDS = ("省", "自治区", "特别行政区", "市")
_SHORT_PROVINCES = frozenset(
    {"北京", "天津", "上海", "重庆", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门", "台湾"}
)
_CITY_ENDS = ("市", "州", "盟", "地区")
_COUNTY_ENDS = ("区", "县", "市", "旗", "岛")  # 其它区 is what Taobao prints for "none of the list"


def refund(cell: str) -> Decimal | None:
    """Return the refunded yuan; Taobao writes "no refund was asked for" into the amount."""
    return Decimal("0.00") if cell.strip() in _NO_REFUND else cells.amount(cell)


def close_reason(cell: str) -> str:
    return cells.text(cell).replace("订单未关闭", "")


def levels(address: str) -> Found:
    """Split "省 市 区 详细(邮编)": the address keeps its full text without the postcode.

    A level is set only where the word looks like one; a province alone is no address.
    """
    address = _without_postcode(cells.text(address))
    words = address.split(maxsplit=3)
    if not words or not (words[0] in _SHORT_PROVINCES or words[0].endswith(_PROVINCE_ENDS)):
        return {"receiver_address": address}
    found: Found = {"province": words[0]}
    if len(words) > 1:
        found["receiver_address"] = address
        rest = words[1:3]
        if rest[0].endswith(_CITY_ENDS):
            found["city"] = rest.pop(0)
        if rest and rest[0].endswith(_COUNTY_ENDS):  # a county may stand right under its province
            found["county"] = rest[0]
    return found


def _without_postcode(address: str) -> str:
    if address[-1:] in (")", "）") and address[-8:-7] in ("(", "（") and address[-7:-1].isdigit():
        return address[:-8].rstrip()
    return address


def settle_order(order: Found, line: Found) -> list[Found]:
    """Finish a row of the order list: the address by levels, the goods as far as titles and totals tell."""
    moved = order.pop("_moved_to", None)
    address = order.pop("_address", None)
    if moved or address is not None:
        order.update(levels(moved or address))
    titles = line.get("title")
    if not titles:
        return []
    kinds, total = line.pop("_kinds", None) or 1, line.get("quantity")
    several = titles.split("，")
    if kinds == 1 or len(several) != kinds:
        return [{**line, "key": f"{SUMMARY}1"}]
    each = 1 if total == kinds else None
    return [
        {"key": f"{SUMMARY}{place}", "title": title.strip(), "quantity": each}
        for place, title in enumerate(several, start=1)
    ]


def settle_undisclosed(order: Found, line: Found) -> list[Found]:
    """Finish a row of a list that does not print the state: what has a time of payment is paid."""
    if "paid_at" in order:
        order["state"] = Progress.PAID if order["paid_at"] else Progress.UNPAID
    return settle_order(order, line)


def settle_item(_order: Found, line: Found) -> list[Found]:
    return [line]


_state = cells.states(STATES)

_ORDER: tuple[Column, ...] = (
    ("number", cells.number, "订单编号"),
    ("state", _state, "订单状态"),
    ("ordered_at", cells.moment, "订单创建时间"),
    ("paid_at", cells.moment, "订单付款时间"),
    ("shipped_at", cells.moment, "发货时间"),
    ("completed_at", cells.moment, "确认收货时间"),
    ("goods_yuan", cells.amount, "买家应付货款"),
    ("freight_yuan", cells.amount, "买家应付邮费"),
    ("total_yuan", cells.amount, "总金额"),
    ("paid_yuan", cells.amount, "买家实际支付金额", "买家实付金额"),
    ("refunded_yuan", refund, "退款金额"),
    ("buyer", cells.text, "买家会员名", "买家会员昵称"),
    ("receiver_name", cells.text, "收货人姓名"),
    ("receiver_phone", cells.ident, "联系手机", "联系电话"),
    ("_address", cells.text, "收货地址"),
    ("_moved_to", cells.text, "修改后的收货地址"),
    ("buyer_message", cells.text, "买家留言"),
    ("seller_note", cells.text, "商家备忘", "订单备注", "商家备注"),
    ("close_reason", close_reason, "订单关闭原因"),
    ("carrier", cells.text, "物流公司"),
    ("tracking", cells.waybill, "物流单号"),
)
_GOODS: tuple[Column, ...] = (
    ("title", cells.text, "宝贝标题", "商品标题", "商品名称"),
    ("quantity", cells.quantity, "宝贝总数量"),
    ("_kinds", cells.quantity, "宝贝种类"),
)

ORDERS = Format(
    code="taobao_orders",
    title="淘宝/天猫订单报表",
    platforms=("tmall", "taobao"),
    needs=(
        ("订单编号",),
        ("订单状态",),
        ("订单创建时间", "订单付款时间", "总金额", "买家会员名", "宝贝标题"),
    ),
    never=("子订单编号", "购买数量", "退款编号", "费用名称"),
    order=_ORDER,
    line=_GOODS,
    settle=settle_order,
)
ITEMS = Format(
    code="taobao_items",
    title="淘宝/天猫宝贝报表",
    platforms=("tmall", "taobao"),
    needs=(("主订单编号", "订单编号"), ("标题", "商品标题"), ("购买数量", "子订单编号")),
    never=("退款编号", "选购商品"),
    order=(
        ("number", cells.number, "主订单编号", "订单编号"),
        ("state", _state, "订单状态"),
        ("ordered_at", cells.moment, "订单创建时间"),
        ("paid_at", cells.moment, "订单付款时间"),
        ("shipped_at", cells.moment, "发货时间"),
        ("buyer_message", cells.text, "主订单买家留言"),
        ("seller_note", cells.text, "商家备注", "主订单备注"),
        ("carrier", cells.text, "物流公司"),
        ("tracking", cells.waybill, "物流单号"),
    ),
    line=(
        ("key", cells.ident, "子订单编号"),
        ("title", cells.text, "标题", "商品标题"),
        ("item_id", cells.ident, "商品id"),
        ("merchant_code", cells.ident, "商家编码", "外部系统编号"),
        ("properties", cells.text, "商品属性"),
        ("quantity", cells.quantity, "购买数量"),
        ("price_yuan", cells.amount, "价格", "商品价格"),
        ("paid_yuan", cells.amount, "买家实际支付金额", "买家实付金额"),
        ("refunded_yuan", refund, "退款金额"),
        ("refund_state", cells.text, "退款状态"),
    ),
    settle=settle_item,
    grouped=True,
)

FORMATS = (ITEMS, ORDERS)
