"""AS-5, CF-12, CF-13: installations late or badly done, by partner. A fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from aftersales.models import Complaint, Deduction, Job, Visit
from aftersales.states.job import AskedBy, Outcome, Payer
from conflicts.queries import figures
from conflicts.rules import installations as rule
from conflicts.rules import weighing
from opsdesk.days import local, midnight
from opsdesk.sla.models import Timer

Key = tuple[int, int]  # (job, partner)
_DAY = timedelta(days=1)


def look(job_ids: Sequence[int], at: datetime) -> weighing.Outcome:
    """CF-13: look at how these installations went and whose fault it was. Six queries."""
    book, outcome = figures.book(), weighing.Outcome()
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=job_ids).select_related("order").order_by("pk")}
    found: dict[Key, rule.Trouble] = {}
    for key, changes in (*_missed(jobs), *_visits(jobs), *_complaints(jobs), *_deductions(jobs)):
        before = found.get(key) or _start(jobs[key[0]], key[1])
        found[key] = replace(
            before,
            **{
                name: getattr(before, name) + value if isinstance(value, tuple) else value
                for name, value in changes.items()
            },
        )
    by_job = defaultdict(list)
    for key in sorted(found):
        by_job[key[0]].append(found[key])
    for pk, job in jobs.items():
        weights = book.on("bad_installation", local(job.due_at).date())
        if weights is None:
            outcome.note(pk, "no_figures")
            continue
        outcome.looked += 1
        outcome.findings += [one for trouble in by_job[pk] for one in rule.judge(trouble, weights, at)]
    return outcome


def _start(job: Job, partner: int) -> rule.Trouble:
    return rule.Trouble(
        job.pk, partner, job.order_id, job.order.customer_id, job.due_at, done_at=job.done_at,
        frozen=job.frozen_at is not None,
    )  # fmt: skip


Change = tuple[Key, dict[str, Any]]


def _missed(jobs: dict[int, Job]) -> list[Change]:
    """Clocks that were missed by who had the job then and has it still."""
    clocks = Timer.objects.of("aftersales.job", jobs, "installation").filter(missed_at__isnull=False).order_by("pk")
    found = []
    for pk, due_at, missed_at in clocks.values_list("subject_id", "due_at", "missed_at"):
        job = jobs[pk]
        if job.owner_id and job.accepted_at and missed_at and job.accepted_at < missed_at:
            found.append(((pk, job.owner_id), {"due_at": due_at, "missed_at": missed_at}))
    return found


def _visits(jobs: dict[int, Job]) -> list[Change]:
    found: list[Change] = []
    rows = Visit.objects.filter(job__in=jobs).order_by("pk")
    for job, partner, number, outcome, payer, ended_at, asked_by in rows.values_list(
        "job_id", "partner_id", "number", "outcome", "payer", "ended_at", "asked_by"
    ):
        key = (job, partner)
        if outcome == Outcome.FAILED and payer == Payer.PARTNER:
            found.append((key, {"own_visits": ((number, ended_at),)}))
        if outcome == Outcome.ABSENT:
            found.append((key, {"customer_absent": True}))
        if asked_by == AskedBy.CUSTOMER:
            found.append((key, {"asked_by_customer": True}))
    return found


def _complaints(jobs: dict[int, Job]) -> list[Change]:
    """Founded complaints for which somebody has named the partner responsible."""
    rows = Complaint.objects.filter(job__in=jobs, at_fault__isnull=False, founded=True).order_by("pk")
    return [
        ((job, partner), {"complaints": ((pk, at),)})
        for job, partner, pk, at in rows.values_list("job_id", "at_fault_id", "pk", "registered_at")
    ]


def _deductions(jobs: dict[int, Job]) -> list[Change]:
    rows = Deduction.objects.filter(job__in=jobs).order_by("pk")
    return [
        ((job, partner), {"deductions": ((kind, state, amount),)})
        for job, partner, kind, state, amount in rows.values_list(
            "job_id", "partner_id", "kind", "state", "amount_yuan"
        )
    ]


def of_day(day: date) -> list[int]:
    """Return the jobs that were due, or of which something went wrong, on a day."""
    start, end = midnight(day), midnight(day + _DAY)
    due = Job.objects.filter(due_at__gte=start, due_at__lt=end)
    visits = Visit.objects.filter(outcome=Outcome.FAILED, ended_at__gte=start, ended_at__lt=end)
    complaints = Complaint.objects.filter(job__isnull=False, registered_at__gte=start, registered_at__lt=end)
    ids = (due.values_list("pk", flat=True), *(rows.values_list("job_id", flat=True) for rows in (visits, complaints)))
    return sorted({pk for rows in ids for pk in rows if pk})
