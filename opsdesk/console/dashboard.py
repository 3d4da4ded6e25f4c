from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.models import Job
from channels.models import Listing
from opsdesk import clock
from opsdesk.days import midnight
from opsdesk.entry.web import actor_at
from opsdesk.kpi import mail, report
from orders.models import RejectedRow


@dataclass(frozen=True)
class Queue:
    """A work queue on the start page: how many wait, and where."""

    title: str
    waiting: int
    href: str
    alarming: bool = False


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the start page: what waits now, and yesterday's figures as the morning mail told them (KP-3)."""
    by, at = actor_at(request), clock.now()
    context["queues"] = _queues(request)
    if by.may("kpi.view_report"):
        daily = report.frozen_for_today(by, clock.today() - timedelta(days=1), at=at)
        context |= {"daily": daily, "sections": mail.sections(daily), "red": mail.red(daily)}
    return context


def _queues(request: HttpRequest) -> list[Queue]:
    by, at = actor_at(request), clock.now()
    queues = []
    if by.may("aftersales.view_job"):
        jobs = Job.objects.visible_to(by)
        where = reverse("admin:aftersales_job_changelist")
        tomorrow = midnight(clock.today() + timedelta(days=1))
        queues += [
            Queue(_("Installations overdue"), jobs.overdue(at).count(), f"{where}?queue=overdue", True),
            Queue(_("Due today"), jobs.due_between(at, tomorrow).count(), f"{where}?queue=due_today"),
            Queue(_("Not accepted"), jobs.not_accepted().count(), f"{where}?queue=not_accepted"),
            Queue(_("No agent"), jobs.without_agent().count(), f"{where}?queue=no_agent", True),
        ]
    if by.may("orders.add_import"):
        rows = RejectedRow.objects.visible_to(by).open().count()
        queues.append(Queue(_("Rejected rows"), rows, reverse("admin:orders_rejectedrow_changelist") + "?queue=open"))
    if by.may("channels.change_listing"):
        items = Listing.objects.visible_to(by).unmapped().count()
        queues.append(Queue(_("Items to map"), items, reverse("admin:channels_listing_changelist") + "?queue=unmapped"))
    return queues
