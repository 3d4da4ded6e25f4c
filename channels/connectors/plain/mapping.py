"""The plain report: a Taobao order list for which the clerk chose a few columns, the state not among them."""

from channels.connectors.formats import Format
from channels.connectors.taobao import mapping as taobao

ORDERS = Format(
    code="plain_orders",
    title="简明订单报表（订单编号、金额、时间）",
    platforms=("tmall", "taobao"),
    needs=(("订单编号",), ("订单创建时间", "订单付款时间"), ("总金额", "买家实际支付金额", "买家实付金额")),
    never=(*taobao.ORDERS.never, "订单状态"),
    order=tuple(column for column in taobao.ORDERS.order if column[0] != "state"),
    line=taobao.ORDERS.line,
    settle=taobao.settle_undisclosed,
)

FORMATS = (ORDERS,)
