"""The machines of after-sales, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from aftersales.states import callback, complaint, job, refund, repair, score

EVENTS: dict[str, Any] = {
    **callback.EVENTS,
    **complaint.EVENTS,
    **job.EVENTS,
    **refund.EVENTS,
    **repair.EVENTS,
    **score.EVENTS,
}
