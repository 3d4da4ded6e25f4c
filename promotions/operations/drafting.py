"""PR-14: drawing a plan up: brand days, what they offer and where, and what the shops shall sell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.money import ZERO, to_fen
from promotions.models import BrandEvent, EventOffer, OfferShop, ShopTarget, YearPlan
from promotions.models.brand_event import window
from promotions.queries import plan_facts, plan_figures
from promotions.states.plan import EDITABLE

RIGHT = "promotions.plan_yearplan"
STOCK_WEEK = timedelta(days=7)


class NotADraft(Refused):
    code, sentence = "plan_not_a_draft", _("{plan} is {state}: only a draft, or a plan sent back, may be changed.")


class DayTaken(Refused):
    code, sentence = "day_taken", _("{plan} has a brand day on {day} already.")


class NoReasonToExtend(Invalid):
    code, sentence = "no_reason_to_extend", _("{event}: say why it is extended.")


@dataclass(frozen=True)
class EventDraft:
    """What is said of a brand day; without `stock_by` its stock is settled a week before."""

    name: str
    starts_on: date
    theme: str = ""
    days: int = 3
    extra_days: int = 0
    extended_because: str = ""
    festival: str = ""
    own_application: bool = False
    application: str = ""
    budget_yuan: Decimal = ZERO
    stock_by: date | None = None


@dataclass(frozen=True)
class OfferDraft:
    """What is said of an offer, and in which shops it holds."""

    kind: str
    shop_ids: tuple[int, ...]
    product_id: int | None = None
    price_yuan: Decimal | None = None
    amount_yuan: Decimal | None = None
    per_yuan: Decimal | None = None
    quota: int | None = None
    budget_yuan: Decimal = ZERO
    stock_need: int = 0
    given_out_on: date | None = None


@transaction.atomic
def add_event(plan_id: int, draft: EventDraft, *, by: Actor, at: datetime) -> BrandEvent:
    """PR-1: plan a brand day; its number is its place among the months of the plan."""
    plan = editable(plan_id, by=by)
    _free(plan, draft.starts_on)
    event = BrandEvent.objects.create(plan=plan, **_values(plan, draft))
    audit.record(event, "brandevent.plan", by=by, at=at, starts_on=draft.starts_on)
    return event


@transaction.atomic
def change_event(event_id: int, draft: EventDraft, *, by: Actor, at: datetime) -> BrandEvent:
    """PR-1: change a brand day of a draft."""
    event = event_of_draft(event_id, by=by)
    _free(event.plan, draft.starts_on, but=event.pk)
    new = _values(event.plan, draft)
    old = {name: getattr(event, name) for name in new}
    for name, value in new.items():
        setattr(event, name, value)
    event.save(update_fields=list(new))
    audit.record(event, "record.change", by=by, at=at, **audit.changed(old, new))
    return event


@transaction.atomic
def drop_event(event_id: int, *, by: Actor, at: datetime) -> None:
    """PR-1: take a brand day out of a draft, with what it offers."""
    event = event_of_draft(event_id, by=by)
    audit.record(event.plan, "record.change", by=by, at=at, changed={"event": [str(event), ""]})
    EventOffer.objects.filter(event=event).delete()
    event.delete()


def _values(plan: YearPlan, draft: EventDraft) -> dict[str, object]:
    if draft.extra_days and not draft.extended_because.strip():
        raise NoReasonToExtend(event=draft.name)
    opens_at, closes_at = window(draft.starts_on, draft.days + draft.extra_days)
    return {
        "number": max(draft.starts_on.month - plan.first_month + 1, 1),
        "name": draft.name,
        "theme": draft.theme,
        "starts_on": draft.starts_on,
        "days": draft.days,
        "extra_days": draft.extra_days,
        "extended_because": draft.extended_because,
        "festival": draft.festival,
        "own_application": draft.own_application,
        "application": draft.application,
        "budget_yuan": to_fen(draft.budget_yuan),
        "stock_by": draft.stock_by or draft.starts_on - STOCK_WEEK,
        "opens_at": opens_at,
        "closes_at": closes_at,
    }


def _free(plan: YearPlan, day: date, but: int = 0) -> None:
    if BrandEvent.objects.filter(plan=plan, starts_on=day).exclude(pk=but).exists():
        raise DayTaken(plan=plan, day=day)


@transaction.atomic
def add_offer(event_id: int, draft: OfferDraft, *, by: Actor, at: datetime) -> EventOffer:
    """PR-4 … PR-13: let a brand day of a draft offer something."""
    event = event_of_draft(event_id, by=by)
    [offer] = write_offers(event, [_placed(draft, event)])
    audit.record(event, "brandevent.offer", by=by, at=at, offer=str(offer))
    return offer


def _placed(draft: OfferDraft, event: BrandEvent) -> OfferDraft:
    """PR-5: an offer without shops holds in all that are entitled to it."""
    if draft.shop_ids:
        return draft
    figures = plan_figures.figures_on(plan_figures.rules(), event.starts_on)
    shops = [plan_facts.shop_facts(shop) for shop in plan_facts.selling_shops()]
    return replace(draft, shop_ids=tuple(shop.id for shop in shops if figures.entitles(draft.kind, shop)))


def write_offers(event: BrandEvent, drafts: Sequence[OfferDraft]) -> list[EventOffer]:
    """Write offers and their shops in two statements; a part of the operation that draws them up."""
    offers = EventOffer.objects.bulk_create(
        EventOffer(
            event=event,
            kind=draft.kind,
            product_id=draft.product_id,
            price_yuan=draft.price_yuan,
            amount_yuan=draft.amount_yuan,
            per_yuan=draft.per_yuan,
            quota=draft.quota,
            budget_yuan=to_fen(draft.budget_yuan),
            stock_need=draft.stock_need,
            given_out_on=draft.given_out_on,
        )
        for draft in drafts
    )
    OfferShop.objects.bulk_create(
        OfferShop(offer=offer, shop_id=shop_id)
        for offer, draft in zip(offers, drafts, strict=True)
        for shop_id in dict.fromkeys(draft.shop_ids)
    )
    return offers


@transaction.atomic
def change_offer(offer_id: int, draft: OfferDraft, *, by: Actor, at: datetime) -> EventOffer:
    """PR-4 … PR-13: put an offer of a draft right."""
    offer, event = _offer_of_draft(offer_id, by=by)
    new = {name: value for name, value in vars(draft).items() if name != "shop_ids"}
    old = {name: getattr(offer, name) for name in new}
    for name, value in new.items():
        setattr(offer, name, value)
    offer.save(update_fields=list(new))
    OfferShop.objects.filter(offer=offer).exclude(shop__in=draft.shop_ids).delete()
    OfferShop.objects.bulk_create([OfferShop(offer=offer, shop_id=pk) for pk in draft.shop_ids], ignore_conflicts=True)
    audit.record(event, "record.change", by=by, at=at, offer=str(offer), **audit.changed(old, new))
    return offer


@transaction.atomic
def remove_offer(offer_id: int, *, by: Actor, at: datetime) -> None:
    """PR-4 … PR-13: take an offer out of a draft."""
    offer, event = _offer_of_draft(offer_id, by=by)
    audit.record(event, "brandevent.unoffer", by=by, at=at, offer=str(offer))
    offer.delete()


def _offer_of_draft(offer_id: int, *, by: Actor) -> tuple[EventOffer, BrandEvent]:
    found = EventOffer.objects.filter(pk=offer_id).values_list("event_id", flat=True).first()
    event = event_of_draft(found or 0, by=by)
    return event.offers.select_related("product").get(pk=offer_id), event


@transaction.atomic
def set_targets(event_id: int, targets: Mapping[int, Decimal], *, by: Actor, at: datetime) -> None:
    """PR-15: say what each shop shall sell; shops that are not named have no target."""
    event = event_of_draft(event_id, by=by)
    write_targets(event, targets)
    total = sum(targets.values(), ZERO)
    audit.record(event, "brandevent.target", by=by, at=at, shops=len(targets), total=f"{total:,.2f}")


def write_targets(event: BrandEvent, targets: Mapping[int, Decimal]) -> None:
    """Write the targets of an event in place of those it has; a part of the operation that draws them up."""
    ShopTarget.objects.filter(event=event).delete()
    ShopTarget.objects.bulk_create(
        ShopTarget(event=event, shop_id=shop_id, target_yuan=to_fen(target)) for shop_id, target in targets.items()
    )


def editable(plan_id: int, *, by: Actor) -> YearPlan:
    """Return a plan that may be changed, locked."""
    by.need(RIGHT)
    plan: YearPlan = YearPlan.objects.visible_to(by).for_change(plan_id)
    if plan.state not in EDITABLE:
        raise NotADraft(plan=plan, state=plan.get_state_display())
    return plan


def event_of_draft(event_id: int, *, by: Actor) -> BrandEvent:
    """Return a brand day of a plan that may be changed, both locked."""
    by.need(RIGHT)
    plan_id = BrandEvent.objects.visible_to(by).filter(pk=event_id).values_list("plan_id", flat=True).first()
    plan = editable(plan_id, by=by) if plan_id else None
    event: BrandEvent = BrandEvent.objects.visible_to(by).for_change(event_id)
    if plan is not None:
        event.plan = plan
    return event


def offers_of(events: Collection[BrandEvent]) -> dict[int, list[tuple[EventOffer, tuple[int, ...]]]]:
    """Return the offers of these events with their shops, by event. Two queries."""
    rows = EventOffer.objects.filter(event__in=events).order_by("pk").prefetch_related("places")
    found: dict[int, list[tuple[EventOffer, tuple[int, ...]]]] = {event.pk: [] for event in events}
    for offer in rows:
        found[offer.event_id].append((offer, tuple(place.shop_id for place in offer.places.all())))
    return found
