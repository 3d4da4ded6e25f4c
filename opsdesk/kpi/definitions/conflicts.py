"""CF-14, CF-15: cases between online and offline sellers; moments say how a past day stood, never the present state."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Ruling
from conflicts.states.case import STEPS
from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span
from opsdesk.sla.models import Timer

_TO_DO = [policy for state, policy in STEPS.items() if state != "in_force"]


def _open_at(moment: Any) -> Q:
    """Cases filed and not at their end at a moment."""
    return Q(filed_at__lt=moment) & (Q(closed_at=None) | Q(closed_at__gte=moment))


def _late_at(moment: Any) -> Q:
    """Cases with a step that was running and past its deadline at a moment, as its clock says."""
    clocks = Timer.objects.filter(
        subject_type=Case._meta.label_lower,
        subject_id=OuterRef("pk"),
        policy__code__in=_TO_DO,
        started_at__lt=moment,
        due_at__lt=moment,
    )
    return Q(Exists(clocks.filter(Q(ended_at=None) | Q(ended_at__gte=moment))))


def _put_in_force(span: Span) -> Q:
    return Q(in_force_at__gte=span.start, in_force_at__lt=span.end)


DEFINITIONS = (
    Definition(
        "cases_filed",
        _("Cases filed"),
        "cases",
        Case,
        lambda s: Q(filed_at__gte=s.start, filed_at__lt=s.end),
        _("Cases of conflicts filed in the period."),
        better="low",
        group="conflicts",
    ),
    Definition(
        "cases_ruled",
        _("Cases ruled"),
        "cases",
        Case,
        lambda s: Q(Exists(Ruling.objects.filter(_put_in_force(s), case=OuterRef("pk"), act__isnull=False))),
        _("Cases in which a ruling that finds a violation came into force in the period, after an appeal or not."),
        group="conflicts",
    ),
    Definition(
        "penalties_in_force",
        _("Penalties put in force"),
        "yuan",
        Ruling,
        _put_in_force,
        _("What the rulings that came into force in the period cost, whether or not an appeal replaced them later."),
        measure="amount_yuan",
        better="low",
        group="conflicts",
    ),
    Definition(
        "cases_open",
        _("Cases open"),
        "cases",
        Case,
        lambda s: _open_at(s.end),
        _("Cases not at their end when the period ended."),
        better="low",
        group="conflicts",
    ),
    Definition(
        "cases_overdue",
        _("Cases over time"),
        "cases",
        Case,
        lambda s: _open_at(s.end) & _late_at(s.end),
        _("Open cases with a step past its deadline at the end of the period (CF-15)."),
        better="low",
        group="conflicts",
    ),
)
