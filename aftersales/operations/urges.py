"""AS-1: the customer asks what becomes of the installation 催单; the partner owes a reply within a policy."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Urge
from aftersales.operations.holding import held, needed
from aftersales.operations.opening import SUBJECT
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.sla import timers

POLICY = "urge_reply"


class UrgedAlready(Refused):
    code, sentence = "urged_already", _("{job} was urged already; the reply is due at {due_at}.")


class NobodyUrges(Refused):
    code, sentence = "nobody_urges", _("{job}: nobody waits for a reply.")


class NobodyToUrge(Refused):
    code, sentence = "nobody_to_urge", _("{job}: nobody has the job yet; dispatch it first.")


@transaction.atomic
def urge(job_id: int, *, text: str, by: Actor, at: datetime) -> Urge:
    """AS-1: ask the partner for the customer what becomes of the job; one question at a time. Its clock starts."""
    by.need("aftersales.urge_job")
    job: Job = Job.objects.visible_to(by).live().for_change(job_id)
    text = needed(text, job)
    if job.owner_id is None:
        raise NobodyToUrge(job=job)
    waiting = Urge.objects.unanswered().filter(job=job).first()
    if waiting is not None:
        raise UrgedAlready(job=job, due_at=f"{timezone.localtime(waiting.due_at):%m-%d %H:%M}")
    number = Urge.objects.filter(job=job).count() + 1
    [clock] = timers.start_many(POLICY, SUBJECT, [(job.pk, at)], by=by, at=at, round=number)
    row: Urge = Urge.objects.create(
        job=job,
        number=number,
        partner_id=job.owner_id,
        text=text[:200],
        urged_at=at,
        urged_by=by.name,
        due_at=clock.due_at,
    )
    job.urged_at = at
    job.save(update_fields=["urged_at"])
    audit.record(job, "job.urge", by=by, at=at, text=row.text)
    return row


@transaction.atomic
def reply(job_id: int, *, text: str, by: Actor, at: datetime) -> Urge:
    """AS-1: say what becomes of the job; this stops the clock of the reply, late or not."""
    job = held(job_id, "aftersales.work_job", by=by)
    text = needed(text, job)
    row: Urge | None = Urge.objects.unanswered().filter(job=job).first()
    if row is None:
        raise NobodyUrges(job=job)
    row.reply, row.replied_at, row.replied_by = text[:200], at, by.name
    row.save(update_fields=["reply", "replied_at", "replied_by"])
    timers.meet_many(POLICY, SUBJECT, [job.pk], by=by, at=at)
    job.urged_at = None
    job.save(update_fields=["urged_at"])
    audit.record(job, "job.reply", by=by, at=at, text=row.reply)
    return row
