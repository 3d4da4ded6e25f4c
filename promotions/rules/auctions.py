"""PR-12: whether what was won in an auction may be handed out. Plain Python."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from promotions.rules.floors import Floor


@dataclass(frozen=True, slots=True)
class Paid:
    """What is known of the winner's order."""

    state: str
    paid_at: datetime | None
    paid_yuan: Decimal | None
    refunded_yuan: Decimal


def against(order: Paid, price: Decimal) -> str:
    """PR-12: return what speaks against handing out; empty: nothing does."""
    if order.paid_at is None:
        return "not_paid"
    if order.state == "closed" or order.refunded_yuan > 0:
        return "refunded"
    if order.paid_yuan is not None and order.paid_yuan < price:
        return f"paid_less:{order.paid_yuan}:{price}"
    return ""


def because(answer: Floor) -> list[dict[str, Any]]:
    """DS-11: return the rules and grants that made a floor, the deciding one first, as they stood."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "row": one.pk,
            "yuan": str(one.yuan),
            "outcome": one.outcome,
            "why": one.why,
        }
        for one in answer.judgements
        if one.yuan is not None
    ]
