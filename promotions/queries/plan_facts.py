"""PR-14: a year's plan as the facts that its checker looks at. A fixed number of queries, however many offers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.module_loading import import_string

from channels.models import ListPrice, Product, Shop
from channels.states import PlatformKind
from opsdesk.days import local, midnight
from orders.models import Line
from promotions.models import (
    BrandEvent,
    EventOffer,
    OfferShop,
    PriceGrant,
    ProductTag,
    ShopTarget,
    YearPlan,
)
from promotions.queries import cuts, floors, plan_figures
from promotions.queries.plan_figures import RuleMissing as RuleMissing
from promotions.queries.plan_figures import in_force
from promotions.rules.facts import PlatformPriceRow
from promotions.rules.limits import Ground, ground
from promotions.rules.peak import FieldFacts, RegionFacts, days_of
from promotions.rules.plan import EventFacts, GrantFacts, OfferFacts, PlanFacts, ShopFacts
from promotions.states.plan import EventState
from promotions.states.price_rule import Tag

FOLLOWED = ("hero", "cut", "launch", "tail")
SOLD_DAYS = timedelta(days=90)
OWN_SOURCES = ("promotions.eventoffer", "promotions.eventoffer.extra")
"""Where price grants of brand days come from: the offer itself, and its extension."""
Place = tuple[int, int, date]
"""A shop, a product, a day."""
Planned = dict[str, Decimal]
"""The lowest price planned for a model on a day, by platform."""


def grounds(asked: Collection[Place], planned: Mapping[tuple[int, date], Planned]) -> dict[Place, Ground]:
    """DS-11, PR-4, PR-13: return how low a shop may go with a model on a day, whatever its own campaign grants.

    A floor that follows another platform's price (DS-8) is compared with the price planned there for that day, not
    with today's. The one seam to `promotions.queries.floors`: ten queries for all of a year.
    """
    if not asked:
        return {}
    days = [day for _shop, _product, day in asked]
    start, end = midnight(min(days)), midnight(max(days) + timedelta(days=1))
    book = floors.gather({shop for shop, _p, _d in asked}, {product for _s, product, _d in asked}, start, end)
    found = {}
    for shop_id, product_id, day in asked:
        facts = book.facts(shop_id, product_id, midnight(day))
        others = tuple(row for row in facts.grants if row.source.partition(":")[0] not in OWN_SOURCES)
        prices = tuple(PlatformPriceRow(*pair) for pair in planned.get((product_id, day), {}).items())
        product = replace(facts.product, platform_prices=prices)
        found[shop_id, product_id, day] = ground(replace(facts, grants=others, product=product))
    return found


def selling_shops() -> list[Shop]:
    """PR-1: return the shops that take part: all active ones online."""
    rows = Shop.objects.filter(active=True).exclude(platform__kind=PlatformKind.OFFLINE)
    return list(rows.select_related("platform").order_by("pk"))


def facts_of(plan: YearPlan, *, at: datetime) -> PlanFacts:
    """PR-14: return a plan whole. Some thirty queries, however many offers and shops."""
    return _Reader(plan, at).facts()


def shop_facts(shop: Shop) -> ShopFacts:
    """Say of a shop what rules ask; its platform is loaded with it."""
    return ShopFacts(shop.pk, shop.name, shop.platform.code, shop.mode)


@dataclass(frozen=True)
class _Models:
    """What is known of the models that are offered."""

    lists: Mapping[int, list[ListPrice]]
    heroes: Mapping[int, list[ProductTag]]
    tails: Mapping[int, list[ProductTag]]
    sold: Mapping[int, Decimal]

    def list_on(self, product_id: int | None, day: date) -> tuple[ListPrice | None, ListPrice | None]:
        """Return the list price of a day, and the one before it."""
        rows = self.lists.get(product_id or 0, [])
        held = [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)]
        if not held:
            return None, None
        earlier = [row for row in rows if row.valid_from < held[0].valid_from]
        return held[0], earlier[-1] if earlier else None


class _Reader:
    def __init__(self, plan: YearPlan, at: datetime) -> None:
        self._plan, self._at = plan, at
        self._rules = plan_figures.rules()
        self._events = list(
            BrandEvent.objects.filter(plan=plan).exclude(state=EventState.DROPPED).order_by("starts_on", "pk")
        )
        of_events = {"event__plan": plan}
        self._offers = list(EventOffer.objects.filter(**of_events).select_related("product").order_by("pk"))
        places = OfferShop.objects.filter(offer__event__plan=plan).select_related("shop__platform").order_by("pk")
        self._places: defaultdict[int, list[ShopFacts]] = defaultdict(list)
        for place in places:
            self._places[place.offer_id].append(shop_facts(place.shop))
        self._targets: defaultdict[int, list[tuple[ShopFacts, Decimal]]] = defaultdict(list)
        for row in ShopTarget.objects.filter(**of_events).select_related("shop__platform").order_by("pk"):
            self._targets[row.event_id].append((shop_facts(row.shop), row.target_yuan))
        self._models = _models({offer.product_id for offer in self._offers if offer.product_id}, at)

    def facts(self) -> PlanFacts:
        plan = self._plan
        offers: defaultdict[int, list[EventOffer]] = defaultdict(list)
        for offer in self._offers:
            offers[offer.event_id].append(offer)
        lowest, fields = self._grounds(), self._fields(plan.first_day)
        self._standing = cuts.standing(lowest)
        return PlanFacts(
            id=plan.pk,
            year=plan.year,
            first_month=plan.first_month,
            sales=plan.sales_yuan,
            goal=plan.goal_yuan,
            promotion=plan.promotion_yuan,
            budget=plan.budget_yuan,
            figures=plan_figures.figures_on(self._rules, plan.first_day),
            events=tuple(
                replace(self._event(event, offers[event.pk], lowest), field=fields.get(event.pk))
                for event in self._events
            ),
            shops=tuple(shop_facts(shop) for shop in selling_shops()),
            launches=_launches(plan.year),
            grants=_grants(plan.year, [offer.product_id for offer in self._offers]),
        )

    def _fields(self, first_day: date) -> dict[int, FieldFacts]:
        """AS-1: by brand day, what the field can do on the days after it; asked for once, of the app that knows it."""
        spans = {event.pk: self._peak_of(event) for event in self._events}
        usual = int(plan_figures.figures_on(self._rules, first_day)["usual_days"])
        ask = import_string(settings.FIELD_CAPACITY)
        known = ask({day for days in spans.values() for day in days}, usual_days=usual, at=self._at)
        return {
            pk: FieldFacts(
                {day: known.days[day].jobs for day in days},
                known.days[days[0]].known,
                known.days[days[0]].unknown,
                known.usual,
                known.within,
                tuple(_region(code, one, days, known) for code, one in known.provinces.items()),
            )
            for pk, days in spans.items()
        }

    def _peak_of(self, event: BrandEvent) -> tuple[date, ...]:
        figures = plan_figures.figures_on(self._rules, event.starts_on)
        delivery, after = int(figures["delivery_days"]), int(figures["install_days"])
        return days_of(event.starts_on, event.days + event.extra_days, delivery, after)

    def _grounds(self) -> dict[Place, Ground]:
        days = {event.pk: event.starts_on for event in self._events}
        asked = {
            (shop.id, offer.product_id, days[offer.event_id])
            for offer in self._offers
            if offer.product_id and offer.event_id in days
            for shop in self._places[offer.pk]
        }
        return grounds(asked, self._planned(days))

    def _planned(self, days: Mapping[int, date]) -> dict[tuple[int, date], Planned]:
        """The prices of a day by platform; half-price sales and trials are no price to follow."""
        planned: defaultdict[tuple[int, date], Planned] = defaultdict(dict)
        for offer in self._offers:
            if offer.kind in FOLLOWED and offer.product_id and offer.price_yuan is not None and offer.event_id in days:
                prices = planned[offer.product_id, days[offer.event_id]]
                for shop in self._places[offer.pk]:
                    prices[shop.platform] = min(offer.price_yuan, prices.get(shop.platform, offer.price_yuan))
        return planned

    def _event(self, event: BrandEvent, offers: list[EventOffer], lowest: Mapping[Place, Ground]) -> EventFacts:
        return EventFacts(
            id=event.pk,
            number=event.number,
            name=event.name,
            theme=event.theme,
            starts_on=event.starts_on,
            figures=plan_figures.figures_on(self._rules, event.starts_on),
            days=event.days,
            extra_days=event.extra_days,
            extended_because=event.extended_because,
            festival=event.festival,
            own_application=event.own_application,
            application=event.application,
            budget=event.budget_yuan,
            stock_by=event.stock_by,
            offers=tuple(self._offer(offer, event.starts_on, lowest) for offer in offers),
            targets=tuple(self._targets[event.pk]),
        )

    def _offer(self, offer: EventOffer, day: date, lowest: Mapping[Place, Ground]) -> OfferFacts:
        listed, before = self._models.list_on(offer.product_id, day)
        shops, product = tuple(self._places[offer.pk]), offer.product
        there = {shop.id: one for shop in shops if (one := lowest.get((shop.id, offer.product_id or 0, day)))}
        return OfferFacts(
            id=offer.pk,
            kind=offer.kind,
            shops=shops,
            product_id=offer.product_id,
            product=product.code if product else "",
            price=offer.price_yuan,
            amount=offer.amount_yuan,
            quota=offer.quota,
            budget=offer.budget_yuan,
            stock_need=offer.stock_need,
            given_out_on=offer.given_out_on,
            installed=product.installed if product else False,
            hero=bool(in_force(self._models.heroes.get(offer.product_id or 0, []), day)),
            launched_on=product.launched_on if product else None,
            list_price=listed.price_yuan if listed else None,
            list_since=listed.valid_from if listed else None,
            list_before=before.price_yuan if before else None,
            best_sold=self._models.sold.get(offer.product_id or 0),
            per=offer.per_yuan,
            standing={shop.id: self._standing.get((shop.id, offer.product_id or 0, day), ()) for shop in shops},
            tail=bool(in_force(self._models.tails.get(offer.product_id or 0, []), day)),
            floors={pk: one.floor for pk, one in there.items() if one.floor is not None},
            depths={pk: one.depth for pk, one in there.items() if one.depth is not None},
            leasts={pk: one.least for pk, one in there.items() if one.least is not None},
        )


def _region(code: str, one: Any, days: Sequence[date], known: Any) -> RegionFacts:
    by_day = {day: known.days[day].by_province.get(code, 0) for day in days}
    return RegionFacts(one.name, one.share, by_day, int(known.usual * one.share))


def _models(products: Collection[int], at: datetime) -> _Models:
    lists: defaultdict[int, list[ListPrice]] = defaultdict(list)
    for row in ListPrice.objects.filter(product__in=products).order_by("valid_from", "pk"):
        lists[row.product_id].append(row)
    marked: dict[str, defaultdict[int, list[ProductTag]]] = {tag: defaultdict(list) for tag in (Tag.HERO, Tag.TAIL)}
    for mark in ProductTag.objects.filter(product__in=products, tag__in=marked).order_by("pk"):
        marked[mark.tag][mark.product_id].append(mark)
    paid = Line.objects.filter(
        listing__product__in=products,
        order__ordered_at__gte=at - SOLD_DAYS,
        order__ordered_at__lt=at,
        order__paid_at__isnull=False,
        price_yuan__gt=0,
    )
    sold = dict(paid.values_list("listing__product").annotate(best=Max("price_yuan")).order_by())
    return _Models(lists, marked[Tag.HERO], marked[Tag.TAIL], sold)


def _launches(year: int) -> tuple[tuple[int, str, date], ...]:
    rows = Product.objects.filter(launched_on__year=year, active=True, installed=True).order_by("launched_on", "pk")
    return tuple(rows.values_list("pk", "code", "launched_on"))


def _grants(year: int, products: Sequence[int | None]) -> tuple[GrantFacts, ...]:
    """Promises from elsewhere: openings, hero models of distributors, plans of their own (DS-1, DS-3, DS-6)."""
    rows = PriceGrant.objects.filter(
        product__in=[pk for pk in products if pk],
        starts_at__lt=midnight(date(year + 1, 1, 1)),
        ends_at__gt=midnight(date(year, 1, 1)),
    ).exclude(source_type__in=OWN_SOURCES)
    return tuple(
        GrantFacts(
            row.pk,
            row.product_id,
            row.shop_id,
            row.price_yuan,
            local(row.starts_at).date(),
            local(row.ends_at - timedelta(seconds=1)).date(),
        )
        for row in rows.order_by("pk")
    )
