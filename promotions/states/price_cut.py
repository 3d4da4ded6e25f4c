"""What lowers the price that a customer really pays, and who agreed to it (PR-10, PR-11, FI-3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class CutKind(models.TextChoices):
    """What lowers the price that a customer really pays (PR-10, PR-11)."""

    COUPON = "coupon", _("coupon")
    GIFT = "gift", _("value of a gift")
    PHONE = "phone", _("discount for ordering by phone")
    CROSS_SHOP = "cross_shop", _("cross-shop reduction")


class CutState(models.TextChoices):
    ASKED = "asked", _("to be approved")
    AGREED = "agreed", _("agreed")
    REFUSED = "refused", _("refused")


CUT = Machine(
    "pricecut",
    agree=(("asked",), "agreed"),
    refuse=(("asked",), "refused"),
)
"""What an approved brand day offers is agreed from the start; what is entered by hand is asked for (FI-3)."""

WHY_NOT = {
    "": _("taken off"),
    "not_yet": _("not in force yet"),
    "handed_out": _("handed out already, not to be used before the brand day"),
    "over": _("no longer in force"),
    "by_platform": _("paid by the platform, not by the shop"),
    "not_combined": _("does not come on top of a half-price, trial or end-of-line price"),
    "below_threshold": _("the price does not reach its threshold"),
    "other_shop": _("does not hold in this shop"),
    "not_agreed": _("nobody has agreed to it"),
    "given_back": _("given back or refused"),
    "at_checkout": _("off already at the checkout"),
    "by_chance": _("won by chance, no part of the price"),
    "reward": _("earned after the purchase by a review or a post, no part of the price"),
}
"""By reason: why a reduction, or a claim, does not lower a price."""

EVENTS = {
    "pricecut.ask": _("Reduction asked for: {name}, ¥{amount_yuan}"),
    "pricecut.agree": _("Reduction agreed: {because}"),
    "pricecut.refuse": _("Reduction refused: {reason}"),
    "pricecut.announce": _("{name}: ¥{amount_yuan} off from {starts_at} to {ends_at}"),
    "pricecut.end": _("Reduction no longer in force: {reason}"),
}
