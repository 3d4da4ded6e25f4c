"""A Taobao order list of any length, the same each time: 54 columns, GB18030; 1.6 items an order, 1.1 orders a person.

Addresses are in any of the mainland's towns, so that nothing can be kept in mind; real ones repeat themselves.
"""

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from channels.connectors import files
from channels.connectors.base import PlatformOrder
from channels.queries import regions

HEADER = next(
    csv.reader(
        [
            "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
            "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,"
            "宝贝标题,宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
            "发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,"
            "修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,新零售交易类型,新零售导购门店名称,"
            "新零售导购门店id,新零售发货门店名称,新零售发货门店id,退款金额,预约门店,确认收货时间,打款商家金额,"
            "含应开票给个人的个人红包"
        ]
    )
)
STATES = (
    "等待买家付款",
    "买家已付款，等待卖家发货",
    "卖家已发货，等待买家确认",
    "交易成功",
    "交易成功",
    "交易成功",
    "交易关闭",
)
TITLES = tuple(f"燃气热水器 {litres} 升 恒温 {model} 型" for litres in (12, 13, 16, 18, 20) for model in "ABCDEF")
_FAMILY, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
_START = datetime(2019, 1, 1)  # noqa: DTZ001 as an export prints it


def export(count: int, *, first: int = 1, seed: int = 1) -> bytes:
    """Return an order list of that many orders, numbered from `first` on."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER, restval="")
    writer.writeheader()
    writer.writerows(_rows(count, first, random.Random(seed)))
    return out.getvalue().encode("gb18030")


def orders(content: bytes) -> list[PlatformOrder]:
    """Return what such a list holds."""
    return [item for item in files.open_export(content) if isinstance(item, PlatformOrder)]


def _rows(count: int, first: int, luck: random.Random) -> Iterator[dict[str, object]]:
    receivers: list[tuple[str, str, str]] = []
    for number in range(first, first + count):
        if not receivers or luck.random() > 0.1:
            receivers.append((_name(luck), f"1{luck.randrange(30, 100)}{luck.randrange(10**8):08d}", address(luck)))
            who = receivers[-1]
        else:
            who = luck.choice(receivers)
        yield _row(number, who, luck)


def _row(number: int, who: tuple[str, str, str], luck: random.Random) -> dict[str, object]:
    name, phone, where = who
    state = luck.choice(STATES)
    ordered = _START + timedelta(seconds=luck.randrange(365 * 86400))
    paid, shipped, done = state != STATES[0], state in STATES[2:6], state == STATES[3]
    kinds = 1 + (luck.random() < 0.6)
    yuan = luck.randrange(90_000, 600_000) / 100
    return {
        "订单编号": f"{300_000_000_000_000_000 + number}",
        "买家会员名": f"{name}_{number % 9973}",
        "买家支付宝账号": phone,
        "买家应付货款": f"{yuan:.2f}",
        "买家应付邮费": "0.00",
        "总金额": f"{yuan:.2f}",
        "买家实际支付金额": f"{yuan if paid else 0:.2f}",
        "订单状态": state,
        "买家留言": "请在周末送货，提前打电话" if luck.random() < 0.1 else "",
        "收货人姓名": name,
        "收货地址": where,
        "运送方式": "快递",
        "联系手机": f"'{phone}",
        "订单创建时间": f"{ordered}",
        "订单付款时间": f"{ordered + timedelta(minutes=3)}" if paid else "",
        "宝贝标题": "，".join(luck.sample(TITLES, kinds)),
        "宝贝种类": kinds,
        "物流单号": f"No:7{luck.randrange(10**13):013d}" if shipped else "",
        "物流公司": "顺丰速运" if shipped else "",
        "订单备注": "'" if luck.random() < 0.8 else "客户要求\t先验货；\\ 已联系",
        "宝贝总数量": kinds,
        "店铺名称": "官方旗舰店",
        "订单关闭原因": "买家不想要了" if state == STATES[6] else "订单未关闭",
        "是否手机订单": "手机订单",
        "退款金额": "0.00" if state != STATES[6] else f"{yuan:.2f}",
        "确认收货时间": f"{ordered + timedelta(days=6)}" if done else "",
    }


def address(luck: random.Random) -> str:
    """Return an address as the platform writes it: province, city and county with blanks between, then the street."""
    street, house = luck.choice(("人民路", "解放大道", "中山东路", "建设二街", "和平里")), luck.randrange(1, 999)
    return f"{luck.choice(_counties())} {street}{house}号{luck.randrange(1, 30)}幢{luck.randrange(101, 3000)}室"


def _name(luck: random.Random) -> str:
    return luck.choice(_FAMILY) + "".join(luck.sample(_GIVEN, luck.choice((1, 2, 2))))


@cache
def _counties() -> tuple[str, ...]:
    """All towns of the mainland, each as "province city county town"."""
    names = {division.code: division.name for division in regions.divisions()}
    towns = (code for code in names if len(code) == 9 and code < "7")
    return tuple(" ".join(names[code[:size]] for size in (2, 4, 6, 9) if code[:size] in names) for code in towns)
