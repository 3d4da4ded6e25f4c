"""The machine of a complaint: a closed loop from registration to what was learnt of it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class ComplaintState(models.TextChoices):
    REGISTERED = "registered", _("to be judged")
    UNFOUNDED = "unfounded", _("unfounded: to be answered kindly")
    INVESTIGATING = "investigating", _("being investigated")
    PROPOSING = "proposing", _("measures to be proposed")
    PROPOSED = "proposed", _("to be approved")
    APPROVED = "approved", _("to be carried out")
    CARRIED_OUT = "carried_out", _("to be confirmed by the customer")
    CONFIRMED = "confirmed", _("to be summed up")
    CLOSED = "closed", _("complaint closed")


OPEN = tuple(state for state in ComplaintState.values if state != "closed")
APPROVED_ONCE = ("approved", "carried_out", "confirmed")

COMPLAINT = Machine(
    "complaint",
    uphold=(("registered",), "investigating"),
    dismiss=(("registered",), "unfounded"),
    answer_kindly=(("unfounded",), "closed"),
    investigate=(("investigating",), "proposing"),
    propose=(("proposing",), "proposed"),
    approve=(("proposed",), "approved"),
    send_back=(("proposed",), "proposing"),
    carry_out=(("approved",), "carried_out"),
    confirm=(("carried_out",), "confirmed"),
    reopen=(("carried_out",), "investigating"),
    close=(("confirmed",), "closed"),
)
WORK, HEAD = "aftersales.work_complaint", "aftersales.approve_complaint"
RIGHTS = {action: HEAD if action in ("approve", "send_back") else WORK for action in COMPLAINT.moves}
"""Which right a person needs for a move."""
STEPS = {
    "registered": "complaint_judge",
    "unfounded": "complaint_answer",
    "investigating": "complaint_investigate",
    "proposing": "complaint_propose",
    "proposed": "complaint_approve",
    "approved": "complaint_carry_out",
    "carried_out": "complaint_confirm",
    "confirmed": "complaint_close",
}
"""The deadline policy of each open state."""


class Source(models.TextChoices):
    PLATFORM = "platform", _("platform")
    PHONE = "phone", _("phone")
    CALLBACK = "callback", _("call-back")
    PARTNER = "partner", _("partner")
    LETTER = "letter", _("letter or e-mail")


class Responsible(models.TextChoices):
    DEPARTMENT = "department", _("department")
    EMPLOYEE = "employee", _("employee")
    PARTNER = "partner", _("partner")


class Department(models.TextChoices):
    SHOPS = "shops", _("e-commerce department")
    SERVICE = "service", _("customer service")
    AFTERSALES = "aftersales", _("after-sales department")
    WAREHOUSE = "warehouse", _("warehouse and logistics")
    FINANCE = "finance", _("finance")
    SALES = "sales", _("sales department")
    PRODUCTION = "production", _("production and quality")


EVENTS: dict[str, Any] = {
    "complaint.register": _("Complaint registered, owner {owner}, due {due_at}"),
    "complaint.uphold": _("Judged founded: {judgement}"),
    "complaint.dismiss": _("Judged unfounded: {judgement}"),
    "complaint.answer_kindly": _("Answered kindly and closed: {answer}"),
    "complaint.investigate": _("Investigated: {cause}; responsible: {department}"),
    "complaint.propose": _("Proposed: {measures}; compensation ¥{amount}"),
    "complaint.money_granted": _("The compensation is within the proposer's own authority; the head still decides"),
    "complaint.approve": _("Proposal approved"),
    "complaint.send_back": _("Proposal sent back: {reason}"),
    "complaint.carry_out": _("Carried out: {result}"),
    "complaint.confirm": _("The customer confirmed: {words}"),
    "complaint.reopen": _("The customer is not content, opened again: {reason}"),
    "complaint.close": _("Summed up and closed: {summary}"),
    "complaint.hand_over": _("Handed over from {was} to {now}: {reason}"),
    "complaint.reclass": _("Class corrected from {was} to {now}: {reason}"),
    "complaint.escalate": _("Escalated to the head of department"),
    "complaint.show": _("The customer's own words shown: {why}"),
    "complaint.export": _("Complaints exported: {rows}"),
    **{f"{policy}.warned": _("A step of the complaint is due soon ({due_at})") for policy in STEPS.values()},
    **{f"{policy}.missed": _("A step of the complaint is late, was due {due_at}") for policy in STEPS.values()},
    **{f"{policy}.escalated": _("Still late: goes to the head, was due {due_at}") for policy in STEPS.values()},
}
