"""DS-11, DS-12: what is wrong with a price rule before it is entered. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from promotions.rules.facts import INDEPENDENT, Dated, RuleRow, ShopFacts

FINE = "fine"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that somebody wants to enter: whether it may fine, whether a review allows that, what it names."""

    rule: RuleRow
    consequence: str = "note"
    reviewed: bool = False
    shop: ShopFacts | None = None
    product_series: str | None = None


def objections(candidate: Candidate, others: Iterable[RuleRow]) -> tuple[str, ...]:
    """Return why a rule must not be entered; none: it may."""
    return (*_figure(candidate.rule), *_never(candidate), *_legal(candidate), *_against(candidate.rule, others))


def _figure(rule: RuleRow) -> tuple[str, ...]:
    share, of_platform = rule.kind != "yuan", rule.kind == "share_of_platform"
    wrong = {
        "share_out_of_range": share and not 0 < rule.figure <= 1,
        "amount_out_of_range": not share and rule.figure <= 0,
        "platform_missing": of_platform and not rule.of_platform,
        "platform_not_asked": not of_platform and bool(rule.of_platform),
        "share_of_itself": bool(rule.of_platform) and rule.of_platform == rule.only.platform,
    }
    return tuple(why for why, so in wrong.items() if so)


def _never(candidate: Candidate) -> tuple[str, ...]:
    """Conditions that no shop or model can fulfil together."""
    only, shop = candidate.rule.only, candidate.shop
    wrong = {
        "never_platform": shop is not None and only.platform not in ("", shop.platform),
        "never_mode": shop is not None and only.mode not in ("", shop.mode),
        "never_partner": shop is not None and only.partner not in (None, shop.partner),
        "never_series": candidate.product_series is not None and only.series not in ("", candidate.product_series),
        "never_tag": bool(only.tag) and only.tag in only.without_tags,
    }
    return tuple(why for why, so in wrong.items() if so)


def _legal(candidate: Candidate) -> tuple[str, ...]:
    """DS-12: an independent reseller is never fined without a legal review that allows it."""
    if not candidate.rule.binds:
        return ("binds_nobody",)
    fines = candidate.consequence == FINE and INDEPENDENT in candidate.rule.binds
    return ("legal_review_missing",) if fines and not candidate.reviewed else ()


def _against(rule: RuleRow, others: Iterable[RuleRow]) -> tuple[str, ...]:
    """Two figures for the same question: one of them could never count, and nobody knew which was meant."""
    for other in others:
        same = (other.kind, other.of_platform, _asked(other)) == (rule.kind, rule.of_platform, _asked(rule))
        if same and other.figure != rule.figure and other.binds & rule.binds and _together(rule, other):
            return ("contradicts",)
    return ()


def _asked(rule: RuleRow) -> object:
    return replace(rule.only, without_tags=tuple(sorted(rule.only.without_tags)))


def _together(one: Dated, other: Dated) -> bool:
    before = one.ends_at is not None and other.starts_at is not None and one.ends_at <= other.starts_at
    after = other.ends_at is not None and one.starts_at is not None and other.ends_at <= one.starts_at
    return not (before or after)


@dataclass(frozen=True, slots=True)
class GrantBounds:
    """DS-1, DS-6: how far, how long and for how many models a kind of grant may go; None: no bound."""

    lowest_share: Decimal | None = None
    most_days: int | None = None
    most_models: int | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A grant as its bounds see it; `ordinary_yuan` is the shop's floor without any grant."""

    yuan: Decimal
    days: Decimal
    mode: str
    ordinary_yuan: Decimal | None
    models: int


def beyond(wish: Wish, bounds: GrantBounds) -> tuple[str, ...]:
    """DS-1, DS-6: return which bounds a grant would break."""
    ordinary, share = wish.ordinary_yuan, bounds.lowest_share
    broken = {
        "too_low": ordinary is not None and share is not None and wish.yuan < ordinary * share,
        "too_long": bounds.most_days is not None and wish.days > bounds.most_days,
        "too_many": bounds.most_models is not None and wish.models > bounds.most_models,
        "wrong_mode": bounds.mode not in ("", wish.mode),
    }
    return tuple(why for why, so in broken.items() if so)
