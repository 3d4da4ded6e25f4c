"""The machines of the year's plan and of one brand day, their kinds, and the sentences of their events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class PlanState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("sent back")
    CLOSED = "closed", _("closed")


PLAN = Machine(
    "yearplan",
    submit=(("draft", "returned"), "submitted"),
    approve=(("submitted",), "approved"),
    send_back=(("submitted",), "returned"),
    close=(("approved",), "closed"),
)
EDITABLE = ("draft", "returned")
"""A plan that may still be changed: what is submitted is what is signed."""


class EventState(models.TextChoices):
    PLANNED = "planned", _("planned")
    APPROVED = "approved", _("approved")
    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped early")
    ENDED = "ended", _("over, to be reviewed")
    REVIEWED = "reviewed", _("review finished")
    DROPPED = "dropped", _("did not take place")


BRAND_EVENT = Machine(
    "brandevent",
    approve=(("planned",), "approved"),
    drop=(("planned",), "dropped"),
    start=(("approved",), "running"),
    stop=(("approved", "running"), "stopped"),
    end=(("running",), "ended"),
    review=(("stopped", "ended"), "reviewed"),
)
"""Starting and ending happen by the calendar; stopping is a person's, with the reason (PR-19)."""


class Festival(models.TextChoices):
    """PR-5, PR-14: the four festivals; each needs an application of its own."""

    ANNIVERSARY = "anniversary", _("shop anniversary (9.9)")
    NATIONAL_DAY = "national_day", _("National Day")
    DOUBLE_11 = "double_11", _("Double 11")
    DOUBLE_12 = "double_12", _("Double 12")


class OfferKind(models.TextChoices):
    """PR-4 … PR-13: what an event offers."""

    HERO = "hero", _("hero price")
    CUT = "cut", _("price cut")
    FLASH = "flash", _("half-price flash sale")
    TRIAL = "trial", _("free trial")
    LAUNCH = "launch", _("first launch")
    CASHBACK = "cashback", _("cash-back for a review")
    SHOW_ORDER = "show_order", _("show-your-order reward")
    COUPON = "coupon", _("coupon")
    PHONE = "phone", _("phone order")
    CROSS_SHOP = "cross_shop", _("cross-shop reduction")
    DRAW = "draw", _("lucky draw")
    QUICK_GIFT = "quick_gift", _("gift for the quick")
    AUCTION = "auction", _("auction")
    TAIL = "tail", _("end of line")


PRICED = ("hero", "cut", "flash", "trial", "launch", "tail")
"""Offers that are a price of a model; the others give something on top."""


EVENTS = {
    "yearplan.draft": _("Plan begun: {year}"),
    "yearplan.copy": _("Copied from the plan of {year}: {events} brand days"),
    "yearplan.generate": _("From the standing plan: {events} brand days"),
    "yearplan.submit": _("Submitted for approval: {checks} checks, {warnings} warnings"),
    "yearplan.approve": _("Plan approved"),
    "yearplan.send_back": _("Sent back: {reason}"),
    "yearplan.close": _("Year closed"),
    "brandevent.plan": _("Brand day planned: {starts_on}"),
    "brandevent.offer": _("Offer added: {offer}"),
    "brandevent.unoffer": _("Offer taken out: {offer}"),
    "brandevent.target": _("Targets of {shops} shops set, ¥{total}"),
    "brandevent.apply": _("Own application made: {reason}"),
    "brandevent.approve": _("Brand day approved: {because}"),
    "brandevent.drop": _("Did not take place: {reason}"),
    "brandevent.settle_stock": _("Stock settled"),
    "brandevent.start": _("Brand day began"),
    "brandevent.end": _("Brand day ended"),
    "brandevent.stop": _("Stopped: {reason}"),
    "brandevent.extend": _("Extended by {days} days: {reason}"),
    "brandevent.review": _("Reviewed: ¥{sales_yuan} of ¥{target_yuan}"),
    "brandevent.export": _("Review exported"),
    "planrule.move": _("Figure {code} = {number} of planning given up for the one in the table that binds it"),
}
