"""AS-5: the facts from which deductions may be proposed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from aftersales.models import Deduction, DeductionRate, Job, Visit
from aftersales.rules import deductions as rule
from aftersales.states.deduction import DeductionKind
from aftersales.states.job import Outcome, Payer
from opsdesk.sla.models import Timer

_JOB, TIMER, VISIT = "aftersales.job", "sla.timer", "aftersales.visit"


@dataclass(frozen=True)
class Found:
    """A deduction that facts ask for: from whom, for which job and kind, of which day and source, and the facts."""

    partner: int
    job: int
    kind: str
    on: date
    source: tuple[str, int]
    facts: tuple[str, ...]


def rates() -> tuple[rule.Rate, ...]:
    """Return what each kind costs, at all times. One query."""
    rows = DeductionRate.objects.order_by("pk")
    return tuple(rule.Rate(r.pk, r.kind, r.amount_yuan, r.valid_from, r.valid_to) for r in rows)


def late_after(pk: int, most: int, at: datetime) -> tuple[list[Found], int]:
    """AS-5: return the next missed installations (by their clock's key) and the last key seen. Two queries."""
    known = Deduction.objects.filter(kind=DeductionKind.LATE, source_type=TIMER, source_id=OuterRef("pk"))
    his = Job.objects.filter(pk=OuterRef("subject_id"), owner__isnull=False, accepted_at__lt=OuterRef("missed_at"))
    missed = Timer.objects.filter(subject_type=_JOB, policy__code="installation", missed_at__lte=at)
    clocks = list(missed.filter(Exists(his), ~Exists(known), pk__gt=pk).order_by("pk")[:most])
    jobs = Job.objects.in_bulk([clock.subject_id for clock in clocks])
    found = []
    for clock in clocks:
        job = jobs[clock.subject_id]
        done_at = job.done_at if job.done_at and job.done_at <= at else None
        finding = rule.late(rule.Late(clock.due_at, job.accepted_at, done_at, job.frozen_at is not None))
        if finding.propose and job.owner_id:
            on = timezone.localdate(clock.due_at)
            source = (TIMER, clock.pk)
            found.append(Found(job.owner_id, job.pk, DeductionKind.LATE, on, source, finding.because))
    return found, clocks[-1].pk if clocks else 0


def failed_after(pk: int, most: int, at: datetime) -> tuple[list[Found], int]:
    """AS-5: return the next visits in vain by the installer's own fault, and the last key seen. One query."""
    known = Deduction.objects.filter(kind=DeductionKind.SUBSTANDARD, source_type=VISIT, source_id=OuterRef("pk"))
    own = Visit.objects.filter(outcome=Outcome.FAILED, payer=Payer.PARTNER, ended_at__lte=at, pk__gt=pk)
    visits = list(own.filter(~Exists(known)).order_by("pk")[:most])
    found = [
        Found(
            visit.partner_id,
            visit.job_id,
            DeductionKind.SUBSTANDARD,
            timezone.localdate(visit.ended_at),
            (VISIT, visit.pk),
            (f"visit:{visit.number}", f"ended_at:{visit.ended_at.isoformat()}", f"cause:{visit.cause or visit.note}"),
        )
        for visit in visits
        if visit.ended_at
    ]
    return found, visits[-1].pk if visits else 0
