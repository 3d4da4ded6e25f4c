"""KP-3: all figures, in the order in which mail and start page show them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from opsdesk.kpi.definitions import (
    care,
    conflict_signals,
    conflicts,
    dispatch,
    health,
    installation,
    money,
    prices,
    promotions,
    refunds,
    repairs,
    sales,
)
from opsdesk.kpi.definitions.base import Definition as Definition

GROUPS: dict[str, Any] = {
    "sales": _("Sales and orders"),
    "installation": _("Installation"),
    "refunds": _("Refunds"),
    "repairs": _("Repairs"),
    "care": _("Complaints and call-backs"),
    "conflicts": _("Conflicts"),
    "money": _("Settlement with partners"),
    "promotions": _("Promotions"),
    "prices": _("Prices"),
    "health": _("Imports"),
}
DEFINITIONS: tuple[Definition, ...] = (
    *sales.DEFINITIONS,
    *promotions.DEFINITIONS,
    *prices.DEFINITIONS,
    *installation.DEFINITIONS,
    *refunds.DEFINITIONS,
    *repairs.DEFINITIONS,
    *care.DEFINITIONS,
    *conflicts.DEFINITIONS,
    *conflict_signals.DEFINITIONS,
    *money.DEFINITIONS,
    *dispatch.DEFINITIONS,
    *health.DEFINITIONS,
)
BY_KEY = {definition.key: definition for definition in DEFINITIONS}
