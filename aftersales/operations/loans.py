"""AS-7: machines lent to customers while theirs are under repair."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import LoanUnit, Repair
from aftersales.operations import turnaround
from aftersales.queries import warranty
from aftersales.states.repair import LIVE
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.sla import timers

SUBJECT, POLICY = "aftersales.loanunit", "repair_loan"


class NotLent(Refused):
    code, sentence = "not_lent", _("{repair}: a loan unit is given only while a repair goes on, and one at a time.")


class UnitOut(Refused):
    code, sentence = "unit_out", _("Loan unit {serial} is out already ({repair}); take it back first.")


class UnitUnknown(Invalid):
    code, sentence = "unit_unknown", _("Name the loan unit by its serial number.")


class NoUnit(Refused):
    code, sentence = "no_unit", _("{repair}: no loan unit is out.")


@transaction.atomic
def lend(repair_id: int, *, serial_number: str, by: Actor, at: datetime, product_id: int | None = None) -> LoanUnit:
    """AS-7: give the customer another machine for as long as we have his; each unit is out once at a time."""
    repair = turnaround.taken(repair_id, "aftersales.receive_repair", by=by)
    serial = warranty.spelled(serial_number)
    if not serial:
        raise UnitUnknown()
    if repair.state not in LIVE or repair.loans.all().out().exists():
        raise NotLent(repair=repair)
    if there := LoanUnit.objects.filter(serial_number=serial).out().first():
        raise UnitOut(serial=serial, repair=there.repair)
    loan = LoanUnit.objects.create(
        repair=repair, serial_number=serial, product_id=product_id, lent_by=by.name, out_at=at
    )
    audit.record(repair, "loan.lend", by=by, at=at, serial_number=serial)
    return loan


def ask_back(repair: Repair, *, by: Actor, at: datetime) -> None:
    """Start the clock of a loan unit whose customer has his own machine back, or gets none; a part of its end."""
    for loan in LoanUnit.objects.for_change_many([loan.pk for loan in repair.loans.all().out()]):
        [clock] = timers.start_many(POLICY, SUBJECT, [(loan.pk, at)], by=by, at=at)
        loan.due_at = clock.due_at
        loan.save(update_fields=["due_at"])
        audit.record(repair, "loan.ask_back", by=by, at=at, serial_number=loan.serial_number, due_at=loan.due_at)


@transaction.atomic
def take_back(repair_id: int, *, note: str, by: Actor, at: datetime) -> LoanUnit:
    """AS-7: the loan unit is back, in which condition."""
    repair = turnaround.taken(repair_id, "aftersales.receive_repair", by=by)
    said = turnaround.needed(note, repair)
    out = repair.loans.all().out().first()
    if out is None:
        raise NoUnit(repair=repair)
    loan: LoanUnit = LoanUnit.objects.for_change(out.pk)
    loan.back_at, loan.note = at, said
    loan.save(update_fields=["back_at", "note"])
    timers.meet_many(POLICY, SUBJECT, [loan.pk], by=by, at=at)
    audit.record(repair, "loan.take_back", by=by, at=at, serial_number=loan.serial_number, note=said)
    return loan
