"""DS-11, PR-10, PR-11: the reductions of many items on sale, gathered in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from channels.models import Shop
from opsdesk.days import midnight
from promotions.models import PriceCut, PriceGrant
from promotions.rules.nets import SPECIAL, Considered, CutRow, Net, net_price

_AROUND = timedelta(days=31)
Place = tuple[int, int, date]
"""A shop, a model, a day."""


@dataclass(frozen=True)
class Cuts:
    """The reductions agreed for some time of a span, by shop (None: all), and the special prices then, by model."""

    rows: dict[int | None, list[tuple[PriceCut, CutRow]]]
    special: dict[int, list[PriceGrant]]
    platforms: dict[int, int]

    @classmethod
    def over(cls, start: datetime, end: datetime) -> "Cuts":
        """DS-11: gather what holds, or is handed out, from `start` to `end`. Three queries, one if there is nothing."""
        rows: defaultdict[int | None, list[tuple[PriceCut, CutRow]]] = defaultdict(list)
        for row in PriceCut.objects.agreed().overlapping(start, end).order_by("pk"):
            rows[row.shop_id].append((row, as_row(row)))
        if not rows:
            return cls({}, {}, {})
        special: defaultdict[int, list[PriceGrant]] = defaultdict(list)
        for grant in PriceGrant.objects.filter(kind__in=SPECIAL, starts_at__lte=end, ends_at__gt=start).order_by("pk"):
            special[grant.product_id].append(grant)
        return cls(rows, special, dict(Shop.objects.values_list("pk", "platform_id")))

    def net(self, shop_id: int, product_id: int, price: Decimal, at: datetime, *, special: bool = False) -> Net:
        """DS-11: return the net price of an item at a moment of the span, with every reduction that may touch it.

        `special`: it would be sold at a half-price, trial or end-of-line price, whatever is in force.
        """
        cuts = self.of(shop_id, product_id)
        if not cuts:
            return Net(price, (), price)
        return net_price(price, cuts, at, special=special or self.is_special(shop_id, product_id, at))

    def change_points(self, shop_id: int, product_id: int, start: datetime, end: datetime) -> set[datetime]:
        """Return the moments within a span at which a net price can change."""
        held = [*self.of(shop_id, product_id), *self.special.get(product_id, ())]
        moments = {moment for row in held for moment in (row.starts_at, row.ends_at)}
        return {moment for moment in moments if moment is not None and start < moment < end}

    def of(self, shop_id: int, product_id: int) -> list[CutRow]:
        """Return the reductions that hold for a model in a shop, whenever."""
        platform = self.platforms.get(shop_id)
        return [
            cut
            for row, cut in (*self.rows.get(shop_id, ()), *self.rows.get(None, ()))
            if row.product_id in (None, product_id) and row.platform_id in (None, platform)
        ]

    def is_special(self, shop_id: int, product_id: int, at: datetime) -> bool:
        """PR-5, PR-13: say whether the model is at a half-price, trial or end-of-line price there and then."""
        return any(
            row.shop_id in (None, shop_id) and row.starts_at <= at < row.ends_at
            for row in self.special.get(product_id, ())
        )


def around(shop_id: int, product_id: int, price: Decimal, at: datetime) -> Net:
    """DS-11: return a net price with all that was considered: what held, was handed out or will hold within 31 days of
    the moment, and a brand day's offers for the model that this shop has no part in. Four queries.
    """
    start, end = at - _AROUND, at + _AROUND
    cuts = Cuts.over(start, end)
    net = cuts.net(shop_id, product_id, price, at)
    return Net(net.shown_yuan, (*net.considered, *_elsewhere(cuts, shop_id, product_id, at)), net.yuan)


def _elsewhere(cuts: Cuts, shop_id: int, product_id: int, at: datetime) -> Iterable[Considered]:
    """Each reduction of other shops or platforms once, if it would hold for the model now and does not hold here."""
    mine = {row.source for row in cuts.of(shop_id, product_id) if row.source}
    others = [one for rows in cuts.rows.values() for one in rows if one[0].shop_id != shop_id]
    told: set[str] = set()
    for row, cut in others:
        named = row.source or f"#{row.pk}"
        here = row.shop_id is None and row.platform_id in (None, cuts.platforms.get(shop_id))
        holds = row.starts_at <= at < row.ends_at and row.product_id in (None, product_id)
        if holds and not here and row.source not in mine and named not in told:
            told.add(named)
            yield Considered(cut, row.amount_yuan, "other_shop")


def standing(places: Collection[Place]) -> dict[Place, tuple[CutRow, ...]]:
    """DS-11: return the agreed reductions that hold in these places on their days and are no brand day's.

    They come without their span: that they hold then is what was asked.
    """
    if not places:
        return {}
    days = [day for _shop, _product, day in places]
    cuts = Cuts.over(midnight(min(days)), midnight(max(days)))
    return {
        (shop, product, day): tuple(
            replace(cut, starts_at=None, ends_at=None)
            for cut in cuts.of(shop, product)
            if not cut.source and cut.holds(midnight(day))
        )
        for shop, product, day in places
    }


def as_row(row: PriceCut) -> CutRow:
    """Return it as the rule of net prices sees it."""
    return CutRow(
        row.kind, row.name, row.amount_yuan, row.per_yuan, row.source, row.handed_out_at, row.by_platform,
        starts_at=row.starts_at, ends_at=row.ends_at,
    )  # fmt: skip
