"""What company.json says of shops and models, as values."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from channels.states import SoldWhere

_FILE = Path(__file__).with_name("company.json")
_FIRST_ID = 620_000_000_000
_SOLD = {"online": SoldWhere.ONLINE, "named": SoldWhere.NAMED}


@dataclass(frozen=True)
class Stall:
    """A shop, how its export files look, its share of the orders, and every how many days a file is taken in."""

    place: int
    code: str
    name: str
    platform: str
    mode: str
    operator: str
    layout: str
    share: int
    every: int

    @property
    def offline(self) -> bool:
        """Whether it is an outlet."""
        return self.platform == "outlet"

    @property
    def by_hand(self) -> bool:
        """Whether our staff record the courier's signatures, because the files do not tell."""
        return self.code in data()["signed_by_hand"]


@dataclass(frozen=True)
class Model:
    """A product with its list price and its weight among the orders; `mark` says what is special about it."""

    place: int
    code: str
    name: str
    series: str
    list_yuan: int
    mark: str
    weight: int

    @property
    def installed(self) -> bool:
        """Whether it must be installed."""
        return self.mark not in ("part", "gift")

    @property
    def sold_where(self) -> SoldWhere:
        """Where it may be sold."""
        return _SOLD.get(self.mark, SoldWhere.ANYWHERE)


@dataclass(frozen=True)
class Item:
    """A model as an item of a shop: what stands in the shop's export files."""

    item_id: str
    title: str
    merchant_code: str
    model: Model


@cache
def data() -> dict[str, Any]:
    """Return company.json."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def stalls() -> tuple[Stall, ...]:
    """Return all shops, the closed one too."""
    return tuple(Stall(place, *row) for place, row in enumerate(data()["shops"]))


@cache
def models() -> dict[str, Model]:
    """Return all products by code."""
    return {row[0]: Model(place, *row) for place, row in enumerate(data()["products"])}


def sells(stall: Stall, model: Model) -> bool:
    """Say whether a shop may sell a model, and does."""
    if model.mark == "named":
        return bool(stall.operator == data()["named_seller"])
    return bool(stall.share) and not (stall.offline and model.mark == "online")


@cache
def item(stall: Stall, model: Model) -> Item:
    """Return a shop's item for a model."""
    return Item(str(_FIRST_ID + stall.place * 10_000 + model.place), _title(model), model.code, model)


@cache
def strange_items() -> dict[str, tuple[tuple[Item, int], ...]]:
    """Return by shop the items that no listing is known for yet, and for how many days they have been on sale."""
    found: dict[str, tuple[tuple[Item, int], ...]] = {}
    for place, (shop, title, model, days) in enumerate(data()["strange_items"]):
        one = Item(str(_FIRST_ID + 9_990_000 + place), title, f"TH-{place + 1:04d}", models()[model])
        found[shop] = (*found.get(shop, ()), (one, days))
    return found


def _title(model: Model) -> str:
    return f"{data()['brand']} {model.code} {model.name}"
