"""AS-9: the closed loop of a complaint: judged, investigated, proposed, approved, carried out, confirmed, summed up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Complaint, Handover
from aftersales.operations.complaint_register import SUBJECT, start_step
from aftersales.queries import complaints as queries
from aftersales.rules.complaints import may_approve
from aftersales.states.complaint import COMPLAINT, HEAD, STEPS, WORK, ComplaintState, Responsible
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotAllowed, Refused
from opsdesk.money import to_fen
from opsdesk.people.models import User
from opsdesk.privacy import unseal
from opsdesk.sla import timers


class SayMore(Refused):
    code, sentence = "complaint_say_more", _("{complaint}: {what} is missing; write it down.")


class MayNotApprove(NotAllowed):
    code, sentence = "complaint_may_not_approve", _("{complaint}: you may not decide on this proposal ({why}).")


class MoneyUndecided(Refused):
    code, sentence = (
        "complaint_money_undecided",
        _("{complaint}: the compensation of ¥{amount} waits for a signature under “For my signature”."),
    )


class NotOwner(NotAllowed):
    code, sentence = "complaint_not_owner", _("{complaint}: only its owner {owner} or a head may do this.")


class CannotOwn(Refused):
    code, sentence = "complaint_cannot_own", _("{complaint}: {who} may not own it; choose somebody who works on it.")


class OwnerAlready(Refused):
    code, sentence = "complaint_owner_already", _("{complaint}: {who} owns it already.")


class NobodyResponsible(Invalid):
    code, sentence = "complaint_nobody_responsible", _("{complaint}: name the department, employee or partner.")


WHY_NOT = {
    "own_proposal": _("nobody approves what he proposed himself"),
    "no_person": _("only a person may approve"),
    "own_fault": _("nobody decides on what he is responsible for himself"),
}


@dataclass(frozen=True)
class Blame:
    """AS-9: who is responsible for a cause: a department, an employee, or a partner."""

    department: str = ""
    employee_id: int | None = None
    partner_id: int | None = None

    @property
    def kind(self) -> str:
        """Which of the three it is; "" if none, or more than one, is named."""
        named = [
            kind
            for kind, value in (
                (Responsible.DEPARTMENT, self.department),
                (Responsible.EMPLOYEE, self.employee_id),
                (Responsible.PARTNER, self.partner_id),
            )
            if value
        ]
        return str(named[0]) if len(named) == 1 else ""


@transaction.atomic
def uphold(complaint_id: int, *, judgement: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: judge a complaint founded; it is then investigated."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, judgement, _("judgement"))
    return _step(complaint, "uphold", by=by, at=at, founded=True, judged_at=at, judgement=text)


@transaction.atomic
def dismiss(complaint_id: int, *, judgement: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: judge a complaint unfounded; the customer is then answered kindly."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, judgement, _("judgement"))
    return _step(complaint, "dismiss", by=by, at=at, founded=False, judged_at=at, judgement=text)


@transaction.atomic
def answer_kindly(complaint_id: int, *, answer: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: answer the customer of an unfounded complaint, and close it."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, answer, _("answer to the customer"))
    return _step(complaint, "answer_kindly", by=by, at=at, answer=text, closed_at=at)


@transaction.atomic
def investigate(complaint_id: int, *, cause: str, blame: Blame, by: Actor, at: datetime) -> Complaint:
    """AS-9: write down the cause, and which department, employee or partner is responsible."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, cause, _("cause found"))
    if not blame.kind:
        raise NobodyResponsible(complaint=complaint)
    facts = {"department": _name_of(blame)}
    return _step(
        complaint, "investigate", by=by, at=at, facts=facts, cause=text, responsible=blame.kind,
        department=blame.department, employee_id=blame.employee_id, at_fault_id=blame.partner_id,
    )  # fmt: skip


@transaction.atomic
def propose(complaint_id: int, *, measures: str, amount_yuan: Decimal, by: Actor, at: datetime) -> Complaint:
    """AS-9, FI-3: propose what is to be done and paid; the head approves it, money above the own limit is signed for.

    Money within the proposer's own authority is granted at once, the proposal still needs its head.
    """
    complaint = _owned(complaint_id, by)
    text, amount = _said(complaint, measures, _("measures")), to_fen(amount_yuan)
    if amount < 0:
        raise SayMore(complaint=complaint, what=_("an amount of 0 or more"))
    facts = {"amount": f"{amount:,.2f}"}
    said = {"measures": text, "compensation_yuan": amount, "proposed_by": by.name, "proposed_at": at}
    _step(complaint, "propose", by=by, at=at, facts=facts, **said)
    if amount:
        question = approvals.Question(Kind.COMPENSATION, complaint, amount, text, region=complaint.region_id or "")
        approvals.ask(question, by=by, at=at)
    return Complaint.objects.get(pk=complaint_id)  # type: ignore[no-any-return]


@transaction.atomic
def approve(complaint_id: int, *, by: Actor, at: datetime) -> Complaint:
    """AS-9, AU-4: approve a proposal as the head; never one's own."""
    complaint = _to_decide(complaint_id, by=by)
    _money_decided(complaint)
    return _step(complaint, "approve", by=by, at=at, head_id=by.user_id, approved_at=at)


@transaction.atomic
def send_back(complaint_id: int, *, reason: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: refuse a proposal, with the reason; another is to be made. Money waits or falls with it."""
    complaint = _to_decide(complaint_id, by=by)
    text = _said(complaint, reason, _("reason"))
    _step(complaint, "send_back", by=by, at=at, facts={"reason": text})
    approvals.withdraw_all(complaint, reason=text, by=by, at=at)
    return Complaint.objects.get(pk=complaint_id)  # type: ignore[no-any-return]


def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-3, AU-4: follow a decision on a compensation: another's signature approves the proposal, a refusal sends it
    back; what the proposer was allowed to grant himself waits for its head."""
    if approval.subject_type != SUBJECT:
        return
    complaint: Complaint = Complaint.objects.for_change(approval.subject_id)
    if complaint.state != ComplaintState.PROPOSED:
        return
    if approval.state != ApprovalState.GRANTED:
        reason = f"{approval.get_state_display()}"
        _step(complaint, "send_back", by=by, at=at, facts={"reason": reason})
    elif _why_not(complaint, by):
        audit.record(complaint, "complaint.money_granted", by=by, at=at)
    else:
        _step(complaint, "approve", by=by, at=at, head_id=by.user_id, approved_at=at)


@transaction.atomic
def carry_out(complaint_id: int, *, result: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: write down what was done; who says so and the head who approved it answer for it."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, result, _("result"))
    return _step(complaint, "carry_out", by=by, at=at, result=text, doer_id=by.user_id, carried_out_at=at)


@transaction.atomic
def confirm(complaint_id: int, *, words: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: write down that the customer is content with the result."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, words, _("what the customer said"))
    return _step(complaint, "confirm", by=by, at=at, facts={"words": text}, confirmed_at=at)


@transaction.atomic
def reopen(complaint_id: int, *, reason: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: the customer is not content with the result: it is investigated again."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, reason, _("reason"))
    times = complaint.reopened + 1
    return _step(complaint, "reopen", by=by, at=at, facts={"reason": text}, reopened=times)


@transaction.atomic
def close(complaint_id: int, *, summary: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: sum up what is to be learnt of it, and close it."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, summary, _("what we learn of it"))
    return _step(complaint, "close", by=by, at=at, summary=text, closed_at=at)


@transaction.atomic
def hand_over(complaint_id: int, *, to_id: int, reason: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: pass a complaint on to another owner; who, when and why is kept. There is one owner at every moment."""
    complaint = _owned(complaint_id, by)
    text = _said(complaint, reason, _("reason"))[:200]
    if complaint.state == ComplaintState.CLOSED:
        raise SayMore(complaint=complaint, what=_("an open complaint"))
    if to_id == complaint.owner_id:
        raise OwnerAlready(complaint=complaint, who=complaint.owner)
    people = {person.pk: person for person in queries.workers(complaint.region_id or "")}
    if to_id not in people:
        raise CannotOwn(complaint=complaint, who=User.objects.filter(pk=to_id).first() or to_id)
    was, now = complaint.owner, people[to_id]
    Handover.objects.create(complaint=complaint, was=was, now=now, reason=text, done_by=by.name, at=at)
    complaint.owner = now
    complaint.save(update_fields=["owner"])
    audit.record(complaint, "complaint.hand_over", by=by, at=at, was=str(was), now=str(now), reason=text)
    return complaint


@transaction.atomic
def show(complaint_id: int, *, why: str, by: Actor, at: datetime) -> str:
    """AU-2: return the customer's own words; written down with the reason."""
    by.need("aftersales.show_complaint")
    complaint: Complaint = Complaint.objects.visible_to(by).for_change(complaint_id)
    text = _said(complaint, why, _("reason"))
    audit.record(complaint, "complaint.show", by=by, at=at, why=text)
    return unseal(complaint.words_sealed).decode()


def _name_of(blame: Blame) -> str:
    if blame.employee_id:
        return str(User.objects.get(pk=blame.employee_id))
    if blame.partner_id:
        return str(Partner.objects.get(pk=blame.partner_id))
    return blame.department


def _owned(complaint_id: int, by: Actor) -> Complaint:
    """Return a complaint for its owner (or a head, who answers for it), locked."""
    if not by.may(HEAD):
        by.need(WORK)
    complaint: Complaint = Complaint.objects.visible_to(by).for_change(complaint_id)
    if complaint.owner_id != by.user_id and not by.may(HEAD):
        raise NotOwner(complaint=complaint, owner=complaint.owner)
    return complaint


def _to_decide(complaint_id: int, *, by: Actor) -> Complaint:
    by.need(HEAD)
    complaint: Complaint = Complaint.objects.visible_to(by).for_change(complaint_id)
    COMPLAINT.check(complaint, "approve")
    if why := _why_not(complaint, by):
        raise MayNotApprove(complaint=complaint, why=WHY_NOT[why])
    return complaint


def _why_not(complaint: Complaint, by: Actor) -> str:
    return may_approve(name=by.name, proposed_by=complaint.proposed_by, user=by.user_id, at_fault=complaint.employee_id)


def _money_decided(complaint: Complaint) -> None:
    waiting = Approval.objects.waiting().filter(subject_type=SUBJECT, subject_id=complaint.pk)
    if waiting.exists():
        raise MoneyUndecided(complaint=complaint, amount=f"{complaint.compensation_yuan:,.2f}")


def _said(complaint: Complaint, text: str, what: Any) -> str:
    if not text.strip():
        raise SayMore(complaint=complaint, what=what)
    return text.strip()[:300]


def _step(
    complaint: Complaint, action: str, *, by: Actor, at: datetime, facts: dict[str, Any] | None = None, **changes: Any
) -> Complaint:
    """Move a complaint: the clock of its old state is met, that of the new one starts."""
    COMPLAINT.check(complaint, action)
    told = {name: value for name, value in changes.items() if isinstance(value, str)}
    timers.meet_many(STEPS[complaint.state], SUBJECT, [complaint.pk], by=by, at=at)
    COMPLAINT.move(complaint, action, by=by, at=at, facts=told | (facts or {}), **changes)
    if complaint.state != ComplaintState.CLOSED:
        start_step(complaint, by=by, at=at)
        complaint.save(update_fields=["due_at", "escalated_at"])
    return complaint
