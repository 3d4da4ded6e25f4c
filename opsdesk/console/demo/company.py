"""Enters the company: partners in their tree, shops, products with prices, listings."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from channels.models import ListPrice, NamedSeller, Partner, Platform, Product, Shop
from channels.operations import listings, partners
from channels.states import PartnerKind, PartnerLevel
from opsdesk.console.demo import names
from opsdesk.console.demo.catalogue import Model, Stall, data, item, models, sells, stalls
from opsdesk.console.demo.plan import Plan

_SERIES = {"即热": "即热式", "储水": "储水式", "多模": "多模"}


def enter(plan: Plan) -> None:
    """Write the company's master data."""
    _enter_partners(plan)
    _enter_products(plan)
    _enter_shops(plan)


def above_of(code: str) -> str:
    """Return the code of the agent above a city's: gd-zhongshan → gd."""
    return code.rpartition("-")[0]


def _enter_partners(plan: Plan) -> None:
    told, rng = data(), Random(plan.seed)
    agent, level = PartnerKind.AGENT, PartnerLevel
    cn, name = told["national"]
    _partners(rng, agent, level.NATIONAL, [(cn, name, "")])
    _partners(rng, agent, level.PROVINCE, [(code, name, cn) for code, name, _regions in told["agents"]])
    _partners(rng, agent, level.CITY, [(code, name, above_of(code)) for code, name, _region in told["cities"]])
    _partners(rng, agent, level.OUTLET, [(code, name, above) for code, name, above, _region in told["outlets"]])
    _partners(rng, PartnerKind.DISTRIBUTOR, level.CITY, [(code, name, "") for code, name in told["distributors"]])
    _partners(rng, PartnerKind.INSTALLER, level.NATIONAL, [(code, name, "") for code, name, _ in told["installers"]])
    Partner.objects.filter(code=told["ended"][0]).update(active=False)


def _partners(rng: Random, kind: str, level: str, rows: Iterable[tuple[str, str, str]]) -> None:
    known = Partner.objects.in_bulk(field_name="code")
    first = len(known) + 1
    found = [
        Partner(
            code=code,
            name=name,
            kind=kind,
            level=level,
            parent=known.get(above),
            contact=names.contact(rng),
            phone=f"400-000-{place:04d}",
            email=f"{code}@example.invalid",
        )
        for place, (code, name, above) in enumerate(rows, start=first)
    ]
    Partner.objects.bulk_create([partners.place(partner) for partner in found])


def _enter_products(plan: Plan) -> None:
    products = Product.objects.bulk_create([_product(model, plan) for model in models().values()])
    known = {product.code: product for product in products}
    ListPrice.objects.bulk_create(
        [price for model in models().values() for price in _list_prices(model, known[model.code], plan)]
    )
    seller = Partner.objects.get(code=data()["named_seller"])
    named = [known[model.code] for model in models().values() if model.mark == "named"]
    NamedSeller.objects.bulk_create(
        [NamedSeller(product=product, partner=seller, valid_from=plan.since) for product in named]
    )


def _product(model: Model, plan: Plan) -> Product:
    launched = plan.launch if model.mark == "new" else plan.since + timedelta(days=30 * model.place)
    return Product(
        code=model.code,
        name=model.name,
        series=_SERIES.get(model.series, model.series),
        sold_where=model.sold_where,
        installed=model.installed,
        launched_on=launched,
    )


def _list_prices(model: Model, product: Product, plan: Plan) -> list[ListPrice]:
    """One price since ever, or the old one and the one that replaced it."""
    since = plan.launch if model.mark == "new" else plan.since
    before = dict(data()["raised"]).get(model.code)
    if not before:
        return [_list_price(product, model.list_yuan, since)]
    old = _list_price(product, before, since, plan.raise_on)
    return [old, _list_price(product, model.list_yuan, plan.raise_on)]


def _list_price(product: Product, yuan: int, since: date, until: date | None = None) -> ListPrice:
    return ListPrice(product=product, price_yuan=Decimal(yuan), valid_from=since, valid_to=until)


def _enter_shops(plan: Plan) -> None:
    platforms, operators = Platform.objects.in_bulk(field_name="code"), Partner.objects.in_bulk(field_name="code")
    shops = Shop.objects.bulk_create(
        [
            Shop(
                code=stall.code,
                name=stall.name,
                platform=platforms[stall.platform],
                mode=stall.mode,
                operator=operators.get(stall.operator),
                installs_since=plan.live_since.date(),
                active=bool(stall.share),
            )
            for stall in stalls()
        ]
    )
    for stall, shop in zip(stalls(), shops, strict=True):
        listings.ensure_many(shop.pk, _items(stall), at=plan.start)


def _items(stall: Stall) -> list[listings.SeenItem]:
    """The items of a shop as its export files name them; a merchant code that is a model maps itself."""
    titled = stall.layout in ("taobao", "plain")
    found = []
    for model in models().values():
        if sells(stall, model):
            one = item(stall, model)
            key = one.title if titled else one.item_id
            sku = one.item_id if stall.layout in ("jd", "pdd") else ""
            price = Decimal(model.list_yuan)
            found.append(listings.SeenItem(key, one.item_id, sku, one.merchant_code, one.title, price))
    return found
