"""AS-5, CF-12: deductions: proposed from facts, answered by the partner, confirmed by a person, signed, then booked."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import Deduction, Job
from aftersales.operations.opening import BATCH
from aftersales.queries import deductions as queries
from aftersales.rules import deductions as rule
from aftersales.states.deduction import DEDUCTION, DeductionState
from channels.models import Partner
from channels.operations import ledger
from channels.states import EntryKind
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState
from opsdesk.audit import models as audit
from opsdesk.copying import reserve_ids
from opsdesk.errors import NotAllowed, Refused
from opsdesk.notify import outbox
from opsdesk.sla import timers

SUBJECT, POLICY = "aftersales.deduction", "deduction_answer"


class NoRate(Refused):
    code, sentence = "no_deduction_rate", gettext_lazy("{kind}: no rate is in force on {on}.")


class ProposedAlready(Refused):
    code, sentence = "deduction_there", gettext_lazy("{job}: a deduction of this kind is proposed already.")


class SayWhy(Refused):
    code, sentence = "deduction_reason_missing", gettext_lazy("{what}: say why.")


class NotAPerson(NotAllowed):
    code, sentence = "not_a_person", gettext_lazy("{deduction}: only a person confirms a deduction, never a program.")


class AnswerTimeLeft(Refused):
    code, sentence = "answer_time_left", gettext_lazy("{deduction}: the partner may answer until {due_at}.")


Look = Callable[[int, int, datetime], tuple[list[queries.Found], int]]


def propose_all_due(*, by: Actor, at: datetime) -> int:
    """AS-5: propose a deduction for every fact that asks for one and has none; return how many. Books nothing."""
    return _propose_all(queries.late_after, by=by, at=at) + _propose_all(queries.failed_after, by=by, at=at)


def _propose_all(look: Look, *, by: Actor, at: datetime) -> int:
    found, last = look(0, BATCH, at)
    total = 0
    while last:
        total += len(_propose_many(found, by=by, at=at))
        found, last = look(last, BATCH, at)
    return total


@transaction.atomic
def propose(job_id: int, *, partner_id: int, kind: str, reason: str, by: Actor, at: datetime) -> Deduction:
    """AS-5: a person proposes a deduction (a decline without good reason, bad work seen later), with the reason."""
    by.need("aftersales.propose_deduction")
    job: Job = Job.objects.visible_to(by).for_change(job_id)
    partner = Partner.objects.visible_to(by).for_change(partner_id)
    if not reason.strip():
        raise SayWhy(what=job)
    on = timezone.localdate(at)
    if rule.rate_of(kind, on, queries.rates()) is None:
        raise NoRate(kind=kind, on=on)
    said = (f"said:{reason.strip()[:300]}",)
    made = _propose_many(
        [queries.Found(partner.pk, job.pk, kind, on, (job._meta.label_lower, job.pk), said)],
        by=by,
        at=at,
    )
    if not made:
        raise ProposedAlready(job=job)
    return made[0]


@transaction.atomic
def _propose_many(found: Sequence[queries.Found], *, by: Actor, at: datetime) -> list[Deduction]:
    """Propose each once; the unique constraint holds against a second worker. Eleven statements however many."""
    rates = queries.rates()
    priced = [(one, rate) for one in found if (rate := rule.rate_of(one.kind, one.on, rates))]
    ids = reserve_ids(Deduction, len(priced))
    Deduction.objects.bulk_create(
        [_row(pk, one, rate, by.name, at) for pk, (one, rate) in zip(ids, priced, strict=True)],
        ignore_conflicts=True,
    )
    made = list(Deduction.objects.filter(pk__in=ids).select_related("partner", "job").order_by("pk"))
    clocks = timers.start_many(POLICY, SUBJECT, [(row.pk, at) for row in made], by=by, at=at)
    for row, clock in zip(made, clocks, strict=True):
        row.due_at = clock.due_at
    Deduction.objects.bulk_update(made, ["due_at"])
    facts = [(row, {"kind": row.kind, "amount": f"{row.amount_yuan:,.2f}", "because": list(row.facts)}) for row in made]
    audit.record_many(facts, "deduction.propose", by=by, at=at)
    _tell(made, at=at)
    return made


def _row(pk: int, one: queries.Found, rate: rule.Rate, name: str, at: datetime) -> Deduction:
    return Deduction(
        pk=pk,
        partner_id=one.partner,
        job_id=one.job,
        kind=one.kind,
        amount_yuan=rate.amount_yuan,
        happened_on=one.on,
        source_type=one.source[0],
        source_id=one.source[1],
        facts=list(one.facts),
        because=[f"rate:{rate.id}:{rate.valid_from}:{rate.amount_yuan}"],
        proposed_by=name,
        proposed_at=at,
    )


def _tell(made: Sequence[Deduction], *, at: datetime) -> None:
    """Put a mail to each partner into the outbox: what is proposed, why, and until when he may answer."""
    by_partner: dict[Partner, list[Deduction]] = defaultdict(list)
    for row in made:
        if row.partner.email:
            by_partner[row.partner].append(row)
    letters = []
    for partner, rows in by_partner.items():
        link = f"{settings.SITE_URL}{reverse('admin:aftersales_deduction_changelist')}?queue=to_answer"
        context = {"partner": partner, "rows": rows, "link": link}
        letters.append(
            outbox.Letter(
                key=f"deductions:{partner.code}:{rows[0].pk}",
                to=partner.email,
                subject=_("%(count)d proposed deductions wait for your answer") % {"count": len(rows)},
                text=render_to_string("aftersales/deductions.txt", context),
                html=render_to_string("aftersales/deductions.html", context),
            )
        )
    outbox.put_many(letters, at=at)


@transaction.atomic
def answer(deduction_id: int, *, admits: bool, answer: str, by: Actor, at: datetime) -> Deduction:
    """AS-5: the partner admits or contests what is proposed, in its own words."""
    by.need("aftersales.answer_deduction")
    row: Deduction = Deduction.objects.visible_to(by).for_change(deduction_id)
    if not admits and not answer.strip():
        raise SayWhy(what=row)
    said = answer.strip()[:300]
    DEDUCTION.move(row, "admit" if admits else "contest", by=by, at=at, answer=said, answered_at=at)
    timers.meet_many(POLICY, SUBJECT, [row.pk], by=by, at=at)
    return row


@transaction.atomic
def confirm(deduction_id: int, *, reason: str, by: Actor, at: datetime) -> Deduction:
    """AS-5, AU-4: a person confirms the facts, after the partner's answer or its time; then others must sign."""
    by.need("aftersales.confirm_deduction")
    row: Deduction = Deduction.objects.visible_to(by).for_change(deduction_id)
    if by.user_id is None:
        raise NotAPerson(deduction=row)
    if not reason.strip():
        raise SayWhy(what=row)
    if row.state == DeductionState.PROPOSED and row.due_at and row.due_at > at:
        raise AnswerTimeLeft(deduction=row, due_at=f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}")
    why = reason.strip()[:300]
    DEDUCTION.move(row, "confirm", by=by, at=at, confirmed_by=by.name, confirmed_at=at, reason=why)
    timers.meet_many(POLICY, SUBJECT, [row.pk], by=by, at=at)
    region = row.job.region_id or ""
    approvals.ask(approvals.Question("deduction", row, row.amount_yuan, why, region), by=by, at=at)
    row.refresh_from_db()
    return row


@transaction.atomic
def drop(deduction_id: int, *, reason: str, by: Actor, at: datetime) -> Deduction:
    """AS-5: give a proposed deduction up, with the reason; whatever waits for a signature is taken back."""
    by.need("aftersales.confirm_deduction")
    row: Deduction = Deduction.objects.visible_to(by).for_change(deduction_id)
    if not reason.strip():
        raise SayWhy(what=row)
    approvals.withdraw_all(row, reason=reason, by=by, at=at)
    row = Deduction.objects.for_change(row.pk)
    DEDUCTION.move(row, "drop", by=by, at=at, reason=reason.strip()[:300], decided_at=at)
    timers.drop_many(POLICY, SUBJECT, [row.pk], by=by, at=at)
    return row


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> Deduction:
    """AS-5: book a signed deduction; called with the approval, in its transaction (settings.DECIDED)."""
    row: Deduction = Deduction.objects.for_change(approval.subject_id)
    said = approval.signatures.filter(granted=False).values_list("reason", flat=True).first()
    if approval.state == ApprovalState.REFUSED:
        DEDUCTION.move(row, "drop", by=by, at=at, reason=(said or "–")[:300], decided_at=at)
        return row
    if approval.state != ApprovalState.GRANTED:
        DEDUCTION.move(row, "reconsider", by=by, at=at, facts={"reason": str(approval.get_state_display())})
        return row
    DEDUCTION.move(row, "book", by=by, at=at, decided_at=at)
    booking = ledger.Booking(
        partner=row.partner_id,
        kind=EntryKind.PENALTY,
        amount_yuan=-row.amount_yuan,
        on=timezone.localdate(at),
        source=(row._meta.label_lower, row.pk),
        text=f"{row.get_kind_display()} {row.job}",
        because=(*row.because, f"confirmed_by:{row.confirmed_by}", f"approval:{approval.pk}"),
    )
    ledger.book_many([booking], by=by, at=at)
    return row
