"""DS-1 … DS-7, FI-4: what a shop may ask for and how much of it is paid; what a period's sales earn. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """A support policy in force on the day."""

    id: int
    kind: str
    share: Decimal | None
    most_yuan: Decimal | None
    price_share: Decimal | None
    days: int
    at_once: int
    in_all: int | None
    opened_within_days: int | None
    needs_trait: str
    platforms: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a decision needs to know of a shop: since when it is authorised, its traits, and the spans already taken."""

    platform: str
    authorised_on: date | None
    traits: frozenset[str]
    taken: tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a shop may ask for a support beginning on a day, what is left of it, and why or why not."""

    may: bool
    until: date | None
    left: int | None
    because: tuple[str, ...]


def authorised_since(spans: Sequence[tuple[date, date | None]], on: date) -> date | None:
    """DS-1: return since when a shop has been authorised without a break; a certificate renewed is no opening."""
    since: date | None = None
    until: date | None = None
    for start, end in sorted(spans, key=lambda span: span[0]):
        if start > on:
            break
        if since is None or (until is not None and start > until):
            since, until = start, end
        elif until is not None:
            until = None if end is None else max(until, end)
    return since if until is None or until > on else None


def eligibility(terms: Terms, shop: ShopFacts, starts_on: date, days: int) -> Eligibility:
    """DS-1 … DS-7: answer with every reason against it, or with the policy that allows it."""
    ends_on = starts_on + timedelta(days=days)
    last = (
        shop.authorised_on + timedelta(days=terms.opened_within_days)
        if shop.authorised_on and terms.opened_within_days
        else None
    )
    at_once = sum(1 for start, end in shop.taken if start < ends_on and starts_on < end)
    left = None if terms.in_all is None else max(0, terms.in_all - len(shop.taken))
    against = [
        why
        for why, holds in (
            ("not_authorised", shop.authorised_on is None or starts_on < shop.authorised_on),
            (f"platform:{shop.platform}", bool(terms.platforms) and shop.platform not in terms.platforms),
            (f"needs:{terms.needs_trait}", bool(terms.needs_trait) and terms.needs_trait not in shop.traits),
            (f"too_late:{last}", last is not None and ends_on > last + timedelta(days=terms.days)),
            (f"opened_before:{last}", last is not None and starts_on >= last),
            (f"too_long:{terms.days}", days > terms.days),
            (f"at_once:{terms.at_once}", at_once >= terms.at_once),
            (f"used_up:{terms.in_all}", left == 0),
        )
        if holds
    ]
    return Eligibility(not against, last, left, tuple(against) or (f"policy:{terms.id}",))


def support_of(terms: Terms, cost: Decimal) -> Decimal:
    """DS-2, DS-7: return what is paid back of a verified cost (yuan, not rounded): a share, up to the most."""
    paid = cost * terms.share if terms.share is not None else cost
    return paid if terms.most_yuan is None else min(paid, terms.most_yuan)


def price_of(terms: Terms, normal: Decimal) -> Decimal | None:
    """DS-1, DS-6: return the price down to which the shop may go; None where the support is money only."""
    return None if terms.price_share is None else normal * terms.price_share


@dataclass(frozen=True, slots=True)
class Tier:
    """From these sales on, this share of all of them."""

    id: int
    from_yuan: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Earned:
    """A rebate and the tier that made it."""

    amount: Decimal
    because: tuple[str, ...]


def rebate(sales: Decimal, tiers: Sequence[Tier]) -> Earned:
    """FI-4: return what paid and not refunded sales earn: the share of the highest tier reached, of all of them."""
    reached = [tier for tier in tiers if sales >= tier.from_yuan and sales > 0]
    if not reached:
        return Earned(Decimal(0), ("below_first_tier",))
    tier = max(reached, key=lambda one: one.from_yuan)
    return Earned(sales * tier.share, (f"tier:{tier.id}:{tier.from_yuan}:{tier.share}",))
