"""The machines and choices of promotions, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from promotions.states import plan, price, price_rule, price_signal, spending

EVENTS: dict[str, Any] = {
    **plan.EVENTS,
    **price.EVENTS,
    **price_rule.EVENTS,
    **price_signal.EVENTS,
    **spending.EVENTS,
}
