"""A refund while an installation is open: nobody is sent, and no clock runs, until it is clear what becomes of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aftersales.models import Job
from aftersales.operations import telling
from aftersales.operations.opening import SUBJECT
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState


@transaction.atomic
def freeze_many(order_ids: Sequence[int], *, because: str, by: Actor, at: datetime) -> list[Job]:
    """AS-6: stop dispatch and clocks of these orders' live jobs; a part of the operation that opens the refund."""
    jobs = _locked(Job.objects.live().filter(order__in=order_ids, frozen_at=None))
    for job in jobs:
        job.frozen_at, job.frozen_because = at, because[:200]
    Job.objects.bulk_update(jobs, ["frozen_at", "frozen_because"])
    for clock in Timer.objects.of(SUBJECT, [job.pk for job in jobs]).filter(state=TimerState.RUNNING):
        timers.pause(clock.pk, reason=because, by=by, at=at)
    audit.record_many([(job, {"because": because}) for job in jobs], "job.freeze", by=by, at=at)
    telling.tell_frozen(jobs, at=at)
    return jobs


@transaction.atomic
def thaw_many(order_ids: Sequence[int], *, because: str, by: Actor, at: datetime) -> list[Job]:
    """AS-6: let these orders' frozen jobs go on: clocks count again, what nobody has is dispatched anew."""
    jobs = _locked(Job.objects.frozen().filter(order__in=order_ids))
    for job in jobs:
        paused = Timer.objects.of(SUBJECT, [job.pk]).filter(state=TimerState.PAUSED)
        for clock in paused.filter(pauses__ended_at=None, pauses__reason=job.frozen_because):
            again = timers.resume(clock.pk, by=by, at=at)
            job.due_at = again.due_at if again.policy.code == "installation" else job.due_at
            job.paused_until = again.due_at if again.policy.code == "absence" else job.paused_until
        job.frozen_at, job.frozen_because = None, ""
        job.dispatched_at = None if job.owner_id is None else job.dispatched_at
    Job.objects.bulk_update(jobs, ["frozen_at", "frozen_because", "due_at", "paused_until", "dispatched_at"])
    audit.record_many([(job, {"because": because, "due_at": job.due_at}) for job in jobs], "job.thaw", by=by, at=at)
    return jobs


def _locked(rows: object) -> list[Job]:
    return Job.objects.for_change_many(list(rows.values_list("pk", flat=True)))  # type: ignore[attr-defined]
