"""The year of brand days, told through its own operations: past ones reviewed, one stopped, the next to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from channels.models import Product, Shop
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.console.demo import actors
from opsdesk.console.demo.catalogue import Stall, models, stalls
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.rewards import Rewards
from opsdesk.days import midnight
from promotions.models import BrandEvent, ProductTag, StandingOffer, StandingTarget, YearPlan
from promotions.operations import drafting, events, plans, templates
from promotions.operations.drafting import EventDraft, OfferDraft
from promotions.states.plan import EventState
from promotions.states.price_rule import Tag

THEMES = {
    4: "春暖花开，焕新热水生活", 5: "五月感恩，给爸妈换台好热水器", 6: "夏日速热，即开即洗", 7: "暑期安心洗，新品首发",
    8: "清凉八月，节能正当时", 9: "店庆季，谢谢一路有您", 10: "金秋国庆，全家暖洋洋", 11: "双11不等抢，三天到家装好",
    12: "双12年终答谢，暖冬到家",
}  # fmt: skip
FESTIVALS = {9: "anniversary", 10: "national_day", 11: "double_11", 12: "double_12"}
LESSONS = (
    "爆款备货可再加一成，京东晒单效果好。",
    "优惠券领取偏晚，下次提前五天发放。",
    "秒杀开场十分钟抢光，客服排班要加人。",
)
STOPPED, _FIRST_MONTH = 5, 4
_AN_ORDER = Decimal(1600)
_HEROES, _CUTS = ("DSF320-85", "CSD60-30"), ("CSD60-21", "DSF360-90")
_FLASH, _TRIAL, _LAST, _NEW = ("DM510-40", "CSD80-30", "DSF380-110", "DM550-60"), "DM520-50", "DSF310-75/85", "DM600-90"
_SHARES = {False: Decimal("0.08"), True: Decimal("0.15")}
_TAOBAO = 1
_SEVERAL = "多模"


@dataclass(frozen=True)
class _Company:
    """Shops and products by code."""

    shops: dict[str, Shop]
    products: dict[str, Product]

    def at(self, *platforms: str, modes: Sequence[str] = ()) -> tuple[int, ...]:
        """Return the keys of the shops of these platforms."""
        chosen = [one for one in _open() if not platforms or one.platform in platforms]
        return tuple(self.shops[one.code].pk for one in chosen if not modes or one.mode in modes)


def _open() -> list[Stall]:
    return [one for one in stalls() if one.share and not one.offline]


def enter(plan: Plan) -> None:
    """Tell the brand days of this year up to `plan.at`, and begin the next year's plan."""
    company = _Company(Shop.objects.in_bulk(field_name="code"), Product.objects.in_bulk(field_name="code"))
    _mark(plan, company)
    year = plan.today.year
    planner = actors.of_role("promotion_planner")
    drawn = min(midnight(date(year, 1, 12)) + timedelta(hours=10), plan.at - timedelta(days=5))
    row = _draw_up(plan, year, company, at=drawn)
    plans.submit(row.pk, reason=f"{year}年度品牌日方案", by=planner, at=drawn + timedelta(days=1))
    _sign(Kind.PLAN, ("ecommerce_head", "general_manager"), at=drawn + timedelta(days=2))
    rewards = Rewards(plan)
    for event in BrandEvent.objects.filter(plan=row).order_by("starts_on"):
        _live(event, plan.at, drawn + timedelta(days=2, hours=1), rewards)
    if latest := BrandEvent.objects.took_place().order_by("-starts_on").first():
        rewards.of_this_month(latest)
    _review(plan.at)
    copied = max(drawn + timedelta(days=3), plan.at - timedelta(days=4))
    templates.copy_year(row.pk, year=year + 1, by=planner, at=copied)


def _mark(plan: Plan, company: _Company) -> None:
    """Heroes, end-of-line and multi-mode models are marked, unless they are; the standing plan holds since long ago."""
    for model in models().values():
        tag = {"hero": Tag.HERO, "last": Tag.TAIL}.get(model.mark)
        product = company.products[model.code]
        if tag and not ProductTag.objects.filter(product=product, tag=tag).exists():
            ProductTag.objects.create(product=product, tag=tag, valid_from=plan.since)
    several = [one for one in company.products.values() if one.series == _SEVERAL]
    ProductTag.objects.bulk_create(ProductTag(product=one, tag=Tag.MULTIMODE, valid_from=plan.since) for one in several)
    for draft in _offers(4, plan.today.year, company, launch=None):
        list_yuan = _list_of(draft, company)
        StandingOffer.objects.create(
            kind=draft.kind,
            product_id=draft.product_id,
            list_share=None if draft.price_yuan is None else round(draft.price_yuan / list_yuan, 2),
            amount_yuan=draft.amount_yuan,
            quota=draft.quota,
            budget_yuan=draft.budget_yuan,
            stock_need=draft.stock_need,
            most_shops=1 if draft.kind in ("trial", "auction") else None,
            valid_from=plan.since,
        )
    for code, target in _targets(plan, False).items():
        StandingTarget.objects.create(shop=company.shops[code], target_yuan=target, valid_from=plan.since)


def _list_of(draft: OfferDraft, company: _Company) -> Decimal:
    codes = {product.pk: code for code, product in company.products.items()}
    return Decimal(models()[codes[draft.product_id]].list_yuan) if draft.product_id else Decimal(1)


def _draw_up(plan: Plan, year: int, company: _Company, *, at: datetime) -> YearPlan:
    planner, sales = actors.of_role("promotion_planner"), plan.orders * _AN_ORDER
    draft = plans.Draft(year, sales, sales / 2, Decimal(600000), Decimal(300000), _FIRST_MONTH)
    row = plans.begin(draft, by=planner, at=at)
    for month in range(_FIRST_MONTH, 13):
        festival = FESTIVALS.get(month, "")
        event = drafting.add_event(
            row.pk,
            EventDraft(
                name=f"{month}月品牌日",
                theme=THEMES[month],
                starts_on=date(year, month, 9),
                extra_days=1 if month == 12 else 0,
                extended_because="覆盖12月12日双12" if month == 12 else "",
                festival=festival,
                own_application=bool(festival),
                application="主会场报名，主推机型备货翻倍" if festival else "",
                budget_yuan=Decimal(42000 if festival else 26000),
            ),
            by=planner,
            at=at,
        )
        launch = plan.launch if (plan.launch.year, plan.launch.month) == (year, month) else None
        drafting.write_offers(event, _offers(month, year, company, launch=launch))
        targets = {company.shops[code].pk: target for code, target in _targets(plan, bool(festival)).items()}
        drafting.set_targets(event.pk, targets, by=planner, at=at)
    return row


def _targets(plan: Plan, festival: bool) -> dict[str, Decimal]:
    """The goal of an event by shop, in the measure of what each sells; the Taobao distributors support."""
    weights = {one.code: _TAOBAO if one.platform == "taobao" else one.share for one in _open()}
    goal, whole = plan.orders * _AN_ORDER / 2 * _SHARES[festival], sum(weights.values())
    return {code: (goal * weight / whole).quantize(Decimal(1), ROUND_CEILING) for code, weight in weights.items()}


def _offers(month: int, year: int, company: _Company, *, launch: date | None) -> list[OfferDraft]:
    big, every = month in FESTIVALS, company.at()
    jd, flash = company.at("jd"), (*company.at("tmall", modes=["speciality"]), *company.at("jd", "suning"))
    cash, day = 500 if big else 200, date(year, month, 9)

    def price(kind: str, code: str, share: str, places: tuple[int, ...], quota: int) -> OfferDraft:
        yuan = (Decimal(models()[code].list_yuan) * Decimal(share)).quantize(Decimal(1), ROUND_CEILING)
        yuan = max(yuan, Decimal(999)) if kind == "tail" else yuan
        pk = company.products[code].pk
        return OfferDraft(kind, places, pk, price_yuan=yuan, quota=quota, stock_need=quota + quota // 10)

    def extra(kind: str, places: tuple[int, ...], amount: int, quota: int, code: str = "") -> OfferDraft:
        return OfferDraft(
            kind,
            places,
            company.products[code].pk if code else None,
            amount_yuan=Decimal(amount),
            quota=quota,
            budget_yuan=Decimal(amount * quota),
            given_out_on=day - timedelta(days=3) if kind == "coupon" else None,
        )

    return [
        *(price("hero", code, "0.91", every, 120) for code in _HEROES),
        *(price("cut", code, "0.97", every, 80) for code in _CUTS),
        *(price("flash", code, "0.50", flash, 20) for code in _FLASH[: 4 if big else 2]),
        price("tail", _LAST, "0.80", every, 30),
        price("trial", _TRIAL, "0", jd, 2),
        *([price("launch", _NEW, "0.95", every, 40)] if launch else []),
        extra("cashback", every, 20, cash),
        extra("show_order", jd, 20, 100),
        extra("coupon", every, 30, 100, _CUTS[1]),
        extra("phone", every, 10, 100),
        extra("draw", every, 100, 10),
        extra("quick_gift", every, 30, 50),
        extra("auction", jd, 100, 4),
    ]


def _sign(kind: str, roles: Sequence[str], *, at: datetime) -> None:
    for approval in Approval.objects.filter(kind=kind, state=ApprovalState.WAITING).order_by("pk"):
        for role in roles:
            approvals.sign(approval.pk, by=actors.of_role(role), at=at)


def _live(event: BrandEvent, now: datetime, since: datetime, rewards: Rewards) -> None:
    """Let a brand day happen as far as it has come: applied for, stock settled, begun, stopped or ended."""
    planner = actors.of_role("promotion_planner")
    applied = min(max(event.opens_at - timedelta(days=25), since), event.closes_at - timedelta(hours=2))
    if event.opens_at > now:
        applied = max(applied, now - timedelta(hours=5))
    if event.own_application and applied < now:
        events.apply(event.pk, reason=event.application, by=planner, at=applied)
    if event.opens_at <= now:
        _sign(Kind.FESTIVAL, ("ecommerce_head",), at=max(event.opens_at - timedelta(days=20), applied))
    if (settled := max(event.opens_at - timedelta(days=9), since)) < min(now, event.closes_at):
        events.settle_stock(event.pk, by=planner, at=settled)
    if event.opens_at <= now:
        rewards.before(event, max(event.opens_at - timedelta(days=1), since))
        events.start_all_due(by=SYSTEM, at=max(event.opens_at, since))
        rewards.during(event)
    if event.starts_on.month == STOPPED and event.closes_at <= now and event.opens_at >= since:
        when = event.closes_at - timedelta(hours=20)
        events.stop(event.pk, reason="部分店铺价格录入有误，先停后查", by=actors.of_role("ecommerce_head"), at=when)
    if event.closes_at <= now:
        events.end_all_due(by=SYSTEM, at=max(event.closes_at, since))
        rewards.after(event)


def _review(now: datetime) -> None:
    """All but the last brand day have been looked back upon."""
    over = list(BrandEvent.objects.filter(state__in=(EventState.ENDED, EventState.STOPPED)).order_by("starts_on"))
    for place, event in enumerate(over[:-1]):
        when = min(event.closes_at + timedelta(days=14), now)
        lessons = LESSONS[place % len(LESSONS)]
        events.review(event.pk, lessons=lessons, by=actors.of_role("promotion_planner"), at=when)
