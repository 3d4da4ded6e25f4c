"""PR-14: findings of the plan's checker as people read them: rule, sentence with its numbers, and where to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from channels.models import Platform
from channels.states import Mode
from promotions.rules.plan import PlanFacts, Row
from promotions.rules.plan_checks import CHECKS, Finding
from promotions.states import findings as said
from promotions.states.plan import Festival, OfferKind

_KINDS = {"kind": OfferKind, "other": OfferKind, "festival": Festival, "wanted": Festival, "mode": Mode}
_LISTS = {"capacity": "admin:aftersales_capacity_changelist"}
"""Checks whose numbers stand in a list of their own."""
_ORDER = {"stop": 0, "warn": 1, "pass": 2}


@dataclass(frozen=True)
class Line:
    """What one finding says."""

    level: str
    label: str
    sentence: str
    href: str


@dataclass(frozen=True)
class Verdict:
    """What a check says of the plan: the worst of its findings, and each of them."""

    rule: str
    name: str
    level: str
    label: str
    lines: tuple[Line, ...]


def explained(plan: PlanFacts, found: Sequence[Finding]) -> list[Verdict]:
    """Return every check with its sentences, what does not hold first. One query."""
    platforms = dict(Platform.objects.values_list("code", "name"))
    events = {offer.id: event.id for event in plan.events for offer in event.offers}
    verdicts = []
    for rule, name, _run in CHECKS:
        lines = tuple(line_of(one, platforms, events) for one in found if one.check == name)
        worst = min((line.level for line in lines), key=_ORDER.__getitem__)
        verdicts.append(Verdict(rule, str(said.CHECKS[name][0]), worst, str(said.LEVELS[worst]), lines))
    return sorted(verdicts, key=lambda one: _ORDER[one.level])


def line_of(one: Finding, platforms: Mapping[str, str], events: Mapping[int, int]) -> Line:
    """Return one finding as a sentence with its link."""
    sentence = said.CHECKS[one.check][1] if one.level == "pass" else said.PROBLEMS[one.code]
    numbers = {name: _shown(name, value, platforms) for name, value in one.numbers.items()}
    href = reverse(_LISTS[one.check]) if one.check in _LISTS else _href(one.row, events)
    return Line(one.level, str(said.LEVELS[one.level]), str(sentence).format_map(numbers), href)


def _shown(name: str, value: Any, platforms: Mapping[str, str]) -> str:
    if name == "platform":
        return platforms.get(value, value)
    if isinstance(value, str) and name in _KINDS:
        return str(dict(_KINDS[name].choices).get(value, value or "–"))
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:,}" if isinstance(value, int) and name != "year" else str(value)


def _href(row: Row, events: Mapping[int, int]) -> str:
    kind, pk = row
    if kind == "offer" and pk in events:
        return f"{reverse('brand_day', args=[events[pk]])}#offer-{pk}"
    if kind == "event":
        return reverse("brand_day", args=[pk])
    return reverse("admin:channels_product_change", args=[pk]) if kind == "product" else ""
