from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from channels.models import Listing, Product
from opsdesk.actor import Actor
from opsdesk.audit import models as audit


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item as an order names it; `key` is what tells it apart within its shop."""

    key: str
    item_id: str = ""
    sku_id: str = ""
    merchant_code: str = ""
    title: str = ""
    price_yuan: Decimal | None = None


def ensure_many(shop_id: int, items: Iterable[SeenItem], *, at: datetime) -> Mapping[str, int]:
    """CH-8: return the listing of each item, entering those not seen before; one whose code is a model maps itself.

    The rest lands in the mapping queue. Safe to repeat and to run beside itself.
    """
    seen = {item.key: item for item in items}
    known = _known(shop_id, seen)
    if missing := [item for key, item in seen.items() if key not in known]:
        codes = {item.merchant_code for item in missing if item.merchant_code}
        models = dict(Product.objects.filter(code__in=codes).values_list("code", "pk"))
        Listing.objects.bulk_create(
            [
                Listing(
                    shop_id=shop_id,
                    key=item.key,
                    item_id=item.item_id,
                    sku_id=item.sku_id,
                    merchant_code=item.merchant_code,
                    title=item.title,
                    price_yuan=item.price_yuan,
                    product_id=models.get(item.merchant_code),
                    first_seen_at=at,
                )
                for item in missing
            ],
            ignore_conflicts=True,
            batch_size=1000,
        )
        known |= _known(shop_id, [item.key for item in missing])
    return known


def _known(shop_id: int, keys: Iterable[str]) -> dict[str, int]:
    return dict(Listing.objects.filter(shop_id=shop_id, key__in=list(keys)).values_list("key", "pk"))


@transaction.atomic
def assign(listing_id: int, *, product_id: int, by: Actor, at: datetime) -> Listing:
    """CH-8: say which model of ours an item is; every line of it follows."""
    by.need("channels.change_listing")
    listing = Listing.objects.visible_to(by).for_change(listing_id)
    product = Product.objects.visible_to(by).get(pk=product_id)
    old = listing.product_id
    listing.product, listing.ignored = product, False
    listing.save(update_fields=["product", "ignored"])
    audit.record(listing, "listing.map", by=by, at=at, changed={"product": [old, product.pk]})
    return listing  # type: ignore[no-any-return]


@transaction.atomic
def ignore(listing_id: int, *, by: Actor, at: datetime) -> Listing:
    """CH-8: say that an item is none of our models; it leaves the queue, its lines stay."""
    by.need("channels.change_listing")
    listing = Listing.objects.visible_to(by).for_change(listing_id)
    old = [listing.product_id, listing.ignored]
    listing.product, listing.ignored = None, True
    listing.save(update_fields=["product", "ignored"])
    audit.record(listing, "listing.map", by=by, at=at, changed={"ignored": [old, True]})
    return listing  # type: ignore[no-any-return]
