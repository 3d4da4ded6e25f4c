from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations
from opsdesk.audit.models import Event
from opsdesk.entry.task import each, task


@task
def remind(*, event_ids: list[int], **_: object) -> None:
    at = clock.now()
    events = Event.objects.filter(pk__in=event_ids, subject_type=operations.SUBJECT)
    each(events, lambda event: operations.remind(event.subject_id, event.action.partition(".")[2], at=at))


@task
def lapse_all_due(**_: object) -> None:
    at = clock.now()
    each(operations.lapsing(), lambda pk: operations.lapse(pk, by=SYSTEM, at=at))
