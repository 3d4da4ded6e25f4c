"""FI-2, FI-3: spare parts for repairs: within one's own authority at once, above it signed by another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.models import Repair, RepairPart
from aftersales.operations import turnaround
from aftersales.states.repair import BENCH, PART, PartState, RepairState
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.money import ZERO, to_fen


class NotOnBench(Refused):
    code, sentence = "not_on_bench", _("{repair}: parts are asked for while the machine is inspected or repaired.")


class PartInvalid(Invalid):
    code, sentence = "part_invalid", _("A part needs a quantity of at least one and a cost that is not negative.")


@dataclass(frozen=True)
class Wanted:
    """A part that is asked for."""

    product_id: int
    quantity: int
    cost_yuan: Decimal
    reason: str


@transaction.atomic
def ask(repair_id: int, wanted: Wanted, *, by: Actor, at: datetime) -> RepairPart:
    """FI-3: ask for a part. What decides is the sum of all parts of this repair, so that splitting helps nobody."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    reason = turnaround.needed(wanted.reason, repair)
    if repair.state not in BENCH or repair.state == RepairState.RECEIVED:
        raise NotOnBench(repair=repair)
    if wanted.quantity < 1 or wanted.cost_yuan < ZERO:
        raise PartInvalid()
    part = RepairPart.objects.create(
        repair=repair,
        number=repair.parts.count() + 1,
        product_id=wanted.product_id,
        quantity=wanted.quantity,
        cost_yuan=to_fen(wanted.cost_yuan),
        asked_by=by.name,
        asked_at=at,
        reason=reason,
    )
    amount = cost_of(repair)
    said = {"part": str(part.product), "quantity": part.quantity, "amount": f"{part.cost_yuan * part.quantity:,.2f}"}
    audit.record(repair, "part.ask", by=by, at=at, **said)
    question = approvals.Question("part", part, amount, reason, region=repair.region_id or "")
    approvals.ask(question, by=by, at=at)
    part.refresh_from_db()
    return part


def cost_of(repair: Repair) -> Decimal:
    """Return what the parts of a repair cost that are fitted, granted or waited for. One query."""
    total: Decimal | None = repair.parts.all().standing().aggregate(all=Sum(F("cost_yuan") * F("quantity")))["all"]
    return to_fen(total or ZERO)


@transaction.atomic
def withdraw(repair_id: int, *, part_id: int, reason: str, by: Actor, at: datetime) -> RepairPart:
    """The part is not needed after all, whether it is still waited for or granted already."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    said = turnaround.needed(reason, repair)
    own: RepairPart = repair.parts.filter(pk=part_id).get()
    PART.check(own, "withdraw")
    _let_go(own, said, by=by, at=at)
    own.refresh_from_db()
    return own


def let_go_all(repair: Repair, *, reason: str, by: Actor, at: datetime) -> None:
    """Give up every part that is not fitted, because nothing is repaired any more; a part of that operation."""
    unused = repair.parts.filter(state__in=(PartState.WAITING, PartState.GRANTED))
    for part in unused.order_by("pk"):
        _let_go(part, reason, by=by, at=at)


def _let_go(part: RepairPart, reason: str, *, by: Actor, at: datetime) -> None:
    """Approvals are locked before parts, here as where somebody signs."""
    approvals.withdraw_all(part, reason=reason, by=by, at=at)
    locked = RepairPart.objects.for_change(part.pk)
    if locked.state != PartState.WITHDRAWN:  # granted before: no approval was waiting any more
        PART.move(locked, "withdraw", by=by, at=at, facts={"reason": reason})


def fit_all(repair: Repair, *, by: Actor, at: datetime) -> None:
    """Count the granted parts of a repair as fitted; a part of its passed retest."""
    granted = repair.parts.filter(state=PartState.GRANTED).values_list("pk", flat=True)
    parts = RepairPart.objects.for_change_many(list(granted))
    PART.move_many(parts, "fit", by=by, at=at, changes=[{"fitted_at": at}] * len(parts))


DECISIONS = {
    ApprovalState.GRANTED: "grant",
    ApprovalState.REFUSED: "refuse",
    ApprovalState.LAPSED: "refuse",
    ApprovalState.WITHDRAWN: "withdraw",
}


def part_decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-2: carry a decision over to its part, in the transaction of the decision; silence is no consent."""
    part = RepairPart.objects.for_change(approval.subject_id)
    action = DECISIONS[ApprovalState(approval.state)]
    PART.move(part, action, by=by, at=at, facts={"reason": approval.get_state_display()}, decided_at=at)
