"""FI-2, FI-3: bookings by hand: corrections, reimbursements, entries taken back; only on another's signature."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models import Correction, Entry, Partner, StatementLine
from channels.models.correction import BY_HAND
from channels.operations import ledger, statements
from channels.states import CORRECTION, EntryKind
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.money import ZERO, to_fen
from opsdesk.photos import cleaned


class NotByHand(Invalid):
    code, sentence = "not_by_hand", _("{kind}: this is never booked by hand; it has an operation of its own.")


class NoAmount(Invalid):
    code, sentence = "no_amount", _("{amount}: give an amount in yuan; a reimbursement is above zero.")


class ReasonMissing(Invalid):
    code, sentence = "correction_reason_missing", _("Say what for and why.")


class TakenBackAlready(Refused):
    code, sentence = "taken_back_already", _("{entry}: it is taken back, or somebody has asked for that already.")


class Ruled(Refused):
    code, sentence = "penalty_ruled", _("{entry}: a ruling is taken back by an appeal, not by a correction.")


RULING = "conflicts.ruling"
"""The source of penalties that only a ruling on appeal takes back (CF-14)."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants booked by hand: positive is what the company owes the partner."""

    partner_id: int
    kind: str
    amount_yuan: Decimal
    text: str
    reason: str
    receipt: IO[bytes] | None = None


@transaction.atomic
def propose(wanted: Wanted, *, by: Actor, at: datetime) -> Correction:
    """FI-2: ask for a correction or a reimbursement; booked when another has signed it."""
    by.need("channels.propose_correction")
    if wanted.kind not in BY_HAND:
        raise NotByHand(kind=wanted.kind)
    amount = to_fen(wanted.amount_yuan)
    if not amount or (wanted.kind == EntryKind.REIMBURSEMENT and amount < 0):
        raise NoAmount(amount=wanted.amount_yuan)
    if not wanted.text.strip() or not wanted.reason.strip():
        raise ReasonMissing()
    partner = Partner.objects.visible_to(by).for_change(wanted.partner_id)
    row = Correction(
        partner=partner,
        kind=wanted.kind,
        amount_yuan=amount,
        text=wanted.text.strip()[:160],
        reason=wanted.reason.strip()[:300],
    )
    if wanted.receipt:
        row.receipt.save("receipt.jpg", cleaned(wanted.receipt), save=False)
    return _ask(row, by=by, at=at)


@transaction.atomic
def take_back(entry_id: int, *, reason: str, by: Actor, at: datetime) -> Correction:
    """FI-1, CF-14: ask for an entry to be reversed; its counter-entry is booked when another has signed it."""
    by.need("channels.propose_correction")
    entry: Entry = Entry.objects.visible_to(by).for_change(entry_id)
    if not reason.strip():
        raise ReasonMissing()
    if entry.reverses_id or entry.kind == EntryKind.PAYMENT:
        raise ledger.NotReversible(entry=entry)
    if entry.source_type == RULING:
        raise Ruled(entry=entry)
    asked = Correction.objects.filter(takes_back=entry).exclude(state="refused").exists()
    if asked or Entry.objects.filter(reverses=entry).exists():
        raise TakenBackAlready(entry=entry)
    row = Correction(
        partner_id=entry.partner_id,
        kind=EntryKind.CORRECTION,
        amount_yuan=-entry.amount_yuan,
        text=entry.text[:160],
        reason=reason.strip()[:300],
        takes_back=entry,
    )
    return _ask(row, by=by, at=at)


@transaction.atomic
def take_back_line(line_id: int, *, answer: str, by: Actor, at: datetime) -> Correction:
    """AS-12: answer a disputed line: the partner is right; the line is closed when the counter-entry is signed."""
    by.need("channels.send_statement")
    line = statements.disputed_line(line_id, by=by)
    StatementLine.objects.disputed().for_change(line.pk)
    return take_back(line.entry_id, reason=answer, by=by, at=at)


def _ask(row: Correction, *, by: Actor, at: datetime) -> Correction:
    row.proposed_by, row.proposed_at = by.name, at
    row.save()
    facts = {"text": row.text, "amount": f"{row.amount_yuan:,.2f}", "reason": row.reason}
    audit.record(row, "correction.propose", by=by, at=at, **facts)
    approvals.ask(approvals.Question("correction", row, abs(row.amount_yuan), row.reason), by=by, at=at)
    row.refresh_from_db()
    return row


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> Correction:
    """FI-2: do what was decided; called with the approval, in its transaction (settings.DECIDED)."""
    row: Correction = Correction.objects.for_change(approval.subject_id)
    if approval.state != ApprovalState.GRANTED:
        why = {"reason": str(approval.get_state_display())}
        CORRECTION.move(row, "refuse", by=by, at=at, facts=why, decided_at=at)
        return row
    CORRECTION.move(row, "book", by=by, at=at, decided_at=at)
    if row.takes_back_id:
        ledger.reverse(row.takes_back_id, reason=row.reason, by=by, at=at)
        statements.taken_back(row.takes_back_id, answer=row.reason, by=by, at=at)
        return row
    booking = ledger.Booking(
        partner=row.partner_id,
        kind=row.kind,
        amount_yuan=row.amount_yuan or ZERO,
        on=timezone.localdate(at),
        source=(row._meta.label_lower, row.pk),
        text=row.text,
        because=(f"approval:{approval.pk}",),
    )
    ledger.book_many([booking], by=by, at=at)
    return row
