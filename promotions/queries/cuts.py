from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from channels.models import Shop
from promotions.models import PriceCut
from promotions.rules.prices import CutRow, Net, net_price


@dataclass(frozen=True)
class Cuts:
    """PR-10, PR-11: the reductions in force at a moment, and where each holds."""

    moment: datetime
    rows: tuple[tuple[PriceCut, CutRow], ...]
    platforms: dict[int, int]

    @classmethod
    def at(cls, moment: datetime) -> "Cuts":
        """Gather those in force. Two queries."""
        rows = PriceCut.objects.filter(starts_at__lte=moment, ends_at__gt=moment).order_by("pk")
        return cls(
            moment,
            tuple((row, _row(row)) for row in rows),
            dict(Shop.objects.values_list("pk", "platform_id")),
        )

    def shown(self, shop_id: int, product_id: int, price: Decimal) -> Net:
        """Return the net price of an item with every reduction that it comes from."""
        return net_price(price, self._of(shop_id, product_id), self.moment)

    def net(self, shop_id: int, product_id: int, price: Decimal) -> Decimal:
        """Return what a customer pays for an item at least."""
        cuts = self._of(shop_id, product_id) if self.rows else []
        return net_price(price, cuts, self.moment).yuan if cuts else price

    def _of(self, shop_id: int, product_id: int) -> list[CutRow]:
        platform = self.platforms.get(shop_id)
        return [
            cut
            for row, cut in self.rows
            if row.shop_id in (None, shop_id)
            and row.product_id in (None, product_id)
            and row.platform_id in (None, platform)
        ]


def _row(row: PriceCut) -> CutRow:
    return CutRow(row.kind, row.name, row.amount_yuan, row.per_yuan, starts_at=row.starts_at, ends_at=row.ends_at)
