from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import each, task
from orders.operations import imports
from orders.queries import intake


@task
def run_imports(*, event_ids: list[int], **_: object) -> None:
    each(intake.started_by(event_ids), lambda pk: imports.run(pk, by=SYSTEM, at=clock.now()))


@task
def run_all_due(**_: object) -> None:
    at = clock.now()
    each(intake.due(at), lambda pk: imports.run(pk, by=SYSTEM, at=at))
