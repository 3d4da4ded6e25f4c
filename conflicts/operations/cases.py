"""CF-4, CF-8, CF-9: the course of a case until it is ruled: accepted, answered, negotiated, settled, handed on."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Party
from conflicts.operations import rulings, steps
from conflicts.operations.sitting import must_be_official, sat
from conflicts.operations.statements import Said, SayMore, say
from conflicts.queries import acting, standing
from conflicts.states.case import ANSWER, CASE, FILE, HANDLE, IN_DEBATE, RULE, SPEAK, PartyRole, StatementKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, NotAllowed, Refused
from opsdesk.people.models import User


class NotParty(NotAllowed):
    code, sentence = "case_not_party", _("{case}: only {who} may do this.")


class NobodyAccused(Invalid):
    code = "case_nobody_accused"
    sentence = _("{case}: {shop} is run by the company itself; name the employee whom the case is against.")


class NothingToSay(Refused):
    code, sentence = "case_nothing_to_say", _("{case}: nothing is to be said in the state “{state}”.")


class NotAgreed(Refused):
    code = "case_not_agreed"
    sentence = _("{case}: {who} has not agreed yet; both parties, or their heads for them, agree before it is settled.")


@transaction.atomic
def accept(case_id: int, *, employee_id: int | None = None, by: Actor, at: datetime) -> Case:
    """CF-9: take a case up; the accused is told and has to answer. In a shop of ours the employee is named now."""
    by.need(HANDLE)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "accept")
    seat = sat(case, by=by, at=at)
    accused = case.parties.get(role=PartyRole.ACCUSED)
    if accused.partner_id is None and accused.employee_id is None:
        accused.employee = User.objects.filter(pk=employee_id or 0, is_active=True).first()
        if accused.employee is None:
            raise NobodyAccused(case=case, shop=accused.shop)
        accused.save(update_fields=["employee"])
        _told(case, accused, by=by, at=at)
    return steps.step(case, "accept", by=by, at=at, facts={"seat": seat.seat}, accepted_at=at)


def _told(case: Case, party: Party, *, by: Actor, at: datetime) -> None:
    audit.record(case, "case.add_party", by=by, at=at, party=str(party), role=str(party.get_role_display()))


@transaction.atomic
def reject(case_id: int, *, reason: str, by: Actor, at: datetime) -> Case:
    """CF-9: do not take a case up, with the reason; it may be filed again with better evidence."""
    by.need(HANDLE)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "reject")
    sat(case, by=by, at=at)
    return steps.step(case, "reject", by=by, at=at, facts={"reason": _said(case, reason, _("reason"))})


@transaction.atomic
def withdraw(case_id: int, *, reason: str, by: Actor, at: datetime) -> Case:
    """CF-4: the filer takes his case back before it is ruled, with the reason."""
    by.need(FILE)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    if not standing.of(case, by).filer:
        raise NotParty(case=case, who=_("who filed it"))
    return steps.step(case, "withdraw", by=by, at=at, facts={"reason": _said(case, reason, _("reason"))})


@transaction.atomic
def answer(case_id: int, *, text: str, by: Actor, at: datetime) -> Case:
    """CF-9: the accused answers; then the departments negotiate."""
    by.need(ANSWER)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    if not standing.of(case, by).accused:
        raise NotParty(case=case, who=_("the accused"))
    CASE.check(case, "answer")
    say(case, Said(StatementKind.ANSWER, text, role=PartyRole.ACCUSED), by=by, at=at)
    return steps.step(case, "answer", by=by, at=at, answered_at=at)


@transaction.atomic
def speak(case_id: int, *, text: str, by: Actor, at: datetime) -> Case:
    """CF-9: a department's head states its position, the GM office what it found; neither is shown to the parties."""
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    if case.state not in IN_DEBATE:
        raise NothingToSay(case=case, state=case.get_state_display())
    must_be_official(case, by=by)
    by.need(RULE if by.may(RULE) else SPEAK)
    side = acting.side_spoken_for(case, by, on=local(at).date())
    say(case, Said(StatementKind.POSITION if side else StatementKind.FINDING, text, side=side), by=by, at=at)
    rulings.changed(case, by=by, at=at, why=str(_("something was said")))
    return case


@transaction.atomic
def agree(case_id: int, *, text: str, by: Actor, at: datetime) -> Case:
    """CF-4: a party, or its head for it, says what it agrees to: explained, apologised, come to terms."""
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "settle")
    who = standing.of(case, by)
    by.need(ANSWER if who.accused else FILE if who.filer else SPEAK)
    role: str = PartyRole.ACCUSED if who.accused else PartyRole.FILER if who.filer else ""
    if who.official:
        role = acting.party_spoken_for(case, by, on=local(at).date())
    if not role:
        raise NotParty(case=case, who=_("a party or the head who speaks for it"))
    say(case, Said(StatementKind.SETTLEMENT, text, role=role), by=by, at=at)
    return case


@transaction.atomic
def settle(case_id: int, *, reason: str, by: Actor, at: datetime) -> Case:
    """CF-4: end a case without penalty as settled, once both parties have agreed."""
    by.need(HANDLE)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "settle")
    must_be_official(case, by=by)
    agreed = set(case.statements.filter(kind=StatementKind.SETTLEMENT).values_list("role", flat=True))
    for role in (PartyRole.ACCUSED, PartyRole.FILER):
        if role not in agreed:
            raise NotAgreed(case=case, who=role.label)
    return steps.step(case, "settle", by=by, at=at, facts={"reason": _said(case, reason, _("reason"))})


@transaction.atomic
def escalate(case_id: int, *, reason: str, by: Actor, at: datetime) -> Case:
    """CF-9: the departments do not agree, or the act is severe: the GM office investigates."""
    by.need(HANDLE)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "escalate")
    must_be_official(case, by=by)
    return steps.step(case, "escalate", by=by, at=at, facts={"reason": _said(case, reason, _("reason"))})


@transaction.atomic
def show_witness(party_id: int, *, why: str, by: Actor, at: datetime) -> str:
    """AU-2: return the name and phone of a witness from outside; written down with the reason. Never to a party."""
    by.need("conflicts.show_witness")
    party: Party = Party.objects.filter(role=PartyRole.WITNESS).for_change(party_id)
    case: Case = Case.objects.visible_to(by).for_change(party.case_id)
    must_be_official(case, by=by)
    audit.record(case, "case.show_witness", by=by, at=at, why=_said(case, why, _("reason")))
    return party.outsider or str(party)


def _said(case: Case, text: str, what: Any) -> str:
    if not text.strip():
        raise SayMore(case=case, what=what)
    return text.strip()[:300]
