"""PR-3, DS-11: what an approved brand day puts in force: its pots, the prices that its shops may go down to, and what
its coupons, phone orders, gifts and cross-shop reductions take off.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from opsdesk.actor import Actor
from opsdesk.days import midnight
from opsdesk.money import ZERO
from promotions.models import BrandEvent, EventOffer
from promotions.operations import campaigns, grants, pots, reductions
from promotions.operations.drafting import offers_of
from promotions.operations.grants import Grant
from promotions.operations.reductions import Reduction
from promotions.rules.nets import CUT_OF
from promotions.states.plan import PRICED, OfferKind
from promotions.states.price import GrantKind

OFFER, EXTRA = "promotions.eventoffer", "promotions.eventoffer.extra"
EVENT_POT = "event"
_KINDS = {OfferKind.FLASH: GrantKind.FLASH, OfferKind.TRIAL: GrantKind.TRIAL, OfferKind.TAIL: GrantKind.TAIL}


def open_many(events: Sequence[BrandEvent], *, by: Actor, at: datetime) -> None:
    """PR-3: open a pot per event and per offer, give the prices and the reductions; a part of the approval."""
    offers = offers_of(events)
    for event in events:
        announce(event, by=by, at=at)
        title = f"{event} {event.starts_on:%Y-%m-%d}"
        pots.open_pot(event, EVENT_POT, title, limits=(event.budget_yuan, None), by=by, at=at)
        for offer, _places in offers[event.pk]:
            limits = (offer.budget_yuan if offer.budget_yuan or offer.amount_yuan else None, offer.quota)
            if limits != (None, None):
                pots.open_pot(offer, offer.kind, f"{event} · {offer}", limits=limits, by=by, at=at)
    given = [one for event in events for one in _prices(event, offers[event.pk], (event.opens_at, event.closes_at))]
    grants.give_many(given, by=by, at=at)
    reduce_many(events, by=by, at=at)


def reduce_many(events: Sequence[BrandEvent], *, by: Actor, at: datetime) -> None:
    """PR-10, PR-11: let the coupons, phone orders, gifts and cross-shop reductions of events hold for their days."""
    offers = offers_of(events)
    reductions.announce_many([one for event in events for one in _cuts(event, offers[event.pk])], by=by, at=at)


def announce(event: BrandEvent, *, by: Actor, at: datetime) -> None:
    """PR-1, PR-4: let the price rules of campaigns hold for the days of an event, as they are now."""
    source = (event._meta.label_lower, event.pk)
    window = campaigns.Window(str(event), event.opens_at, event.closes_at, source)
    campaigns.announce(window, by=by, at=at)


def give_longer(event: BrandEvent, since: datetime, *, by: Actor, at: datetime) -> None:
    """PR-1: let the prices hold on for the days that an event is extended by; a part of the extension."""
    announce(event, by=by, at=at)
    offers = offers_of([event])[event.pk]
    grants.give_many(list(_prices(event, offers, (since, event.closes_at), EXTRA)), by=by, at=at)
    reductions.announce_many(list(_cuts(event, offers)), by=by, at=at)


def shut(event: BrandEvent, *, reason: str, by: Actor, at: datetime) -> None:
    """PR-19: let no price of an event hold any longer, and its pots promise nothing more; a part of the stop."""
    announce(event, by=by, at=at)
    offers = offers_of([event])[event.pk]
    for offer, _places in offers:
        for kind in (OFFER, EXTRA):
            grants.end((kind, offer.pk), reason=reason, by=by, at=at)
    reductions.announce_many(list(_cuts(event, offers)), by=by, at=at, reason=reason)
    owners = [(event._meta.label_lower, event.pk), *((OFFER, offer.pk) for offer, _places in offers)]
    pots.shut_many(owners, reason=reason, by=by, at=at)


def _prices(
    event: BrandEvent,
    offers: Iterable[tuple[EventOffer, tuple[int, ...]]],
    span: tuple[datetime, datetime],
    source: str = OFFER,
) -> Iterable[Grant]:
    for offer, places in offers:
        if offer.kind not in PRICED or offer.product_id is None:
            continue
        for shop_id in places:
            yield Grant(
                kind=_KINDS.get(OfferKind(offer.kind), GrantKind.CAMPAIGN),
                shop_id=shop_id,
                product_id=offer.product_id,
                price_yuan=ZERO if offer.price_yuan is None else offer.price_yuan,
                starts_at=span[0],
                ends_at=span[1],
                source=(source, offer.pk),
                because=(f"event:{event.pk}", f"offer:{offer.pk}"),
            )


def _cuts(event: BrandEvent, offers: Iterable[tuple[EventOffer, tuple[int, ...]]]) -> Iterable[Reduction]:
    """PR-10, PR-11: what comes off in each shop, for the event's days as they are now; coupons are out before."""
    for offer, places in offers:
        if offer.kind not in CUT_OF or not offer.amount_yuan:
            continue
        for shop_id in places:
            yield Reduction(
                kind=CUT_OF[offer.kind],
                name=f"{event} · {offer.get_kind_display()}",
                shop_id=shop_id,
                product_id=offer.product_id,
                amount_yuan=offer.amount_yuan,
                per_yuan=offer.per_yuan,
                handed_out_at=midnight(offer.given_out_on) if offer.given_out_on else None,
                starts_at=event.opens_at,
                ends_at=event.closes_at,
                source=(OFFER, offer.pk),
            )
