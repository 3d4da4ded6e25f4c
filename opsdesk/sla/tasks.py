from opsdesk import clock
from opsdesk.entry.task import task
from opsdesk.sla import timers


@task
def sweep(**_: object) -> None:
    timers.sweep(at=clock.now())


@task
def beat(**_: object) -> None:
    timers.beat("beat", at=clock.now())
