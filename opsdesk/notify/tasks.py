from opsdesk import clock
from opsdesk.entry.task import each, task
from opsdesk.notify import outbox


@task
def send_all_due(**_: object) -> None:
    at = clock.now()
    each(outbox.claim(at=at), lambda mail: outbox.send(mail, at=at))
