"""The machine of a call-back, what became of a call, and what a customer may say."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class CallbackState(models.TextChoices):
    WAITING = "waiting", _("to be called")
    APPOINTED = "appointed", _("at the customer's time")
    ANSWERED = "answered", _("called back")
    UNREACHED = "unreached", _("not reached")


OPEN = ("waiting", "appointed")

CALLBACK = Machine(
    "callback",
    appoint=(OPEN, "appointed"),
    miss=(OPEN, "waiting"),
    answer=(OPEN, "answered"),
    give_up=(OPEN, "unreached"),
)


class CallOutcome(models.TextChoices):
    """What became of one call."""

    CALLING = "calling", _("calling")
    REACHED = "reached", _("reached")
    NO_ANSWER = "no_answer", _("no answer")
    BUSY = "busy", _("busy")
    OFF = "off", _("switched off or out of range")
    WRONG = "wrong", _("wrong number")
    REFUSED = "refused", _("does not want to answer")


MISSES = tuple(choice for choice in CallOutcome.choices if choice[0] not in ("calling", "reached"))


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", _("satisfied")
    NEUTRAL = "neutral", _("neutral")
    DISSATISFIED = "dissatisfied", _("dissatisfied")


class QuestionKind(models.TextChoices):
    CHOICE = "choice", _("choice")
    SCALE = "scale", _("scale of 1 to 5")
    TEXT = "text", _("text")


EVENTS = {
    "callback.open": _("Call-back opened, due {due_at}"),
    "callback.take": _("Taken from the queue"),
    "callback.dial": _("Called the customer (call {number}): phone shown"),
    "callback.miss": _("Not reached: {outcome}; again from {next_at}"),
    "callback.appoint": _("The customer wants to be called at {appointed_at}"),
    "callback.answer": _("Call-back answered: {satisfaction}"),
    "callback.give_up": _("Closed as not reached after {attempts} calls: {outcome}"),
    "callback.show": _("Customer's own words shown: {why}"),
    "callback.export": _("Call-backs exported: {rows}"),
    "callback.warned": _("A call-back is due soon ({due_at})"),
    "callback.missed": _("Call-back not made in time, was due {due_at}"),
    "callback.escalated": _("Call-back a day late, was due {due_at}"),
}
