"""What goes on by itself in conflicts."""

from conflicts.operations import steps
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task


@task
def go_on_all_due(**_: object) -> None:
    """CF-15: let the cases go on whose step has run out."""
    steps.go_on_all_due(by=SYSTEM, at=clock.now())
