"""The machine of extra work, and the sentences of fees and extras."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class OrderChannel(models.TextChoices):
    """AS-4: where the order that is installed came from."""

    ONLINE = "online", _("online")
    OFFLINE = "offline", _("offline")


class ExtraState(models.TextChoices):
    PROPOSED = "proposed", _("to be approved")
    APPROVED = "approved", _("approved, to be booked")
    BOOKED = "booked", _("booked on the account")
    REFUSED = "refused", _("refused")


EXTRA = Machine(
    "extra",
    approve=(("proposed",), "approved"),
    book=(("approved",), "booked"),
    refuse=(("proposed",), "refused"),
)
"""AS-4: extra work is paid once somebody with the authority has approved it; refused, it may be proposed anew."""

EVENTS = {
    "extra.propose": _("Extra work proposed: {kind}, ¥{amount} ({reason})"),
    "extra.approve": _("Extra work approved"),
    "extra.book": _("Extra work booked on the account"),
    "extra.refuse": _("Extra work not approved: {reason}"),
}
