from aftersales.operations import dispatch, opening, telling
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task


@task
def open_all_due(**_: object) -> None:
    opening.open_all_due(by=SYSTEM, at=clock.now())


@task
def open_jobs_of_imports(*, event_ids: list[int], **_: object) -> None:
    opening.open_after_imports(event_ids, by=SYSTEM, at=clock.now())


@task
def open_jobs_of_orders(*, event_ids: list[int], **_: object) -> None:
    opening.open_after_signatures(event_ids, by=SYSTEM, at=clock.now())


@task
def dispatch_all_due(**_: object) -> None:
    dispatch.dispatch_all_due(by=SYSTEM, at=clock.now())


@task
def offer_onward_all_due(**_: object) -> None:
    at = clock.now()
    dispatch.offer_onward_all_due(by=SYSTEM, at=at)
    dispatch.dispatch_all_due(by=SYSTEM, at=at)


@task
def tell_all_due(**_: object) -> None:
    telling.tell_all_due(by=SYSTEM, at=clock.now())
