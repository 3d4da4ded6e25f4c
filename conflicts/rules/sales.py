"""CF-13: a sale, a lost order and who was told of it, as detectors compare them. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from conflicts.rules.weighing import Figures

LOSING = ("refund_only", "return_refund")
ALIVE = ("asked", "agreed", "returning", "received", "inspected", "granted", "paid")
FINAL = ("granted", "paid")
UNDELIVERED = ("送达", "送不到", "地址", "搬", "超区", "配送范围")
FAULTS = ("quality", "damage", "wrong_goods", "missing_parts")


@dataclass(frozen=True, slots=True)
class Who:
    """A receiver, in clear as far as it is known; `city` and `county` are region codes, "" when unknown."""

    name: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    county: str = ""


@dataclass(frozen=True, slots=True)
class Seller:
    """The shop of a sale and its operator; `path` names him and those above him, "" for a shop of the company."""

    shop: int
    operator: int | None
    path: str
    mode: str
    legitimate: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A model in an order; `unit_yuan` is what was paid for one, nothing for a gift."""

    product: int
    series: str
    unit_yuan: Decimal | None
    quantity: int = 1

    @property
    def is_gift(self) -> bool:
        """Given on top of something else."""
        return self.unit_yuan == 0


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as far as it is compared; `unmapped` counts items of which nobody knows the model."""

    pk: int
    seller: Seller
    ordered_at: datetime
    paid_yuan: Decimal | None
    who: Who
    items: tuple[Item, ...]
    unmapped: int = 0
    customer: int | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """A refund of an order."""

    pk: int
    kind: str
    state: str
    reason: str
    said: str
    shipped: bool
    yuan: Decimal
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """What of an order says whether it was lost; `seen_at` is when its state was seen."""

    pk: int
    ordered_at: datetime
    closed: bool
    yuan: Decimal | None
    seen_at: datetime
    refunds: tuple[Back, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """An order that was lost: when, by which refund (none: the platform only says so), for good or not yet."""

    at: datetime
    refund: int | None
    final: bool
    reason: str = ""
    said: str = ""
    shipped: bool = False
    day_known: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What a partner had to do with the installation of a lost order; `path` as of a seller."""

    what: str
    path: str
    at: datetime
    job: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A lost order and a purchase elsewhere by whom seems to be the same customer, and by what he was recognised."""

    lost: Sale
    loss: Loss
    won: Sale
    basis: str
    told: tuple[Told, ...] = ()


def loss_of(order: Paid, figures: Figures) -> Loss | None:
    """Say whether an order was lost: by a refund of all of it, or closed after it was paid; a price difference, an
    exchange, a part of the money, or a refund that came to nothing lose no order."""
    whole = [one for one in order.refunds if one.kind in LOSING and one.state in ALIVE and _whole(one, order, figures)]
    if whole:
        first = min(whole, key=lambda one: (one.asked_at, one.pk))
        final = order.closed or any(one.state in FINAL for one in whole)
        return Loss(first.asked_at, first.pk, final, first.reason, first.said, first.shipped)
    if order.closed:
        guess = order.ordered_at + timedelta(days=int(figures["closed_days"]))
        return Loss(min(order.seen_at, guess), None, True, day_known=False)
    return None


def _whole(refund: Back, order: Paid, figures: Figures) -> bool:
    return order.closed or not order.yuan or refund.yuan >= figures["whole_share"] * order.yuan


def window(order: Paid, loss: Loss, figures: Figures) -> tuple[datetime, datetime]:
    """Return between when a purchase elsewhere counts: after the first one, and near its loss."""
    before, after = (timedelta(days=int(figures[name])) for name in ("days_before", "days_after"))
    return max(order.ordered_at, loss.at - before), loss.at + after


def related(one: str, other: str) -> bool:
    """CH-5: whether two partners are the same, or one stands above the other."""
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def same_hand(one: Seller, other: Seller) -> bool:
    """Whether two sales are one seller's: the same shop, or shops of one partner."""
    return one.shop == other.shop or (one.operator is not None and one.operator == other.operator)


def same_goods(lost: Sale, won: Sale) -> tuple[str, Item | None, Item | None]:
    """Compare what was bought: the same model, one of its series, another one, or unknown; with the two items."""
    mine = [item for item in lost.items if not item.is_gift]
    for code, matches in (("same_model", _same_model), ("same_series", _same_series)):
        for first in mine:
            for second in sorted(won.items, key=lambda item: item.is_gift):
                if matches(first, second):
                    return code, first, second
    if not mine or won.unmapped or not won.items:
        return "unmapped_lost" if not mine else "unmapped_won", None, None
    return "other_model", None, None


def _same_model(one: Item, other: Item) -> bool:
    return one.product == other.product


def _same_series(one: Item, other: Item) -> bool:
    return bool(one.series) and one.series == other.series


def people(pair: Pair) -> Iterator[tuple[str, str]]:
    """Say how the two receivers differ and what that may mean: a gift, a family, a move, a second phone."""
    lost, won = pair.lost.who, pair.won.who
    other_city = bool(lost.city and won.city and lost.city != won.city)
    other_home = _differ(lost.address, won.address) and not other_city
    if _differ(lost.name, won.name):
        yield _another(lost, won, other_city, other_home), f"{lost.name[:1]}* → {won.name[:1]}*"
    elif other_city:
        yield "other_city", f"{lost.city} → {won.city}"
        if _undelivered(pair):
            yield "moved", ""
    if _differ(lost.phone, won.phone):
        yield "other_phone", ""


def _another(lost: Who, won: Who, other_city: bool, other_home: bool) -> str:
    if other_city or other_home:
        return "gift" if other_city else "other_home"
    same_home = bool(lost.address) and lost.address == won.address and "*" not in lost.address
    return "family" if same_home else "other_name"


def _differ(one: str, other: str) -> bool:
    """Whether both are known in clear and not the same."""
    return bool(one and other) and "*" not in one + other and one != other


def _undelivered(pair: Pair) -> bool:
    loss = pair.loss
    return any(word in loss.said for word in UNDELIVERED) or (loss.shipped and pair.lost.signed_at is None)


def faulty(pair: Pair) -> bool:
    """Whether it was given back for a fault that he can have seen: the goods had arrived."""
    arrived = pair.lost.signed_at
    return pair.loss.reason in FAULTS and arrived is not None and arrived <= pair.loss.at


def recognised(pair: Pair) -> tuple[str, str]:
    """Say by what the customer was recognised; masked forms say less when the counties differ or are unknown."""
    lost, won = pair.lost.who, pair.won.who
    if pair.basis != "masked":
        return ("same_phone" if pair.basis == "phone" else "same_name_address"), ""
    near = bool(lost.county) and lost.county == won.county and not lost.name.startswith("*")
    return ("masked" if near else "masked_city"), won.county or won.city
