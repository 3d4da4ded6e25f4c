"""What goes on by itself in conflicts."""

from conflicts.operations import following, steps
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import each, task


@task
def go_on_all_due(**_: object) -> None:
    """CF-15: let the cases go on whose step has run out, and ask for those that sleep."""
    at = clock.now()
    each(steps.due_to_go_on(), lambda pk: steps.go_on(pk, by=SYSTEM, at=at))
    steps.urge_all_due(by=SYSTEM, at=at)


@task
def follow_imports(*, event_ids: list[int], **_: object) -> None:
    following.follow_imports(event_ids, by=SYSTEM, at=clock.now())


@task
def follow_events(*, event_ids: list[int], **_: object) -> None:
    following.follow_events(event_ids, by=SYSTEM, at=clock.now())


@task
def follow_all_due(**_: object) -> None:
    following.follow_all_due(by=SYSTEM, at=clock.now())


@task
def look_all_due(**_: object) -> None:
    following.look_all_due(by=SYSTEM, at=clock.now())
