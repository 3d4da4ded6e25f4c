"""DS-11: a grant that is asked for or only tried out, as a value. Plain Python."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from promotions.rules.facts import GrantRow


@dataclass(frozen=True, slots=True)
class Grant:
    """A shop (None: every shop) may sell a model down to a price for a while; `source` is (model's label, key)."""

    kind: str
    shop_id: int | None
    product_id: int
    price_yuan: Decimal
    starts_at: datetime
    ends_at: datetime
    source: tuple[str, int] = ("", 0)
    because: tuple[str, ...] = ()

    def as_row(self, pk: int = 0, source: str = "") -> GrantRow:
        """Return it as floors see it; those that are only tried out have no key."""
        return GrantRow(
            pk, self.kind, self.shop_id, self.product_id, self.price_yuan, source,
            starts_at=self.starts_at, ends_at=self.ends_at,
        )  # fmt: skip
