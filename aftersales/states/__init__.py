"""The machines of after-sales, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from aftersales.states import callback, complaint, deduction, extra, job, refund, repair, score

EVENTS: dict[str, Any] = {
    **callback.EVENTS,
    **complaint.EVENTS,
    **deduction.EVENTS,
    **extra.EVENTS,
    **job.EVENTS,
    **refund.EVENTS,
    **repair.EVENTS,
    **score.EVENTS,
}
