"""The machines of after-sales, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from aftersales.states import callback, complaint, job, repair, score

EVENTS: dict[str, Any] = {**job.EVENTS, **repair.EVENTS, **complaint.EVENTS, **callback.EVENTS, **score.EVENTS}
