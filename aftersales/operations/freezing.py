"""A refund while an installation is open: nobody is sent, and no clock runs, until it is clear what becomes of it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from aftersales.models import Job
from aftersales.operations import telling
from aftersales.operations.holding import ENDS_WITH_THE_JOB, let_go_many
from aftersales.operations.opening import SUBJECT
from aftersales.states.job import JOB
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
    running = Timer.objects.of(SUBJECT, [job.pk for job in jobs]).filter(state=TimerState.RUNNING)
    timers.pause_many(list(running.values_list("pk", flat=True)), reason=because[:200], by=by, at=at)
    audit.record_many([(job, {"because": because}) for job in jobs], "job.freeze", by=by, at=at)
    telling.tell_frozen(jobs, at=at)
    return jobs


@transaction.atomic
def thaw_many(order_ids: Sequence[int], *, because: str, by: Actor, at: datetime) -> list[Job]:
    """AS-6: let these orders' frozen jobs go on: clocks count again, what nobody has is dispatched anew."""
    jobs = _locked(Job.objects.frozen().filter(order__in=order_ids))
    again = {(clock.subject_id, clock.policy.code): clock for clock in _go_on(jobs, by=by, at=at)}
    for job in jobs:
        clock, absent = again.get((job.pk, "installation")), again.get((job.pk, "absence"))
        job.due_at = clock.due_at if clock else job.due_at
        job.paused_until = absent.due_at if absent else job.paused_until
        job.frozen_at, job.frozen_because = None, ""
        job.dispatched_at = None if job.owner_id is None else job.dispatched_at
    Job.objects.bulk_update(jobs, ["frozen_at", "frozen_because", "due_at", "paused_until", "dispatched_at"])
    audit.record_many([(job, {"because": because, "due_at": job.due_at}) for job in jobs], "job.thaw", by=by, at=at)
    return jobs


def _go_on(jobs: Sequence[Job], *, by: Actor, at: datetime) -> list[Timer]:
    """Let the clocks count again that the freezing stopped; what was paused for another reason stays paused."""
    why = {job.pk: job.frozen_because for job in jobs}
    paused = Timer.objects.of(SUBJECT, why.keys()).filter(state=TimerState.PAUSED, pauses__ended_at=None)
    rows = paused.values_list("pk", "subject_id", "pauses__reason")
    return timers.resume_many([pk for pk, job, reason in rows if reason == why[job]], by=by, at=at)


def _locked(rows: object) -> list[Job]:
    return Job.objects.for_change_many(list(rows.values_list("pk", flat=True)))  # type: ignore[attr-defined]


@transaction.atomic
def cancel_many(order_ids: Collection[int], *, because: str, by: Actor, at: datetime) -> list[Job]:
    """AS-6: end the live installations of orders whose goods went back; installer and clocks are let go."""
    jobs = _locked(Job.objects.live().filter(order__in=order_ids))
    values = {"reason": because[:300], "cancelled_at": at, "frozen_at": None, "frozen_because": ""}
    JOB.move_many(jobs, "cancel", by=by, at=at, changes=[values] * len(jobs), facts=[{"reason": because}] * len(jobs))
    let_go_many(jobs, (*ENDS_WITH_THE_JOB, "installation"), by=by, at=at)
    return jobs
