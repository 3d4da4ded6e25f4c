"""PR-14: a year is checked as a whole before any of it is approved: one function per rule, and the table of them.

Plain Python: facts of a whole year in, findings out, each pass, warn or stop, with its numbers and the row it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotions.rules import checks_calendar, checks_field, checks_money, checks_offers, checks_prices
from promotions.rules.plan import PASS, STOP, WARN, Answer, PlanFacts, Row

CHECKS: tuple[tuple[str, str, Callable[[PlanFacts], Answer]], ...] = (
    ("PR-1", "days", checks_calendar.days),
    ("PR-1", "months", checks_calendar.months),
    ("PR-1", "all_shops", checks_calendar.all_shops),
    ("PR-2", "goal", checks_money.goal),
    ("PR-3", "budget", checks_money.budget),
    ("PR-3", "spread", checks_money.spread),
    ("PR-3", "volume", checks_money.volume),
    ("PR-4", "depth", checks_prices.depth),
    ("PR-4", "overlaps", checks_prices.overlaps),
    ("PR-5", "flash_models", checks_offers.flash_models),
    ("PR-5", "flash_price", checks_offers.flash_price),
    ("PR-5", "eligible", checks_offers.eligible),
    ("PR-6", "trials", checks_offers.trials),
    ("PR-7", "launches", checks_calendar.launches),
    ("PR-8", "cashback", checks_offers.cashback),
    ("PR-9", "show_order", checks_offers.show_order),
    ("PR-10", "coupons", checks_offers.coupons),
    ("PR-11", "phone", checks_offers.phone),
    ("PR-12", "amusements", checks_calendar.amusements),
    ("PR-13", "tail", checks_prices.tail),
    ("PR-14", "themes", checks_calendar.themes),
    ("PR-14", "festivals", checks_calendar.festivals),
    ("PR-15", "channels", checks_calendar.channels),
    ("PR-16", "true_list", checks_prices.true_list),
    ("PR-17", "stock", checks_calendar.stock),
    ("DS-11", "floors", checks_prices.floors),
    ("AS-1", "capacity", checks_field.capacity),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of a plan or of one row of it. `code` is the check's own where it passed."""

    rule: str
    check: str
    level: str
    code: str
    row: Row
    numbers: Mapping[str, Any]


def check(plan: PlanFacts) -> tuple[Finding, ...]:
    """PR-14: return what every rule says of this year: one "pass" with its numbers, or each problem."""
    return tuple(finding for rule, name, run in CHECKS for finding in _findings(rule, name, run(plan), plan))


def _findings(rule: str, name: str, answer: Answer, plan: PlanFacts) -> list[Finding]:
    if not answer.problems:
        return [Finding(rule, name, PASS, name, ("plan", plan.id), answer.numbers)]
    ordered = sorted(answer.problems, key=lambda problem: problem.level != STOP)
    return [Finding(rule, name, one.level, one.code, one.row, one.numbers) for one in ordered]


def stops(findings: Sequence[Finding]) -> list[Finding]:
    """Return what keeps a plan from being submitted."""
    return [finding for finding in findings if finding.level == STOP]


def warnings(findings: Sequence[Finding]) -> list[Finding]:
    """Return what somebody should look at."""
    return [finding for finding in findings if finding.level == WARN]
