"""PR-1 … PR-17: a year's plan as facts, and what a check answers. Plain Python."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from promotions.rules.limits import Limit
from promotions.rules.nets import CutRow
from promotions.rules.peak import FieldFacts

PASS, WARN, STOP = "pass", "warn", "stop"
PRICED = frozenset({"hero", "cut", "flash", "trial", "launch", "tail"})
FIGURES = (
    "first_day", "event_days", "extra_days", "goal_share", "budget_share", "spread_most",
    "flash_models", "flash_models_festival", "flash_share", "trials_year", "trial_shops", "new_days",
    "cashback_least", "cashback_most", "cashback_quota", "cashback_quota_festival",
    "show_order_least", "show_order_most", "coupon_least", "coupon_most", "phone_least", "phone_most", "auctions",
    "stock_days", "list_days", "install_days", "delivery_days", "usual_days",
    "month.anniversary", "month.national_day", "month.double_11", "month.double_12",
)  # fmt: skip
"""The figures without which no plan can be checked; `promotions.queries.plan_figures` says from which table each is."""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """A shop: on which platform, in which mode."""

    id: int
    name: str
    platform: str
    mode: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of the plan's rules in force on a day: figures by code, who may offer what, each channel's part,
    and at most which share of a kind of reward a platform may have (PR-9)."""

    numbers: Mapping[str, Decimal]
    allowed: Mapping[str, frozenset[tuple[str, str]]]
    parts: Mapping[str, frozenset[str]]
    shares: Mapping[str, Mapping[str, Decimal]] = dataclasses.field(default_factory=dict)

    def __getitem__(self, code: str) -> Decimal:
        return self.numbers[code]

    def festival_months(self) -> dict[int, str]:
        """PR-5: return the months of the four festivals."""
        found = ((code.partition("."), number) for code, number in self.numbers.items())
        return {int(number): name for (head, _dot, name), number in found if head == "month"}

    def entitles(self, kind: str, shop: ShopFacts) -> bool:
        """PR-5: say whether a shop may offer this kind; a kind without rows is open to all."""
        rows = self.allowed.get(kind)
        return rows is None or (shop.platform, "") in rows or (shop.platform, shop.mode) in rows


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer with what is known of its model: the list price on the first day, since when, and the one before; by
    shop what limits its price, and the reductions that hold there on that day whatever the plan says.
    """

    id: int
    kind: str
    shops: tuple[ShopFacts, ...] = ()
    product_id: int | None = None
    product: str = ""
    price: Decimal | None = None
    amount: Decimal | None = None
    per: Decimal | None = None
    quota: int | None = None
    budget: Decimal = Decimal(0)
    stock_need: int = 0
    given_out_on: date | None = None
    installed: bool = True
    hero: bool = False
    tail: bool = False
    launched_on: date | None = None
    list_price: Decimal | None = None
    list_since: date | None = None
    list_before: Decimal | None = None
    best_sold: Decimal | None = None
    floors: Mapping[int, Decimal] = dataclasses.field(default_factory=dict)
    standing: Mapping[int, tuple[CutRow, ...]] = dataclasses.field(default_factory=dict)
    depths: Mapping[int, Limit] = dataclasses.field(default_factory=dict)
    leasts: Mapping[int, Limit] = dataclasses.field(default_factory=dict)

    @property
    def cost(self) -> Decimal:
        """What it costs when all of its quota is taken."""
        return (self.amount or Decimal(0)) * (self.quota or 0)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """A brand day with its offers, its targets by shop, and the figures in force on its first day."""

    id: int
    number: int
    name: str
    theme: str
    starts_on: date
    figures: Figures
    days: int = 3
    extra_days: int = 0
    extended_because: str = ""
    festival: str = ""
    own_application: bool = False
    application: str = ""
    budget: Decimal = Decimal(0)
    stock_by: date | None = None
    offers: tuple[OfferFacts, ...] = ()
    targets: tuple[tuple[ShopFacts, Decimal], ...] = ()
    field: FieldFacts | None = None

    @property
    def last_day(self) -> date:
        """The last day of selling."""
        return self.starts_on + timedelta(days=self.days + self.extra_days - 1)

    def of(self, kind: str) -> tuple[OfferFacts, ...]:
        """Return its offers of a kind."""
        return tuple(offer for offer in self.offers if offer.kind == kind)


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """Another promise that a model may be sold cheaper, from elsewhere; no shop: in all of them."""

    id: int
    product_id: int
    shop_id: int | None
    price: Decimal
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A year's plan, whole."""

    id: int
    year: int
    first_month: int
    sales: Decimal
    goal: Decimal
    promotion: Decimal
    budget: Decimal
    figures: Figures
    events: tuple[EventFacts, ...] = ()
    shops: tuple[ShopFacts, ...] = ()
    launches: tuple[tuple[int, str, date], ...] = ()
    grants: tuple[GrantFacts, ...] = ()

    @property
    def months(self) -> range:
        """The months that shall each have a brand day."""
        return range(self.first_month, 13)


Row = tuple[str, int]
"""What a problem is about: "plan", "event", "offer", "product", "grant", and its key."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold: how bad, of which row, with which numbers."""

    code: str
    level: str
    row: Row
    numbers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check found: the numbers that it looked at, and what does not hold."""

    numbers: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


def stop(code: str, row: Row, **numbers: Any) -> Problem:
    """Say that a plan cannot be submitted with this."""
    return Problem(code, STOP, row, numbers)


def warn(code: str, row: Row, **numbers: Any) -> Problem:
    """Say that somebody should look at this."""
    return Problem(code, WARN, row, numbers)


def of_offer(event: EventFacts, offer: OfferFacts) -> dict[str, Any]:
    """Name an offer for a sentence."""
    return {"event": event.name, "kind": offer.kind, "product": offer.product}
