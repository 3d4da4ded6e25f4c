"""Machines under repair in every state, some late, told through the product's own operations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from aftersales.models import Job, Repair, RetestCheck, WarrantyTerm
from aftersales.operations import bench, loans, parts, quotes, repairs
from aftersales.operations.repairs import Request
from aftersales.states.job import JobState
from aftersales.states.repair import Place, Sender
from channels.models import Partner, Product
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local
from opsdesk.sla import timers
from orders.models import Order
from orders.states import OrderState

_ROUNDS, _KEY = 2, 701
_WAYS = (
    ("register",),
    ("register", "post"),
    ("register", "post", "receive", "lend"),
    ("register", "post", "receive", "inspect"),
    ("register", "post", "receive", "inspect_use", "quote"),
    ("register", "post", "receive", "inspect_use", "quote", "approve"),
    ("register", "post", "receive", "inspect", "begin"),
    ("register", "post", "receive", "inspect", "begin", "part"),
    ("register", "post", "receive", "inspect", "begin", "dear_part"),
    ("register", "post", "receive", "inspect", "begin", "dear_part", "sign", "retest"),
    ("register", "post", "receive", "inspect", "begin", "part", "fail", "retest", "send"),
    ("register", "post", "receive", "inspect_use", "quote", "decline"),
    ("register", "post", "receive", "inspect", "replace"),
    ("register", "post", "receive", "lend", "inspect", "begin", "part", "retest", "send", "deliver"),
    ("register", "post", "receive", "inspect", "begin", "retest", "send", "deliver"),
    ("register", "post", "receive", "inspect_use", "quote", "approve", "begin", "part", "retest", "send", "deliver"),
    ("register", "post", "receive", "inspect_use", "scrap"),
    ("register", "receive", "inspect", "begin", "part", "retest", "hand_back"),
    ("register", "cancel"),
)
_WORDS = ("打开后不出热水", "一用就跳闸", "内胆漏水，地上一直有水", "显示屏不亮", "水温忽冷忽热", "响声很大")
_FAULTS = {"no-heat": "加热管断", "trip": "加热管漏电", "display": "主板烧坏", "leak-pipe": "进水口渗漏"}
_COSTS, _DEAR = (Decimal("35.00"), Decimal("78.50"), Decimal("120.00")), Decimal("460.00")


@dataclass
class _Case:
    """One machine on its way: what happens to it, and when."""

    request: Request
    way: tuple[str, ...]
    days: list[datetime]
    rng: Random
    pk: int = 0


def enter(plan: Plan) -> None:
    """AS-7: tell some dozens of repairs up to the plan's moment; then the clocks are swept once."""
    _terms()
    rng = Random(plan.seed + _KEY)
    workshop = _Workshop()
    machines = _machines(plan, len(_WAYS) * _ROUNDS)
    for place, request in enumerate(machines):
        way = _WAYS[place % len(_WAYS)]
        case = _Case(request, way, _days(plan, way, rng), rng)
        for step, at in zip(way, case.days, strict=True):
            workshop.do(case, step, at)
    timers.sweep(at=plan.at)


def _terms() -> None:
    """What the brand promises: the whole unit three years, the tank eight."""
    products = Product.objects.filter(installed=True)
    products.update(warranty_months=36)
    since = date(2010, 1, 1)
    WarrantyTerm.objects.bulk_create(
        [WarrantyTerm(product=product, component="tank", months=96, valid_from=since) for product in products]
    )


def _machines(plan: Plan, how_many: int) -> list[Request]:
    """Customers' machines by order or by installation, agents' stock, and some that nobody knows."""
    orders = Order.objects.filter(state__in=(OrderState.SIGNED, OrderState.COMPLETED), superseded=False)
    known = list(orders.order_by("ordered_at", "pk").values_list("pk", flat=True)[:how_many])
    serials = list(
        Job.objects.filter(state=JobState.DONE).order_by("done_at", "pk").values_list("serial_number", flat=True)[:3]
    )
    agents = list(Partner.objects.filter(active=True, kind="agent").order_by("code").values_list("pk", flat=True)[:6])
    found = []
    for place in range(how_many):
        words, serial = _WORDS[place % len(_WORDS)], f"NL{plan.today:%y}9{place:06d}"
        if place % 6 == 5:
            stock = place % 12 == 11
            found.append(
                Request(serial, words, requested_by=Sender.PARTNER, partner_id=agents[place % 6], end_user=not stock)
            )
        elif place % 9 == 8 and serials:
            found.append(Request(serials.pop(0), words))
        else:
            order = known[place % len(known)] if known and place % 10 != 3 else None
            spot = Place.ON_SITE if _WAYS[place % len(_WAYS)][-1] == "hand_back" else Place.SENT_IN
            found.append(Request(serial, words, order_id=order, place=spot))
    return found


def _days(plan: Plan, way: tuple[str, ...], rng: Random) -> list[datetime]:
    """A moment for each step, each on a day of its own, the last one to four days ago; some took too long."""
    day, moments = local(plan.at) - timedelta(days=rng.choice((1, 1, 2, 4))), []
    for _step in way:
        moments.append(day.replace(hour=rng.randint(9, 16), minute=rng.randint(0, 59), second=0, microsecond=0))
        day -= timedelta(days=rng.choice((1, 1, 1, 2, 5)))
    return moments[::-1]


class _Workshop:
    """The people who repair, and what they do in each step."""

    def __init__(self) -> None:
        self._dispatcher, self._warehouse = actors.of_role("dispatcher"), actors.of_role("warehouse")
        self._chief = actors.of_role("sales_director")
        self._parts = list(Product.objects.filter(code__startswith="PJ-").order_by("code").values_list("pk", flat=True))
        self._checks = list(RetestCheck.objects.filter(active=True).values_list("code", flat=True))

    def do(self, case: _Case, step: str, at: datetime) -> None:
        """Take one step; what the warranty leaves open is decided by hand on the way."""
        act: Callable[[_Case, datetime], object] = getattr(self, f"_{step}")
        act(case, at)

    def _register(self, case: _Case, at: datetime) -> None:
        case.pk = repairs.register(case.request, by=self._dispatcher, at=at).pk

    def _post(self, case: _Case, at: datetime) -> None:
        tracking = f"SF{case.rng.randint(10**11, 10**12 - 1)}"
        repairs.post(case.pk, carrier="顺丰速运", tracking=tracking, by=self._dispatcher, at=at)

    def _receive(self, case: _Case, at: datetime) -> None:
        repairs.receive(case.pk, by=self._warehouse, at=at)
        repairs.hand_over(case.pk, user_id=self._dispatcher.user_id, reason="送维修台", by=self._dispatcher, at=at)

    def _lend(self, case: _Case, at: datetime) -> None:
        loans.lend(case.pk, serial_number=f"BY{case.pk:05d}", by=self._dispatcher, at=at)

    def _inspect(self, case: _Case, at: datetime) -> None:
        code = case.rng.choice(sorted(_FAULTS))
        found = bench.Inspection([code], "product", _FAULTS[code])
        bench.inspect(case.pk, found, by=self._dispatcher, at=at)
        if Repair.objects.get(pk=case.pk).warranty != "in":
            bench.judge(case.pk, covered=True, reason="客户提供购机发票", by=self._dispatcher, at=at)

    def _inspect_use(self, case: _Case, at: datetime) -> None:
        bench.inspect(case.pk, bench.Inspection(["scale"], "use", "长期未清洗，结垢"), by=self._dispatcher, at=at)

    def _quote(self, case: _Case, at: datetime) -> None:
        amounts = quotes.Amounts(Decimal("80.00"), case.rng.choice(_COSTS), Decimal("30.00"))
        quotes.quote(case.pk, amounts, by=self._dispatcher, at=at)

    def _approve(self, case: _Case, at: datetime) -> None:
        quotes.approve(case.pk, by=self._dispatcher, at=at)

    def _decline(self, case: _Case, at: datetime) -> None:
        quotes.decline(case.pk, reason="客户认为费用过高", by=self._dispatcher, at=at)

    def _begin(self, case: _Case, at: datetime) -> None:
        bench.begin(case.pk, by=self._dispatcher, at=at)

    def _part(self, case: _Case, at: datetime) -> None:
        self._ask(case, case.rng.choice(_COSTS), at)

    def _dear_part(self, case: _Case, at: datetime) -> None:
        self._ask(case, _DEAR, at)

    def _ask(self, case: _Case, cost: Decimal, at: datetime) -> None:
        part = self._parts[case.pk % len(self._parts)]
        parts.ask(case.pk, parts.Wanted(part, 1, cost, "更换损坏件"), by=self._dispatcher, at=at)

    def _sign(self, case: _Case, at: datetime) -> None:
        rows = Repair.objects.get(pk=case.pk).parts.values_list("pk", flat=True)
        for approval in Approval.objects.waiting().filter(kind="part", subject_id__in=list(rows)):
            approvals.sign(approval.pk, by=self._chief, at=at)

    def _fail(self, case: _Case, at: datetime) -> None:
        results = dict.fromkeys(self._checks, True) | {"heating": False}
        bench.retest(case.pk, results, note="仍不加热", by=self._dispatcher, at=at)

    def _retest(self, case: _Case, at: datetime) -> None:
        bench.retest(case.pk, dict.fromkeys(self._checks, True), by=self._dispatcher, at=at)

    def _replace(self, case: _Case, at: datetime) -> None:
        bench.replace(
            case.pk, new_serial_number=f"NLX{case.pk:06d}", reason="内胆报废，换新机", by=self._dispatcher, at=at
        )

    def _send(self, case: _Case, at: datetime) -> None:
        tracking = f"DPK{case.rng.randint(10**9, 10**10 - 1)}"
        repairs.send(case.pk, carrier="德邦快递", tracking=tracking, by=self._warehouse, at=at)

    def _deliver(self, case: _Case, at: datetime) -> None:
        repairs.deliver(case.pk, by=self._warehouse, at=at)

    def _hand_back(self, case: _Case, at: datetime) -> None:
        repairs.hand_back(case.pk, by=self._dispatcher, at=at)

    def _scrap(self, case: _Case, at: datetime) -> None:
        bench.scrap(case.pk, reason="客户放弃维修，同意报废", by=self._dispatcher, at=at)

    def _cancel(self, case: _Case, at: datetime) -> None:
        repairs.cancel(case.pk, reason="客户在当地修好", by=self._dispatcher, at=at)
