from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class SignalKind(models.TextChoices):
    """DS-11, CH-7, PR-16: what is wrong."""

    BELOW_FLOOR = "price_below_floor", _("price below the floor")
    NOT_ALLOWED = "sold_where_not_allowed", _("sold where it is not allowed")
    LIST_PRICE = "list_price_not_charged", _("list price never really charged")


class SignalState(models.TextChoices):
    OPEN = "open", _("open")
    DISMISSED = "dismissed", _("signal dismissed")
    GONE = "gone", _("put right")


SIGNAL = Machine(
    "pricesignal",
    dismiss=(("open",), "dismissed"),
    close=(("open",), "gone"),
    reopen=(("gone",), "open"),
)
"""What was dismissed stays so; an item that was put right and is wrong again at the same price comes back."""

NOT_SOLD = {
    "online_only": _("for online sale only"),
    "offline_only": _("for offline sale only"),
    "not_named": _("for named distributors only, and this shop is none of them"),
}
NOT_CHARGED = {
    "no_list_price": _("no list price is known"),
    "above_list": _("above the list price"),
    "too_young": _("the list price is too young"),
    "never_paid": _("nobody has ever paid it"),
}
"""PR-16: what speaks against a price that an item strikes through."""
EVENTS = {
    "pricesignal.dismiss": _("Signal dismissed: {reason}"),
    "pricesignal.close": _("Put right, or no longer on sale"),
    "pricesignal.reopen": _("The price is wrong again"),
}
