"""FI-2, FI-3, AU-4: asking for a decision, signing it, letting it lapse. Silence is no consent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals import queries, rules
from opsdesk.approvals.models import Approval, Signature
from opsdesk.approvals.states import APPROVAL, ApprovalState
from opsdesk.audit import models as audit
from opsdesk.errors import NotAllowed, Refused
from opsdesk.notify import outbox
from opsdesk.sla import timers
from opsdesk.sla.models import Timer

SUBJECT, POLICY = "approvals.approval", "approval"


class MayNotSign(NotAllowed):
    code, sentence = "may_not_sign", _("{what}: you may not sign this ({why}).")


class AskedAlready(Refused):
    code, sentence = "asked_already", _("{what}: an approval is waiting already.")


class ReasonMissing(Refused):
    code, sentence = "approval_reason_missing", _("{what}: say why.")


WHY_NOT = {
    "own_request": _("nobody signs what he asked for himself"),
    "signed_already": _("you have signed it already"),
    "no_authority": _("the amount is above your limit"),
}


@dataclass(frozen=True)
class Question:
    """What a decision is asked on; `region` is the code of where it belongs, for who may see it."""

    kind: str
    subject: models.Model
    amount_yuan: Decimal
    reason: str
    region: str = ""


@transaction.atomic
def ask(question: Question, *, by: Actor, at: datetime) -> Approval:
    """FI-3: ask for a decision on a subject; within the asker's own authority it is granted at once.

    The caller holds the subject locked. What follows a decision (settings.DECIDED) happens in the same transaction.
    """
    kind, subject, amount_yuan = question.kind, question.subject, question.amount_yuan
    if not question.reason.strip():
        raise ReasonMissing(what=subject)
    on = timezone.localdate(at)
    held = queries.roles_of(by, on=on).get("", set())
    way = rules.route(amount_yuan, queries.limits_of(kind, on=on), held, queries.second_above(kind, on=on))
    same = Approval.objects.waiting().filter(kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk)
    if same.exists():
        raise AskedAlready(what=subject)
    approval = Approval.objects.create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        title=str(subject)[:200],
        amount_yuan=amount_yuan,
        region_code=question.region,
        signatures_needed=way.signatures,
        asked_by=by.name,
        asked_at=at,
        reason=question.reason.strip()[:300],
        because=list(way.because),
    )
    audit.record(approval, "approval.ask", by=by, at=at, **queries.facts_of(approval))
    if way.alone:
        return _decide(Approval.objects.for_change(approval.pk), "grant", by=by, at=at)
    [clock] = timers.start_many(POLICY, SUBJECT, [(approval.pk, at)], by=by, at=at)
    approval.due_at = clock.due_at
    approval.save(update_fields=["due_at"])
    return approval


@transaction.atomic
def sign(approval_id: int, *, by: Actor, at: datetime, reason: str = "") -> Approval:
    """AU-4: grant what another asked for, within one's limit; with the last signature needed it is granted."""
    approval = _sign(approval_id, True, reason, by=by, at=at)
    if approval.signatures.filter(granted=True).count() < approval.signatures_needed:
        return approval
    return _decide(approval, "grant", by=by, at=at)


@transaction.atomic
def refuse(approval_id: int, *, reason: str, by: Actor, at: datetime) -> Approval:
    """FI-2: refuse what another asked for, with the reason; one refusal decides."""
    approval = _sign(approval_id, False, reason, by=by, at=at)
    if not reason.strip():
        raise ReasonMissing(what=approval)
    return _decide(approval, "refuse", by=by, at=at, reason=reason.strip())


def _sign(approval_id: int, granted: bool, reason: str, *, by: Actor, at: datetime) -> Approval:
    by.need("approvals.sign_approval")
    approval: Approval = Approval.objects.visible_to(by).for_change(approval_id)
    APPROVAL.check(approval, "grant" if granted else "refuse")
    stands = queries.standing_of(approval, by, at=at)
    if not stands.may:
        raise MayNotSign(what=approval, why=WHY_NOT[stands.because])
    Signature.objects.create(
        approval=approval,
        signed_by=by.name,
        stands_for=stands.stands_for,
        role=stands.role,
        granted=granted,
        reason=reason.strip()[:300],
        because=stands.because,
        at=at,
    )
    audit.record(approval, "approval.sign", by=by, at=at, role=stands.role, stands_for=stands.stands_for)
    return approval


@transaction.atomic
def withdraw(approval_id: int, *, reason: str, by: Actor, at: datetime) -> Approval:
    """Take back what one asked for oneself."""
    approval: Approval = Approval.objects.filter(asked_by=by.name).for_change(approval_id)
    return _decide(approval, "withdraw", by=by, at=at, reason=reason)


def withdraw_all(subject: models.Model, *, reason: str, by: Actor, at: datetime) -> None:
    """Take back whatever waits for a subject that is no more; a part of the operation that ended it."""
    open_ones = Approval.objects.waiting().filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    for approval in Approval.objects.for_change_many(list(open_ones.values_list("pk", flat=True))):
        if approval.state != ApprovalState.WAITING:  # signed while we waited for the row
            continue
        _decide(approval, "withdraw", by=by, at=at, reason=reason)


@transaction.atomic
def lapse(approval_id: int, *, by: Actor, at: datetime) -> Approval:
    """End an approval that nobody signed, long after its time; it may be asked for again."""
    return _decide(Approval.objects.for_change(approval_id), "lapse", by=by, at=at)


def lapsing() -> list[int]:
    """Return the approvals whose last rung ("lapsing") has been climbed."""
    climbed = Timer.objects.filter(subject_type=SUBJECT, next_at=None, missed_at__isnull=False).open()
    return list(
        Approval.objects.waiting()
        .filter(pk__in=climbed.values("subject_id"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _decide(approval: Approval, action: str, *, by: Actor, at: datetime, reason: str = "") -> Approval:
    facts = {"reason": reason} if reason else {"because": approval.because}
    APPROVAL.move(approval, action, by=by, at=at, facts=facts, decided_at=at)
    end = timers.drop_many if action in ("withdraw", "lapse") else timers.meet_many
    end(POLICY, SUBJECT, [approval.pk], by=by, at=at)
    if then := settings.DECIDED.get(approval.kind):
        import_string(then)(approval, by=by, at=at)
    return approval


@transaction.atomic
def remind(approval_id: int, rung: str, *, at: datetime) -> int:
    """Tell by mail whoever may sign that an approval waits; once per rung and person. Return how many."""
    approval = Approval.objects.get(pk=approval_id)
    if approval.state != ApprovalState.WAITING:
        return 0
    link = f"{settings.SITE_URL}{reverse('admin:approvals_approval_changelist')}?queue=mine"
    context = {"approval": approval, "link": link}
    letters = [
        outbox.Letter(
            key=f"approval:{approval.pk}:{rung}:{person.pk}",
            to=person.email,
            subject=str(_("To be signed: {what}")).format(what=approval.title),
            text=render_to_string("approvals/remind.txt", context),
            html=render_to_string("approvals/remind.html", context),
        )
        for person in queries.signers_of(approval, at=at)
    ]
    return outbox.put_many(letters, at=at)
