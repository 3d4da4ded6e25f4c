"""Refund exports for tests: the header lists of real files, rows made up and masked."""

from channels.connectors.base import PlatformRefund, RefundProgress
from tests.channels.exports import as_csv

_TAOBAO = (
    "订单编号,退款编号,支付宝交易号,订单付款时间,商品编码,退款完结时间,买家实际支付金额,宝贝标题,"
    "买家退款金额,手工退款/系统退款,是否需要退货,退款的申请时间,超时时间,退款状态,货物状态,"
    "退货物流信息,发货物流信息,客服介入状态,卖家真实姓名,卖家真实姓名,卖家退货地址,卖家邮编,卖家电话,"
    "卖家手机,退货物流单号,退货物流公司,买家退款原因,买家退款说明,买家退货时间,责任方,售中或售后,"
    "商家备注,完结时间,部分退款/全部退款,审核操作人,举证超时,是否零秒响应,退款操作人,退款原因标签,"
    "业务类型,是否帮他退款,帮他退款操作账号"
)
_DOUYIN = (
    "售后单号,订单号,商品单号,商品名称,商品ID,应付金额（元）,商品运费（元）,支付优惠（元）,"
    "商品税费（元）,商品发货状态,售后类型,退商品金额（元）,退运费金额（元）,退支付优惠（元）,"
    "退税费金额（元）,售后状态,售后申请时间,退款方式,是否已上传退款凭证,售后原因,售后原因标签,"
    "退货物流单号,退货异常,退货发货时间,退货物流公司,自动处理截止时间,同意售后申请时间,商家退款时间,"
    "用户到账时间,售后关闭时间,商家退货地址,商家退货联系人姓名,商家退货联系人电话,仲裁状态,纠纷责任方,"
    "是否极速退款,是否拒签后退款,发货物流单号,发货物流状态,换货物流单号,退货物流状态,售后完结时间,"
    "订单备注,用户售后说明,售后备注,操作人,协商记录,换货商品信息,商家编码,门店名称"
)
TAOBAO, DOUYIN = _TAOBAO.split(","), _DOUYIN.split(",")

TAOBAO_ROW = {
    "订单编号": "1001",
    "退款编号": "90000000001",
    "买家实际支付金额": "2999.00",
    "宝贝标题": "热水器",
    "买家退款金额": "2999.00元",
    "是否需要退货": "是",
    "退款的申请时间": "2026-03-04 09:00:00",
    "退款状态": "买家已经申请退款，等待卖家同意",
    "货物状态": "买家已收到货",
    "超时时间": "2026-03-06 09:00:00",
    "买家退款原因": "质量问题",
    "卖家真实姓名": "某公司",
}
DOUYIN_ROW = {
    "售后单号": "'7000000000000000001",
    "订单号": "1001",
    "商品单号": "2",
    "售后类型": "退货退款",
    "退商品金额（元）": "900.00",
    "退运费金额（元）": "9",
    "退支付优惠（元）": "50.00",
    "退税费金额（元）": "0",
    "售后状态": "待商家收货",
    "商品发货状态": "已发货",
    "售后申请时间": "2026/3/4 9:00",
    "同意售后申请时间": "2026-03-04 10:00:00",
    "退货发货时间": "2026-03-04 11:00:00",
    "自动处理截止时间": "2026-03-07 11:00:00",
    "退货物流单号": "No:SF123,SF124",
    "退货物流公司": "顺丰",
    "售后原因": "7天无理由退货",
}


def taobao(*rows: dict[str, str], columns: list[str] = TAOBAO, encoding: str = "utf-8-sig") -> bytes:
    return as_csv(columns, *({**TAOBAO_ROW, **row} for row in rows), encoding=encoding)


def douyin(*rows: dict[str, str], columns: list[str] = DOUYIN) -> bytes:
    return as_csv(columns, *({**DOUYIN_ROW, **row} for row in rows))


def seen(number: str = "90000000001", order: str = "1001", **fields: object) -> PlatformRefund:
    """A refund as a platform shows it: asked for, nothing else said."""
    return PlatformRefund(number, order, **{"progress": RefundProgress.ASKED, **fields})
