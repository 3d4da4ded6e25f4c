"""What the platforms' exports print of an order, column by column, as it stands at one moment."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from channels.connectors.base import Progress
from opsdesk.console.demo.sales import Bought, Sale

Row = dict[str, str]

_CARRIER = {"jd": "京东物流", "pdd": "德邦快递"}
_TAOBAO = {
    Progress.UNPAID: "等待买家付款",
    Progress.PAID: "买家已付款，等待卖家发货",
    Progress.SHIPPED: "卖家已发货，等待买家确认",
    Progress.SIGNED: "买家已签收",
    Progress.COMPLETED: "交易成功",
    Progress.CLOSED: "交易关闭",
}
_JD = {
    Progress.UNPAID: "等待付款",
    Progress.PAID: "等待出库",
    Progress.SHIPPED: "等待确认收货",
    Progress.SIGNED: "等待确认收货",
    Progress.COMPLETED: "完成",
    Progress.CLOSED: "(删除)等待出库",
}
_PDD = {
    Progress.UNPAID: "待支付",
    Progress.PAID: "待发货",
    Progress.SHIPPED: "已发货，待签收",
    Progress.SIGNED: "已收货",
    Progress.COMPLETED: "交易成功",
    Progress.CLOSED: "已取消",
}
_DOUYIN = {
    Progress.UNPAID: "待支付",
    Progress.PAID: "备货中",
    Progress.SHIPPED: "已发货",
    Progress.SIGNED: "已签收",
    Progress.COMPLETED: "已完成",
    Progress.CLOSED: "已关闭",
}


def _time(moment: datetime | None, at: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment and moment <= at else ""


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _paid(sale: Sale, at: datetime) -> Decimal:
    return sale.total_yuan if sale.life.paid_at and sale.life.paid_at <= at else Decimal(0)


def _address(sale: Sale) -> str:
    home = sale.customer.home
    city = "" if home.city == home.county and home.province.endswith("省") else home.city
    return " ".join(part for part in (home.province, city, home.county) if part) + f" {home.town}{sale.customer.street}"


def _tracking(sale: Sale, at: datetime) -> tuple[str, str]:
    shipped = sale.life.shipped_at
    if not shipped or shipped > at:
        return "", ""
    return _CARRIER.get(sale.stall.layout, "顺丰速运"), f"SF{sale.number[-6:]:0>13}"


def _hidden(sale: Sale) -> tuple[str, str]:
    """Return name and phone as newer exports show them."""
    name, phone = sale.customer.name, sale.customer.phone
    return name[0] + "**", f"{phone[:3]}****{phone[-4:]}"


def taobao(sale: Sale, at: datetime) -> Iterator[Row]:
    """Yield the row of an order in a Taobao or Tmall order list."""
    life, titles = sale.life, [one.item.title for one in sale.bought]
    name, phone = (sale.customer.name, sale.customer.phone) if sale.stall.platform != "tmall" else _hidden(sale)
    carrier, tracking = _tracking(sale, at)
    yield {
        "订单编号": sale.number,
        "买家会员名": sale.buyer,
        "买家应付货款": _yuan(sale.total_yuan),
        "买家应付邮费": "0.00",
        "总金额": _yuan(sale.total_yuan),
        "买家实际支付金额": _yuan(_paid(sale, at)),
        "订单状态": _TAOBAO[sale.progress(at)],
        "买家留言": sale.message,
        "收货人姓名": name,
        "收货地址 ": _address(sale),
        "运送方式": "快递",
        "联系手机": f"'{phone}",
        "订单创建时间": _time(life.ordered_at, at),
        "订单付款时间 ": _time(life.paid_at, at),
        "宝贝标题 ": "，".join(titles),
        "宝贝种类 ": str(len(titles)),
        "物流单号 ": tracking and f"No:{tracking}",
        "物流公司": carrier,
        "宝贝总数量": str(sum(one.quantity for one in sale.bought)),
        "店铺名称": sale.stall.name,
        "订单关闭原因": _closed_because(sale, at),
        "退款金额": _yuan(sale.refunded_by(at)),
        "确认收货时间": _time(life.completed_at, at),
        "发货时间": _time(life.shipped_at, at),
    }


def _closed_because(sale: Sale, at: datetime) -> str:
    if sale.progress(at) is not Progress.CLOSED:
        return "订单未关闭"
    return "买家申请退款" if sale.life.paid_at else "买家未付款"


def plain(sale: Sale, at: datetime) -> Iterator[Row]:
    """Yield the row of an order in a report with a few columns, the state not among them."""
    [row] = taobao(sale, at)
    kept = ("订单编号", "总金额", "买家实际支付金额", "收货人姓名", "联系手机", "收货地址 ", "订单创建时间")
    yield {name: row[name] for name in (*kept, "订单付款时间 ", "宝贝标题 ", "宝贝种类 ", "宝贝总数量", "退款金额")}


def jd(sale: Sale, at: datetime) -> Iterator[Row]:
    """Yield the rows of an order in a JD POP export, one per item."""
    life, back = sale.life, sale.refunded_by(at)
    note = "" if not back else "(已全额退款)" if back == sale.total_yuan else f"(已退款{_yuan(back)})"
    home = sale.customer.home
    city = home.city if home.city not in (home.province, home.county) else ""
    for one in sale.bought:
        yield {
            "订单号": sale.number,
            "商品ID": one.item.item_id,
            "商品名称": one.item.title,
            "订购数量": str(one.quantity),
            "支付方式": "在线支付",
            "下单时间": _time(life.ordered_at, at),
            "京东价": _yuan(one.price_yuan),
            "订单金额": _yuan(sale.total_yuan),
            "结算金额": _yuan(sale.total_yuan),
            "应付金额": _yuan(sale.total_yuan) + note,
            "订单状态": _JD[sale.progress(at)],
            "订单类型": "一般订单",
            "下单帐号": sale.buyer,
            "客户姓名": sale.customer.name,
            "客户地址": f"{home.province}{city}{home.county}{home.town}{sale.customer.street}",
            "联系电话": sale.customer.phone,
            "订单备注": sale.message,
            "商家备注": "",
            "运费金额": "0.00",
            "付款确认时间": _time(life.paid_at, at),
            "货号": one.item.merchant_code,
            "订单完成时间": _time(life.completed_at, at),
            "送装服务": "送装一体" if one.item.model.installed else "",
        }


def pdd(sale: Sale, at: datetime) -> Iterator[Row]:
    """Yield the row of an order in a Pinduoduo export."""
    life, home, [one] = sale.life, sale.customer.home, sale.bought
    name, phone = _hidden(sale)
    carrier, tracking = _tracking(sale, at)
    back = sale.refunded_by(at)
    state = _PDD[sale.progress(at)]
    if back and sale.progress(at) is Progress.CLOSED:
        state = "已收货，退款成功" if life.signed_at else "未发货，退款成功"
    where = ("", "", "", "") if sale.fate == "nowhere" else (home.province, home.city, home.county, home.town)
    yield {
        "商品": one.item.title,
        "订单号": sale.number,
        "订单状态": state,
        "商品总价(元)": _yuan(sale.total_yuan),
        "邮费(元)": "0.00",
        "用户实付金额(元)": _yuan(sale.total_yuan),
        "商品数量(件)": str(one.quantity),
        "收货人": name,
        "手机": phone,
        **dict(zip(("省", "市", "区", "街道"), where, strict=True)),
        "支付时间": _time(life.paid_at, at),
        "拼单成功时间": _time(life.paid_at, at),
        "发货时间": _time(life.shipped_at, at),
        "确认收货时间": _time(life.signed_at, at),
        "商品id": one.item.item_id,
        "样式ID": one.item.item_id,
        "商家编码-SKU维度": one.item.merchant_code,
        "快递单号": tracking,
        "快递公司": carrier,
        "售后状态": "退款成功" if back else "无售后或售后取消",
        "退款金额(元)": _yuan(back),
        "买家留言": sale.message,
    }


def douyin(sale: Sale, at: datetime) -> Iterator[Row]:
    """Yield the rows of an order in a Douyin export, one per child order."""
    for place, one in enumerate(sale.bought):
        yield _douyin_row(sale, at, place, one)


def _douyin_row(sale: Sale, at: datetime, place: int, one: Bought) -> Row:
    life, home = sale.life, sale.customer.home
    return {
        "主订单编号": sale.number,
        "子订单编号": f"{sale.number[:-1]}{place}{sale.number[-1]}",
        "选购商品": one.item.title,
        "商品数量": str(one.quantity),
        "商品ID": one.item.item_id,
        "商家编码": one.item.merchant_code,
        "商品单价": _yuan(one.price_yuan),
        "订单应付金额": _yuan(one.price_yuan * one.quantity),
        "运费": "0.00",
        "收件人": "##演示密文",
        "收件人手机号": "$$演示密文",
        "省": home.province,
        "市": home.city,
        "区": home.county,
        "街道": home.town,
        "详细地址": "##演示密文",
        "买家留言": sale.message,
        "订单提交时间": _time(life.ordered_at, at),
        "订单完成时间": _time(life.completed_at, at),
        "支付完成时间": _time(life.paid_at, at),
        "订单状态": _DOUYIN[sale.progress(at)],
        "售后状态": "退款成功" if sale.refunded_by(at) else "-",
        "取消原因": "" if sale.progress(at) is not Progress.CLOSED or life.paid_at else "超时未支付",
        "发货时间": _time(life.shipped_at, at),
    }
