"""AS-4: extra work on a job: proposed with a picture, approved within somebody's authority, then booked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Extra, ExtraKind, Job
from aftersales.states.extra import EXTRA
from aftersales.states.job import JobState
from channels.operations import ledger
from channels.states import EntryKind
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.money import to_fen
from opsdesk.photos import cleaned

WORKED_ON = (JobState.ACCEPTED, JobState.APPOINTED, JobState.DONE, JobState.FAILED)


class Unclear(Invalid):
    """What was filled in cannot be read; `why` says which field."""

    code = "extra_unclear"


class NobodyWorks(Refused):
    code, sentence = "nobody_works", _("{job}: nobody has taken this job on; extra work is proposed by who does it.")


class ExtraIncomplete(Invalid):
    code, sentence = "extra_incomplete", _("{kind}: an amount above zero, a reason and a photo are needed.")


class ExtraThere(Refused):
    code, sentence = "extra_there", _("{job}: “{kind}” is proposed or booked already.")


@dataclass(frozen=True)
class Wanted:
    """What extra work is proposed: its kind, what it costs, why, and the picture that shows it."""

    kind_id: int
    amount_yuan: Decimal
    reason: str
    photo: IO[bytes] | None = None


@transaction.atomic
def propose(job_id: int, *, wanted: Wanted, by: Actor, at: datetime) -> Extra:
    """AS-4: propose extra work on a job; whose authority covers it gets it at once, others wait for a signature."""
    by.need("aftersales.propose_extra")
    job: Job = Job.objects.visible_to(by).for_change(job_id)
    kind: ExtraKind = ExtraKind.objects.filter(active=True).for_change(wanted.kind_id)
    if job.owner_id is None or job.state not in WORKED_ON:
        raise NobodyWorks(job=job)
    amount = to_fen(wanted.amount_yuan)
    if amount <= 0 or not wanted.reason.strip() or (kind.needs_photo and not wanted.photo):
        raise ExtraIncomplete(kind=kind)
    if Extra.objects.filter(job=job, kind=kind).exclude(state="refused").exists():
        raise ExtraThere(job=job, kind=kind)
    extra = Extra(
        job=job, partner_id=job.owner_id, kind=kind, amount_yuan=amount, reason=wanted.reason.strip()[:300],
        proposed_by=by.name, proposed_at=at,
    )  # fmt: skip
    if wanted.photo:
        extra.photo.save(f"{job.pk}.jpg", cleaned(wanted.photo), save=False)
    extra.save()
    facts = {"kind": kind.name, "amount": f"{amount:,.2f}", "reason": extra.reason}
    audit.record(extra, "extra.propose", by=by, at=at, **facts)
    approvals.ask(approvals.Question("extra", extra, amount, extra.reason, job.region_id or ""), by=by, at=at)
    extra.refresh_from_db()
    return extra


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> Extra:
    """AS-4: book what was approved; called with the approval, in its transaction (settings.DECIDED)."""
    extra: Extra = Extra.objects.for_change(approval.subject_id)
    if approval.state != ApprovalState.GRANTED:
        said = approval.signatures.filter(granted=False).values_list("reason", flat=True).first()
        why = str(said or approval.get_state_display())
        EXTRA.move(extra, "refuse", by=by, at=at, facts={"reason": why}, decided_at=at, refused_because=why[:300])
        return extra
    EXTRA.move(extra, "approve", by=by, at=at, decided_at=at)
    booking = ledger.Booking(
        partner=extra.partner_id,
        kind=EntryKind.EXTRA,
        amount_yuan=extra.amount_yuan,
        on=timezone.localdate(at),
        source=(extra._meta.label_lower, extra.pk),
        text=f"{extra.kind} {extra.job}",
        because=(f"approval:{approval.pk}", *approval.because),
    )
    ledger.book_many([booking], by=by, at=at)
    EXTRA.move(extra, "book", by=by, at=at)
    return extra
