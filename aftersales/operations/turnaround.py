"""AS-7: a repair's legs, holders and clocks, moved together with its state; a part of the other operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.models import Repair, RepairLeg
from aftersales.states.repair import CLOCK_OF, ENDED, LEG_OF, REPAIR, TOTAL, RepairState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.errors import NotAllowed, Refused
from opsdesk.people.models import User
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState

SUBJECT = "aftersales.repair"
DROPPED = ("cancelled", "declined")


class NobodyHolds(Refused):
    code, sentence = "nobody_holds", _("Say who has the machine now: a person of ours or one partner.")


class NotYours(NotAllowed):
    code, sentence = "not_yours", _("{repair}: {holder} has the machine, not you.")


class ReasonMissing(Refused):
    code, sentence = "repair_reason_missing", _("{repair}: say why.")


@dataclass(frozen=True)
class Holder:
    """AS-7: the one who has the machine."""

    name: str
    user_id: int | None = None
    partner_id: int | None = None

    def columns(self) -> dict[str, int | None]:
        """How it is written into a repair and its leg."""
        return {"holder_user_id": self.user_id, "holder_partner_id": self.partner_id}


def holder_of(repair: Repair) -> Holder:
    """Return who has it now."""
    return Holder(repair.holder, repair.holder_user_id, repair.holder_partner_id)


def named(by: Actor, *, user_id: int | None = None, partner_id: int | None = None) -> Holder:
    """Return the person or partner that was named, else who acts: a partner's people stand for the partner."""
    if partner_id:
        partner = Partner.objects.filter(active=True, pk=partner_id).first()
    elif user_id is None and by.partners and not by.company:
        partner = Partner.objects.filter(active=True, code__in=by.partners).order_by("path").first()
    else:
        person = User.objects.filter(is_active=True, pk=user_id or by.user_id or 0).first()
        if person:
            return Holder(str(person), user_id=person.pk)
        partner = None
    if partner is None:
        raise NobodyHolds()
    return Holder(str(partner), partner_id=partner.pk)


def taken(repair_id: int, right: str, *, by: Actor, holding: bool = True) -> Repair:
    """Return a repair for change; a partner's people work only on what the partner holds."""
    by.need(right)
    repair: Repair = Repair.objects.visible_to(by).for_change(repair_id)
    if holding and by.partners and not by.company:
        theirs = Partner.objects.within(by.partners).filter(pk=repair.holder_partner_id)
        if not theirs.exists():
            raise NotYours(repair=repair, holder=repair.holder)
    return repair


def needed(reason: str, repair: Repair) -> str:
    """Return a reason that says something."""
    if not reason.strip():
        raise ReasonMissing(repair=repair)
    return reason.strip()[:300]


def begin(repair: Repair, holder: Holder, *, by: Actor, at: datetime) -> None:
    """Start the first leg and the first clock of a new repair."""
    RepairLeg.objects.create(repair=repair, number=1, leg=LEG_OF[repair.state], started_at=at, **holder.columns())
    repair.due_at = _start(repair, CLOCK_OF[repair.state], by=by, at=at)
    repair.save(update_fields=["due_at"])


def step(
    repair: Repair,
    action: str,
    facts: Mapping[str, Any] | None = None,
    holder: Holder | None = None,
    *,
    by: Actor,
    at: datetime,
    **changes: Any,
) -> Repair:
    """Move a repair, and with it its leg, its holder, the clock of its step and that of the whole."""
    was, target = repair.state, REPAIR.check(repair, action)
    who = holder or holder_of(repair)
    _leg(repair, target, who, at=at)
    changes |= who.columns() | _step_clock(repair, was, target, by=by, at=at)
    changes |= _total_clock(repair, was, target, by=by, at=at)
    REPAIR.move(repair, action, by=by, at=at, facts={"holder": who.name, **(facts or {})}, **changes)
    return repair


def hold(repair: Repair, holder: Holder, *, at: datetime) -> None:
    """Write down who has it now, in the repair and its open leg."""
    for name, value in holder.columns().items():
        setattr(repair, name, value)
    repair.save(update_fields=[*holder.columns()])
    _leg(repair, repair.state, holder, at=at)


def _leg(repair: Repair, target: str, holder: Holder, *, at: datetime) -> None:
    last = repair.legs.get(ended_at=None)
    if LEG_OF.get(target) == last.leg:
        RepairLeg.objects.filter(pk=last.pk).update(**holder.columns())
        return
    RepairLeg.objects.filter(pk=last.pk).update(ended_at=at)
    if target not in ENDED:
        RepairLeg.objects.create(
            repair=repair, number=last.number + 1, leg=LEG_OF[target], started_at=at, **holder.columns()
        )


def _step_clock(repair: Repair, was: str, target: str, *, by: Actor, at: datetime) -> dict[str, Any]:
    old, new = CLOCK_OF[was], CLOCK_OF.get(target)
    if old == new:
        return {}
    end = timers.drop_many if target in DROPPED else timers.meet_many
    end(old, SUBJECT, [repair.pk], by=by, at=at)
    return {"due_at": _start(repair, new, by=by, at=at) if new else None}


def _total_clock(repair: Repair, was: str, target: str, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The turnaround counts from posting (or receipt); it stands still while the customer thinks about a quote."""
    clock = Timer.objects.of(SUBJECT, [repair.pk], TOTAL).open().first()
    if target in ENDED:
        end = timers.drop_many if target in DROPPED else timers.meet_many
        end(TOTAL, SUBJECT, [repair.pk], by=by, at=at)
        return {"paused_at": None}
    if clock is None:
        return {"total_due_at": _start(repair, TOTAL, by=by, at=at)}
    if target == RepairState.QUOTED:
        timers.pause(clock.pk, reason=str(_("waiting for the customer's answer")), by=by, at=at)
        return {"paused_at": at}
    if was == RepairState.QUOTED and clock.state == TimerState.PAUSED:
        return {"total_due_at": timers.resume(clock.pk, by=by, at=at).due_at, "paused_at": None}
    return {}


def _start(repair: Repair, policy: str, *, by: Actor, at: datetime) -> datetime:
    number = Timer.objects.of(SUBJECT, [repair.pk], policy).count() + 1
    [clock] = timers.start_many(policy, SUBJECT, [(repair.pk, at)], by=by, at=at, round=number)
    return clock.due_at
