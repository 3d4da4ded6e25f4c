"""AS-8: what a customer may get, and at whose cost: our policy, or a right of his that gives him more. Plain Python.

For each remedy the better offer counts: freight on us before freight on him, then fewer conditions; where both are the
same, it is our policy. Sentences are Chinese as they stand, because only Chinese read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

COMPANY, CUSTOMER = "company", "customer"
GOODS_STAY = frozenset({"resend", "repair"})
"""Remedies for which nothing has to be resellable."""


@dataclass(frozen=True)
class Policy:
    """AS-8: a return policy of ours, as the row has it."""

    evidence_needed: bool
    freight_payer: str
    remedies: tuple[str, ...]
    contact_hours: int | None = None
    post_hours: int | None = None
    resellable_needed: bool = False


@dataclass(frozen=True)
class Right:
    """What law or a marketplace gives a customer, as the row has it; no reasons: it needs none."""

    name: str
    source: str
    reasons: frozenset[str]
    days: int
    day_after: bool
    remedies: tuple[str, ...]
    freight_payer: str
    intact_needed: bool
    reference: str
    standing: str


@dataclass(frozen=True)
class Case:
    """What is known of a return: why, when the goods came, when he asked, whether the heater was installed since."""

    reason: str
    asked_on: date
    signed_on: date | None
    hours_since_receipt: float | None
    installed: bool


@dataclass(frozen=True)
class Option:
    """A remedy, at whose cost, under which conditions, and whose rule says so ("" as the right: our own policy)."""

    remedy: str
    freight_payer: str
    evidence_needed: bool
    condition: str  # "", "intact" (law: parts complete, tried is fine) or "resellable" (ours: as new)
    right: str = ""
    reference: str = ""
    standing: str = ""


@dataclass(frozen=True)
class Decision:
    """What applies, the reasons, and whether a person has to decide it."""

    options: tuple[Option, ...]
    a_person_decides: bool
    because: tuple[str, ...]
    post_hours: int | None = None

    @property
    def evidence_needed(self) -> bool:
        """Whether nothing is given without proof."""
        return bool(self.options) and all(option.evidence_needed for option in self.options)

    def option(self, remedy: str) -> Option | None:
        """Return what applies to a remedy."""
        return next((option for option in self.options if option.remedy == remedy), None)


def decide(case: Case, policy: Policy | None, rights: Sequence[Right]) -> Decision:
    """AS-8: decide what a customer may get; the stronger of our policy and his rights, and say which it was."""
    because: list[str] = []
    ours = _by_policy(case, policy, because)
    theirs = [option for right in rights if _holds(case, right) for option in _by_right(right)]
    options = []
    for remedy in dict.fromkeys(option.remedy for option in (*ours, *theirs)):
        best = min((option for option in (*ours, *theirs) if option.remedy == remedy), key=_cost)
        options.append(best)
        if best.right:
            weaker = any(option.remedy == remedy for option in ours)
            why = "比我们的规定对顾客更有利" if weaker else "我们的规定不给，但顾客有此权利"
            because.append(f"{_REMEDIES[remedy]}：依据“{best.right}”，{why}（{best.reference}）")
    doubtful = case.installed and any(option.condition for option in options)
    if doubtful:
        because.append("热水器已安装：是否还算完好没有统一规定，由专人判断")
    if not options:
        because.append("没有任何规定支持这项申请，由专人判断")
    post_hours = policy.post_hours if policy and ours else None
    return Decision(tuple(options), doubtful or not options, tuple(because), post_hours)


def _by_policy(case: Case, policy: Policy | None, because: list[str]) -> list[Option]:
    if policy is None:
        because.append("这个原因没有售后政策")
        return []
    late = policy.contact_hours is not None and (case.hours_since_receipt or 0) > policy.contact_hours
    if late:
        because.append(f"超过签收后 {policy.contact_hours} 小时才联系，我们的规定不再适用")
        return []
    payer = "我们" if policy.freight_payer == COMPANY else "顾客（往返）"
    because.append(f"按我们的售后政策：运费由{payer}承担")
    return [
        Option(
            remedy,
            policy.freight_payer,
            policy.evidence_needed,
            "resellable" if policy.resellable_needed and remedy not in GOODS_STAY else "",
        )
        for remedy in policy.remedies
    ]


def _holds(case: Case, right: Right) -> bool:
    """Whether a right covers the case: its reasons, and its days counted from the signature."""
    if right.reasons and case.reason not in right.reasons:
        return False
    return case.signed_on is None or case.asked_on <= last_day(case.signed_on, right)


def last_day(signed_on: date, right: Right) -> date:
    """Return the last day of a right; where it counts from the day after the signature, that day is its first."""
    return signed_on + timedelta(days=right.days if right.day_after else right.days - 1)


def _by_right(right: Right) -> list[Option]:
    condition = "intact" if right.intact_needed else ""
    proof = bool(right.reasons)  # a right that needs a reason needs the reason proved
    return [
        Option(remedy, right.freight_payer, proof, condition, right.name, right.reference, right.standing)
        for remedy in right.remedies
    ]


def _cost(option: Option) -> tuple[bool, int, bool, bool]:
    """How much an option asks of the customer: the least is the best for him; of equals, our own policy."""
    return (
        option.freight_payer == CUSTOMER,
        ("", "intact", "resellable").index(option.condition),
        option.evidence_needed,
        bool(option.right),
    )


_REMEDIES = {
    "refund": "退款",
    "exchange": "换货",
    "other_model": "更换其他型号",
    "repair": "维修",
    "resend": "补发",
}
