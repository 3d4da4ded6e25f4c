"""PR-1 … PR-17: the figures of planning in force on a day, each from the one table that holds it (ADR 0016)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from opsdesk.errors import Refused
from promotions.models import ClaimRule, ClaimShare, ListPriceProof, PlanRule, PriceRule
from promotions.rules import limits
from promotions.rules.plan import FIGURES, Figures
from promotions.states.claim import ClaimKind

CLAIMED = {
    "cashback": ClaimKind.CASH_BACK,
    "show_order": ClaimKind.SHOW_ORDER,
    "coupon": ClaimKind.COUPON,
    "phone": ClaimKind.PHONE_ORDER,
}
"""Offers that customers claim, and the kind of claim whose rule says how much and where."""


class RuleMissing(Refused):
    code, sentence = "plan_rule_missing", _("No rule of planning “{rule}” is in force on {day}; enter it first.")


@dataclass(frozen=True)
class Rules:
    """Every rule that a plan is checked by, whenever it holds."""

    plan: tuple[PlanRule, ...]
    claims: tuple[ClaimRule, ...]
    shares: tuple[ClaimShare, ...]
    proofs: tuple[ListPriceProof, ...]
    prices: tuple[PriceRule, ...]


def rules() -> Rules:
    """Return every rule of planning. Five queries."""
    return Rules(
        tuple(PlanRule.objects.order_by("pk")),
        tuple(ClaimRule.objects.filter(kind__in=CLAIMED.values()).order_by("pk")),
        tuple(ClaimShare.objects.select_related("platform").order_by("pk")),
        tuple(ListPriceProof.objects.order_by("pk")),
        tuple(PriceRule.objects.meant().order_by("pk")),
    )


def figures_on(held: Rules, day: date) -> Figures:
    """Return the figures in force on a day; refuse if one is missing."""
    own = in_force(held.plan, day)
    numbers = {row.code: row.number for row in own if not row.platform}
    claims = {row.kind: row for row in in_force(held.claims, day)}
    for name, kind in CLAIMED.items():
        if kind in claims:
            numbers |= {f"{name}_least": claims[kind].least_yuan, f"{name}_most": claims[kind].most_yuan}
    for proof in in_force(held.proofs, day):
        numbers["list_days"] = Decimal(proof.least_days)
    _complete(numbers, held, day)
    shares: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in in_force(held.shares, day):
        shares[row.kind][row.platform.code] = row.most_share
    return Figures(
        numbers,
        _allowed(own, claims),
        _parts(own),
        {name: shares[kind] for name, kind in CLAIMED.items() if kind in shares},
    )


def _allowed(own: Iterable[PlanRule], claims: dict[str, ClaimRule]) -> dict[str, frozenset[tuple[str, str]]]:
    """PR-5, PR-6, PR-9: by kind of offer, the platforms and modes that are entitled to it."""
    allowed: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in own:
        head, _dot, name = row.code.partition(".")
        if head == "eligible":
            allowed[name].add((row.platform, row.mode))
    for name, kind in CLAIMED.items():
        if kind in claims and claims[kind].platforms:
            allowed[name] |= {(platform, "") for platform in claims[kind].platforms}
    return {kind: frozenset(rows) for kind, rows in allowed.items()}


def _parts(own: Iterable[PlanRule]) -> dict[str, frozenset[str]]:
    """PR-15: by part, the platforms that have it."""
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for row in own:
        head, _dot, name = row.code.partition(".")
        if head == "part":
            parts[name].add(row.platform)
    return {part: frozenset(platforms) for part, platforms in parts.items()}


def _complete(numbers: dict[str, Decimal], held: Rules, day: date) -> None:
    """Refuse to check by rules of which one is missing: not to have looked is not to have passed."""
    prices = [row.as_row() for row in in_force(held.prices, day)]
    there = {"PR-4": any(map(limits.is_depth, prices)), "PR-13": any(map(limits.is_least, prices))}
    missing = [code for code in FIGURES if code not in numbers] + [rule for rule, held_ in there.items() if not held_]
    if missing:
        raise RuleMissing(rule=missing[0], day=day)


def in_force(rows: Iterable[Any], day: date) -> list[Any]:
    """Narrow dated rows to those of a day."""
    return [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)]
