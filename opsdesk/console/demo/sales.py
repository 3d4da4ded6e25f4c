"""What the demo knows of an order: more than any file shows at one moment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from channels.connectors.base import Progress
from opsdesk.console.demo.catalogue import Item, Stall
from opsdesk.console.demo.homes import Home


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who buys, at home."""

    name: str
    phone: str
    home: Home
    street: str


@dataclass(frozen=True, slots=True)
class Bought:
    """An item of an order."""

    item: Item
    quantity: int
    price_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Life:
    """When an order came how far; None is what never happened."""

    ordered_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    refunded_at: datetime | None = None

    def moments(self) -> tuple[datetime, ...]:
        """Return when anything happened to it."""
        times = (self.ordered_at, self.paid_at, self.shipped_at, self.signed_at, self.completed_at)
        return tuple(moment for moment in (*times, self.closed_at, self.refunded_at) if moment)


@dataclass(frozen=True, slots=True)
class Sale:
    """One order with its whole life. `fate` is what the story wants of its installation, "" for whatever comes."""

    stall: Stall
    number: str
    buyer: str
    customer: Customer
    bought: tuple[Bought, ...]
    life: Life
    refunded_yuan: Decimal = Decimal(0)
    message: str = ""
    fate: str = ""

    @property
    def total_yuan(self) -> Decimal:
        """What the buyer pays."""
        return sum((one.price_yuan * one.quantity for one in self.bought), Decimal(0))

    def progress(self, at: datetime) -> Progress:
        """Return how far it has come at a moment."""
        life = self.life
        for moment, state in (
            (life.closed_at, Progress.CLOSED),
            (life.completed_at, Progress.COMPLETED),
            (life.signed_at, Progress.SIGNED),
            (life.shipped_at, Progress.SHIPPED),
            (life.paid_at, Progress.PAID),
        ):
            if moment and moment <= at:
                return state
        return Progress.UNPAID

    def refunded_by(self, at: datetime) -> Decimal:
        """Return how much money has gone back by a moment."""
        back = self.life.refunded_at
        return self.refunded_yuan if back and back <= at else Decimal(0)

    def changed(self, since: datetime, until: datetime) -> bool:
        """Say whether anything happened to it after `since`, up to `until`."""
        return any(since < moment <= until for moment in self.life.moments())
