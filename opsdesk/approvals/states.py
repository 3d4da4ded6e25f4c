from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class Kind(models.TextChoices):
    """FI-2, FI-3: what is approved; each has limits of its own."""

    EXTRA = "extra", _("extra work of an installer")
    PART = "part", _("spare parts")
    COMPENSATION = "compensation", _("compensation for a customer")
    DEDUCTION = "deduction", _("deduction from a partner")
    CLAIM = "claim", _("claim on a campaign")
    SUPPORT = "support", _("support for a distributor")
    REBATE = "rebate", _("rebate of a distributor")
    CORRECTION = "correction", _("correction on a partner's account")
    PLAN = "plan", _("year's plan of brand days")
    FESTIVAL = "festival", _("application for a festival")
    RULEBOOK = "rulebook", _("version of a rulebook")
    REDUCTION = "reduction", _("campaign price")
    GIFT = "gift", _("campaign gift")


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("to be signed")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    LAPSED = "lapsed", _("nobody signed in time")
    WITHDRAWN = "withdrawn", _("withdrawn")


APPROVAL = Machine(
    "approval",
    grant=(("waiting",), "granted"),
    refuse=(("waiting",), "refused"),
    lapse=(("waiting",), "lapsed"),
    withdraw=(("waiting",), "withdrawn"),
)
"""Silence is no consent: what nobody signs lapses, and may be asked for again."""

EVENTS = {
    "approval.ask": _("Approval asked for: {kind}, ¥{amount} ({reason})"),
    "approval.sign": _("Signed as {role}"),
    "approval.grant": _("Granted: {because}"),
    "approval.refuse": _("Refused: {reason}"),
    "approval.lapse": _("Lapsed: nobody signed in time"),
    "approval.withdraw": _("Withdrawn: {reason}"),
    "approval.warned": _("A signature is due soon ({due_at})"),
    "approval.missed": _("Not signed in time, was due {due_at}"),
    "approval.lapsing": _("Still not signed, was due {due_at}"),
}
