"""PR-19: what a brand day sells, while it runs and afterwards: by shop, by model, against what was planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, IntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from opsdesk.money import ZERO, to_fen
from orders.models import Line, Order
from promotions.models import BrandEvent, EventOffer, OfferShop, Pot, PotEntry, ShopTarget
from promotions.models.brand_event import BrandEventQuerySet
from promotions.rules import burn
from promotions.states.plan import PRICED, OfferKind
from promotions.states.spending import Spending

OWNERS = ("promotions.brandevent", "promotions.eventoffer")
_YUAN = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True)
class Place:
    """What a shop sold during an event, and what it should."""

    shop_id: int
    shop: str
    platform: str
    target: Decimal
    sales: Decimal
    orders: int

    @property
    def percent(self) -> int | None:
        """How far it has come; None without a target."""
        return int(self.sales / self.target * 100) if self.target else None


@dataclass(frozen=True)
class Stock:
    """What of a model was settled for an event, and how much of it is sold."""

    product: str
    need: int
    sold: int

    @property
    def left(self) -> int:
        """What is left of it."""
        return self.need - self.sold


@dataclass(frozen=True)
class Spent:
    """A pot of an event: how much is used, and when it will run out at this pace; in yuan and in times."""

    title: str
    owner: tuple[str, int]
    yuan: burn.Burn
    times: burn.Burn
    limit_yuan: Decimal | None
    limit_count: int | None


def sales_of(event: BrandEvent) -> list[Place]:
    """PR-19: return every shop that sold something or should, the largest target first. Two queries."""
    paid = Order.objects.counted().paid_between(event.opens_at, event.closes_at)
    sold = {
        shop_id: (name, platform, sales or ZERO, orders)
        for shop_id, name, platform, sales, orders in paid.values_list(
            "shop_id", "shop__name", "shop__platform__name"
        ).annotate(sales=Sum("paid_yuan"), orders=Count("pk"))
    }
    rows = ShopTarget.objects.filter(event=event).select_related("shop__platform")
    targets = {row.shop_id: (row.shop.name, row.shop.platform.name, row.target_yuan) for row in rows}
    places = []
    for shop_id in targets.keys() | sold.keys():
        name, platform, target = targets.get(shop_id, (*sold.get(shop_id, ("", ""))[:2], ZERO))
        *_names, sales, orders = sold.get(shop_id, ("", "", ZERO, 0))
        places.append(Place(shop_id, name, platform, target, sales, orders))
    return sorted(places, key=lambda place: (-place.target, -place.sales, place.shop_id))


def stock_of(event: BrandEvent) -> list[Stock]:
    """PR-19: return what was settled of each model that is offered, and what of it is sold. Two queries."""
    need = {
        product_id: (code, pieces)
        for product_id, code, pieces in EventOffer.objects.filter(event=event, stock_need__gt=0, product__isnull=False)
        .exclude(kind=OfferKind.TRIAL)
        .values_list("product_id", "product__code")
        .annotate(pieces=Sum("stock_need"))
        .order_by("product__code")
    }
    lines = Line.objects.filter(
        listing__product__in=need, order__paid_at__gte=event.opens_at, order__paid_at__lt=event.closes_at
    ).exclude(order__superseded=True)
    sold = dict(lines.values_list("listing__product").annotate(pieces=Coalesce(Sum("quantity"), 0)).order_by())
    return [Stock(code, pieces, sold.get(pk, 0)) for pk, (code, pieces) in need.items()]


def spent_of(event: BrandEvent, *, at: datetime) -> list[Spent]:
    """PR-19: return the pots of an event and its offers with their pace: of the event all that its offers promise, of a
    price the pieces sold in its shops. Four queries."""
    offers = list(event.offers.values_list("pk", flat=True))
    pots = Pot.objects.filter(owner_type=OWNERS[1], owner_id__in=offers) | Pot.objects.filter(
        owner_type=OWNERS[0], owner_id=event.pk
    )
    rows = list(pots.order_by("owner_type", "owner_id", "pk"))
    moves: dict[int, list[PotEntry]] = {row.pk: [] for row in rows}
    for entry in PotEntry.objects.filter(pot__in=rows, at__lte=at).exclude(kind=Spending.COMMIT).order_by("at", "pk"):
        moves[entry.pot_id].append(entry)
    whole, sold = [entry for one in moves.values() for entry in one], _pieces_of(event, at)
    return [
        _spent(row, whole if row.owner_type == OWNERS[0] else moves[row.pk], sold.get(row.owner_id, []), event, at)
        for row in rows
    ]


def _pieces_of(event: BrandEvent, at: datetime) -> dict[int, list[burn.Move]]:
    """The pieces that each price of an event has sold in its shops: when, and how many. One query."""
    priced = [kind for kind in PRICED if kind != OfferKind.TRIAL]
    places = OfferShop.objects.filter(offer__event=event, offer__kind__in=priced, shop=OuterRef("order__shop"))
    offer = places.filter(offer__product=OuterRef("listing__product")).order_by("pk").values("offer")[:1]
    lines = Line.objects.filter(order__paid_at__gte=event.opens_at, order__paid_at__lt=min(event.closes_at, at))
    rows = lines.exclude(order__superseded=True).annotate(offer=Subquery(offer)).exclude(offer=None)
    found: dict[int, list[burn.Move]] = {}
    told: Any = rows.values_list("offer", "order__paid_at", "quantity").order_by("order__paid_at", "pk")
    for pk, paid_at, pieces in told:
        found.setdefault(pk, []).append(burn.Move(paid_at, Decimal(pieces or 0)))
    return found


def _spent(
    row: Pot, entries: Sequence[PotEntry], pieces: Sequence[burn.Move], event: BrandEvent, at: datetime
) -> Spent:
    """What is promised and not given back counts as used; what is paid was promised before."""
    since = event.opens_at

    def sign(entry: PotEntry) -> int:
        return -1 if entry.kind in (Spending.RELEASE, Spending.RETURN) else 1

    yuan = [burn.Move(entry.at, sign(entry) * entry.amount_yuan) for entry in entries]
    times = [burn.Move(entry.at, Decimal(sign(entry) * entry.count)) for entry in entries]
    if row.owner_type == OWNERS[1] and pieces:
        times = list(pieces)
    quota = None if row.limit_count is None else Decimal(row.limit_count)
    return Spent(
        title=row.title,
        owner=(row.owner_type, row.owner_id),
        yuan=burn.project(row.limit_yuan, yuan, since=since, at=at),
        times=burn.project(quota, times, since=since, at=at),
        limit_yuan=row.limit_yuan,
        limit_count=row.limit_count,
    )


def spent_sum(event: BrandEvent) -> Decimal:
    """Return what an event has cost: all that its pots paid or still promise. One query."""
    owners = Pot.objects.filter(owner_type=OWNERS[1], owner_id__in=event.offers.values("pk")) | Pot.objects.filter(
        owner_type=OWNERS[0], owner_id=event.pk
    )
    answer = owners.aggregate(sum=Sum(F("reserved_yuan") + F("committed_yuan"), output_field=_YUAN))
    return to_fen(answer["sum"] or ZERO)


def with_numbers(events: BrandEventQuerySet) -> BrandEventQuerySet:
    """Say with each brand day its targets, offers, sales and orders so far; still one query."""
    paid = (
        Order.objects.counted()
        .filter(paid_at__gte=OuterRef("opens_at"), paid_at__lt=OuterRef("closes_at"))
        .order_by()
        .annotate(one=Value(1))
        .values("one")
    )
    targets = ShopTarget.objects.filter(event=OuterRef("pk")).order_by().values("event")
    offers = EventOffer.objects.filter(event=OuterRef("pk")).order_by().values("event")
    return events.annotate(  # type: ignore[no-any-return]
        target_yuan=_or_nothing(targets.annotate(n=Sum("target_yuan")).values("n"), _YUAN),
        offer_count=_or_nothing(offers.annotate(n=Count("pk")).values("n"), IntegerField()),
        sales_yuan=_or_nothing(paid.annotate(n=Sum("paid_yuan")).values("n"), _YUAN),
        orders=_or_nothing(paid.annotate(n=Count("pk")).values("n"), IntegerField()),
    )


def _or_nothing(rows: Any, field: Any) -> Coalesce:
    return Coalesce(Subquery(rows), Value(0), output_field=field)


def frozen(places: Sequence[Place]) -> list[Mapping[str, Any]]:
    """Return the numbers by shop as they are kept in a review."""
    return [
        {
            "shop": place.shop,
            "platform": place.platform,
            "target": str(place.target),
            "sales": str(place.sales),
            "orders": place.orders,
        }
        for place in places
    ]
