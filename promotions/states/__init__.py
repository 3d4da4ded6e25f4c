"""The machines and choices of promotions, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from promotions.states import auction, claim, plan, price, price_cut, price_rule, price_signal, spending, support

EVENTS: dict[str, Any] = {
    **auction.EVENTS,
    **claim.EVENTS,
    **plan.EVENTS,
    **price.EVENTS,
    **price_cut.EVENTS,
    **price_rule.EVENTS,
    **price_signal.EVENTS,
    **spending.EVENTS,
    **support.EVENTS,
}
