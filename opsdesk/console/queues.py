"""What waits now, for the start page: each queue with its right, its rows and the list behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.models import Deduction, Job
from channels.models import Listing, Statement
from opsdesk.actor import Actor
from opsdesk.days import local, midnight
from orders.models import RejectedRow


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
_SEND, _DECIDE = "channels.send_statement", "aftersales.confirm_deduction"
MONEY = (
    Queue(_("Statements to send"), _SEND, Statement, lambda rows, at: rows.to_send(), "to_send"),
    Queue(_("Disputed statements"), _SEND, Statement, lambda rows, at: rows.disputed(), "disputed", True),
    Queue(
        _("Statements to settle"),
        "channels.settle_statement",
        Statement,
        lambda rows, at: rows.to_settle(),
        "to_settle",
    ),
    Queue(_("To confirm"), "channels.answer_statement", Statement, lambda rows, at: rows.to_confirm(), "to_confirm"),
    Queue(_("Deductions to decide"), _DECIDE, Deduction, lambda rows, at: rows.to_decide(at), "to_decide"),
    Queue(
        _("Deductions to answer"),
        "aftersales.answer_deduction",
        Deduction,
        lambda rows, at: rows.to_answer(),
        "to_answer",
        True,
    ),
)
QUEUES = (
    Queue(_("Installations overdue"), _VIEW_JOB, Job, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Due today"), _VIEW_JOB, Job, lambda rows, at: rows.due_between(at, _today(at)), "due_today"),
    Queue(_("Not accepted"), _VIEW_JOB, Job, lambda rows, at: rows.not_accepted(), "not_accepted"),
    Queue(_("No agent"), _VIEW_JOB, Job, lambda rows, at: rows.without_agent(), "no_agent", True),
    Queue(_("Rejected rows"), "orders.add_import", RejectedRow, lambda rows, at: rows.open(), "open"),
    Queue(_("Items to map"), "channels.change_listing", Listing, lambda rows, at: rows.unmapped(), "unmapped"),
    *MONEY,
)


def waiting(by: Actor, *, at: datetime) -> list[Waiting]:
    """Count what waits for this person. One query a queue."""
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
