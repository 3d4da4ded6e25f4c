"""PR-14: a plan filled from rows: the standing plan makes the ordinary months, last year makes the next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from channels.models import ListPrice
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.money import ZERO
from promotions.models import BrandEvent, EventOffer, ShopTarget, StandingOffer, StandingTarget, YearPlan
from promotions.models.brand_event import window
from promotions.operations import plans
from promotions.operations.drafting import (
    RIGHT,
    STOCK_WEEK,
    EventDraft,
    OfferDraft,
    add_event,
    editable,
    offers_of,
    write_offers,
    write_targets,
)
from promotions.queries import plan_facts, plan_figures
from promotions.rules.plan import Figures, ShopFacts

BEFORE = timedelta(days=3)


@transaction.atomic
def generate(plan_id: int, *, by: Actor, at: datetime) -> list[BrandEvent]:
    """PR-14: plan the ordinary months that have no brand day yet from the standing plan. Return the new ones.

    The four festivals are applied for one by one, so they are not generated.
    """
    plan = editable(plan_id, by=by)
    figures = plan_figures.figures_on(plan_figures.rules(), plan.first_day)
    held = set(BrandEvent.objects.filter(plan=plan).values_list("starts_on__month", flat=True))
    months = [month for month in plan.months() if month not in held and month not in figures.festival_months()]
    shops = [plan_facts.shop_facts(shop) for shop in plan_facts.selling_shops()]
    made = [_ordinary(plan, month, (figures, shops), by=by, at=at) for month in months]
    audit.record(plan, "yearplan.generate", by=by, at=at, events=len(made))
    return made


def _ordinary(
    plan: YearPlan, month: int, given: tuple[Figures, Sequence[ShopFacts]], *, by: Actor, at: datetime
) -> BrandEvent:
    figures, shops = given
    day = date(plan.year, month, int(figures["first_day"]))
    offers = list(StandingOffer.objects.in_force(day).order_by("pk"))
    draft = EventDraft(
        name=_("Brand day of month %(month)d") % {"month": month},
        theme="",
        starts_on=day,
        days=int(figures["event_days"]),
        budget_yuan=sum((offer.budget_yuan for offer in offers), ZERO),
    )
    event = add_event(plan.pk, draft, by=by, at=at)
    prices = dict(
        ListPrice.objects.filter(product__in=[offer.product_id for offer in offers if offer.product_id])
        .filter(valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .values_list("product_id", "price_yuan")
    )
    write_offers(event, [_from_standing(offer, day, figures, shops, prices) for offer in offers])
    open_shops = {shop.id for shop in shops}
    targets = StandingTarget.objects.in_force(day).filter(shop__in=open_shops).order_by("shop_id")
    write_targets(event, {row.shop_id: row.target_yuan for row in targets})
    return event


def _from_standing(
    offer: StandingOffer, day: date, figures: Figures, shops: Sequence[ShopFacts], prices: dict[int, Decimal]
) -> OfferDraft:
    may = [shop.id for shop in shops if figures.entitles(offer.kind, shop)]
    listed = prices.get(offer.product_id or 0)
    price = None if offer.list_share is None or listed is None else whole(listed * offer.list_share)
    return OfferDraft(
        kind=offer.kind,
        shop_ids=tuple(may[: offer.most_shops]),
        product_id=offer.product_id,
        price_yuan=price,
        amount_yuan=offer.amount_yuan,
        per_yuan=offer.per_yuan,
        quota=offer.quota,
        budget_yuan=offer.budget_yuan,
        stock_need=offer.stock_need,
        given_out_on=day - BEFORE if offer.kind == "coupon" else None,
    )


def whole(price: Decimal) -> Decimal:
    """Round a price up to whole yuan: prices are asked in yuan, and rounding down could break a limit."""
    return price.quantize(Decimal(1), ROUND_CEILING)


@transaction.atomic
def copy_year(plan_id: int, *, year: int, by: Actor, at: datetime) -> YearPlan:
    """PR-14: begin a year with all that another year planned, its days moved; shops that closed are left out."""
    by.need(RIGHT)
    old: YearPlan = YearPlan.objects.visible_to(by).for_change(plan_id)
    draft = plans.Draft(year, old.sales_yuan, old.goal_yuan, old.promotion_yuan, old.budget_yuan, old.first_month)
    new = plans.begin(draft, by=by, at=at)
    events = list(BrandEvent.objects.filter(plan=old).order_by("starts_on", "pk"))
    offers, selling = offers_of(events), {shop.pk for shop in plan_facts.selling_shops()}
    targets: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in ShopTarget.objects.filter(event__in=events, shop__in=selling).order_by("shop_id"):
        targets[row.event_id][row.shop_id] = row.target_yuan
    for event in events:
        copied = _copied(event, new)
        audit.record(copied, "brandevent.plan", by=by, at=at, starts_on=copied.starts_on)
        write_offers(copied, [_again(offer, places, copied, selling) for offer, places in offers[event.pk]])
        write_targets(copied, targets[event.pk])
    audit.record(new, "yearplan.copy", by=by, at=at, year=old.year, events=len(events))
    return new


def _copied(event: BrandEvent, plan: YearPlan) -> BrandEvent:
    starts_on = event.starts_on.replace(year=plan.year)
    opens_at, closes_at = window(starts_on, event.days + event.extra_days)
    return BrandEvent.objects.create(
        plan=plan,
        number=event.number,
        name=event.name,
        theme="",
        starts_on=starts_on,
        days=event.days,
        extra_days=event.extra_days,
        extended_because=event.extended_because,
        festival=event.festival,
        own_application=event.own_application,
        budget_yuan=event.budget_yuan,
        stock_by=starts_on - STOCK_WEEK,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def _again(offer: EventOffer, places: Sequence[int], event: BrandEvent, selling: set[int]) -> OfferDraft:
    draft = OfferDraft(
        kind=offer.kind,
        shop_ids=tuple(pk for pk in places if pk in selling),
        product_id=offer.product_id,
        price_yuan=offer.price_yuan,
        amount_yuan=offer.amount_yuan,
        per_yuan=offer.per_yuan,
        quota=offer.quota,
        budget_yuan=offer.budget_yuan,
        stock_need=offer.stock_need,
    )
    if offer.given_out_on is None:
        return draft
    return replace(draft, given_out_on=event.starts_on - BEFORE)
