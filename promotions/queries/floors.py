"""DS-11: the facts of many floors, gathered in a fixed number of queries, and the floors of shops and models.

One gathering answers any moment of its span for any of its shops and models, whatever their number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q

from channels.models import Listing, ListPrice, NamedSeller, Product, Shop
from opsdesk.days import local, midnight
from opsdesk.errors import NotFound
from promotions.models import CampaignWindow, PlatformPrice, PriceGrant, PriceRule, ProductTag, SellerStanding
from promotions.models.price_rule import shop_facts, span_of
from promotions.rules.facts import (
    CampaignRow,
    FloorFacts,
    GrantRow,
    ListPriceRow,
    PlatformPriceRow,
    ProductFacts,
    RuleRow,
    SellerRow,
    ShopFacts,
    StandingRow,
    TagRow,
)
from promotions.rules.floors import Floor, Stretch, floor, history
from promotions.rules.grants import Grant

Keys = Collection[int] | None
"""Primary keys; None: all."""


@dataclass(frozen=True)
class Book:
    """Everything that decides the floors of some shops and models over a span."""

    shops: dict[int, ShopFacts]
    products: dict[int, ProductFacts]
    rules: tuple[RuleRow, ...]
    campaigns: dict[int | None, list[CampaignRow]] = field(default_factory=lambda: defaultdict(list))
    grants: dict[int, list[GrantRow]] = field(default_factory=lambda: defaultdict(list))

    def facts(self, shop_id: int, product_id: int, at: datetime) -> FloorFacts:
        """Return the facts of one floor."""
        return FloorFacts(
            at=at,
            shop=self.shops[shop_id],
            product=self.products[product_id],
            rules=self.rules,
            campaigns=(*self.campaigns.get(None, ()), *self.campaigns.get(shop_id, ())),
            grants=tuple(row for row in self.grants.get(product_id, ()) if row.shop in (None, shop_id)),
        )


def gather(shop_ids: Keys, product_ids: Keys, start: datetime, end: datetime, *, extra: Sequence[Grant] = ()) -> Book:
    """DS-11: gather what decides the floors of these shops and models from `start` to `end`. Ten queries.

    `extra` are grants that are only tried out. Rows that ended before or begin after the span are left out.
    """
    book = Book(
        shops=_shops(shop_ids, start, end),
        products=_products(product_ids, start, end),
        rules=tuple(row.as_row() for row in _days(PriceRule.objects.meant(), start, end)),
    )
    windows = _moments(CampaignWindow.objects.all(), start, end)
    for window in windows.filter(_for_shops(shop_ids)):
        book.campaigns[window.shop_id].append(
            CampaignRow(window.name, starts_at=window.starts_at, ends_at=window.ends_at)
        )
    grants = _moments(PriceGrant.objects.all(), start, end).filter(_among("product", product_ids))
    for grant in grants.filter(_for_shops(shop_ids)):
        book.grants[grant.product_id].append(_grant(grant))
    for place, one in enumerate(extra, 1):
        book.grants[one.product_id].append(one.as_row(-place, "what-if"))
    return book


def price_floor(shop_id: int, product_id: int, at: datetime, *, extra: Sequence[Grant] = ()) -> Floor:
    """DS-11: return the floor of a shop and model at a moment, past, present or planned."""
    return floor(_one(shop_id, product_id, at, at, extra).facts(shop_id, product_id, at))


def price_history(
    shop_id: int, product_id: int, start: datetime, end: datetime, *, extra: Sequence[Grant] = ()
) -> tuple[Stretch, ...]:
    """DS-11: return the floors of a shop and model over a span, from change to change."""
    return history(_one(shop_id, product_id, start, end, extra).facts(shop_id, product_id, start), start, end)


@dataclass(frozen=True, slots=True)
class DayOfModel:
    """The floors of a model in a shop over a day, and the prices of its items there now."""

    product: Product
    stretches: tuple[Stretch, ...]
    prices: tuple[Any, ...]


def floors_of_shop(shop_id: int, on: date, *, extra: Sequence[Grant] = ()) -> list[DayOfModel]:
    """DS-11: return the floors over a day of all models that a shop lists, by code. Twelve queries."""
    start, end = midnight(on), midnight(on + timedelta(days=1))
    products = Product.objects.filter(listings__shop=shop_id, listings__ignored=False).distinct().order_by("code")
    listed = list(products.prefetch_related(Prefetch("listings", Listing.objects.filter(shop=shop_id, ignored=False))))
    book = gather([shop_id], [product.pk for product in listed], start, end, extra=extra)
    _there(book, shop_id)
    return [
        DayOfModel(
            product,
            history(book.facts(shop_id, product.pk, start), start, end),
            tuple(row.price_yuan for row in product.listings.all()),
        )
        for product in listed
    ]


def _one(shop_id: int, product_id: int, start: datetime, end: datetime, extra: Sequence[Grant]) -> Book:
    book = gather([shop_id], [product_id], start, end, extra=extra)
    _there(book, shop_id)
    if product_id not in book.products:
        raise NotFound(what=f"{Product._meta.verbose_name} {product_id}")
    return book


def _there(book: Book, shop_id: int) -> None:
    if shop_id not in book.shops:
        raise NotFound(what=f"{Shop._meta.verbose_name} {shop_id}")


def _among(name: str, keys: Keys) -> Q:
    return Q() if keys is None else Q(**{f"{name}__in": keys})


def _for_shops(keys: Keys) -> Q:
    """Rows of these shops, and those of all shops."""
    return Q() if keys is None else Q(shop=None) | Q(shop__in=keys)


def _days(rows: Any, start: datetime, end: datetime) -> Any:
    """Narrow dated rows to those that hold on some day of the span."""
    since, until = local(start).date(), local(end).date()
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=since), valid_from__lte=until).order_by("pk")


def _moments(rows: Any, start: datetime, end: datetime) -> Any:
    return rows.filter(Q(ends_at=None) | Q(ends_at__gt=start), starts_at__lte=end).order_by("pk")


def _grouped(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _shops(keys: Keys, start: datetime, end: datetime) -> dict[int, ShopFacts]:
    standings = _grouped(_days(SellerStanding.objects.filter(_among("shop", keys)), start, end), "shop_id")
    return {
        shop.pk: shop_facts(
            shop, standings=tuple(StandingRow(row.seller, **span_of(row)) for row in standings.get(shop.pk, ()))
        )
        for shop in Shop.objects.filter(_among("pk", keys)).select_related("platform")
    }


def _products(keys: Keys, start: datetime, end: datetime) -> dict[int, ProductFacts]:
    def rows(model: Any) -> dict[int, list[Any]]:
        return _grouped(_days(model.objects.filter(_among("product", keys)), start, end), "product_id")

    tags, prices, sellers = rows(ProductTag), rows(ListPrice), rows(NamedSeller)
    shown = PlatformPrice.objects.filter(_among("product", keys)).select_related("platform")
    platforms = _grouped(_moments(shown, start, end), "product_id")

    def found() -> Iterator[ProductFacts]:
        for product in Product.objects.filter(_among("pk", keys)):
            yield ProductFacts(
                product.pk,
                product.code,
                series=product.series,
                tags=tuple(TagRow(row.tag, **span_of(row)) for row in tags.get(product.pk, ())),
                list_prices=tuple(ListPriceRow(row.price_yuan, **span_of(row)) for row in prices.get(product.pk, ())),
                platform_prices=tuple(_platform_price(row) for row in platforms.get(product.pk, ())),
                sold_where=product.sold_where,
                sellers=tuple(SellerRow(row.partner_id, **span_of(row)) for row in sellers.get(product.pk, ())),
            )

    return {facts.pk: facts for facts in found()}


def _platform_price(row: PlatformPrice) -> PlatformPriceRow:
    return PlatformPriceRow(row.platform.code, row.price_yuan, starts_at=row.starts_at, ends_at=row.ends_at)


def _grant(row: PriceGrant) -> GrantRow:
    return GrantRow(
        row.pk, row.kind, row.shop_id, row.product_id, row.price_yuan, f"{row.source_type}:{row.source_id}",
        starts_at=row.starts_at, ends_at=row.ends_at,
    )  # fmt: skip
