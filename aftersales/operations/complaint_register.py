"""AS-9: a complaint begins: registered with its source and links, classed, owned, its first clock started."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Callback, Complaint, Job
from aftersales.operations import complaint_classing
from aftersales.queries import complaints as queries
from aftersales.rules.classing import class_of
from aftersales.rules.complaints import owner_of
from aftersales.rules.excerpts import excerpt
from aftersales.states.complaint import STEPS, Source
from channels.models import Partner, Product
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.people.models import User
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from orders.models import Order

SUBJECT = "aftersales.complaint"


class NothingSaid(Refused):
    code, sentence = "nothing_said", _("A complaint needs the customer's own words: write down what he said.")


class NobodyToOwn(Refused):
    code, sentence = "nobody_to_own", _("Nobody may own complaints yet: give somebody the right to work on them first.")


@dataclass(frozen=True)
class Said:
    """A complaint as it comes in: the words, from where, and what it is about."""

    words: str
    source: str = Source.PHONE
    order: Order | None = None
    job: Job | None = None
    callback: Callback | None = None
    partner: Partner | None = None
    product: Product | None = None
    refund_number: str = ""


@transaction.atomic
def register(said: Said, *, by: Actor, at: datetime) -> Complaint:
    """AS-9: register a complaint; whoever may work on complaints and registers it owns it."""
    by.need("aftersales.add_complaint")
    _visible(said, by)
    return begin(said, by=by, at=at)


def begin(said: Said, *, by: Actor, at: datetime) -> Complaint:
    """AS-9: register a complaint as a part of another operation, which has asked for its own right."""
    if not said.words.strip():
        raise NothingSaid()
    order = said.order or (said.job.order if said.job else None)
    region = order.region_id if order else None
    owner = _owner(by, region or "")
    complaint = Complaint(
        source=said.source, owner=owner, order=order, job=said.job, callback=said.callback,
        partner=said.partner or (said.job.owner if said.job else None), product=said.product, region_id=region,
        refund_number=said.refund_number.strip()[:60], words_sealed=complaint_classing.sealed(said.words),
        excerpt=excerpt(said.words), registered_at=at, due_at=at,
    )  # fmt: skip
    complaint_classing.put(complaint, class_of(said.words, complaint_classing.words_on(at)))
    complaint.save(force_insert=True)
    start_step(complaint, by=by, at=at)
    complaint.save(update_fields=["due_at"])
    audit.record(complaint, "complaint.register", by=by, at=at, owner=str(owner), due_at=complaint.due_at)
    return complaint


def _owner(by: Actor, region: str) -> User:
    """AS-9: who registers it, if he works on complaints; else who has the fewest."""
    people = {person.pk: person for person in queries.workers(region)}
    if by.user_id in people:
        return people[by.user_id]
    chosen = owner_of(queries.candidates(people.values()))
    if chosen is None:
        raise NobodyToOwn()
    return people[chosen]


def _visible(said: Said, by: Actor) -> None:
    """CH-5: nobody registers a complaint on what he may not see."""
    for row in (said.order, said.job, said.partner):
        if row is not None:
            type(row)._default_manager.visible_to(by).for_change(row.pk)  # type: ignore[attr-defined]


def start_step(complaint: Complaint, *, by: Actor, at: datetime) -> None:
    """Start the clock of the state that a complaint is in; each time round has a clock of its own. Not saved here."""
    policy = STEPS[complaint.state]
    round = Timer.objects.of(SUBJECT, [complaint.pk], policy).count() + 1
    [clock] = timers.start_many(policy, SUBJECT, [(complaint.pk, at)], by=by, at=at, round=round)
    complaint.due_at, complaint.escalated_at = clock.due_at, None
