"""The machine of an installation job, and the sentences of its events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class JobState(models.TextChoices):
    OPEN = "open", _("to be dispatched")
    OFFERED = "offered", _("offered, not accepted")
    ACCEPTED = "accepted", _("accepted")
    APPOINTED = "appointed", _("appointment made")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


LIVE = ("open", "offered", "accepted", "appointed", "failed")
"""Work is left to do: a failed installation is one that somebody must still make."""

JOB = Machine(
    "job",
    offer=(("open", "offered"), "offered"),
    run_out=(("offered",), "open"),
    decline=(("offered",), "open"),
    accept=(("offered",), "accepted"),
    take_over=(("accepted", "appointed", "failed"), "accepted"),
    appoint=(("accepted", "appointed", "failed"), "appointed"),
    arrive=(("accepted", "appointed"), "appointed"),
    complete=(("accepted", "appointed"), "done"),
    fail=(("accepted", "appointed"), "failed"),
    absent=(("accepted", "appointed"), "accepted"),
    reopen=(("failed",), "open"),
    cancel=(LIVE, "cancelled"),
)
RIGHTS = {
    "offer": "aftersales.dispatch_job",
    "decline": "aftersales.accept_job",
    "accept": "aftersales.accept_job",
    "appoint": "aftersales.work_job",
    "arrive": "aftersales.work_job",
    "complete": "aftersales.work_job",
    "absent": "aftersales.work_job",
    "sign": "aftersales.work_job",
    "assign_installer": "aftersales.assign_installer",
    "hand_over": "aftersales.dispatch_job",
    "urge": "aftersales.urge_job",
    "reply": "aftersales.work_job",
    "fail": "aftersales.work_job",
    "reopen": "aftersales.dispatch_job",
    "start_later": "aftersales.dispatch_job",
    "pause": "aftersales.dispatch_job",
    "resume": "aftersales.dispatch_job",
    "cancel": "aftersales.cancel_job",
}
"""Which right a person needs for a move; what is missing here only the system does."""


class Answer(models.TextChoices):
    """AS-2: what became of an offer; silence is a signal, not an answer."""

    WAITING = "waiting", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    SILENT = "silent", _("no answer in time")
    WITHDRAWN = "withdrawn", _("withdrawn")


class OfferKind(models.TextChoices):
    """AS-3: an offer of a job that nobody has, or of one that another partner keeps until it is taken over."""

    OFFER = "offer", _("offer")
    HAND_OVER = "hand_over", _("hand-over")


class AskedBy(models.TextChoices):
    """AS-1: who wanted an appointment at this time."""

    CUSTOMER = "customer", _("the customer")
    INSTALLER = "installer", _("the installer")


class Outcome(models.TextChoices):
    """What came of a visit."""

    PLANNED = "planned", _("planned")
    DONE = "done", _("installed")
    FAILED = "failed", _("could not be installed")
    ABSENT = "absent", _("customer absent")
    CANCELLED = "cancelled", _("did not take place")


class Payer(models.TextChoices):
    """AS-4: who bears the cost of a visit."""

    COMPANY = "company", _("the company")
    CUSTOMER = "customer", _("the customer")
    PARTNER = "partner", _("the installer himself")


EVENTS = {
    "job.open": _("Installation job opened: {because}"),
    "job.offer": _("Offered to {partner}: {because}"),
    "job.run_out": _("No one left to offer it to: {because}"),
    "job.decline": _("Declined by {partner}: {reason}"),
    "job.accept": _("Accepted by {partner}"),
    "job.take_over": _("Handed over from {was} to {partner}"),
    "job.offer_hand_over": _("To be handed over to {partner}, the agent keeps it until then: {because}"),
    "job.decline_hand_over": _("Hand-over declined by {partner}: {reason}"),
    "job.want_hand_over": _("Somebody else should do it, and nobody was found: {because}"),
    "job.assign_installer": _("{installer} is to go"),
    "job.appoint": _("Appointment made for {appointed_at}"),
    "job.move_visit": _("Appointment moved to {appointed_at}, asked for by {asked_by}: {reason}"),
    "job.arrive": _("The installer has arrived"),
    "installer.show": _("Phone of the installer shown: {why}"),
    "job.sign": _("The customer has signed"),
    "job.absent": _("Customer absent; the clock stands until {paused_until} at the latest"),
    "job.go_on": _("The clock goes on: {because}; due {due_at}"),
    "job.urge": _("The customer urges: {text}"),
    "job.reply": _("Reply to the customer’s urging: {text}"),
    "job.pause": _("Clock paused: {reason}"),
    "job.resume": _("Clock running again, due {due_at}"),
    "job.move": _("The address lies elsewhere now"),
    "job.start_later": _("The customer wants it later ({reason}): the clock starts at {starts_at}, due {due_at}"),
    "job.complete": _("Installed, serial number {serial_number}"),
    "job.fail": _("Installation failed: {reason}"),
    "job.reopen": _("Opened again: {reason}"),
    "job.cancel": _("Cancelled: {reason}"),
    "job.freeze": _("Frozen: {because}"),
    "job.thaw": _("No longer frozen: {because}"),
    "job.show": _("Customer's data shown: {why}"),
    "job.export": _("Jobs exported: {rows}"),
    "installation.warned": _("Deadline of installation is near, due {due_at}"),
    "installation.missed": _("Deadline of installation missed, was due {due_at}"),
    "installation.escalated": _("Installation a day late, was due {due_at}"),
    "visit.warned": _("The installer should be there soon, due {due_at}"),
    "visit.missed": _("The installer was not there in time, was due {due_at}"),
    "visit.escalated": _("The installer is a day late, was due {due_at}"),
    "hand_over.warned": _("Answer to the hand-over is due soon ({due_at})"),
    "hand_over.missed": _("No answer to the hand-over, was due {due_at}"),
    "absence.missed": _("The customer has been away long enough; the clock goes on"),
    "urge_reply.warned": _("Reply to the customer is due soon ({due_at})"),
    "urge_reply.missed": _("No reply to the customer, was due {due_at}"),
    "urge_reply.escalated": _("Still no reply to the customer, was due {due_at}"),
    "acceptance.warned": _("Answer to the offer is due soon ({due_at})"),
    "acceptance.missed": _("No answer to the offer, was due {due_at}"),
}
