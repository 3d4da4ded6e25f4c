from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conflicts.models import Signal
from conflicts.states.signal import SignalKind
from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span


def _found(span: Span) -> Q:
    return Q(found_at__gte=span.start, found_at__lt=span.end)


DEFINITIONS = (
    Definition(
        "conflict_signals",
        _("Signals of conflicts"),
        "signals",
        Signal,
        _found,
        _("Signals of conflicts between sellers found in the period, whatever became of them (CF-13)."),
        better="low",
        group="conflicts",
    ),
    Definition(
        "conflict_signals_lost",
        _("Orders poached or sabotaged"),
        "signals",
        Signal,
        lambda s: _found(s) & Q(kind__in=(SignalKind.POACHED, SignalKind.SABOTAGE)),
        _("Signals of orders that were lost to another seller of the system, found in the period."),
        better="low",
        group="conflicts",
    ),
    Definition(
        "conflict_signals_territory",
        _("Sales outside the territory"),
        "signals",
        Signal,
        lambda s: _found(s) & Q(kind=SignalKind.CROSS_REGION),
        _("Signals of sales outside the seller's territory, found in the period (CH-6)."),
        better="low",
        group="conflicts",
    ),
)
