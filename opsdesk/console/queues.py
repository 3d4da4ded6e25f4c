"""What waits now, for the start page: each queue with its right, its rows and the list behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from channels.models import Listing
from opsdesk.actor import Actor
from opsdesk.approvals import queries as approvals
from opsdesk.approvals.models import Approval
from opsdesk.days import local, midnight
from orders.models import RejectedRow
from promotions.models import BrandEvent, PriceSignal


@dataclass(frozen=True)
class Queue:
    """A work queue: who may see it, its rows within what `visible_to` leaves, and the admin list (model, ?queue=)."""

    title: Any
    right: str
    model: Any
    rows: Callable[[Any, datetime], Any]
    name: str
    alarming: bool = False

    @property
    def href(self) -> str:
        """The list behind it."""
        meta = self.model._meta
        return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?queue={self.name}"


@dataclass(frozen=True)
class Waiting:
    """How many wait in a queue, and where."""

    title: str
    waiting: int
    href: str
    alarming: bool


def _today(at: datetime) -> datetime:
    return midnight(local(at).date() + timedelta(days=1))


_VIEW_JOB = "aftersales.view_job"
QUEUES = (
    Queue(_("Installations overdue"), _VIEW_JOB, Job, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Due today"), _VIEW_JOB, Job, lambda rows, at: rows.due_between(at, _today(at)), "due_today"),
    Queue(_("Not accepted"), _VIEW_JOB, Job, lambda rows, at: rows.not_accepted(), "not_accepted"),
    Queue(_("No agent"), _VIEW_JOB, Job, lambda rows, at: rows.without_agent(), "no_agent", True),
    Queue(
        _("Brand days without settled stock"),
        "promotions.run_brandevent",
        BrandEvent,
        lambda rows, at: rows.stock_open(local(at).date() + timedelta(days=7)),
        "stock",
        True,
    ),
    Queue(
        _("Brand days to review"), "promotions.run_brandevent", BrandEvent, lambda rows, at: rows.to_review(), "review"
    ),
    Queue(
        _("Price signals"),
        "promotions.dismiss_pricesignal",
        PriceSignal,
        lambda rows, at: rows.waiting(),
        "waiting",
        True,
    ),
    Queue(_("Rejected rows"), "orders.add_import", RejectedRow, lambda rows, at: rows.open(), "open"),
    Queue(_("Items to map"), "channels.change_listing", Listing, lambda rows, at: rows.unmapped(), "unmapped"),
)


def waiting(by: Actor, *, at: datetime) -> list[Waiting]:
    """Count what waits for this person. One query a queue."""
    return [
        *_to_sign(by, at),
        *_queues(by, at),
    ]


def _to_sign(by: Actor, at: datetime) -> list[Waiting]:
    """What this person may sign depends on his roles, not on his scope alone (AU-4)."""
    if not by.may("approvals.sign_approval"):
        return []
    count = approvals.to_sign(Approval.objects.visible_to(by), by, at=at).count()
    where = reverse("admin:approvals_approval_changelist")
    return [Waiting(str(_("For my signature")), count, f"{where}?queue=mine", True)]


def _queues(by: Actor, at: datetime) -> list[Waiting]:
    return [
        Waiting(
            str(queue.title),
            queue.rows(queue.model._default_manager.visible_to(by), at).count(),
            queue.href,
            queue.alarming,
        )
        for queue in QUEUES
        if by.may(queue.right)
    ]
