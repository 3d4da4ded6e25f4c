"""The machines and choices of conflicts, one module per noun; EVENTS are the sentences of all their events."""

from typing import Any

from conflicts.states import case, rulebook, signal

EVENTS: dict[str, Any] = {
    **case.EVENTS,
    **rulebook.EVENTS,
    **signal.EVENTS,
}
