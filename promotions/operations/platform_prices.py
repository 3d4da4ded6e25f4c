from datetime import datetime

from django.db import transaction
from django.db.models import Min

from channels.models import Listing
from promotions.models import PlatformPrice, PriceRule


@transaction.atomic
def notice(*, at: datetime) -> int:
    """DS-8: write down what each model costs at least, now, on the platforms that rules measure by; return changes.

    Only what has changed is written, so a floor can be worked out for any moment since. Four statements.
    """
    platforms = set(PriceRule.objects.exclude(of_platform=None).values_list("of_platform", flat=True))
    listed = Listing.objects.filter(
        shop__platform__in=platforms, shop__active=True, product__isnull=False, ignored=False, price_yuan__gt=0
    )
    lowest = listed.values_list("shop__platform", "product").annotate(lowest=Min("price_yuan")).order_by()
    now = {(platform, product): price for platform, product, price in lowest}
    known = list(PlatformPrice.objects.filter(platform__in=platforms, ends_at=None).select_for_update())
    kept = {
        (row.platform_id, row.product_id)
        for row in known
        if now.get((row.platform_id, row.product_id)) == row.price_yuan
    }
    ended = [row.pk for row in known if (row.platform_id, row.product_id) not in kept]
    PlatformPrice.objects.filter(pk__in=ended).update(ends_at=at)
    fresh = [
        PlatformPrice(platform_id=platform, product_id=product, price_yuan=price, starts_at=at)
        for (platform, product), price in now.items()
        if (platform, product) not in kept
    ]
    PlatformPrice.objects.bulk_create(fresh)
    return len(ended) + len(fresh)
