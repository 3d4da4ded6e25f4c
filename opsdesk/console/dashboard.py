from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from opsdesk import clock
from opsdesk.console import queues
from opsdesk.entry.web import actor_at
from opsdesk.kpi import mail, report


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the start page: what waits now, and yesterday's figures as the morning mail told them (KP-3)."""
    by, at = actor_at(request), clock.now()
    context["queues"] = queues.waiting(by, at=at)
    if by.may("kpi.view_report"):
        daily = report.frozen_for_today(by, clock.today() - timedelta(days=1), at=at)
        context |= {"daily": daily, "sections": mail.sections(daily), "red": mail.red(daily)}
    return context
