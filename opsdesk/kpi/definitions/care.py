"""AS-9, AS-10: complaints and call-backs; moments say how a past day stood, never the present state."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Callback, Complaint
from aftersales.states.callback import Satisfaction
from aftersales.states.complaint import STEPS
from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span
from opsdesk.sla.models import Timer


def _open_at(moment: Any) -> Q:
    """Complaints registered and not closed at a moment."""
    return Q(registered_at__lt=moment) & (Q(closed_at=None) | Q(closed_at__gte=moment))


def _late_at(moment: Any) -> Q:
    """Complaints with a step that was running and past its deadline at a moment, as its clock says."""
    clocks = Timer.objects.filter(
        subject_type=Complaint._meta.label_lower,
        subject_id=OuterRef("pk"),
        policy__code__in=STEPS.values(),
        started_at__lt=moment,
        due_at__lt=moment,
    )
    return Q(Exists(clocks.filter(Q(ended_at=None) | Q(ended_at__gte=moment))))


def _judged(span: Span) -> Q:
    return Q(judged_at__gte=span.start, judged_at__lt=span.end)


def _answered(span: Span) -> Q:
    return _made(span) & ~Q(satisfaction="")


def _made(span: Span) -> Q:
    return Q(closed_at__gte=span.start, closed_at__lt=span.end)


DEFINITIONS = (
    Definition(
        "complaints_registered",
        _("Complaints registered"),
        "complaints",
        Complaint,
        lambda s: Q(registered_at__gte=s.start, registered_at__lt=s.end),
        _("Complaints registered in the period."),
        better="low",
        group="care",
    ),
    Definition(
        "complaints_open",
        _("Complaints open"),
        "complaints",
        Complaint,
        lambda s: _open_at(s.end),
        _("Complaints not closed at the end of the period."),
        better="low",
        group="care",
    ),
    Definition(
        "complaints_overdue",
        _("Complaints over time"),
        "complaints",
        Complaint,
        lambda s: _open_at(s.end) & _late_at(s.end),
        _("Open complaints with a step past its deadline at the end of the period."),
        better="low",
        group="care",
    ),
    Definition(
        "complaints_founded_rate",
        _("Complaints founded"),
        "rate",
        Complaint,
        _judged,
        _("Share of the complaints judged in the period that were founded."),
        part=Q(founded=True),
        better="low",
        group="care",
    ),
    Definition(
        "callback_coverage",
        _("Called back within three days"),
        "rate",
        Callback,
        lambda s: Q(due_at__gte=s.start, due_at__lt=s.end),
        _("Share of the call-backs due in the period that were made by their deadline, reached or not (AS-10)."),
        part=Q(closed_at__lte=F("due_at")),
        better="high",
        group="care",
    ),
    Definition(
        "callbacks_reached_rate",
        _("Customers reached"),
        "rate",
        Callback,
        _made,
        _("Share of the call-backs closed in the period in which the customer answered."),
        part=~Q(satisfaction=""),
        better="high",
        group="care",
    ),
    Definition(
        "satisfaction_rate",
        _("Satisfied customers"),
        "rate",
        Callback,
        _answered,
        _("Share of the customers who answered in the period and are satisfied."),
        part=Q(satisfaction=Satisfaction.SATISFIED),
        better="high",
        group="care",
    ),
    Definition(
        "callbacks_dissatisfied",
        _("Dissatisfied customers"),
        "call-backs",
        Callback,
        lambda s: _made(s) & Q(satisfaction=Satisfaction.DISSATISFIED),
        _("Customers who said in the period that they are dissatisfied; each opens a complaint."),
        better="low",
        group="care",
    ),
    Definition(
        "callbacks_overdue",
        _("Call-backs over time"),
        "call-backs",
        Callback,
        lambda s: Q(opened_at__lt=s.end, due_at__lt=s.end) & (Q(closed_at=None) | Q(closed_at__gte=s.end)),
        _("Call-backs past their deadline and not made at the end of the period."),
        better="low",
        group="care",
    ),
)
