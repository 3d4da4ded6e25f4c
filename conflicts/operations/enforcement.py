"""CF-14: a ruling in force is booked and carried out; a replaced one is taken back by counter-entries."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.models import Entry, Revocation
from channels.operations import authorisations, ledger
from channels.states import EntryKind
from conflicts.models import Case, MeasureTaken, Party, PayrollEntry, Ruling
from conflicts.operations import steps
from conflicts.queries import papers
from conflicts.states.case import RULING, PartyRole
from conflicts.states.rulebook import Measure
from opsdesk.actor import Actor
from opsdesk.audit import models as audit

SOURCE = "conflicts.ruling"
TAKES_AWAY = (Measure.SUSPENSION, Measure.REVOCATION)


def put_in_force(case: Case, ruling: Ruling, *, by: Actor, at: datetime) -> None:
    """CF-10, CF-14: put a signed ruling in force: the one before it is taken back, then this one booked.

    A part of signing. After an appeal nothing can be appealed any more, so the case is final at once.
    """
    for before in Ruling.objects.filter(case=case).in_force().order_by("pk"):
        _take_back(before, by=by, at=at, reason=str(ruling))
    RULING.move(ruling, "enforce", by=by, at=at, in_force_at=at)
    if ruling.act is None:
        steps.step(case, "clear", by=by, at=at)
        return
    facts = {"penalty": papers.penalty_of(ruling)}
    steps.step(case, "enforce", by=by, at=at, facts=facts, ruled_at=case.ruled_at or at)
    _carry_out(case, ruling, by=by, at=at)
    if case.appealed_at:
        steps.step(case, "finish", by=by, at=at)


def _carry_out(case: Case, ruling: Ruling, *, by: Actor, at: datetime) -> None:
    accused = case.parties.select_related("partner", "employee").get(role=PartyRole.ACCUSED)
    if ruling.amount_yuan:
        _book(ruling, accused, by=by, at=at)
    for measure in ruling.measures:
        _measure(ruling, accused, Measure(measure), by=by, at=at)


def _book(ruling: Ruling, accused: Party, *, by: Actor, at: datetime) -> None:
    """CF-14: a partner's penalty goes on its account, an employee's on the payroll list; once each."""
    on, text = timezone.localdate(at), papers.penalty_of(ruling)[:200]
    if accused.employee_id:
        row = PayrollEntry.objects.create(
            employee_id=accused.employee_id, ruling=ruling, amount_yuan=ruling.amount_yuan,
            booked_on=on, booked_at=at, booked_by=by.name, text=text,
        )  # fmt: skip
        audit.record(row, "payrollentry.book", by=by, at=at, text=text, amount=f"{row.amount_yuan:,.2f}")
        return
    assert accused.partner_id is not None  # a ruling names a partner or an employee
    booking = ledger.Booking(
        partner=accused.partner_id,
        kind=EntryKind.PENALTY,
        amount_yuan=-ruling.amount_yuan,
        on=on,
        source=(SOURCE, ruling.pk),
        text=text,
        because=(f"ruling:{ruling.pk}", f"text:{ruling.text_sha256}"),
    )
    ledger.book_many([booking], by=by, at=at)


def _measure(ruling: Ruling, accused: Party, measure: Measure, *, by: Actor, at: datetime) -> None:
    """CF-6, CF-7, CF-12: carry out a measure: certificates go at once, the rest stands on the staff list."""
    gone: list[Revocation | None] = [None]
    if measure in TAKES_AWAY and accused.partner_id:
        days, on = ruling.suspended_days if measure == Measure.SUSPENSION else None, timezone.localdate(at)
        until, reason = on + timedelta(days=days) if days else None, papers.penalty_of(ruling)
        gone = [*authorisations.take_away_all(accused.partner_id, on=on, until=until, reason=reason, by=by, at=at)]
    MeasureTaken.objects.bulk_create(
        [MeasureTaken(ruling=ruling, measure=measure, revocation=one, taken_at=at) for one in gone or [None]]
    )
    audit.record(ruling.case, "measure.carry_out", by=by, at=at, measure=str(measure.label))


@transaction.atomic
def _take_back(before: Ruling, *, by: Actor, at: datetime, reason: str) -> None:
    """CF-14: reverse everything that a ruling did, by counter-entries; nothing is deleted."""
    ruling: Ruling = Ruling.objects.for_change(before.pk)
    RULING.move(ruling, "replace", by=by, at=at, facts={"reason": reason})
    why = _("replaced by %(ruling)s") % {"ruling": reason}
    booked = Entry.objects.filter(source_type=SOURCE, source_id=ruling.pk, reverses=None, reversed_by=None)
    for pk in booked.values_list("pk", flat=True):
        ledger.reverse(pk, reason=why, by=by, at=at)
    for entry in PayrollEntry.objects.filter(ruling=ruling, reverses=None):
        _reverse(entry, by=by, at=at)
    taken = list(MeasureTaken.objects.select_related("revocation__authorisation").filter(ruling=ruling))
    gone = [row.revocation for row in taken if row.revocation]
    authorisations.lift_all(gone, on=timezone.localdate(at), reason=why, by=by, at=at)
    MeasureTaken.objects.filter(ruling=ruling, taken_back_at=None).update(taken_back_at=at)
    for name in dict.fromkeys(str(row.get_measure_display()) for row in taken):
        audit.record(ruling.case, "measure.take_back", by=by, at=at, measure=name)


def _reverse(entry: PayrollEntry, *, by: Actor, at: datetime) -> None:
    text = _("Reversal: %(text)s") % {"text": entry.text}
    counter = PayrollEntry.objects.create(
        employee_id=entry.employee_id, ruling_id=entry.ruling_id, amount_yuan=-entry.amount_yuan,
        booked_on=timezone.localdate(at), booked_at=at, booked_by=by.name, text=text[:200], reverses=entry,
    )  # fmt: skip
    facts = {"text": entry.text, "amount": f"{entry.amount_yuan:,.2f}"}
    audit.record(counter, "payrollentry.reverse", by=by, at=at, **facts)
