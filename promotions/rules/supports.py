"""DS-1 … DS-7, FI-4: what a shop may ask for and how much of it is paid; what a period's sales earn. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

PER_MILLE = Decimal("0.001")


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
class More:
    """DS-9: from which share of multi-mode models in the sales of so many days on a support is higher, by how much."""

    id: int
    days: int
    least_share: Decimal
    more_share: Decimal
    more_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Mix:
    """DS-9: what a shop was paid and kept for multi-mode models and in all; how much could not be looked at."""

    multimode_yuan: Decimal
    sales_yuan: Decimal
    unlooked: int

    @property
    def share(self) -> Decimal | None:
        """The part of multi-mode models, rounded down so that just below a threshold stays below; None: no sales."""
        return (self.multimode_yuan / self.sales_yuan).quantize(PER_MILLE, ROUND_DOWN) if self.sales_yuan else None


def with_more(terms: Terms, more: More | None, mix: Mix | None) -> tuple[Terms, tuple[str, ...]]:
    """DS-9: return the terms that hold for a shop that lives mainly on multi-mode models, and why they do or do not."""
    if more is None or mix is None:
        return terms, ()
    if mix.share is None:
        return terms, (f"multimode_unknown:{more.days}:{mix.unlooked}",)
    found = f"{_percent(mix.share)}:{_percent(more.least_share)}:{more.days}:{mix.unlooked}"
    if mix.share < more.least_share:
        return terms, (f"multimode_less:{found}",)
    share = None if terms.share is None else min(terms.share + more.more_share, Decimal(1))
    most = None if terms.most_yuan is None else terms.most_yuan + more.more_yuan
    because = f"multimode:{found}:{more.id}:{_percent(more.more_share)}:{more.more_yuan}"
    return replace(terms, share=share, most_yuan=most), (because,)


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


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
