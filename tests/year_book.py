"""The book that tests/year.py keeps of its year: what was sold, and what is left of each budget, by arithmetic."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal as D


@dataclass
class Sold:
    """An order as its buyer knows it; `month` is that of the brand day it was paid on, 0 outside."""

    number: str
    shop: str
    model: str
    yuan: D
    paid_at: datetime
    month: int
    pk: int = 0
    refunded: bool = False


@dataclass
class Purse:
    """What is left of a budget and a quota, by arithmetic of our own; what each claim holds or has been paid."""

    limit_yuan: D
    limit_count: int
    held: dict[tuple[str, str], D] = field(default_factory=dict)
    paid: dict[tuple[str, str], D] = field(default_factory=dict)
    shut: bool = False
    used: D = D(0)

    def fits(self, yuan: D) -> bool:
        """Whether another claim of this much must be accepted."""
        room = self.used + yuan <= self.limit_yuan and len(self.held) + len(self.paid) < self.limit_count
        return room and not self.shut

    def hold(self, key: tuple[str, str], yuan: D) -> None:
        self.held[key] = yuan
        self.used += yuan

    def give_back(self, key: tuple[str, str]) -> None:
        for kept in (self.held, self.paid):
            self.used -= kept.pop(key, D(0))
