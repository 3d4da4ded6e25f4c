"""AS-7: a machine on the bench: inspected, repaired, retested, replaced or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import FaultCode, Repair, RepairFinding, Retest, RetestCheck
from aftersales.operations import loans, parts, turnaround
from aftersales.queries import warranty as queries
from aftersales.rules import warranty as rule
from aftersales.states.repair import REPAIR, Covered, Fault, PartState, RepairState, Result
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused


class NothingFound(Invalid):
    code, sentence = "nothing_found", _("{repair}: an inspection names at least one fault, and whose it is.")


class WarrantyOpen(Refused):
    code, sentence = "warranty_open", _("{repair}: it is not clear whether the warranty covers it; decide that first.")


class QuoteFirst(Refused):
    code, sentence = "quote_first", _("{repair}: the customer has to pay; send a quote and wait for the answer.")


class PartsWaiting(Refused):
    code, sentence = "parts_waiting", _("{repair}: {parts} parts still wait for approval; no retest before.")


class ChecksMissing(Invalid):
    code, sentence = "checks_missing", _("{repair}: the checklist is not complete: {missing}.")


class JudgedTooLate(Refused):
    code, sentence = "judged_too_late", _("{repair}: the warranty is decided before the repair begins.")


@dataclass(frozen=True)
class Inspection:
    """What was found: fault codes, whose fault it is, and the model if nobody knew it yet."""

    faults: Sequence[str]
    fault: str
    note: str = ""
    product_id: int | None = None


@transaction.atomic
def inspect(repair_id: int, found: Inspection, *, by: Actor, at: datetime) -> Repair:
    """AS-7: write down what is wrong and whose fault it is; the warranty is asked for these very components."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    codes = list(FaultCode.objects.filter(code__in=found.faults, active=True).order_by("code"))
    if not codes or len(codes) != len(set(found.faults)) or found.fault not in Fault.values:
        raise NothingFound(repair=repair)
    if found.product_id:
        repair.product_id = found.product_id
    judged = queries.answer_for(repair, [code.component for code in codes])
    by_hand = bool(repair.warranty_because) and str(repair.warranty_because[0]).startswith("by_hand:")
    answer: dict[str, Any] = {} if by_hand else _columns(judged)
    facts = {"findings": "、".join(code.name for code in codes)}
    turnaround.step(
        repair, "inspect", facts, by=by, at=at,
        inspected_at=at, fault=found.fault, product_id=repair.product_id, **answer,
    )  # fmt: skip
    RepairFinding.objects.bulk_create(
        [
            RepairFinding(repair=repair, fault=code, note=found.note.strip()[:300], found_by=by.name, found_at=at)
            for code in codes
        ]
    )
    return repair


def _columns(judged: rule.Warranty) -> dict[str, Any]:
    return {
        "warranty": judged.answer,
        "warranty_until": judged.until,
        "warranty_because": list(judged.because),
    }


@transaction.atomic
def judge(repair_id: int, *, covered: bool, reason: str, by: Actor, at: datetime) -> Repair:
    """AS-7: decide by hand whether the warranty covers it, with the reason: no record, goodwill, a wrong number."""
    repair = turnaround.taken(repair_id, "aftersales.decide_repair", by=by)
    said = turnaround.needed(reason, repair)
    if "begin" not in REPAIR.allowed(repair) and repair.state != RepairState.RECEIVED:
        raise JudgedTooLate(repair=repair)
    was = repair.warranty
    repair.warranty = Covered.IN if covered else Covered.OUT
    repair.warranty_because = [f"by_hand:{said}", *repair.warranty_because]
    repair.save(update_fields=["warranty", "warranty_because"])
    facts = {"warranty": repair.get_warranty_display(), "reason": said, "was": was}
    audit.record(repair, "repair.judge", by=by, at=at, **facts)
    return repair


@transaction.atomic
def begin(repair_id: int, *, by: Actor, at: datetime) -> Repair:
    """AS-7: start the work: free of charge where it is covered, else only after the customer's yes."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    pays, because = rule.charge(repair.warranty, repair.fault)
    if repair.state == RepairState.APPROVED:
        pays, because = False, "quote_accepted"
    REPAIR.check(repair, "begin")
    if pays is None:
        raise WarrantyOpen(repair=repair)
    if pays:
        raise QuoteFirst(repair=repair)
    return turnaround.step(repair, "begin", {"because": [because]}, by=by, at=at)


@transaction.atomic
def retest(repair_id: int, results: Mapping[str, bool], *, note: str = "", by: Actor, at: datetime) -> Repair:
    """AS-7: test the repaired machine by the whole checklist; one failed line sends it back to the bench."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    action = "pass_retest" if results and all(results.values()) else "fail_retest"
    REPAIR.check(repair, action)
    if waiting := repair.parts.filter(state=PartState.WAITING).count():
        raise PartsWaiting(repair=repair, parts=waiting)
    checks = {check.code: check.name for check in RetestCheck.objects.filter(active=True).order_by("code")}
    if missing := [name for code, name in checks.items() if code not in results]:
        raise ChecksMissing(repair=repair, missing="、".join(missing))
    Retest.objects.create(
        repair=repair,
        number=repair.retests.count() + 1,
        passed=action == "pass_retest",
        results={code: bool(results[code]) for code in checks},
        note=note.strip()[:300],
        tested_by=by.name,
        tested_at=at,
    )
    if action == "fail_retest":
        failed = "、".join(name for code, name in checks.items() if not results[code])
        return turnaround.step(repair, action, {"failed": failed}, by=by, at=at, result="", ready_at=None)
    parts.fit_all(repair, by=by, at=at)
    return turnaround.step(repair, action, by=by, at=at, result=Result.REPAIRED, ready_at=at)


@transaction.atomic
def replace(repair_id: int, *, new_serial_number: str, reason: str, by: Actor, at: datetime) -> Repair:
    """AS-7: give the customer another machine instead; its warranty starts anew on this day."""
    repair = turnaround.taken(repair_id, "aftersales.decide_repair", by=by)
    said, serial = turnaround.needed(reason, repair), queries.spelled(new_serial_number)
    if not serial or serial == repair.serial_number:
        raise Invalid(why=_("Name the serial number of the new machine; it is another one."))
    rights = list(queries.rights_of(repair, at=at))
    turnaround.step(
        repair, "replace", {"because": rights}, by=by, at=at,
        new_serial_number=serial, reason=said, result=Result.REPLACED, ready_at=at,
    )  # fmt: skip
    parts.let_go_all(repair, reason=said, by=by, at=at)
    return repair


@transaction.atomic
def scrap(repair_id: int, *, reason: str, by: Actor, at: datetime) -> Repair:
    """AS-7: the machine is not worth it and the customer leaves it here; why stands on its timeline."""
    repair = turnaround.taken(repair_id, "aftersales.decide_repair", by=by)
    said = turnaround.needed(reason, repair)
    turnaround.step(repair, "scrap", by=by, at=at, reason=said, result=Result.SCRAPPED, ended_at=at)
    parts.let_go_all(repair, reason=said, by=by, at=at)
    loans.ask_back(repair, by=by, at=at)
    return repair
