from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from opsdesk.kpi.definitions.base import Definition


def _open_at(moment: Any) -> Q:
    """Installations neither done nor cancelled at a moment; one that failed is still to be done."""
    not_done = Q(done_at=None) | Q(done_at__gte=moment)
    return Q(opened_at__lt=moment) & not_done & (Q(cancelled_at=None) | Q(cancelled_at__gte=moment))


ONE_DAY = timedelta(days=1)

DEFINITIONS = (
    Definition(
        "jobs_opened",
        _("Installations to do (new)"),
        "jobs",
        Job,
        lambda s: Q(opened_at__gte=s.start, opened_at__lt=s.end),
        _("Installation jobs opened in the period."),
        group="installation",
    ),
    Definition(
        "jobs_done",
        _("Installations done"),
        "jobs",
        Job,
        lambda s: Q(done_at__gte=s.start, done_at__lt=s.end),
        _("Installations reported complete in the period."),
        better="high",
        group="installation",
    ),
    Definition(
        "installed_on_time_rate",
        _("Installed within three days"),
        "rate",
        Job,
        lambda s: Q(done_at__gte=s.start, done_at__lt=s.end),
        _("Share of the installations done in the period that met their deadline (AS-1)."),
        part=Q(done_at__lte=F("due_at")),
        better="high",
        group="installation",
    ),
    Definition(
        "jobs_overdue",
        _("Installations overdue"),
        "jobs",
        Job,
        lambda s: _open_at(s.end) & Q(due_at__lt=s.end),
        _("Installations past their deadline and not done at the end of the period."),
        better="low",
        group="installation",
    ),
    Definition(
        "jobs_due_next",
        _("Due the day after"),
        "jobs",
        Job,
        lambda s: _open_at(s.end) & Q(due_at__gte=s.end, due_at__lt=s.end + ONE_DAY),
        _("Installations not done at the end of the period whose deadline falls on the next day."),
        group="installation",
    ),
)
