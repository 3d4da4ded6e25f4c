from opsdesk import clock
from opsdesk.entry.task import each, task
from opsdesk.kpi import mail


@task
def send_all_due(**_: object) -> None:
    at = clock.now()
    each(mail.due(at=at), lambda reader: mail.send(reader, at=at))


@task
def freeze_all_due(**_: object) -> None:
    mail.catch_up(at=clock.now())
