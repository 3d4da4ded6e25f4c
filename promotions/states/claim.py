"""The machines of a claim and of a draw, and the sentences of their events (PR-8 … PR-12, PR-18)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class ClaimKind(models.TextChoices):
    CASH_BACK = "cash_back", _("cash-back for a review")
    SHOW_ORDER = "show_order", _("show-your-order reward")
    COUPON = "coupon", _("coupon")
    PHONE_ORDER = "phone_order", _("ordered by phone")
    QUICK_GIFT = "quick_gift", _("gift for the quick")
    DRAW = "draw", _("prize of a draw")


class ClaimState(models.TextChoices):
    CLAIMED = "claimed", _("to be approved")
    APPROVED = "approved", _("to be paid")
    PAID = "paid", _("paid")
    REFUSED = "refused", _("refused")
    REVERSED = "reversed", _("taken back")


CLAIM = Machine(
    "claim",
    approve=(("claimed",), "approved"),
    refuse=(("claimed",), "refused"),
    pay=(("approved",), "paid"),
    reverse=(("claimed", "approved", "paid"), "reversed"),
)
"""What is refused or taken back gives its place and its money back to the pot."""


class DrawState(models.TextChoices):
    OPEN = "open", _("open, seed sealed")
    CLOSED = "closed", _("entries fixed")
    DRAWN = "drawn", _("drawn, seed published")
    CANCELLED = "cancelled", _("cancelled")


DRAW = Machine(
    "draw",
    close=(("open",), "closed"),
    draw=(("closed",), "drawn"),
    cancel=(("open", "closed"), "cancelled"),
)
"""PR-12: the seed's fingerprint is public before anybody enters, the seed itself after the winners are drawn."""

EVENTS = {
    "claim.enter": _("Claimed: {kind}, ¥{amount_yuan}"),
    "claim.approve": _("Claim approved: {because}"),
    "claim.refuse": _("Claim refused: {reason}"),
    "claim.pay": _("Claim paid ({reference})"),
    "claim.reverse": _("Claim taken back: {reason}"),
    "claim.export": _("Claims exported: {rows}"),
    "draw.open": _("Draw opened, fingerprint of the seed {seed_print}"),
    "draw.close": _("Entries fixed: {entries}, fingerprint {entries_print}"),
    "draw.draw": _("Drawn: {winners} winners, seed published"),
    "draw.cancel": _("Draw cancelled: {reason}"),
}
