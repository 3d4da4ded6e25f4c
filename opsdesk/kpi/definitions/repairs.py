from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Repair, RepairLeg
from aftersales.states.repair import Covered, Leg, RepairState
from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span
from opsdesk.sla.models import Timer


def _open_at(moment: Any) -> Q:
    return Q(registered_at__lt=moment) & (Q(ended_at=None) | Q(ended_at__gte=moment))


def _closed(span: Span) -> Q:
    """Over in the span; what never came was no repair."""
    return Q(ended_at__gte=span.start, ended_at__lt=span.end) & ~Q(state=RepairState.CANCELLED)


def _late_at(moment: Any) -> Q:
    """Open at a moment with a clock of ours missed and not ended before it; the customer's own clocks do not count."""
    clocks = Timer.objects.filter(subject_type="aftersales.repair", subject_id=OuterRef("pk"), missed_at__lt=moment)
    ours = clocks.filter(policy__code__startswith="repair_").exclude(policy__code__in=("repair_answer", "repair_post"))
    return _open_at(moment) & Q(Exists(ours.filter(Q(ended_at=None) | Q(ended_at__gte=moment))))


def _average(leg: Leg, label: Any, text: Any) -> Definition:
    return Definition(
        f"repair_days_{leg.value}",
        label,
        "days",
        RepairLeg,
        lambda s: Q(leg=leg, ended_at__gte=s.start, ended_at__lt=s.end),
        text,
        mean=F("ended_at") - F("started_at"),
        better="low",
        group="repairs",
    )


DEFINITIONS = (
    Definition(
        "repairs_open",
        _("Repairs open"),
        "repairs",
        Repair,
        lambda s: _open_at(s.end),
        _("Machines announced, here or on their way back at the end of the period (AS-7)."),
        group="repairs",
    ),
    Definition(
        "repairs_overdue",
        _("Repairs over time"),
        "repairs",
        Repair,
        lambda s: _late_at(s.end),
        _("Repairs open at the end of the period that had missed the time of their step or of the whole (AS-7)."),
        better="low",
        group="repairs",
    ),
    Definition(
        "repairs_closed",
        _("Repairs closed"),
        "repairs",
        Repair,
        _closed,
        _("Repairs that ended in the period: returned, replaced or scrapped."),
        better="high",
        group="repairs",
    ),
    Definition(
        "repairs_under_warranty_rate",
        _("Repairs under warranty"),
        "rate",
        Repair,
        _closed,
        _("Share of the repairs that ended in the period and that the warranty covered."),
        part=Q(warranty=Covered.IN),
        group="repairs",
    ),
    _average(Leg.INBOUND, _("Days inbound"), _("Average days from the request to the receipt, of what arrived.")),
    _average(Leg.BENCH, _("Days on the bench"), _("Average days of a stretch on the bench that ended.")),
    _average(Leg.OUTBOUND, _("Days outbound"), _("Average days from ready to the customer, of what ended.")),
)
