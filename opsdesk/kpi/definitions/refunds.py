from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Payout, Refund, Slip
from aftersales.states.refund import Limit
from opsdesk.kpi.definitions.base import Definition


def _open_at(moment: Any) -> Q:
    """Refunds asked for before a moment and not ended at it; one that was refused or closed has ended."""
    return Q(asked_at__lt=moment) & (Q(ended_at=None) | Q(ended_at__gte=moment))


def _slipped(limit: str) -> Any:
    return lambda s: Q(limit=limit, due_at__gte=s.start, due_at__lt=s.end)


DEFINITIONS = (
    Definition(
        "refunds_asked",
        _("Refunds asked for"),
        "refunds",
        Refund,
        lambda s: Q(asked_at__gte=s.start, asked_at__lt=s.end),
        _("Refunds, returns and exchanges that customers asked for in the period."),
        better="low",
        group="refunds",
    ),
    Definition(
        "refunds_open",
        _("Refunds open"),
        "refunds",
        Refund,
        lambda s: _open_at(s.end),
        _("Refunds, returns and exchanges not ended at the end of the period."),
        better="low",
        group="refunds",
    ),
    Definition(
        "refunds_paid_yuan",
        _("Paid back"),
        "yuan",
        Payout,
        lambda s: Q(paid_at__gte=s.start, paid_at__lt=s.end),
        _("Sum of what went back to customers in the period, on the platform or by transfer."),
        measure="amount_yuan",
        better="low",
        group="refunds",
    ),
    Definition(
        "refund_timers_missed",
        _("Refund deadlines of ours missed"),
        "deadlines",
        Slip,
        _slipped(Limit.INNER),
        _("Deadlines of our own for a step of a refund that ran out in the period (AS-6)."),
        better="low",
        group="refunds",
    ),
    Definition(
        "platform_timers_missed",
        _("Refund deadlines of platforms missed"),
        "deadlines",
        Slip,
        _slipped(Limit.OUTER),
        _("Deadlines of a marketplace for a step of a refund that ran out in the period (AS-6)."),
        better="low",
        group="refunds",
    ),
)
