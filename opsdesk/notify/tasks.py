from opsdesk import clock
from opsdesk.entry.task import task
from opsdesk.notify import outbox


@task
def send_all_due(**_: object) -> None:
    outbox.send_all_due(at=clock.now())
