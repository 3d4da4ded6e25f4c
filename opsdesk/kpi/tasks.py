from opsdesk import clock
from opsdesk.entry.task import task
from opsdesk.kpi import mail


@task
def send_all_due(**_: object) -> None:
    mail.send_all_due(at=clock.now())
