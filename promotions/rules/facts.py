"""DS-11: what a price floor is worked out from: dated rows as plain values. Plain Python.

Every row holds from `starts_at` (None: since ever) until just before `ends_at` (None: open); days are midnights of
the company's time zone by the time they come here.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

OWN_SHOP, AGENCY, SUBSIDY, INDEPENDENT = "own_shop", "agency", "subsidy", "independent"
EVERYBODY = frozenset({OWN_SHOP, AGENCY, SUBSIDY, INDEPENDENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Something that holds for a while."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether it holds at this moment: its start included, its end not."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class ListPriceRow(Dated):
    """The list price of the model for a while (PR-16)."""

    yuan: Decimal


@dataclass(frozen=True, slots=True)
class PlatformPriceRow(Dated):
    """The lowest price of the model on a platform for a while (DS-8)."""

    platform: str
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class TagRow(Dated):
    """A mark of the model for a while: hero, end of line (PR-4, PR-13)."""

    tag: str


@dataclass(frozen=True, slots=True)
class CampaignRow(Dated):
    """A campaign that this shop takes part in (PR-1)."""

    name: str


@dataclass(frozen=True, slots=True)
class StandingRow(Dated):
    """DS-12: as what a partner's shop sells for a while, where it is not an independent reseller."""

    seller: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """Where and when a rule applies; what is empty is not asked for."""

    platform: str = ""
    mode: str = ""
    shop: int | None = None
    partner: int | None = None
    product: int | None = None
    series: str = ""
    tag: str = ""
    without_tags: tuple[str, ...] = ()
    when: str = ""

    @property
    def weight(self) -> int:
        """How special they are: model before shop, partner, mark, series, mode, platform, time."""
        named = (
            self.when, self.platform, self.mode, self.series, self.tag,
            self.partner is not None, self.shop is not None, self.product is not None,
        )  # fmt: skip
        return sum(1 << place for place, value in enumerate(named) if value)


@dataclass(frozen=True, slots=True)
class RuleRow(Dated):
    """A price rule: not below a share of the list price, an amount, or a share of another platform's price."""

    pk: int
    code: str
    name: str
    kind: str
    figure: Decimal
    of_platform: str = ""
    only: Conditions = field(default_factory=Conditions)
    binds: frozenset[str] = EVERYBODY


@dataclass(frozen=True, slots=True)
class GrantRow(Dated):
    """DS-11: a shop (None: every shop) may sell the model down to a price for a while."""

    pk: int
    kind: str
    shop: int | None
    product: int
    yuan: Decimal
    source: str = ""

    @property
    def code(self) -> str:
        """What the explanation calls it."""
        return f"grant:{self.kind}:{self.pk}"


@dataclass(frozen=True, slots=True)
class SellerRow(Dated):
    """CH-7: a partner to whom a restricted model is open for a while."""

    partner: int


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """A shop as rules see it; `seller` is what it is where no standing says otherwise."""

    pk: int
    code: str
    platform: str
    mode: str
    partner: int | None = None
    seller: str = OWN_SHOP
    online: bool = True
    standings: tuple[StandingRow, ...] = ()

    def sells_as(self, at: datetime) -> str:
        """DS-12: return as what it sells at this moment."""
        return next((row.seller for row in self.standings if row.holds(at)), self.seller)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A model with its dated rows."""

    pk: int
    code: str
    series: str = ""
    tags: tuple[TagRow, ...] = ()
    list_prices: tuple[ListPriceRow, ...] = ()
    platform_prices: tuple[PlatformPriceRow, ...] = ()
    sold_where: str = "anywhere"
    sellers: tuple[SellerRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """Everything that the floor of one shop and model at one moment is worked out from."""

    at: datetime
    shop: ShopFacts
    product: ProductFacts
    rules: tuple[RuleRow, ...] = ()
    campaigns: tuple[CampaignRow, ...] = ()
    grants: tuple[GrantRow, ...] = ()
