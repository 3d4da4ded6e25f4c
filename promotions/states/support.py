"""The machine of a support application and of a rebate, and the sentences of their events (DS-1 … DS-10, FI-4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class SupportKind(models.TextChoices):
    """What a distributor may ask for; each has dated terms (SupportPolicy)."""

    OPENING = "opening", _("opening promotion")
    ADVERTISING = "advertising", _("advertising cost of the opening")
    INCUBATION = "incubation", _("promotion of the first month")
    COMMISSION = "commission", _("Taobaoke commission points")
    OWN_PLAN = "own_plan", _("promotion plan of its own")
    HERO = "hero", _("hero model of a distribution shop")
    SLOT = "slot", _("Juhuasuan slot fee")


PRICED = ("opening", "hero")
"""Supports that let a shop sell below its ordinary floor for their days."""


class Trait(models.TextChoices):
    """DS-2, DS-9: what a shop is known for."""

    ONLY_OUR_BRAND = "only_our_brand", _("sells only our brand")
    MULTIMODE = "multimode", _("mainly multi-mode models")


class ApplicationState(models.TextChoices):
    ASKED = "asked", _("to be verified")
    VERIFIED = "verified", _("to be approved")
    APPROVED = "approved", _("approved")
    REIMBURSED = "reimbursed", _("reimbursed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


APPLICATION = Machine(
    "application",
    verify=(("asked",), "verified"),
    approve=(("verified",), "approved"),
    refuse=(("asked", "verified"), "refused"),
    withdraw=(("asked", "verified"), "withdrawn"),
    reimburse=(("approved",), "reimbursed"),
)
RIGHTS = {
    "verify": "promotions.verify_support",
    "refuse": "promotions.verify_support",
    "withdraw": "promotions.ask_support",
    "reimburse": "promotions.reimburse_support",
}


class RebatePeriod(models.TextChoices):
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class RebateState(models.TextChoices):
    PROPOSED = "proposed", _("to be approved")
    BOOKED = "booked", _("on the account")
    REFUSED = "refused", _("refused")


REBATE = Machine(
    "rebate",
    book=(("proposed",), "booked"),
    refuse=(("proposed",), "refused"),
    propose=(("refused",), "proposed"),
)

EVENTS = {
    "application.ask": _("Support asked for: {kind}, ¥{asked_yuan} ({reason})"),
    "application.verify": _("Verified: cost ¥{cost_yuan}, support ¥{granted_yuan}"),
    "application.approve": _("Support approved: {because}"),
    "application.refuse": _("Support refused: {reason}"),
    "application.withdraw": _("Application withdrawn: {reason}"),
    "application.reimburse": _("Reimbursed: ¥{granted_yuan}"),
    "rebate.propose": _("Rebate of {period}: ¥{amount_yuan} on ¥{sales_yuan}"),
    "rebate.book": _("Rebate booked: {because}"),
    "rebate.refuse": _("Rebate refused: {reason}"),
}
