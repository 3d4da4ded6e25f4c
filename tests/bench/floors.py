"""DS-11, PR-16: all items on sale measured by their floors at their net prices, and struck-through prices by what was
ever paid, beside the bare read of the same items.
"""

from datetime import timedelta
from decimal import Decimal

from django.db import connection

from channels.models import Listing, ListPrice, Product, Shop
from channels.states import Mode
from opsdesk.actor import SYSTEM
from promotions.models import PriceCut, PriceGrant, PriceSignal, ProductTag
from promotions.operations import platform_prices, sweep
from tests import make
from tests.bench import database
from tests.bench.stopwatch import line, queries, seconds, times

AT = make.at("2026-03-10 12:00")  # a brand day of the reference data
READ = """
SELECT l.id, l.shop_id, l.product_id, l.price_yuan FROM channels_listing l JOIN channels_shop s ON s.id = l.shop_id
WHERE s.active AND NOT l.ignored AND l.product_id IS NOT NULL AND l.price_yuan > 0 ORDER BY l.id
"""
SHOPS, SMALL, LARGE = 100, 50, 500


def run(*, full: bool) -> None:
    models = LARGE if full else SMALL
    _enter(models)
    database.settle()
    count = Listing.objects.filter(product__isnull=False).count()
    platform_prices.notice(at=AT)
    bare = seconds(_read, times=3)
    with queries() as seen:
        first = seconds(lambda: sweep.sweep_listings(by=SYSTEM, at=AT), times=1)
    again = seconds(lambda: sweep.sweep_listings(by=SYSTEM, at=AT), times=1)
    found = PriceSignal.objects.count()
    line(
        "floors.first", count / first, "items/s",
        f"n={count:,} in {first:.1f} s, {found:,} signals, {len(seen)} statements", times(first, bare, "bare read"),
    )  # fmt: skip
    line("floors.again", count / again, "items/s", f"in {again:.1f} s", times(again, bare, "bare read"))
    if count == SHOPS * LARGE and first > 60:
        line("floors.target", first, "s", "MISSED: 50,000 items in a minute")


def _read() -> None:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        cursor.fetchall()


def _enter(models: int) -> None:
    """A hundred shops of all kinds, each with every model, on a brand day with a coupon, a phone discount and a gift in
    every shop; one item in fifty is below its floor, one in fifty strikes a price through that nobody ever paid.
    """
    PriceSignal.objects.all().delete()
    modes = (("tmall", Mode.SPECIALITY), ("taobao", Mode.DISTRIBUTION), ("jd", Mode.POP), ("outlet", Mode.OUTLET))
    partner = make.partner("bench")
    shops = [
        make.shop(f"bench{place}", on=modes[place % 4][0], mode=modes[place % 4][1], operator=partner)
        for place in range(SHOPS)
    ]
    products = Product.objects.bulk_create([Product(code=f"B{place}", name=f"B{place}") for place in range(models)])
    ListPrice.objects.bulk_create(
        [ListPrice(product=product, price_yuan=Decimal(2000), valid_from=make.LONG_AGO) for product in products]
    )
    ProductTag.objects.bulk_create(
        [ProductTag(product=product, tag="hero", valid_from=make.LONG_AGO) for product in products[::5]]
    )
    PriceGrant.objects.bulk_create([_grant(shop, product) for shop in shops[::10] for product in products[::10]])
    PriceCut.objects.all().delete()
    PriceCut.objects.bulk_create(
        [
            _cut(kind, shop, product, yuan)
            for shop in shops
            for kind, product, yuan in (("coupon", products[0], 50), ("phone", None, 15), ("gift", None, 30))
        ]
    )
    Listing.objects.bulk_create(
        [
            Listing(
                shop=shop,
                key=product.code,
                product=product,
                price_yuan=Decimal(900 if (n + m) % 50 == 0 else 1950),
                crossed_yuan=Decimal(2000) if (n + m) % 50 == 1 else None,
            )
            for n, shop in enumerate(shops)
            for m, product in enumerate(products)
        ],
        batch_size=5000,
    )


def _grant(shop: Shop, product: Product) -> PriceGrant:
    return PriceGrant(
        kind="campaign", shop=shop, product=product, price_yuan=Decimal(1600), source_type="bench", source_id=1,
        starts_at=AT - timedelta(days=1), ends_at=AT + timedelta(days=1),
    )  # fmt: skip


def _cut(kind: str, shop: Shop, product: Product | None, yuan: int) -> PriceCut:
    return PriceCut(
        kind=kind, name=kind, state="agreed", shop=shop, product=product, amount_yuan=yuan,
        starts_at=AT - timedelta(days=1), ends_at=AT + timedelta(days=1),
    )  # fmt: skip
