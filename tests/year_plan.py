"""The plan of tests/year.py: drawn up from the standing plan with the mistakes that people make, checked, put right.

Quotas follow the volume, within what the handbook allows. Whatever happens is an operation of who may do it.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from channels.models import Product, Shop
from channels.operations import listings
from opsdesk.people.queries import actor_of
from promotions.models import BrandEvent, EventOffer, StandingOffer, StandingTarget, YearPlan
from promotions.operations import drafting, plans, templates
from promotions.operations.drafting import EventDraft, OfferDraft
from promotions.queries import plan_facts
from promotions.rules import plan_checks
from tests import make, make_plan
from tests.make_plan import FESTIVALS, FESTIVE, LONG_AGO, ORDINARY

D = Decimal
YEAR = 2027
DRAWN_UP = make.at("2027-01-12 10:00")
THEMES = {
    4: "踏青归来，一开就热", 5: "劳动最光荣，热水不打烊", 6: "毕业季，租房也要热水澡", 7: "三伏天，洗个痛快澡",
    8: "立秋先备暖，智选多模机", 9: "九九店庆，老用户回家", 10: "国庆团圆，全家轮着洗",
    11: "双11不熬夜，七十二小时装到家", 12: "双12暖冬节，感恩一整年",
}  # fmt: skip
APPLICATION = "节点专项方案：主会场报名、主推机型加倍备货、客服排班延长"
FLASH = ("F1", "F2", "F3", "F4")


@dataclass(frozen=True)
class Volume:
    """How many orders a brand day has, and every how many days there is one outside them."""

    a_day: int = 9
    every: int = 3
    seed: int = 20270409

    def quotas(self, festival: bool) -> dict[str, tuple[D, int]]:
        """What is given on top: how much each time, and how often; some of it will not be enough for all."""
        whole = 3 * self.a_day
        return {
            "cashback": (D(20), min(500, 2 * whole) if festival else min(200, whole - 1)),
            "show_order": (D(20), min(100, whole // 3)),
            "coupon": (D(30), min(100, whole)),
            "phone": (D(10), min(100, whole)),
            "draw": (D(100), min(10, max(2, whole // 12))),
            "quick_gift": (D(30), min(50, whole // 6)),
            "auction": (D(100), 4),
        }


def somebody(role: str):
    """Whoever has this role."""
    person = make.User.objects.filter(username=role).first() or make.in_role(role, role, company=True)
    return actor_of(person, door="test")


def company(volume: Volume) -> tuple[dict[str, Shop], dict[str, Product]]:
    """The shops with every model on sale at its list price, and the standing plan; the reference data are there."""
    where, held = make_plan.shops(), make_plan.models()
    Shop.objects.exclude(code__in=where).update(active=False)
    held["H2"] = make_plan.model("H2", 4299, tag="hero")
    for shop in where.values():
        seen = [listings.SeenItem(code, "", "", code, code, list_of(code)) for code in held]
        listings.ensure_many(shop.pk, seen, at=DRAWN_UP)
    for code, target in ORDINARY.items():
        StandingTarget.objects.create(shop=where[code], target_yuan=D(target * 1000), valid_from=LONG_AGO)
    for draft in _offers(volume, held, festival=False):
        listed = list_of(_code(draft.product_id, held)) if draft.product_id else D(1)
        StandingOffer.objects.create(
            kind=draft.kind, product_id=draft.product_id, amount_yuan=draft.amount_yuan, quota=draft.quota,
            list_share=None if draft.price_yuan is None else round(draft.price_yuan / listed, 2),
            budget_yuan=draft.budget_yuan, stock_need=draft.stock_need, valid_from=LONG_AGO,
            most_shops=1 if draft.kind in ("trial", "show_order", "auction") else None,
        )  # fmt: skip
    return where, held


def list_of(code: str) -> D:
    """A model's list price all year."""
    known = {"H1": 2999, "H2": 4299, "C1": 1999, "T1": 1599, "N1": 3999}
    return D(known.get(code) or 2000 + 100 * int(code[1:]))


def _code(pk: int | None, held: dict[str, Product]) -> str:
    return next(code for code, product in held.items() if product.pk == pk)


def _offers(volume: Volume, held: dict[str, Product], *, festival: bool) -> list[OfferDraft]:
    """Without shops named an offer holds wherever it may."""
    whole = 3 * volume.a_day

    def price(kind: str, code: str, yuan: int, pieces: int) -> OfferDraft:
        return OfferDraft(kind, (), held[code].pk, price_yuan=D(yuan), quota=pieces, stock_need=pieces)

    rows = [price("hero", "H1", 2669, whole), price("cut", "C1", 1920, whole), price("tail", "T1", 1008, whole)]
    rows.append(price("trial", "H2", 0, 2))
    rows += [price("flash", code, int(list_of(code) / 2), whole // 4) for code in FLASH[: 4 if festival else 2]]
    for kind, (amount, quota) in volume.quotas(festival).items():
        product = held["C1"].pk if kind == "coupon" else None
        rows.append(OfferDraft(kind, (), product, amount_yuan=amount, quota=quota, budget_yuan=amount * quota))
    return rows


def draw_up(volume: Volume, where: dict[str, Shop], held: dict[str, Product]) -> YearPlan:
    """A draft as a planner in a hurry leaves it: nine brand days, and a mistake here and there."""
    planner, at = somebody("promotion_planner"), DRAWN_UP
    plan = plans.begin(plans.Draft(YEAR, D(60000000), D(30000000), D(600000), D(300000)), by=planner, at=at)
    for event in templates.generate(plan.pk, by=planner, at=at):
        month = event.starts_on.month
        theme = "" if month == 5 else THEMES[month]
        drafting.change_event(event.pk, replace(draft_of(event), theme=theme), by=planner, at=at)
    for month in FESTIVALS:
        _festival(plan, month, volume, (where, held), at=at)
    june = BrandEvent.objects.get(plan=plan, starts_on__month=6)
    pieces = 3 * volume.a_day
    new = OfferDraft("launch", (), held["N1"].pk, price_yuan=D(3720), quota=pieces, stock_need=pieces)
    drafting.add_offer(june.pk, new, by=planner, at=at)
    return plan


def _festival(plan: YearPlan, month: int, volume: Volume, given: tuple[dict, dict], *, at) -> None:
    planner, (where, held) = somebody("promotion_planner"), given
    day = date(YEAR, month, 9)
    budget = sum((amount * quota for amount, quota in volume.quotas(True).values()), D(0)) * 2
    draft = EventDraft(
        name=f"{month}月品牌日",
        theme=THEMES[11] if month == 12 else THEMES[month],
        starts_on=day,
        extra_days=1 if month == 12 else 0,
        extended_because="覆盖12月12日双12" if month == 12 else "",
        festival=FESTIVALS[month],
        own_application=month != 9,
        application=APPLICATION,
        budget_yuan=D(170000) if month == 10 else budget,
    )
    event = drafting.add_event(plan.pk, draft, by=planner, at=at)
    for offer in _offers(volume, held, festival=True):
        if offer.kind == "hero" and month == 11:
            offer = replace(offer, price_yuan=D(2499))
        if offer.kind == "flash" and month == 9:
            offer = replace(offer, shop_ids=(where["jd-pop"].pk, where["tb-dis"].pk))
        if offer.kind in ("trial", "show_order", "auction"):
            offer = replace(offer, shop_ids=(where["jd-pop"].pk,))
        if offer.kind == "coupon":
            offer = replace(offer, given_out_on=day - timedelta(days=0 if month == 10 else 5))
        if not (month == 12 and offer.product_id == held["F4"].pk):
            drafting.add_offer(event.pk, offer, by=planner, at=at)
    targets = {where[code].pk: D(target * 1000) for code, target in FESTIVE.items()}
    drafting.set_targets(event.pk, targets, by=planner, at=at)


def draft_of(event: BrandEvent) -> EventDraft:
    """What was said of a brand day."""
    return EventDraft(**{name: getattr(event, name) for name in EventDraft.__dataclass_fields__})


def offer_draft_of(offer: EventOffer) -> OfferDraft:
    """What was said of an offer."""
    said = {name: getattr(offer, name) for name in OfferDraft.__dataclass_fields__ if name != "shop_ids"}
    return OfferDraft(shop_ids=tuple(offer.places.order_by("pk").values_list("shop_id", flat=True)), **said)


def findings(plan: YearPlan) -> list[tuple[str, str, str]]:
    """What the checker says, but for the installations that other tests are about."""
    found = plan_checks.check(plan_facts.facts_of(plan, at=DRAWN_UP))
    return sorted((one.level, one.rule, one.code) for one in found if one.level != "pass" and one.rule != "AS-1")


def put_right(volume: Volume, plan: YearPlan, where: dict[str, Shop], held: dict[str, Product]) -> None:
    """What the planner does about each of the checker's sentences."""
    planner, at = somebody("promotion_planner"), DRAWN_UP
    for event in BrandEvent.objects.filter(plan=plan).order_by("starts_on"):
        month, festival = event.starts_on.month, bool(event.festival)
        budget = sum((amount * quota for amount, quota in volume.quotas(festival).values()), D(0)) * 2
        draft = replace(draft_of(event), theme=THEMES[month], budget_yuan=budget, own_application=festival)
        drafting.change_event(event.pk, draft, by=planner, at=at)
    jd, day = (where["jd-pop"].pk,), timedelta(days=5)
    entitled = tuple(where[code].pk for code in ("tmall-spec", "jd-pop", "suning-pop", "gome-pop"))
    for offer in EventOffer.objects.filter(event__plan=plan).select_related("event").order_by("pk"):
        said, month = offer_draft_of(offer), offer.event.starts_on.month
        changed = said
        if offer.kind == "show_order":
            changed = replace(said, shop_ids=jd)
        if offer.kind == "hero" and month == 11:
            changed = replace(said, price_yuan=D(2669))
        if offer.kind == "flash" and month == 9:
            changed = replace(said, shop_ids=entitled)
        if offer.kind == "coupon" and month == 10:
            changed = replace(said, given_out_on=offer.event.starts_on - day)
        if changed != said:
            drafting.change_offer(offer.pk, changed, by=planner, at=at)
    pieces = 3 * volume.a_day // 4
    last = OfferDraft("flash", (), held["F4"].pk, price_yuan=list_of("F4") / 2, quota=pieces, stock_need=pieces)
    drafting.add_offer(BrandEvent.objects.get(plan=plan, starts_on__month=12).pk, last, by=planner, at=at)
