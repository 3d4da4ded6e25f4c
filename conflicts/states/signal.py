"""CF-13: what the detectors look for, and what becomes of a signal."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class SignalKind(models.TextChoices):
    POACHED = "poached", _("poached order")
    SABOTAGE = "sabotage", _("installation sabotaged, then sold")
    CROSS_REGION = "cross_region", _("sale outside the seller's territory")
    BELOW_FLOOR = "below_floor", _("price below the floor")
    CLAIMED = "claimed", _("customer registered by another shop")
    BAD_INSTALLATION = "bad_installation", _("late or substandard installation")


class SignalState(models.TextChoices):
    OPEN = "open", _("to be looked at")
    TAKEN_UP = "taken_up", _("a case was made of it")
    DISMISSED = "dismissed", _("signal dismissed")
    GONE = "gone", _("no longer so")


SIGNAL = Machine(
    "signal",
    take_up=(("open",), "taken_up"),
    dismiss=(("open",), "dismissed"),
    close=(("open",), "gone"),
    reopen=(("gone",), "open"),
)
"""A dismissed signal stays dismissed whatever is found again; what is gone comes back when its facts do."""

EVENTS: dict[str, Any] = {
    "signal.find": _("Found: {kind}, confidence {confidence}"),
    "signal.take_up": _("A case was made of it: {case}"),
    "signal.dismiss": _("Dismissed: {reason}"),
    "signal.close": _("No longer so: {because}"),
    "signal.reopen": _("Found again"),
    "inquiry.register": _("Inquiry registered by {shop}, protected until {until}"),
    "inquiry.end": _("Inquiry ended: {reason}"),
}
