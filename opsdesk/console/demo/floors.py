"""DS-11: the demo's price policy at work: marks, grants, reductions, prices too low, and what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from channels.models import Listing, Partner, Product, Shop
from channels.states import Mode
from opsdesk.actor import SYSTEM
from opsdesk.console.demo import actors
from opsdesk.console.demo.catalogue import models
from opsdesk.console.demo.plan import Plan
from opsdesk.days import midnight
from opsdesk.money import to_fen
from promotions.models import PriceCut, PriceSignal, ProductTag, SellerStanding
from promotions.operations import grants, platform_prices, price_rules, price_signals, sweep
from promotions.operations.grants import Grant
from promotions.states.price import GrantKind
from promotions.states.price_cut import CutKind, CutState
from promotions.states.price_rule import Seller, Tag

_TAGS = {"hero": Tag.HERO, "last": Tag.TAIL}
_DAY, _SALES = timedelta(days=1), 14
_CHEAP, _RIGHTED, _DISMISSED = 30, 6, 5
_CROSSED, _PUFFED = 12, 2
_REASONS = (
    "活动结束时平台延迟恢复价格，已核实",
    "赠品链接，不单独销售",
    "系统同步延迟，价格已更正",
    "样机处理，已报批",
)
_OPINION = "该店为独立经销商，依反垄断法不得就转售价格设置罚款；违反时最多终止支持或取消活动资格。"


def enter(plan: Plan) -> None:
    """Let the policy act on the demo company: some prices are too low, some of that has been dealt with."""
    rng = Random(plan.seed + 41)
    products = Product.objects.in_bulk(field_name="code")
    _policy(plan, products)
    platform_prices.notice(at=plan.at - 20 * _DAY)
    _give(plan, products)
    lowered = _too_cheap(rng)
    sweep.sweep_listings(by=SYSTEM, at=plan.at - 2 * _DAY)
    _deal_with(rng, lowered, plan.at - _DAY)
    for ago in range(_SALES, -1, -1):
        sweep.sweep_sales(plan.today - ago * _DAY, by=SYSTEM, at=min(plan.at, midnight(plan.today - (ago - 1) * _DAY)))
    platform_prices.notice(at=plan.at)
    _strike_through(Random(plan.seed + 43))
    sweep.sweep_listings(by=SYSTEM, at=plan.at)


def _policy(plan: Plan, products: dict[str, Product]) -> None:
    """Heroes and end of line, as what two partners' shops sell, a coupon, and an opinion of the GM office."""
    marked = [(products[code], _TAGS[one.mark]) for code, one in models().items() if one.mark in _TAGS]
    ProductTag.objects.bulk_create([ProductTag(product=who, tag=tag, valid_from=plan.since) for who, tag in marked])
    distribution = list(Shop.objects.filter(mode=Mode.DISTRIBUTION, active=True).order_by("pk"))
    for shop, seller, reason in zip(
        distribution,
        (Seller.SUBSIDY, Seller.AGENCY),
        ("享受推广费补贴，补贴协议约定价格", "代销协议，由我方定价"),
        strict=False,
    ):
        SellerStanding.objects.create(shop=shop, seller=seller, reason=reason, valid_from=plan.since)
    PriceCut.objects.create(
        kind=CutKind.COUPON, name="多模新品券", state=CutState.AGREED, product=products["DM520-50"],
        amount_yuan=Decimal(50), starts_at=plan.at - 10 * _DAY, ends_at=plan.at + 20 * _DAY,
    )  # fmt: skip
    office = actors.of_role("gm_office")
    price_rules.review("taobao-below-tmall", opinion=_OPINION, allows_fine=False, by=office, at=plan.at - 30 * _DAY)


def _give(plan: Plan, products: dict[str, Product]) -> None:
    """Hero models of a distribution shop, a campaign price, and one that was ended early."""
    shop = Shop.objects.filter(mode=Mode.DISTRIBUTION, active=True).order_by("pk")[0]
    flagship = Shop.objects.get(code="tmall-flagship")
    start = midnight(plan.today - 15 * _DAY)

    def one(kind: str, where: Shop, code: str, share: str, days: int, pk: int) -> Grant:
        price = to_fen(Decimal(models()[code].list_yuan) * Decimal(share))
        return Grant(
            kind, where.pk, products[code].pk, price, start, start + days * _DAY, ("demo.support", pk), ("demo",)
        )

    given = [
        one(GrantKind.HERO, shop, "DSF350-85", "0.91", 90, 1),
        one(GrantKind.HERO, shop, "CSD60-30", "0.91", 90, 2),
        one(GrantKind.CAMPAIGN, flagship, "DSF320-85", "0.60", 30, 3),
        one(GrantKind.OWN_PLAN, flagship, "DM510-40", "0.65", 60, 4),
    ]
    grants.give_many(given, by=SYSTEM, at=start - _DAY)
    grants.end(given[3].source, reason="活动提前结束", by=SYSTEM, at=plan.at - 3 * _DAY)


def _too_cheap(rng: Random) -> Sequence[int]:
    """Some partners' items fall well below the list price; return their listings."""
    rows = Listing.objects.filter(shop__operator__in=Partner.objects.all(), price_yuan__gt=500, product__isnull=False)
    found = sorted(rows.values_list("pk", flat=True))
    chosen = rng.sample(found, min(_CHEAP, len(found)))
    for pk in chosen:
        listing = Listing.objects.get(pk=pk)
        share = Decimal(rng.randrange(45, 69)) / 100
        Listing.objects.filter(pk=pk).update(price_yuan=to_fen((listing.price_yuan or Decimal(0)) * share))
    return chosen


def _strike_through(rng: Random) -> None:
    """Some items show a list price crossed out; two of them one that was never asked (PR-16)."""
    known = Listing.objects.filter(price_yuan__gt=500, product__isnull=False, ignored=False)
    rows = list(known.select_related("product").order_by("pk"))
    for place, listing in enumerate(rng.sample(rows, min(_CROSSED, len(rows)))):
        listed = Decimal(models()[listing.product.code].list_yuan) if listing.product else Decimal(0)
        Listing.objects.filter(pk=listing.pk).update(crossed_yuan=listed + 500 if place < _PUFFED else listed)


def _deal_with(rng: Random, lowered: Sequence[int], at: datetime) -> None:
    """Some are put right by their sellers, some dismissed with a reason."""
    for listing in Listing.objects.filter(pk__in=lowered[:_RIGHTED]).select_related("product"):
        price = listing.product and models()[listing.product.code].list_yuan
        Listing.objects.filter(pk=listing.pk).update(price_yuan=price)
    planner = actors.of_role("promotion_planner")
    waiting = PriceSignal.objects.all().waiting().filter(listing__in=lowered[_RIGHTED:]).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)[:_DISMISSED]):
        price_signals.dismiss(pk, reason=rng.choice(_REASONS), by=planner, at=at)
