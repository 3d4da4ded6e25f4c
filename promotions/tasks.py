from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task
from promotions.operations import events


@task
def run_brand_days(**_: object) -> None:
    at = clock.now()
    events.start_all_due(by=SYSTEM, at=at)
    events.end_all_due(by=SYSTEM, at=at)
