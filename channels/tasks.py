from channels.operations import statements
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task


@task
def draw_up_all_due(**_: object) -> None:
    statements.draw_up_all_due(by=SYSTEM, at=clock.now())
