from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from aftersales.states.job import JobState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.days import local, midnight
from orders.models import Line

MOST_JOBS = 300
_DAY = timedelta(days=1)
GROUPS = {
    "urged": _("Customer urges"),
    "answer": _("To be answered"),
    "frozen": _("Do not drive"),
    "overdue": _("Overdue"),
    "appointed": _("Appointed today"),
    "due": _("Due today"),
    "later": _("Later"),
}


@dataclass(frozen=True)
class Group:
    """Jobs of one kind, in the order in which they are to be done."""

    name: str
    title: Any
    jobs: Sequence[Job]


@dataclass(frozen=True)
class Agenda:
    """A partner's or an installer's day."""

    groups: tuple[Group, ...]
    done: int


def with_goods(rows: Any) -> Any:
    """Take what is to be installed along. One query more."""
    lines = Line.objects.select_related("listing__product").order_by("pk")
    return rows.select_related("order", "region", "owner", "installer").prefetch_related(
        Prefetch("order__lines", queryset=lines)
    )


def agenda(*, by: Actor, at: datetime) -> Agenda:
    """AS-1: return what this person has to do, each job once, the most pressing group first. Three queries."""
    today = midnight(local(at).date())
    own = Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("owner_id")))
    rows = with_goods(Job.objects.visible_to(by).live().filter(owner__isnull=False).annotate(own=own))
    found: dict[str, list[Job]] = {name: [] for name in GROUPS}
    for job in rows.order_by("due_at", "pk")[:MOST_JOBS]:
        found[_group(job, today, at)].append(job)
    found["appointed"].sort(key=lambda job: (job.appointed_at or job.due_at, job.pk))
    done = Job.objects.held_by(by).done_between(today, today + _DAY).count()
    return Agenda(tuple(Group(name, GROUPS[name], jobs) for name, jobs in found.items() if jobs), done)


def _group(job: Job, today: datetime, at: datetime) -> str:
    own, appointed = job.own, job.appointed_at  # type: ignore[attr-defined]
    holds = {
        "urged": own and job.urged_at,
        "frozen": job.frozen_at,
        "answer": not own or job.state == JobState.OFFERED,
        "overdue": job.due_at < at,
        "appointed": appointed and today <= appointed < today + _DAY,
        "due": job.due_at < today + _DAY,
    }
    return next((name for name, yes in holds.items() if yes), "later")
