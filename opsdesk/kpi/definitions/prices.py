from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.kpi.definitions.base import Definition
from promotions.models import PriceSignal
from promotions.states.price_signal import SignalKind

DEFINITIONS = (
    Definition(
        "price_signals",
        _("Price signals"),
        "signals",
        PriceSignal,
        lambda s: Q(found_at__gte=s.start, found_at__lt=s.end),
        _(
            "Prices below their floor, models sold where they may not be, and list prices that were never really"
            " charged, found in the period (DS-11, CH-7, PR-16)."
        ),
        better="low",
        group="prices",
    ),
    Definition(
        "price_signals_sold",
        _("Sold below the floor"),
        "signals",
        PriceSignal,
        lambda s: Q(found_at__gte=s.start, found_at__lt=s.end, line__isnull=False, kind=SignalKind.BELOW_FLOOR),
        _("Items really sold below their floor, found in the period."),
        better="low",
        group="prices",
    ),
)
