"""AS-12: a partner's month as one statement: drawn up set-based, sent, confirmed or disputed, settled."""

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Statement, StatementLine
from channels.operations import ledger
from channels.queries import accounts
from channels.rules.statements import next_month
from channels.states import STATEMENT, STATEMENT_LINE, EntryKind, StatementState
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotFound, Refused
from opsdesk.money import ZERO
from opsdesk.notify import outbox
from opsdesk.sla import timers
from opsdesk.sla.models import Timer

SUBJECT, CONFIRMATION, ANSWER = "channels.statement", "statement_confirmation", "statement_answer"
_LOCK = 120_012  # AS-12: one worker draws up at a time
DRAW = """
WITH due AS MATERIALIZED (
    SELECT e.id, e.partner_id, e.booked_on, e.amount_yuan, prev.closing_yuan
    FROM channels_entry e
    LEFT JOIN LATERAL (
        SELECT month, closing_yuan FROM channels_statement s
        WHERE s.partner_id = e.partner_id ORDER BY month DESC LIMIT 1
    ) prev ON true
    WHERE e.booked_on < %(until)s AND (prev.month IS NULL OR prev.month < %(month)s)
      AND NOT EXISTS (SELECT 1 FROM channels_statementline l WHERE l.entry_id = e.id)
), made AS (
    INSERT INTO channels_statement (partner_id, month, state, lines_count, opening_yuan, total_yuan, closing_yuan,
                                    drawn_at, sent_by, confirmed_by, settled_by, reference)
    SELECT partner_id, %(month)s, 'drawn', count(*), coalesce(max(closing_yuan), 0), sum(amount_yuan),
           coalesce(max(closing_yuan), 0) + sum(amount_yuan), %(at)s, '', '', '', ''
    FROM due GROUP BY partner_id
    RETURNING id, partner_id
), listed AS (
    INSERT INTO channels_statementline (statement_id, number, entry_id, state, reason, answer)
    SELECT made.id, row_number() OVER (PARTITION BY made.id ORDER BY due.booked_on, due.id), due.id, 'listed', '', ''
    FROM due JOIN made USING (partner_id)
)
SELECT id FROM made ORDER BY id
"""


class ProofMissing(Refused):
    code, sentence = (
        "statement_proof_missing",
        gettext_lazy("{statement}: say by what the partner confirmed it (signed paper, mail …)."),
    )


class NothingDisputed(Invalid):
    code, sentence = "nothing_disputed", gettext_lazy("{statement}: name the lines, each with what is wrong.")


class AnswerMissing(Refused):
    code, sentence = "statement_answer_missing", gettext_lazy("{line}: say why the line stays as it is.")


class SamePerson(Refused):
    code, sentence = (
        "statement_same_person",
        gettext_lazy("{statement}: whoever sent it does not settle it; ask a colleague."),
    )


class EarlierOpen(Refused):
    code, sentence = "earlier_open", gettext_lazy("{statement}: settle the statement of {month} first.")


class ReferenceMissing(Invalid):
    code, sentence = "payment_reference_missing", gettext_lazy("{statement}: give the number of the payment.")


def draw_up_all_due(*, by: Actor, at: datetime) -> int:
    """AS-12: draw up every statement that is due, a transaction per month, the oldest first; return how many.

    Safe to repeat: an entry stands on one statement, a partner has one a month; late entries go to the next open one.
    """
    end = accounts.end_of_due(timezone.localdate(at))
    if end is None:
        return 0
    return sum(len(_draw_up(month, by=by, at=at)) for month in accounts.months_due(end))


@transaction.atomic
def _draw_up(month: date, *, by: Actor, at: datetime) -> list[Statement]:
    """One statement of SQL, so that entries booked meanwhile are either wholly on it or not at all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(DRAW, {"month": month, "until": next_month(month), "at": at})
        ids = [pk for (pk,) in cursor.fetchall()]
    drawn = list(Statement.objects.filter(pk__in=ids).order_by("pk"))
    facts = [(row, {"lines": row.lines_count, "total": f"{row.total_yuan:,.2f}"}) for row in drawn]
    audit.record_many(facts, "statement.draw", by=by, at=at)
    return drawn


@transaction.atomic
def send(statement_id: int, *, by: Actor, at: datetime) -> Statement:
    """AS-12: send a checked statement to its partner, who now sees it and has a time to confirm or dispute it."""
    by.need("channels.send_statement")
    statement: Statement = Statement.objects.visible_to(by).for_change(statement_id)
    STATEMENT.check(statement, "send")
    clock = _start(statement, CONFIRMATION, by=by, at=at)
    told, changes = {"due_at": clock.due_at}, {"sent_at": at, "sent_by": by.name, "due_at": clock.due_at}
    STATEMENT.move(statement, "send", by=by, at=at, facts=told, **changes)
    _tell(statement, at=at)
    return statement


@transaction.atomic
def confirm(statement_id: int, *, by: Actor, at: datetime, proof: str = "") -> Statement:
    """AS-12: the partner agrees; staff may write that down for him, with the proof. Silence confirms nothing."""
    by.need("channels.answer_statement")
    statement: Statement = Statement.objects.visible_to(by).for_change(statement_id)
    if not by.partners and not proof.strip():
        raise ProofMissing(statement=statement)
    how = {"how": f" ({proof.strip()[:300]})" if proof.strip() else ""}
    STATEMENT.move(statement, "confirm", by=by, at=at, facts=how, confirmed_at=at, confirmed_by=by.name, due_at=None)
    timers.meet_many(CONFIRMATION, SUBJECT, [statement.pk], by=by, at=at)
    return statement


@transaction.atomic
def dispute(statement_id: int, *, lines: Mapping[int, str], by: Actor, at: datetime) -> Statement:
    """AS-12: the partner says which lines (number → reason) are wrong, and why; each can be disputed once."""
    by.need("channels.answer_statement")
    statement: Statement = Statement.objects.visible_to(by).for_change(statement_id)
    if not lines or not all(reason.strip() for reason in lines.values()):
        raise NothingDisputed(statement=statement)
    STATEMENT.check(statement, "dispute")
    first = statement.state == StatementState.SENT
    named = StatementLine.objects.filter(statement=statement, number__in=lines)
    rows = StatementLine.objects.for_change_many(list(named.values_list("pk", flat=True)))
    if unknown := set(lines) - {row.number for row in rows}:
        raise NotFound(what=f"{statement}/{', '.join(map(str, sorted(unknown)))}")
    why = [{"reason": lines[row.number].strip()[:300]} for row in rows]
    STATEMENT_LINE.move_many(rows, "dispute", by=by, at=at, changes=why)
    due_at = statement.due_at
    if first:
        timers.meet_many(CONFIRMATION, SUBJECT, [statement.pk], by=by, at=at)
        due_at = _start(statement, ANSWER, by=by, at=at).due_at
    told = {"lines": ", ".join(str(row.number) for row in rows)}
    STATEMENT.move(
        statement, "dispute", by=by, at=at, facts=told, due_at=due_at, disputed_at=statement.disputed_at or at
    )
    return statement


@transaction.atomic
def keep(line_id: int, *, answer: str, by: Actor, at: datetime) -> StatementLine:
    """AS-12: answer a disputed line: it stays as it is, and why."""
    by.need("channels.send_statement")
    line = disputed_line(line_id, by=by)
    if not answer.strip():
        raise AnswerMissing(line=line)
    STATEMENT_LINE.move(line, "keep", by=by, at=at, answer=answer.strip()[:300])
    _answered(line.statement_id, by=by, at=at)
    return line


def disputed_line(line_id: int, *, by: Actor) -> StatementLine:
    """Return a line for change, its statement locked before it; a part of the operation that answers it."""
    line = StatementLine.objects.visible_to(by).filter(pk=line_id).first()
    if line is None:
        raise NotFound(what=f"{StatementLine._meta.verbose_name} {line_id}")
    return _locked(line)


def _locked(line: StatementLine) -> StatementLine:
    Statement.objects.for_change(line.statement_id)
    locked: StatementLine = StatementLine.objects.for_change(line.pk)
    return locked


def taken_back(entry_id: int, *, answer: str, by: Actor, at: datetime) -> None:
    """AS-12: close the dispute of an entry that has just been reversed; a part of that operation."""
    for found in list(StatementLine.objects.disputed().filter(entry=entry_id)):
        line = _locked(found)
        STATEMENT_LINE.move(line, "take_back", by=by, at=at, answer=answer[:300])
        _answered(line.statement_id, by=by, at=at)


def _answered(statement_id: int, *, by: Actor, at: datetime) -> None:
    """Ask the partner once more when no line is left to be answered."""
    statement: Statement = Statement.objects.for_change(statement_id)
    if statement.lines.disputed().exists():
        return
    timers.meet_many(ANSWER, SUBJECT, [statement.pk], by=by, at=at)
    clock = _start(statement, CONFIRMATION, by=by, at=at)
    STATEMENT.move(statement, "answer", by=by, at=at, due_at=clock.due_at)
    _tell(statement, at=at)


@transaction.atomic
def settle(statement_id: int, *, paid_on: date, reference: str, by: Actor, at: datetime) -> Statement:
    """AS-12, AU-4: settle a confirmed statement: what is owed is paid, by another than who sent it. Then it is closed.

    The payment is an entry, too, and stands on the statement of its month. A debt of the partner is carried forward.
    """
    by.need("channels.settle_statement")
    statement: Statement = Statement.objects.visible_to(by).for_change(statement_id)
    if by.name == statement.sent_by:
        raise SamePerson(statement=statement)
    STATEMENT.check(statement, "settle")
    earlier = Statement.objects.open().filter(partner=statement.partner_id, month__lt=statement.month)
    if first := earlier.order_by("month").first():
        raise EarlierOpen(statement=statement, month=f"{first.month:%Y-%m}")
    payable = max(ZERO, statement.closing_yuan + accounts.paid_besides(statement))
    if payable and not reference.strip():
        raise ReferenceMissing(statement=statement)
    if payable:
        ledger.book_many([_payment(statement, payable, paid_on, reference)], by=by, at=at)
    facts = {"amount": f"{payable:,.2f}", "paid_on": f"{paid_on:%Y-%m-%d}", "reference": reference or "–"}
    done = {"settled_at": at, "settled_by": by.name, "reference": reference.strip()[:80]}
    STATEMENT.move(statement, "settle", by=by, at=at, facts=facts, **done)
    return statement


def _payment(statement: Statement, amount: object, paid_on: date, reference: str) -> ledger.Booking:
    text = _("Payment of the statement of {month}, {reference}")
    return ledger.Booking(
        partner=statement.partner_id,
        kind=EntryKind.PAYMENT,
        amount_yuan=-amount,  # type: ignore[operator]
        on=paid_on,
        source=(SUBJECT, statement.pk),
        text=text.format(month=f"{statement.month:%Y-%m}", reference=reference.strip()),
        because=(f"statement:{statement.pk}",),
    )


def _start(statement: Statement, policy: str, *, by: Actor, at: datetime) -> Timer:
    earlier = Timer.objects.of(SUBJECT, [statement.pk], policy).count()
    [clock] = timers.start_many(policy, SUBJECT, [(statement.pk, at)], by=by, at=at, round=earlier + 1)
    return clock


def _tell(statement: Statement, *, at: datetime) -> None:
    """Put a mail to the partner into the outbox: the statement waits for his word."""
    if not statement.partner.email:
        return
    link = f"{settings.SITE_URL}{reverse('statement', args=[statement.pk])}"
    context = {"statement": statement, "link": link}
    letter = outbox.Letter(
        key=f"statement:{statement.pk}:{at:%Y%m%d%H%M%S}",
        to=statement.partner.email,
        subject=_("Statement of %(month)s, to be confirmed") % {"month": f"{statement.month:%Y-%m}"},
        text=render_to_string("channels/statement.txt", context),
        html=render_to_string("channels/statement.html", context),
    )
    outbox.put_many([letter], at=at)
