"""AS-6: which moves a kind of refund has, and what is waited for in each state. Plain Python."""

from dataclasses import dataclass

GOODS_BACK = frozenset({"return_refund", "exchange"})
MONEY_BACK = frozenset({"refund_only", "return_refund", "price_difference", "cash_back"})
FREEZING = frozenset({"refund_only", "return_refund", "exchange"})
"""The customer may not keep the machine: nobody goes to install it meanwhile."""

_ALWAYS = {"agree", "refuse", "ask_again", "close", "withdraw"}
_GOODS = {"post", "receive", "inspect"}
_MONEY = {"grant", "retract", "pay"}


@dataclass(frozen=True)
class Facts:
    """What decides the next step."""

    kind: str
    state: str
    accepted: bool = False  # the goods came back and were accepted
    shipped: bool = True  # the order's goods had left us


def actions(facts: Facts) -> frozenset[str]:
    """Return the moves that a refund of this kind has at all; the machine says which of them from its state."""
    found = set(_ALWAYS)
    if facts.kind in GOODS_BACK:
        found |= _GOODS
    if facts.kind in MONEY_BACK:
        found |= _MONEY
        if facts.state == "agreed" and facts.kind in GOODS_BACK and not facts.accepted:
            found.discard("grant")
    else:
        found.add("send")
        if facts.kind in GOODS_BACK and facts.state == "agreed":
            found.discard("send")
    return frozenset(found)


def step(facts: Facts) -> str:
    """Return what is waited for: review, return, inspect, pay; "" where nobody waits for us or the customer."""
    if facts.state == "asked":
        return "review"
    if facts.state in ("agreed", "returning"):
        if facts.kind in GOODS_BACK:
            return "inspect" if facts.accepted else "return"
        return "review" if facts.kind in MONEY_BACK else "pay"
    if facts.state == "inspected":
        return "inspect" if facts.kind in MONEY_BACK else "pay"
    return {"received": "inspect", "granted": "pay"}.get(facts.state, "")


def policy(waited_for: str) -> str:
    """Return the inner deadline policy of a step."""
    return f"refund_{waited_for}" if waited_for else ""


def outer_step(facts: Facts) -> str:
    """Return the platform's own step: goods on their way count for the seller already, payment has no timer there."""
    waited_for = step(facts)
    if waited_for == "review":
        return "review" if facts.shipped else "review_unshipped"
    if facts.state == "returning":
        return "inspect"
    return "" if waited_for == "pay" else waited_for


def keeps_the_goods(kind: str, *, nothing_left: bool) -> bool:
    """Say whether a refund that was paid leaves the machine with the customer: then it is to be installed."""
    return kind != "return_refund" and not (kind == "refund_only" and nothing_left)
