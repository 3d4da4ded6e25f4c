"""PR-4, PR-13: how low the rulebook of prices lets a model go on a brand day. Plain Python.

The figures stand in the price rules alone (ADR 0016): what binds a price when it is sold is what a plan is checked by.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from promotions.rules.facts import CampaignRow, FloorFacts, RuleRow
from promotions.rules.floors import floor

TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Limit:
    """The strictest rule of its sort for a shop, a model and a day: its amount, name, and share of the list price."""

    yuan: Decimal
    name: str
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """How low a shop may go: DS-11's floor of everything, PR-4's depth, PR-13's amount; None: no rule says so."""

    floor: Decimal | None
    depth: Limit | None
    least: Limit | None


def is_depth(rule: RuleRow) -> bool:
    """PR-4: say whether a rule limits the depth of campaigns: a share of the list price that holds in them."""
    return rule.kind == "share_of_list" and rule.only.when != "outside"


def is_least(rule: RuleRow) -> bool:
    """PR-13: say whether a rule is an amount for end-of-line models."""
    return rule.kind == "yuan" and rule.only.tag == TAIL


def ground(facts: FloorFacts) -> Ground:
    """DS-11: return how low a shop may go in a campaign that is only planned, whatever the campaign itself grants."""
    meant = replace(facts, campaigns=(*facts.campaigns, CampaignRow("planned")))
    ruled = replace(meant, grants=())
    return Ground(floor(meant).yuan, _strictest(ruled, is_depth), _strictest(ruled, is_least))


def _strictest(facts: FloorFacts, of_sort: Callable[[RuleRow], bool]) -> Limit | None:
    rules = {rule.pk: rule for rule in facts.rules if of_sort(rule)}
    won = floor(replace(facts, rules=tuple(rules.values()))).winner
    if won is None or won.yuan is None:
        return None
    rule = rules[won.pk]
    return Limit(won.yuan, won.name, rule.figure if rule.kind == "share_of_list" else None)
