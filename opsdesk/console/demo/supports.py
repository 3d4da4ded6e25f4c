"""DS-2 … DS-7, FI-4: what distributors asked for and what became of it, and the rebates of the last two months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan
from opsdesk.days import midnight
from promotions.models import RebateTier, ShopTrait, SupportApplication
from promotions.operations import platform_prices, rebates, supports
from promotions.states.support import PRICED, RebatePeriod, Trait

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class _Told:
    """An application: by which shop, for what, how many days ago, what it cost, and how far it came."""

    shop: str
    kind: str
    ago: int
    days: int
    yuan: int
    reason: str
    came: str
    why: str = ""
    model: str = ""
    bill: str = ""


_TOLD = (
    _Told("taobao-lanke", "slot", 42, 3, 6000, "聚划算单品团，已中签", "reimbursed", bill="聚划算坑位费账单"),
    _Told("taobao-lanke", "commission", 36, 30, 1420, "主推机型佣金提高3个点", "reimbursed", bill="淘客佣金结算单"),
    _Told("tmall-lanyun", "slot", 12, 3, 12000, "聚划算品牌团坑位", "approved", bill="聚划算坑位费账单"),
    _Told("taobao-landuo", "hero", 11, 90, 0, "作为本店主推，三个月冲量", "approved", model="CSD60-30"),
    _Told("pdd-landuo", "own_plan", 4, 20, 24000, "年终清仓方案：多多进宝推广和满减", "verified", bill="推广账户报表"),
    _Told("taobao-landuo", "own_plan", 3, 7, 5000, "店铺三周年满减", "asked", bill="推广账户报表"),
    _Told("taobao-lanjie", "commission", 2, 30, 1860, "冬季主推，佣金提高2个点", "asked", bill="淘客佣金结算单"),
    _Told(
        "taobao-lanjie", "slot", 20, 3, 9800, "聚划算单品团", "refused",
        why="发票抬头不是授权店铺；缺聚划算中签截图；报的费用含钻展，不在支持范围", bill="坑位费发票清单",
    ),
    _Told(
        "taobao-landuo", "own_plan", 27, 15, 30000, "双11前蓄水方案", "not_signed",
        why="没有写预期销量，投入产出算不清，补充后再报", bill="推广账户报表",
    ),
    _Told("taobao-lanke", "own_plan", 17, 10, 8000, "店庆满减", "withdrawn", why="活动改期，下月重新申请"),
)  # fmt: skip
_BILL = "日期,项目,金额(元)\n{days}\n合计,,{yuan:.2f}\n"
_NOT_BOOKED = "其中3单已申请售后，退款后再算"


def enter(plan: Plan) -> None:
    """Ask, verify, sign, pay back; and propose the rebates of the months that are over."""
    Supports(plan).run()


class Supports:
    """Partners ask through the API, headquarters answers."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._planner, self._finance = actors.of_role("promotion_planner"), actors.of_role("finance")
        self._head, self._general = actors.of_role("ecommerce_head"), actors.of_role("general_manager")
        self._shops = Shop.objects.select_related("operator").in_bulk(field_name="code")
        self._products = dict(Product.objects.values_list("code", "pk"))

    def run(self) -> None:
        """Everything in the order of its day."""
        platform_prices.notice(at=self._plan.at - 60 * _DAY)
        traits = (("taobao-lanke", Trait.ONLY_OUR_BRAND), ("taobao-lanjie", Trait.MULTIMODE))
        for code, trait in traits:
            ShopTrait.objects.create(shop=self._shops[code], trait=trait, valid_from=self._plan.since)
        for told in sorted(_TOLD, key=lambda one: -one.ago):
            self._live(told)
        self._tiers()
        first = self._plan.today.replace(day=1)
        last, before = first - _DAY, (first - _DAY).replace(day=1) - _DAY
        self._rebates(before.replace(day=1), midnight(last.replace(day=1)) + 4 * _DAY + 10 * _HOUR, signed=99)
        self._rebates(last.replace(day=1), self._plan.at - 26 * _HOUR, signed=2)

    def _partner(self, shop: Shop) -> Actor:
        """Somebody of the distributor's office."""
        partner, rights = shop.operator, actors.of_role("partner_office").rights
        assert partner is not None
        return Actor(partner.contact, rights=rights, partners=frozenset({partner.code}), door="api")

    def _live(self, told: _Told) -> None:
        shop, at = self._shops[told.shop], self._plan.at - told.ago * _DAY
        by, starts_on = self._partner(shop), (at + 2 * _DAY).date()
        product = self._products[told.model] if told.kind in PRICED else None
        asked = supports.Asked(told.kind, starts_on, told.days, told.reason, Decimal(told.yuan), product)
        proofs = [ContentFile(_bill(told, at).encode("utf-8-sig"), f"{told.bill}.csv")] if told.bill else []
        row = supports.ask(shop.pk, asked, proofs=proofs, by=by, at=at)
        if told.came == "withdrawn":
            supports.withdraw(row.pk, reason=told.why, by=by, at=at + _DAY)
        elif told.came == "refused":
            supports.refuse(row.pk, reason=told.why, by=self._planner, at=at + _DAY)
        elif told.came != "asked":
            supports.verify(row.pk, cost_yuan=Decimal(told.yuan), by=self._planner, at=_verified(told, self._plan.at))
            self._decide(told, row, at + 2 * _DAY)

    def _decide(self, told: _Told, row: SupportApplication, at: datetime) -> None:
        """What brings a price only is the planner's own to decide; money is signed by the head."""
        for approval in Approval.objects.waiting().filter(subject_type=supports.LABEL, subject_id=row.pk):
            if told.came == "not_signed":
                approvals.refuse(approval.pk, reason=told.why, by=self._head, at=at)
            elif told.came != "verified":
                approvals.sign(approval.pk, by=self._head, at=at)
        if told.came == "reimbursed":
            supports.reimburse(row.pk, by=self._finance, at=at + 12 * _DAY)

    def _tiers(self) -> None:
        """FI-4: a company of this size begins to give rebates earlier than the handbook's does."""
        for times, share in ((Decimal(5), Decimal("0.0050")), (Decimal(10), Decimal("0.0080"))):
            RebateTier.objects.create(
                period=RebatePeriod.MONTH, from_yuan=self._plan.orders * times, share=share, valid_from=self._plan.since
            )

    def _rebates(self, day: date, at: datetime, *, signed: int) -> None:
        """All proposed at once; the head signs the first ones, the first of a whole month is refused."""
        made = rebates.propose_all(RebatePeriod.MONTH, day, by=self._finance, at=at)
        for place, row in enumerate(made[:signed]):
            waiting = Approval.objects.waiting().filter(subject_type=rebates.LABEL, subject_id=row.pk)
            for approval in waiting:
                self._sign(approval, at + (3 + place) * _HOUR, refused=not place and signed > len(made))

    def _sign(self, approval: Approval, at: datetime, *, refused: bool) -> None:
        if refused:
            approvals.refuse(approval.pk, reason=_NOT_BOOKED, by=self._head, at=at)
            return
        signers: Sequence[Actor] = (self._head, self._general)
        for by in signers[: approval.signatures_needed]:
            approvals.sign(approval.pk, by=by, at=at)


def _verified(told: _Told, now: datetime) -> datetime:
    """A day after it was asked for; what waits for a signature was verified only just now."""
    return now - 5 * _HOUR if told.came == "verified" else now - (told.ago - 1) * _DAY


def _bill(told: _Told, at: datetime) -> str:
    """The account's own list of what it cost, over three days, adding up."""
    parts = [Decimal(told.yuan) * share / 10 for share in (3, 3, 4)]
    days = [f"{at - place * _DAY:%Y-%m-%d},{told.bill[:3]},{part:.2f}" for place, part in enumerate(parts)]
    return _BILL.format(days="\n".join(days), yuan=Decimal(told.yuan))
