"""CF-10, CF-11: rulings: drafted within the rule of the day of the act, signed over their text, put in force."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Ruling, Signature
from conflicts.operations import enforcement, steps
from conflicts.operations.sitting import MayNot, must_be_official, sat
from conflicts.queries import acting, papers, rulebooks, sitting
from conflicts.rules import penalties, seats
from conflicts.states.case import CASE, MAY_NOT, RULE, RULING, SIGN, SPEAK, CaseState, PartyRole, RulingState
from conflicts.states.rulebook import Measure, Punished, Seat
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Refused
from opsdesk.money import ZERO, to_fen


class NoRow(Refused):
    code = "ruling_no_row"
    sentence = _("{case}: the rulebook knows no penalty of {act} for this kind of party.")


class OtherVersion(Invalid):
    code = "ruling_other_version"
    sentence = _(
        "{case}: a case is judged under the version in force on the day of the act ({version}), by one of its acts."
    )


class OutOfRange(Invalid):
    code, sentence = "ruling_out_of_range", _("{case}: {why}")


class OfficeOnly(Refused):
    code = "ruling_office_only"
    sentence = _("{case}: {clazz} is ruled by the GM office; hand the case over first.")


class ReasoningMissing(Invalid):
    code, sentence = "ruling_reasoning_missing", _("{case}: give the reasoning of the ruling.")


class CountChanged(Refused):
    code = "ruling_count_changed"
    sentence = _(
        "{case}: another ruling against the same party came in force or was replaced meanwhile, so this is time "
        "{times}; change the ruling first."
    )


class TextChanged(Refused):
    code = "ruling_text_changed"
    sentence = _("{case}: the case was changed while you read it; read it again before you sign.")


@dataclass(frozen=True)
class Verdict:
    """What somebody rules: the act found (None: no violation), what it costs, and why; yuan."""

    act_id: int | None
    reasoning: str
    amount_yuan: Decimal = ZERO
    measures: tuple[str, ...] = ()
    suspended_days: int | None = None
    unusual: str = ""


@transaction.atomic
def rule(case_id: int, verdict: Verdict, *, by: Actor, at: datetime) -> Ruling:
    """CF-10, CF-11: draft the ruling of a case; it counts once every seat has signed it."""
    case = _to_rule(case_id, by)
    CASE.check(case, "rule")
    ruling = Ruling(case=case, round=case.rulings.count() + 1, drafted_by=by.name, drafted_at=at)
    ruling.stage = acting.stage_of(case)
    _put(ruling, verdict)
    _may_draft(ruling, by, at=at)
    ruling.save(force_insert=True)
    steps.step(case, "rule", by=by, at=at, facts={"penalty": papers.penalty_of(ruling)})
    return ruling


@transaction.atomic
def redraft(case_id: int, verdict: Verdict, *, by: Actor, at: datetime) -> Ruling:
    """CF-10: change a ruling that is not in force yet; whoever has signed it must sign again."""
    case = _to_rule(case_id, by)
    CASE.check(case, "enforce")
    ruling: Ruling = Ruling.objects.filter(case=case, state=RulingState.DRAFTED).for_change(_drafted(case).pk)
    ruling.drafted_by, ruling.drafted_at = by.name, at
    _put(ruling, verdict)
    _may_draft(ruling, by, at=at)
    ruling.save()
    audit.record(ruling, "ruling.void", by=by, at=at, why=str(_("the ruling was changed")))
    return ruling


def _to_rule(case_id: int, by: Actor) -> Case:
    if not by.may(RULE):
        by.need(SPEAK)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    must_be_official(case, by=by)
    return case


def _may_draft(ruling: Ruling, by: Actor, *, at: datetime) -> None:
    """CF-10: the heads draft what they agree on, whoever may rule the rest; nobody in a case about himself."""
    case, act = ruling.case, ruling.act or ruling.case.act
    for one in (case.act, act):  # what is alleged to be severe the heads do not make a fault of their own
        rows = sitting.rows_of(case, ruling.stage, clazz=one.clazz)
        if not rows:
            raise OfficeOnly(case=case, clazz=one.get_clazz_display())
    found = acting.drafting_of(case, rows, by, on=local(at).date(), overdue=steps.is_overdue(case))
    if not found.may:
        raise MayNot(case=case, why=MAY_NOT[found.because])


def _put(ruling: Ruling, verdict: Verdict) -> None:
    """CF-11: write a verdict into a ruling, checked against the row in force on the day of the act."""
    case = ruling.case
    if not verdict.reasoning.strip():
        raise ReasoningMissing(case=case)
    ruling.reasoning, ruling.unusual = verdict.reasoning.strip()[:4000], verdict.unusual.strip()[:300]
    ruling.act, ruling.row, ruling.times, ruling.because = None, None, 1, []
    ruling.amount_yuan, ruling.measures, ruling.suspended_days = ZERO, [], None
    if verdict.act_id is not None:
        _put_penalty(ruling, verdict)
    ruling.text = papers.text_of(ruling)
    ruling.text_sha256 = papers.sha256(ruling.text)


def _put_penalty(ruling: Ruling, verdict: Verdict) -> None:
    case, measures = ruling.case, frozenset(verdict.measures)
    act = case.version.acts.filter(pk=verdict.act_id or 0).select_related("clause", "version__rulebook").first()
    if act is None:
        raise OtherVersion(case=case, version=case.version)
    accused = case.parties.select_related("employee", "partner").get(role=PartyRole.ACCUSED)
    who = accused.employee or accused.partner
    assert who is not None  # named when the case was accepted
    earlier = rulebooks.earlier(act, who, on=case.acted_on, without=case.pk)
    punished = Punished.EMPLOYEE if accused.employee else Punished.PARTNER
    penalty = rulebooks.penalty_for(act, punished, times=len(earlier) + 1)
    if penalty is None:
        raise NoRow(case=case, act=act.code)
    amount = to_fen(verdict.amount_yuan)
    why = penalties.objections(amount, measures, penalty, verdict.unusual)
    if Measure.SUSPENSION in measures and not verdict.suspended_days:
        why = (*why, "days_missing")
    if why:
        raise OutOfRange(case=case, why=papers.objections(why, penalty))
    ruling.act, ruling.row_id, ruling.times = act, penalty.row, len(earlier) + 1
    ruling.amount_yuan, ruling.measures = amount, sorted(measures)
    ruling.suspended_days = verdict.suspended_days if Measure.SUSPENSION in measures else None
    ruling.because = [*penalty.because, *(f"earlier:{one.ruling}" for one in earlier)]


def _must_count_right(case: Case) -> None:
    """CF-11: refuse to sign when another ruling against the same party came in force since this one was drafted.

    The accused is locked first, so that two cases against him are not signed past each other.
    """
    accused = case.parties.select_related("employee", "partner").get(role=PartyRole.ACCUSED)
    who = accused.employee or accused.partner
    ruling = _drafted(case)
    if ruling.act is None or who is None:
        return
    type(who)._default_manager.select_for_update().get(pk=who.pk)
    earlier = rulebooks.earlier(ruling.act, who, on=case.acted_on, without=case.pk)
    counted = {code for code in ruling.because if code.startswith("earlier:")}
    if counted != {f"earlier:{one.ruling}" for one in earlier}:
        raise CountChanged(case=case, times=len(earlier) + 1)


def _drafted(case: Case) -> Ruling:
    drafted: Ruling = case.rulings.select_related("act").get(state=RulingState.DRAFTED)
    return drafted


def changed(case: Case, *, by: Actor, at: datetime, why: str) -> None:
    """CF-10: make a drafted ruling's text anew after its case was changed; signatures over the old one are void."""
    if case.state != CaseState.SIGNING:
        return
    ruling: Ruling = Ruling.objects.for_change(_drafted(case).pk)
    ruling.text = papers.text_of(ruling)
    ruling.text_sha256 = papers.sha256(ruling.text)
    ruling.save(update_fields=["text", "text_sha256"])
    audit.record(ruling, "ruling.void", by=by, at=at, why=why)


@transaction.atomic
def sign(case_id: int, *, text_sha256: str, by: Actor, at: datetime) -> Ruling:
    """CF-10: sign a ruling for one's seat, over the text that one has read; with the last seat it is in force."""
    by.need(SIGN)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    CASE.check(case, "enforce")
    _must_count_right(case)
    ruling = _signed(case, True, "", text_sha256, by=by, at=at)
    rows = acting.rows_now(case)
    if seats.complete(rows, acting.taken_now(case)):
        enforcement.put_in_force(case, ruling, by=by, at=at)
    return ruling


@transaction.atomic
def refuse(case_id: int, *, reason: str, text_sha256: str, by: Actor, at: datetime) -> Case:
    """CF-9: refuse to sign, with the reason: the GM office goes on, an appeal is decided anew."""
    by.need(SIGN)
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    move = "send_back" if case.appealed_at else "object"
    CASE.check(case, move)
    if not reason.strip():
        raise ReasoningMissing(case=case)
    ruling = _signed(case, False, reason.strip()[:300], text_sha256, by=by, at=at)
    RULING.move(ruling, "refuse", by=by, at=at, facts={"reason": reason.strip()})
    return steps.step(case, move, by=by, at=at, facts={"reason": reason.strip()})


def _signed(case: Case, granted: bool, reason: str, text_sha256: str, *, by: Actor, at: datetime) -> Ruling:
    ruling: Ruling = Ruling.objects.select_related("act__version__rulebook", "act__clause").for_change(
        _drafted(case).pk
    )
    if text_sha256 != ruling.text_sha256:
        raise TextChanged(case=case)
    found = sat(case, by=by, at=at)
    Signature.objects.create(
        ruling=ruling, seat=found.seat, role=found.role, signed_by=by.name, granted=granted, reason=reason,
        text_sha256=text_sha256, because=f"{found.because}:{found.stands_for}".rstrip(":"), at=at,
    )  # fmt: skip
    if granted:
        audit.record(ruling, "ruling.sign", by=by, at=at, seat=str(Seat(found.seat).label), role=found.role)
    return ruling
