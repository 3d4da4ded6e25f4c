"""The machines of after-sales, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from aftersales.states import deduction, extra, job

EVENTS: dict[str, Any] = {**job.EVENTS, **extra.EVENTS, **deduction.EVENTS}
