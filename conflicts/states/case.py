"""The machine of a case (CF-4, CF-8 … CF-11, CF-14, CF-15) and the words of its rows."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class CaseState(models.TextChoices):
    FILED = "filed", _("to be accepted")
    ANSWERING = "answering", _("waiting for the accused's answer")
    NEGOTIATING = "negotiating", _("departments negotiate")
    INVESTIGATING = "investigating", _("with the GM office")
    SIGNING = "signing", _("ruling to be signed")
    IN_FORCE = "in_force", _("ruling in force, may be appealed")
    APPEALED = "appealed", _("appeal to be decided")
    REJECTED = "rejected", _("case not accepted")
    WITHDRAWN = "withdrawn", _("case withdrawn")
    SETTLED = "settled", _("settled without penalty")
    CLEARED = "cleared", _("no violation found")
    FINAL = "final", _("case closed for good")


CASE = Machine(
    "case",
    accept=(("filed",), "answering"),
    reject=(("filed",), "rejected"),
    answer=(("answering",), "negotiating"),
    be_silent=(("answering",), "negotiating"),
    settle=(("answering", "negotiating"), "settled"),
    escalate=(("negotiating",), "investigating"),
    rule=(("negotiating", "investigating", "appealed"), "signing"),
    object=(("signing",), "investigating"),
    send_back=(("signing",), "appealed"),
    enforce=(("signing",), "in_force"),
    clear=(("signing",), "cleared"),
    appeal=(("in_force",), "appealed"),
    uphold=(("appealed",), "final"),
    finish=(("in_force",), "final"),
    withdraw=(("filed", "answering", "negotiating", "investigating"), "withdrawn"),
)
"""Silence of the accused admits nothing and stops nothing; a ruling once in force is only replaced (CF-14)."""

STEPS = {
    "filed": "case_accept",
    "answering": "case_answer",
    "negotiating": "case_negotiate",
    "investigating": "case_investigate",
    "signing": "case_sign",
    "in_force": "case_appeal",
    "appealed": "case_decide_appeal",
}
"""CF-15: the deadline policy of each open state."""
OPEN = tuple(STEPS)
IN_DEBATE = ("answering", "negotiating", "investigating", "signing", "appealed")
"""The departments and the GM office may have their say."""
FILE, HANDLE, RULE = "conflicts.file_case", "conflicts.handle_case", "conflicts.rule_case"
SIGN, ANSWER, VIEW = "conflicts.sign_ruling", "conflicts.answer_case", "conflicts.view_case"
SPEAK, EXPORT = "conflicts.speak_case", "conflicts.export_case"
LOOK, SHOW_WITNESS = "conflicts.look_evidence", "conflicts.show_witness"
MAY_NOT = {
    "party": _("you are a party or a witness, or have filed it"),
    "filed": _("you have filed it"),
    "own_shop": _("it is about your own shop"),
    "own_partner": _("it is about your own partner"),
    "judged_before": _("you have judged it before; another person decides on the appeal"),
    "signed_already": _("you have signed it already"),
    "no_seat": _("nothing is to be signed now"),
    "drafted": _("you have drafted it; another person signs"),
    "no_role": _("the rulebook gives this to another role"),
    "no_person": _("only a person may"),
    "no_company": _("only the company's own people may"),
}
"""CF-10: why somebody has no say in a case."""


class PartyRole(models.TextChoices):
    """Who is who in a case."""

    FILER = "filer", _("filed by")
    ACCUSED = "accused", _("accused")
    HARMED = "harmed", _("harmed")
    WITNESS = "witness", _("witness")


class Side(models.TextChoices):
    """CF-9: which department speaks for a party."""

    ONLINE = "online", _("online (e-commerce department)")
    OFFLINE = "offline", _("offline (sales department)")


class EvidenceKind(models.TextChoices):
    """CF-8: what a file is."""

    CHAT = "chat", _("Wangwang or other chat")
    RECORDING = "recording", _("phone recording")
    MESSAGE = "message", _("message left by the customer")
    CALLBACK = "callback", _("call-back or hotline recording")
    PAGE = "page", _("screenshot of a page")
    PAPER = "paper", _("invoice, waybill or other paper")
    OTHER = "other", _("other")


class StatementKind(models.TextChoices):
    """What somebody said in a case."""

    STORY = "story", _("what happened")
    ANSWER = "answer", _("answer of the accused")
    POSITION = "position", _("position of a department")
    FINDING = "finding", _("finding of the GM office")
    SETTLEMENT = "settlement", _("apology and agreement")
    APPEAL = "appeal", _("grounds of appeal")
    DECISION = "decision", _("decision on the appeal")


class RulingState(models.TextChoices):
    DRAFTED = "drafted", _("to be signed")
    IN_FORCE = "in_force", _("ruling in force")
    REFUSED = "refused", _("a signature was refused")
    REPLACED = "replaced", _("replaced after an appeal")


RULING = Machine(
    "ruling",
    enforce=(("drafted",), "in_force"),
    refuse=(("drafted",), "refused"),
    replace=(("in_force",), "replaced"),
)

EVENTS: dict[str, Any] = {
    "case.file": _("Filed by {filer} against {accused}: {act}"),
    "case.accept": _("Accepted"),
    "case.reject": _("Not accepted: {reason}"),
    "case.answer": _("The accused has answered"),
    "case.be_silent": _("The accused did not answer in time; the case goes on without an answer"),
    "case.settle": _("Settled without penalty: {reason}"),
    "case.escalate": _("Handed to the GM office: {reason}"),
    "case.rule": _("Ruling drafted: {penalty}"),
    "case.object": _("A signature was refused: {reason}; the GM office goes on"),
    "case.send_back": _("A signature on the appeal was refused: {reason}; the appeal is decided anew"),
    "case.enforce": _("Ruling in force: {penalty}"),
    "case.clear": _("No violation found"),
    "case.appeal": _("Appealed"),
    "case.uphold": _("Appeal decided, the ruling stands: {reason}"),
    "case.finish": _("Final: nobody can appeal any more"),
    "case.withdraw": _("Withdrawn: {reason}"),
    "case.say": _("Said in the case: {kind}"),
    "case.add_witness": _("Witness named: {witness}"),
    "case.add_party": _("Party named: {party} ({role})"),
    "case.urge": _("Reminder sent: nobody has acted in time"),
    "case.export": _("Case taken out as an archive: {why}"),
    "case.export_many": _("Cases taken out: {rows} rows"),
    "case.show_witness": _("Data of a witness shown: {why}"),
    "evidence.add": _("Evidence added: {name}, SHA-256 {sha256}"),
    "evidence.look": _("Evidence looked at"),
    "ruling.enforce": _("In force"),
    "ruling.refuse": _("Not signed: {reason}"),
    "ruling.replace": _("Replaced"),
    "ruling.sign": _("Signed for {seat}"),
    "ruling.void": _("Signatures void: the case was changed ({why})"),
    "payrollentry.book": _("On the payroll list: {text}, ¥{amount}"),
    "payrollentry.reverse": _("Taken off the payroll list by a counter-entry: {text}, ¥{amount}"),
    "payrollentry.export": _("Payroll list taken out: {rows} rows"),
    "measure.carry_out": _("Carried out: {measure}"),
    "measure.take_back": _("Taken back: {measure}"),
    **{f"{policy}.warned": _("A step of the case is due soon ({due_at})") for policy in STEPS.values()},
    **{f"{policy}.missed": _("A step of the case was not done in time, was due {due_at}") for policy in STEPS.values()},
    **{f"{policy}.escalated": _("A step of the case is still open, was due {due_at}") for policy in STEPS.values()},
}
