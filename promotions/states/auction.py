"""The machine of the weekly auction, and the sentences of its events (PR-12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class AuctionState(models.TextChoices):
    OPEN = "open", _("running, or result to be entered")
    WON = "won", _("won, to be handed out")
    HANDED_OUT = "handed_out", _("handed out")
    UNSOLD = "unsold", _("not sold")
    CANCELLED = "cancelled", _("cancelled")
    TAKEN_BACK = "taken_back", _("taken back")


AUCTION = Machine(
    "auction",
    record=(("open",), "won"),
    fail=(("open",), "unsold"),
    cancel=(("open",), "cancelled"),
    hand_out=(("won",), "handed_out"),
    take_back=(("won", "handed_out"), "taken_back"),
)
"""Its place in the quota is held from the beginning; what is not handed out gives it back."""

EVENTS = {
    "auction.open": _("Auction opened: {listing}, until {closes_at}, ¥{cost_yuan} of the budget"),
    "auction.record": _("Won at ¥{price_yuan} by {bidder}, floor {floor_yuan}"),
    "auction.name_order": _("Order of the winner: {order}"),
    "auction.fail": _("Not sold: {reason}"),
    "auction.cancel": _("Auction cancelled: {reason}"),
    "auction.hand_out": _("Handed out ({reference})"),
    "auction.take_back": _("Taken back: {reason}"),
    "auction.show": _("Winner's account shown: {why}"),
}
