"""A year of orders: who bought what, where and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from opsdesk.console.demo import homes, lives, names, prices, rhythm
from opsdesk.console.demo.catalogue import Stall, item, models, sells, stalls, strange_items
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.sales import Bought, Customer, Sale

_AGAIN, _TWO, _GIFT, _STRANGE = 0.06, 0.03, 0.12, 0.1
_OUTLETS = {"outlet-tianhe": "4401", "outlet-jinjiang": "5101"}
_MESSAGES = ("", "", "", "", "", "", "", "请周末上门安装", "老人在家，来前请打电话", "需要自带梯子", "尽快发货，谢谢")


def year(plan: Plan) -> list[Sale]:
    """Return the plan's orders, oldest first; the same plan gives the same."""
    rng = Random(plan.seed)
    market = Market(plan, rng)
    moments = rhythm.moments(rng, start=plan.start, end=plan.at, count=plan.orders)
    return [market.sale(market.stall(), moment) for moment in moments]


@dataclass
class Market:
    """Makes one order after the other; now and then a customer comes again. `first` numbers the orders."""

    plan: Plan
    rng: Random
    first: int = 100_000
    _known: list[Customer] = field(default_factory=list)

    def stall(self) -> Stall:
        """Return the shop that the next customer walks into."""
        [chosen] = self.rng.choices(stalls(), [stall.share for stall in stalls()])
        return chosen

    def sale(self, stall: Stall, moment: datetime, *, region: str = "") -> Sale:
        """Return an order of this moment, from somewhere in the region, and what chance made of it."""
        self.first += 1
        customer = self._customer(region or _OUTLETS.get(stall.code, ""))
        sale = Sale(
            stall=stall,
            number=_number(stall, self.first, moment),
            buyer=f"演示会员{self.first}",
            customer=customer,
            bought=tuple(self._bought(stall, moment)),
            life=lives.of_chance(self.rng, ordered_at=moment, layout=stall.layout, province=customer.home.code[:2]),
            message=self.rng.choice(_MESSAGES),
        )
        return lives.mishap(self.rng, sale)

    def _customer(self, region: str) -> Customer:
        if self._known and not region and self.rng.random() < _AGAIN:
            return self.rng.choice(self._known)
        home = homes.within(self.rng, region) if region else homes.drawn(self.rng)
        customer = Customer(names.customer(self.rng), names.phone(self.first), home, names.street(self.rng))
        self._known.append(customer)
        return customer

    def _bought(self, stall: Stall, moment: datetime) -> Iterator[Bought]:
        rng, day = self.rng, moment.date()
        for strange, days in strange_items().get(stall.code, ()):
            if self.plan.at - moment < timedelta(days=days) and rng.random() < _STRANGE:
                yield Bought(strange, 1, prices.asked(rng, stall, strange.model, day, self.plan))
                return
        on_sale = [
            model for model in models().values() if sells(stall, model) and prices.launched(model, day, self.plan)
        ]
        [model] = rng.choices(on_sale, [one.weight for one in on_sale])
        quantity = 2 if rng.random() < _TWO else 1
        yield Bought(item(stall, model), quantity, prices.asked(rng, stall, model, day, self.plan))
        if stall.layout in ("jd", "douyin") and model.installed and rng.random() < _GIFT:
            gift = rng.choice([one for one in models().values() if one.mark == "gift"])
            yield Bought(item(stall, gift), 1, Decimal(0))


def _number(stall: Stall, place: int, moment: datetime) -> str:
    """Return an order number of the platform's shape."""
    if stall.layout == "pdd":
        return f"{moment:%y%m%d}-{place:015d}"
    if stall.layout == "jd":
        return f"{moment:%y%m}{place:08d}"
    if stall.layout == "douyin":
        return f"69{moment:%y%m%d}{place:011d}"
    return f"{stall.place + 30}{moment:%y%m%d}{place:011d}" if stall.layout == "taobao" else f"XS{moment:%y%m%d}{place}"
