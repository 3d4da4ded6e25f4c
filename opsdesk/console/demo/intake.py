"""Takes the shops' export files in on their days, and records signatures by hand where no file tells."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from channels.models import Shop
from opsdesk.actor import Actor
from opsdesk.console.demo import exports
from opsdesk.console.demo.catalogue import Stall
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.sales import Sale
from orders.models import Order
from orders.operations import imports, orders
from orders.states import OrderState

_DEFECTS = {
    "taobao": (("总金额", "一千九百九十九元整"), ("订单创建时间", "13月2日上午"), ("订单编号", "3.02611E+18")),
    "jd": (("下单时间", "昨天下午"), ("订单状态", "配送异常待核实")),
}
_NO_ORDERS = "订单编号,订单状态,费用名称,应结金额,收支方向,结算状态\n26110001,完成,佣金,-79.96,支出,已结算\n"
_ON_THE_WAY = (OrderState.PAID, OrderState.SHIPPED)


class Intake:
    """The clerk who exports and uploads: what changed since the last file of a shop."""

    def __init__(self, plan: Plan, sales: Iterable[Sale], *, clerk: Actor, warehouse: Actor) -> None:
        self._clerk, self._warehouse = clerk, warehouse
        self._shops = dict(Shop.objects.values_list("code", "pk"))
        self._last = dict.fromkeys(self._shops, plan.start)
        self._again: dict[str, list[Sale]] = defaultdict(list)
        self._unsigned: list[Sale] = []
        self._sales: dict[str, list[Sale]] = defaultdict(list)
        for sale in sorted(sales, key=lambda sale: sale.life.ordered_at):
            self._sales[sale.stall.code].append(sale)
            if sale.stall.by_hand and sale.life.signed_at:
                self._unsigned.append(sale)

    def take_in(self, stall: Stall, at: datetime, *, broken: int = 0, mended: bool = True) -> None:
        """Import what changed since the last time, if anything did.

        The last `broken` rows cannot be read: never those that the story needs. Mended, they stand in the next file
        once more, else in none.
        """
        changed = [sale for sale in self._sales[stall.code] if sale.changed(self._last[stall.code], at)]
        known = {sale.number for sale in changed}
        changed += [sale for sale in self._again.pop(stall.code, ()) if sale.number not in known]
        changed.sort(key=lambda sale: not sale.fate)
        self._last[stall.code] = at
        if not changed:
            return
        lost = [sale for sale in changed if not sale.fate][-broken:] if broken else []
        defects = _DEFECTS[stall.layout][: len(lost)] if lost else ()
        name, content = exports.file_of(changed, stall.layout, at, defects=defects)
        self._again[stall.code] = lost if mended else []
        if not mended:
            self._sales[stall.code] = [sale for sale in self._sales[stall.code] if sale not in lost]
        self._import(stall, name, content, at)

    def take_wrong_file_in(self, stall: Stall, at: datetime) -> None:
        """Import a file that is no order export: it fails with its reason."""
        self._import(stall, f"结算明细_{at:%Y%m%d}.csv", _NO_ORDERS.encode("gbk"), at)

    def _import(self, stall: Stall, name: str, content: bytes, at: datetime) -> None:
        source = imports.receive(self._shops[stall.code], name=name, content=content, by=self._clerk, at=at)
        imports.run(source.pk, by=self._clerk, at=at)

    def sign(self, at: datetime) -> int:
        """Record the courier's signatures of the shops whose files say nothing of them; return how many."""
        due = {sale.number: sale for sale in self._unsigned if sale.life.signed_at and sale.life.signed_at <= at}
        if not due:
            return 0
        rows = Order.objects.filter(number__in=due, state__in=_ON_THE_WAY).order_by("pk").values_list("pk", "number")
        found = dict(rows)
        for pk, number in found.items():
            signed_at = due[number].life.signed_at
            assert signed_at
            orders.sign(pk, signed_at=signed_at, by=self._warehouse, at=at)
        later = Order.objects.filter(number__in=due).exclude(state__in=_ON_THE_WAY).values_list("number", flat=True)
        settled = {*found.values(), *later}
        self._unsigned = [sale for sale in self._unsigned if sale.number not in settled]
        return len(found)
