"""The machine of a deduction from an installer, and the sentences of its events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class DeductionKind(models.TextChoices):
    """AS-5, CF-12: for what."""

    LATE = "late", _("installed late")
    REFUSED = "refused", _("installation refused without good reason")
    SUBSTANDARD = "substandard", _("installation substandard")


class DeductionState(models.TextChoices):
    PROPOSED = "proposed", _("proposed, the partner may answer")
    ADMITTED = "admitted", _("admitted by the partner")
    CONTESTED = "contested", _("contested by the partner")
    CONFIRMED = "confirmed", _("confirmed, to be signed")
    BOOKED = "booked", _("booked on the account")
    DROPPED = "dropped", _("dropped")


DEDUCTION = Machine(
    "deduction",
    admit=(("proposed",), "admitted"),
    contest=(("proposed",), "contested"),
    confirm=(("proposed", "admitted", "contested"), "confirmed"),
    reconsider=(("confirmed",), "contested"),
    book=(("confirmed",), "booked"),
    drop=(("proposed", "admitted", "contested", "confirmed"), "dropped"),
)
"""AS-5: facts propose, the partner answers, a person confirms, others sign; only then is it booked."""

EVENTS = {
    "deduction.propose": _("Deduction proposed: {kind}, ¥{amount} ({because})"),
    "deduction.admit": _("Admitted by the partner: {answer}"),
    "deduction.contest": _("Contested by the partner: {answer}"),
    "deduction.confirm": _("Facts confirmed: {reason}"),
    "deduction.reconsider": _("Not signed ({reason}); to be decided again"),
    "deduction.book": _("Deduction booked"),
    "deduction.drop": _("Dropped: {reason}"),
    "deduction_answer.warned": _("The partner's answer is due soon ({due_at})"),
    "deduction_answer.missed": _("The partner did not answer in time, was due {due_at}"),
    "deduction_answer.escalated": _("Deduction waits for a decision since {due_at}"),
}
