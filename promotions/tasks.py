from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task
from promotions.operations import events, following


@task
def run_brand_days(**_: object) -> None:
    at = clock.now()
    events.start_all_due(by=SYSTEM, at=at)
    events.end_all_due(by=SYSTEM, at=at)


@task
def follow_all_due(**_: object) -> None:
    following.follow_all_due(by=SYSTEM, at=clock.now())


@task
def follow_imports(*, event_ids: list[int], **_: object) -> None:
    following.follow_imports(event_ids, by=SYSTEM, at=clock.now())


@task
def follow_changes(*, event_ids: list[int], **_: object) -> None:
    following.follow_changes(event_ids, by=SYSTEM, at=clock.now())
