"""AS-7: a machine on its way in and out: registered, posted, received, sent back, delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Repair
from aftersales.operations import loans, turnaround
from aftersales.queries import warranty
from aftersales.rules import repair as rule
from aftersales.states.repair import LIVE, Place, Sender
from channels.models import Partner, Product
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.privacy import seal, unseal
from orders.models import Order
from orders.operations import receivers
from orders.rules.identity import Receiver


class SerialMissing(Invalid):
    code, sentence = "serial_missing", _("A repair needs the serial number on the machine's plate.")


class ComplaintMissing(Invalid):
    code, sentence = "complaint_missing", _("Write down what the customer says is wrong.")


class SenderMissing(Invalid):
    code, sentence = "sender_missing", _("Say which partner sends the machine in; agents' stock always has one.")


class AlreadyHere(Refused):
    code, sentence = "repair_already_here", _("{serial} is under repair already ({repair}); go on with that one.")


@dataclass(frozen=True)
class Request:
    """What is known when a repair is asked for; an order is not needed."""

    serial_number: str
    complaint: str
    order_id: int | None = None
    product_id: int | None = None
    requested_by: str = Sender.CUSTOMER
    partner_id: int | None = None
    end_user: bool = True
    place: str = Place.SENT_IN
    contact: Receiver = Receiver()


@dataclass(frozen=True)
class Shown:
    """AU-2: what the customer said, and how to reach him."""

    complaint: str
    contact: Receiver


@transaction.atomic
def register(request: Request, *, by: Actor, at: datetime) -> Repair:
    """AS-7: enter a machine that needs repair; a serial number is enough, and is under repair once at a time."""
    by.need("aftersales.register_repair")
    serial = warranty.spelled(request.serial_number)
    if not serial:
        raise SerialMissing()
    if not request.complaint.strip():
        raise ComplaintMissing()
    repair = _new(request, serial, by=by, at=at)
    if here := Repair.objects.filter(serial_number=serial, state__in=LIVE).first():
        raise AlreadyHere(serial=serial, repair=here)
    holder = turnaround.named(by)
    for name, value in holder.columns().items():
        setattr(repair, name, value)
    try:
        with transaction.atomic():
            repair.save(force_insert=True)
    except IntegrityError as why:
        if "repair_one_live" not in str(why):
            raise
        raise AlreadyHere(serial=serial, repair=_("entered a moment ago")) from None
    turnaround.begin(repair, holder, by=by, at=at)
    audit.record(repair, "repair.register", by=by, at=at, because=repair.warranty_because, holder=holder.name)
    return repair


def _new(request: Request, serial: str, *, by: Actor, at: datetime) -> Repair:
    """A repair as it would be written, with its order, model, rank and warranty."""
    order, partner = _order(request, serial, by=by), _partner(request, by=by)
    known = Product.objects.filter(pk=request.product_id or 0).first() or warranty.product_of(
        order.pk if order else None
    )
    rank = rule.precedence(end_user=request.end_user, sender=request.requested_by)
    sealed, _print, name, phone = receivers.columns(request.contact)
    repair = Repair(
        serial_number=serial, order=order, product=known, region=order.region if order else None,
        requested_by=request.requested_by, partner=partner, end_user=request.end_user, place=request.place,
        rank=rank.rank, rank_because=list(rank.because), complaint_sealed=seal(request.complaint.strip().encode()),
        contact_sealed=sealed, name_masked=name, phone_masked=phone, registered_at=at,
    )  # fmt: skip
    found = warranty.answer(repair)
    repair.warranty, repair.warranty_until = found.answer, found.until
    repair.warranty_because = list(found.because)
    return repair


def _order(request: Request, serial: str, *, by: Actor) -> Order | None:
    """The order that was named, which one must be allowed to see; else that of the machine's installation."""
    if request.order_id:
        order: Order = Order.objects.visible_to(by).for_change(request.order_id)
        return order
    job = warranty.job_of(serial)
    return job.order if job else None


def _partner(request: Request, *, by: Actor) -> Partner | None:
    """Who sends it in; a partner's people send for their own partner."""
    pk = request.partner_id
    if not pk and by.partners and not by.company:
        pk = turnaround.named(by).partner_id
    if not pk and (request.requested_by == Sender.PARTNER or not request.end_user):
        raise SenderMissing()
    return Partner.objects.visible_to(by).get(pk=pk) if pk else None


@transaction.atomic
def post(repair_id: int, *, carrier: str, tracking: str, by: Actor, at: datetime) -> Repair:
    """AS-7: the sender has posted the machine; from now on the turnaround counts."""
    repair = turnaround.taken(repair_id, "aftersales.register_repair", by=by, holding=False)
    sent: dict[str, Any] = {"carrier_in": carrier.strip(), "tracking_in": tracking.strip(), "posted_at": at}
    return turnaround.step(repair, "post", {"carrier": sent["carrier_in"]}, by=by, at=at, **sent)


@transaction.atomic
def receive(repair_id: int, *, by: Actor, at: datetime, user_id: int | None = None) -> Repair:
    """AS-7: the machine is here (or our person is with it); whoever takes it, or the one he names, holds it now."""
    repair = turnaround.taken(repair_id, "aftersales.receive_repair", by=by)
    holder = turnaround.named(by, user_id=user_id)
    return turnaround.step(repair, "receive", holder=holder, by=by, at=at, received_at=at)


@transaction.atomic
def hand_over(
    repair_id: int,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    user_id: int | None = None,
    partner_id: int | None = None,
) -> Repair:
    """AS-7: somebody else holds the machine from now on: a person of ours or a partner; the clocks go on."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    said = turnaround.needed(reason, repair)
    if repair.state not in LIVE or bool(user_id) == bool(partner_id):
        raise turnaround.NobodyHolds()
    was, holder = repair.holder, turnaround.named(by, user_id=user_id, partner_id=partner_id)
    turnaround.hold(repair, holder, at=at)
    audit.record(repair, "repair.hand_over", by=by, at=at, was=was, holder=holder.name, reason=said)
    return repair


@transaction.atomic
def send(repair_id: int, *, carrier: str, tracking: str, by: Actor, at: datetime) -> Repair:
    """AS-7: the machine goes back; who sends it answers for it until the customer has it."""
    repair = turnaround.taken(repair_id, "aftersales.receive_repair", by=by)
    sent: dict[str, Any] = {"carrier_out": carrier.strip(), "tracking_out": tracking.strip(), "sent_at": at}
    facts = {"carrier": sent["carrier_out"]}
    return turnaround.step(repair, "send", facts, turnaround.named(by), by=by, at=at, **sent)


@transaction.atomic
def deliver(repair_id: int, *, by: Actor, at: datetime) -> Repair:
    """AS-7: the customer has his machine back; a loan unit is due back from now on."""
    repair = turnaround.taken(repair_id, "aftersales.receive_repair", by=by)
    turnaround.step(repair, "deliver", by=by, at=at, ended_at=at)
    loans.ask_back(repair, by=by, at=at)
    return repair


@transaction.atomic
def hand_back(repair_id: int, *, by: Actor, at: datetime) -> Repair:
    """AS-7: repaired on the spot, or fetched by the customer: nothing has to be posted."""
    repair = turnaround.taken(repair_id, "aftersales.work_repair", by=by)
    turnaround.step(repair, "hand_back", by=by, at=at, ended_at=at)
    loans.ask_back(repair, by=by, at=at)
    return repair


@transaction.atomic
def cancel(repair_id: int, *, reason: str, by: Actor, at: datetime) -> Repair:
    """End a repair of a machine that never came; what is here has to go back instead."""
    repair = turnaround.taken(repair_id, "aftersales.register_repair", by=by, holding=False)
    said = turnaround.needed(reason, repair)
    turnaround.step(repair, "cancel", by=by, at=at, reason=said, ended_at=at)
    loans.ask_back(repair, by=by, at=at)
    return repair


@transaction.atomic
def show(repair_id: int, *, why: str, by: Actor, at: datetime) -> Shown:
    """AU-2: return what the customer said and how to reach him, to who works on it; written down with the reason."""
    repair = turnaround.taken(repair_id, "aftersales.view_repair", by=by, holding=False)
    if not by.may("orders.show_order"):
        by.need("aftersales.work_repair")
    audit.record(repair, "repair.show", by=by, at=at, why=turnaround.needed(why, repair))
    sealed = repair.contact_sealed or (repair.order.receiver_sealed if repair.order else None)
    complaint = unseal(repair.complaint_sealed).decode() if repair.complaint_sealed else ""
    return Shown(complaint, receivers.opened(sealed))
