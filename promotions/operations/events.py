"""PR-1, PR-14, PR-17, PR-19: a brand day applied for, begun, extended, stopped, ended and looked back upon."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.money import ZERO
from promotions.models import BrandEvent, EventReview
from promotions.operations import live
from promotions.queries import event_sales, plan_figures, rewards
from promotions.states.plan import BRAND_EVENT, EventState, PlanState

MOST_AT_ONCE = 100


class ReasonMissing(Refused):
    code, sentence = "brandevent_reason_missing", _("{event}: say why.")


class NotAppliedFor(Refused):
    code, sentence = "not_applied_for", _("{event} runs on the standing plan; it needs no application of its own.")


class PlanFirst(Refused):
    code, sentence = "plan_first", _("{event}: its year's plan is {state}; it must be approved first.")


class TooLong(Refused):
    code, sentence = "event_too_long", _("{event}: {days} days more than planned; at most {most} are allowed.")


class ExtendedAlready(Refused):
    code, sentence = "extended_already", _("{event} was extended already, on {on}.")


class OverAlready(Refused):
    code, sentence = "event_over", _("{event} was over on {on}.")


class StockSettled(Refused):
    code, sentence = "stock_settled", _("{event}: its stock was settled on {on}.")


@transaction.atomic
def apply(event_id: int, *, reason: str, by: Actor, at: datetime) -> BrandEvent:
    """PR-14: make the application that a festival needs, once the year is approved."""
    by.need("promotions.plan_yearplan")
    event = _for_change(event_id, by)
    _needed(reason, event)
    BRAND_EVENT.check(event, "approve")
    if not event.own_application:
        raise NotAppliedFor(event=event)
    if event.plan.state != PlanState.APPROVED:
        raise PlanFirst(event=event, state=event.plan.get_state_display())
    if event.closes_at <= at:
        raise OverAlready(event=event, on=event.last_day)
    event.application = reason.strip()[:300]
    event.save(update_fields=["application"])
    audit.record(event, "brandevent.apply", by=by, at=at, reason=event.application)
    approvals.ask(approvals.Question(Kind.FESTIVAL, event, event.budget_yuan, reason), by=by, at=at)
    return event


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """PR-14: what the decision on an application does; refused, it may be applied for again."""
    event: BrandEvent = BrandEvent.objects.for_change(approval.subject_id)
    if approval.state != ApprovalState.GRANTED or event.state != EventState.PLANNED:
        return
    BRAND_EVENT.move(event, "approve", by=by, at=at, facts={"because": event.application}, approved_at=at)
    live.open_many([event], by=by, at=at)


@transaction.atomic
def settle_stock(event_id: int, *, by: Actor, at: datetime) -> BrandEvent:
    """PR-17: say that the stock for an event is there."""
    by.need("promotions.run_brandevent")
    event = _for_change(event_id, by)
    if event.stock_settled_at:
        raise StockSettled(event=event, on=event.stock_settled_at)
    if event.closes_at <= at:
        raise OverAlready(event=event, on=event.last_day)
    event.stock_settled_at = at
    event.save(update_fields=["stock_settled_at"])
    audit.record(event, "brandevent.settle_stock", by=by, at=at)
    return event


@transaction.atomic
def start_all_due(*, by: Actor, at: datetime) -> int:
    """PR-1: let begin what is approved and due; several workers share it, each begins once. Return how many."""
    events = BrandEvent.objects.to_start(at).order_by("pk").free_for_change(MOST_AT_ONCE)
    BRAND_EVENT.move_many(events, "start", by=by, at=at, changes=[{"started_at": at} for _event in events])
    live.reduce_many(events, by=by, at=at)
    return len(events)


@transaction.atomic
def end_all_due(*, by: Actor, at: datetime) -> int:
    """PR-1: let end what is over; what nobody approved in time did not take place. Return how many."""
    over = BrandEvent.objects.to_end(at).order_by("pk").free_for_change(MOST_AT_ONCE)
    BRAND_EVENT.move_many(over, "end", by=by, at=at, changes=[{"ended_at": event.closes_at} for event in over])
    never = BrandEvent.objects.never_approved(at).order_by("pk").free_for_change(MOST_AT_ONCE)
    reason = str(_("not approved before its last day"))
    BRAND_EVENT.move_many(never, "drop", by=by, at=at, changes=[{"reason": reason} for _event in never])
    for event in never:
        approvals.withdraw_all(event, reason=reason, by=by, at=at)
    return len(over) + len(never)


@transaction.atomic
def stop(event_id: int, *, reason: str, by: Actor, at: datetime) -> BrandEvent:
    """PR-19: stop an event at once: its prices hold no longer, and its pots promise nothing more."""
    by.need("promotions.stop_brandevent")
    event = _for_change(event_id, by)
    _needed(reason, event)
    now = max(at, event.opens_at)
    BRAND_EVENT.move(
        event, "stop", by=by, at=at, reason=reason.strip()[:300], closes_at=min(now, event.closes_at), ended_at=at
    )
    live.shut(event, reason=reason.strip(), by=by, at=at)
    return event


@transaction.atomic
def extend(event_id: int, *, days: int, reason: str, by: Actor, at: datetime) -> BrandEvent:
    """PR-1: let an event run on for a day or two, with the reason; once, and not when it is over."""
    by.need("promotions.run_brandevent")
    event = _for_change(event_id, by)
    _needed(reason, event)
    _may_extend(event, days, at)
    since = event.closes_at
    event.extra_days += days
    event.closes_at = since + timedelta(days=days)
    event.extended_because, event.extended_at = reason.strip()[:200], at
    event.save(update_fields=["extra_days", "closes_at", "extended_because", "extended_at"])
    audit.record(event, "brandevent.extend", by=by, at=at, days=days, reason=event.extended_because)
    live.give_longer(event, since, by=by, at=at)
    return event


def _may_extend(event: BrandEvent, days: int, at: datetime) -> None:
    BRAND_EVENT.check(event, "stop")  # approved or running, as for a stop
    if event.extended_at:
        raise ExtendedAlready(event=event, on=event.extended_at)
    if event.closes_at <= at:
        raise OverAlready(event=event, on=event.last_day)
    most = int(plan_figures.figures_on(plan_figures.rules(), event.starts_on)["extra_days"])
    if days < 1 or event.extra_days + days > most:
        raise TooLong(event=event, days=event.extra_days + days, most=most)


@transaction.atomic
def review(event_id: int, *, lessons: str, by: Actor, at: datetime) -> EventReview:
    """PR-19: freeze what an event sold and cost, and write down what was learnt."""
    by.need("promotions.run_brandevent")
    event = _for_change(event_id, by)
    BRAND_EVENT.check(event, "review")
    places = event_sales.sales_of(event)
    made = EventReview.objects.create(
        event=event,
        sales_yuan=sum((place.sales for place in places), ZERO),
        target_yuan=sum((place.target for place in places), ZERO),
        orders=sum(place.orders for place in places),
        spent_yuan=event_sales.spent_sum(event),
        by_shop=event_sales.frozen(places),
        rewards=rewards.frozen(rewards.parts_of(event)),
        lessons=lessons.strip(),
        at=at,
    )
    facts = {"sales_yuan": made.sales_yuan, "target_yuan": made.target_yuan}
    BRAND_EVENT.move(event, "review", by=by, at=at, facts=facts)
    return made


def _for_change(event_id: int, by: Actor) -> BrandEvent:
    event: BrandEvent = BrandEvent.objects.visible_to(by).select_related("plan").for_change(event_id)
    return event


def _needed(reason: str, event: BrandEvent) -> None:
    if not reason.strip():
        raise ReasonMissing(event=event)
