from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from opsdesk.kpi.definitions.base import Definition
from orders.models import Order
from promotions.models import BrandEvent, PotEntry
from promotions.queries.event_sales import OWNERS
from promotions.states.spending import Spending

_ON_A_BRAND_DAY = Q(
    Exists(
        BrandEvent.objects.all()
        .took_place()
        .filter(opens_at__lte=OuterRef("paid_at"), closes_at__gt=OuterRef("paid_at"))
    )
)
"""A stop only brings the end forward to its own moment, so no earlier day is counted differently afterwards."""

DEFINITIONS = (
    Definition(
        "brand_day_share",
        _("Brand days' share of sales"),
        "rate",
        Order,
        lambda s: Q(superseded=False, paid_at__gte=s.start, paid_at__lt=s.end),
        _("Share of the amount paid in the period that was paid on brand days (PR-2)."),
        measure="paid_yuan",
        part=_ON_A_BRAND_DAY,
        better="high",
        group="promotions",
    ),
    Definition(
        "brand_day_budget_used",
        _("Brand-day budget used"),
        "yuan",
        PotEntry,
        lambda s: Q(kind=Spending.COMMIT, pot__owner_type__in=OWNERS, at__gte=s.start, at__lt=s.end),
        _("What budgets of brand days and their offers have paid out in the period (PR-3)."),
        measure="amount_yuan",
        group="promotions",
    ),
)
