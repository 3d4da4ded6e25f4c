"""DS-11: which shops and models a row of the price policy touches, so that a change looks again at nothing else."""

from typing import Any

from django.db.models import Model, Q

from channels.models import Listing, ListPrice, NamedSeller
from promotions.models import (
    CampaignWindow,
    PlatformPrice,
    PriceCut,
    PriceGrant,
    PriceRule,
    ProductTag,
    SellerStanding,
)


def listings_touched_by(row: Model) -> Q:
    """DS-11: narrow listings to those whose floor or net price this row can change, whenever it holds."""
    for kinds, narrow in _BY_KIND:
        if isinstance(row, kinds):
            return narrow(row)  # type: ignore[no-any-return]
    raise TypeError(f"{type(row).__name__} changes no floor")


def pairs_touched_by(row: Model) -> set[tuple[int, int]]:
    """DS-11: return the (shop, model) pairs on sale whose floor or net price this row can change. One query."""
    touched = Listing.objects.filter(listings_touched_by(row), product__isnull=False, ignored=False)
    return set(touched.values_list("shop_id", "product_id"))


def _rule(row: Any) -> Q:
    """A rule's conditions that do not change with time; marks do, so any model that ever had the mark counts."""
    asked = {
        "shop__platform": row.platform_id,
        "shop__mode": row.mode,
        "shop": row.shop_id,
        "shop__operator": row.partner_id,
        "product": row.product_id,
        "product__series": row.series,
    }
    which = Q(**{name: value for name, value in asked.items() if value})
    if row.tag:
        which &= Q(product__in=ProductTag.objects.filter(tag=row.tag).values("product"))
    return which


def _somewhere(row: Any) -> Q:
    """The shop, the platform, the model that a row names; what it does not name is all."""
    names = {"shop": "shop_id", "shop__platform": "platform_id", "product": "product_id"}
    return Q(**{name: value for name, column in names.items() if (value := getattr(row, column, None))})


def _model(row: Any) -> Q:
    return Q(product=row.product_id)


def _platform_price(row: Any) -> Q:
    """A platform's price counts for whom a rule measures by it."""
    which = Q(pk__in=())
    for rule in PriceRule.objects.filter(of_platform=row.platform_id):
        which |= _rule(rule)
    return which & _model(row)


_BY_KIND: tuple[tuple[Any, Any], ...] = (
    (PriceRule, _rule),
    (PlatformPrice, _platform_price),
    ((PriceGrant, CampaignWindow, SellerStanding, PriceCut), _somewhere),
    ((ProductTag, ListPrice, NamedSeller), _model),
)
