"""PR-4, PR-13, PR-16, DS-11: how low, of which list price, and together with what else."""

from collections import defaultdict
from collections.abc import Container, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from promotions.rules.nets import CUT_OF, REWARDS, SPECIAL, CutRow, net_price
from promotions.rules.plan import PRICED, STOP, Answer, EventFacts, OfferFacts, PlanFacts, Problem, of_offer, stop, warn

CUTS = frozenset({"hero", "cut", "launch"})
"""Offers that PR-4 limits; half-price sales, trials and ends of line have rules of their own."""


def depth(plan: PlanFacts) -> Answer:
    """PR-4: a hero costs 85 % of list or more, any other model 90 % or more, as the price rules say."""
    offers = [(event, offer) for event in plan.events for offer in event.offers if offer.kind in CUTS]
    problems: list[Problem] = []
    for event, offer in offers:
        problems += _depth_of(event, offer)
    shares = [offer.price / offer.list_price * 100 for _event, offer in offers if offer.price and offer.list_price]
    lowest = min(shares, default=Decimal(100)).quantize(Decimal("0.1"))
    return Answer({"offers": len(offers), "lowest": lowest}, tuple(problems))


def _depth_of(event: EventFacts, offer: OfferFacts) -> Iterator[Problem]:
    row, said = ("offer", offer.id), of_offer(event, offer)
    if offer.product_id is None or offer.price is None:
        yield stop("price_missing", row, **said)
        return
    if offer.list_price is None:
        yield stop("list_missing", row, **said, day=event.starts_on)
        return
    if offer.kind == "hero" and not offer.hero:
        yield stop("not_a_hero", row, **said, day=event.starts_on)
    for limit in sorted(set(offer.depths.values()), key=lambda one: -one.yuan):
        if offer.price < limit.yuan:
            found = (offer.price / offer.list_price * 100).quantize(Decimal("0.1"))
            yield stop(
                "too_deep", row, **said, price=offer.price, list_price=offer.list_price, share=found,
                least=limit.yuan, percent=int((limit.share or 0) * 100), limit=limit.name,
            )  # fmt: skip
    yield from _unlimited(event, offer)


def _unlimited(event: EventFacts, offer: OfferFacts) -> Iterator[Problem]:
    """Where no rule of prices says how low, nobody has looked; that is not the same as passing."""
    free = [shop.name for shop in offer.shops if shop.id not in offer.depths and shop.id not in offer.leasts]
    if free:
        yield warn("no_limit", ("offer", offer.id), **of_offer(event, offer), shops="、".join(free))


def tail(plan: PlanFacts) -> Answer:
    """PR-13: an end-of-line model is not sold below its amount, whatever the offer; a trial is a gift, no sale."""
    offers = [
        (event, offer)
        for event in plan.events
        for offer in event.offers
        if offer.kind == "tail" or (offer.tail and offer.kind in PRICED - {"trial"})
    ]
    problems = tuple(problem for event, offer in offers for problem in _tail_of(event, offer))
    return Answer({"offers": len(offers)}, problems)


def _tail_of(event: EventFacts, offer: OfferFacts) -> Iterator[Problem]:
    row, said = ("offer", offer.id), of_offer(event, offer)
    if not offer.tail:
        yield stop("not_a_tail", row, **said, day=event.starts_on)
    elif offer.price is None:
        yield stop("price_missing", row, **said)
    else:
        for limit in sorted(set(offer.leasts.values()), key=lambda one: -one.yuan):
            if offer.price < limit.yuan:
                yield stop("tail_low", row, **said, price=offer.price, least=limit.yuan, limit=limit.name)
        if offer.kind == "tail":
            yield from _unlimited(event, offer)


def true_list(plan: PlanFacts) -> Answer:
    """PR-16: a list price counts if it was really asked before: not raised first to be cut after."""
    problems: list[Problem] = []
    looked, told = 0, set[int | None]()
    for event in plan.events:
        since = event.starts_on - timedelta(days=int(event.figures["list_days"]))
        for offer in event.offers:
            if offer.kind in PRICED and offer.list_price is not None:
                looked += 1
                found = [
                    one for one in _truth_of(event, offer, since) if one.level == STOP or offer.product_id not in told
                ]
                told |= {offer.product_id for one in found if one.level != STOP}
                problems += found
    return Answer({"offers": looked, "days": int(plan.figures["list_days"])}, tuple(problems))


def _truth_of(event: EventFacts, offer: OfferFacts, since: date) -> Iterator[Problem]:
    row, said = ("offer", offer.id), of_offer(event, offer)
    assert offer.list_price is not None
    young = offer.list_since is not None and offer.list_since > since
    if young and offer.list_before is not None and offer.list_before < offer.list_price:
        yield stop(
            "raised_first", row, **said, before=offer.list_before, list_price=offer.list_price, day=offer.list_since
        )
    elif offer.best_sold is not None and offer.best_sold < offer.list_price:
        yield warn("never_charged", row, **said, best=offer.best_sold, list_price=offer.list_price)


def floors(plan: PlanFacts) -> Answer:
    """DS-11: what a customer pays with everything taken off is not below the floor of the shop.

    With the coupon, phone, gift and cross-shop reductions (docs/adr/0014) it is a stop; that the sale would fall below
    once cash-back and rewards are paid back, somebody should look at.
    """
    problems: list[Problem] = []
    looked = 0
    for event in plan.events:
        for offer in event.offers:
            if offer.kind in PRICED - SPECIAL and offer.price is not None:
                looked += len(offer.shops)
                problems += _net_of(event, offer)
    return Answer({"prices": looked}, tuple(problems))


def _net_of(event: EventFacts, offer: OfferFacts) -> Iterator[Problem]:
    """Shops with the same lowest net price are one problem."""
    row, said = ("offer", offer.id), of_offer(event, offer)
    low: defaultdict[tuple[Decimal, Decimal], list[str]] = defaultdict(list)
    lower: defaultdict[tuple[Decimal, Decimal], list[str]] = defaultdict(list)
    for shop in offer.shops:
        if (floor := offer.floors.get(shop.id)) is not None:
            net = _net(event, offer, shop.id)
            after = net - sum((_amount(other) for other in _on_top(event, offer, shop.id, REWARDS)), Decimal(0))
            if net < floor:
                low[net, floor].append(shop.name)
            elif after < floor:
                lower[after, floor].append(shop.name)
    for (net, floor), shops in sorted(low.items()):
        yield stop("below_floor", row, **said, net=net, floor=floor, shops="、".join(shops))
    for (net, floor), shops in sorted(lower.items()):
        yield warn("below_floor_after", row, **said, net=net, floor=floor, shops="、".join(shops))


def _net(event: EventFacts, offer: OfferFacts, shop_id: int) -> Decimal:
    """What the customer pays in a shop: the same net price as of an item on sale."""
    assert offer.price is not None
    planned = [
        CutRow(CUT_OF[other.kind], other.kind, _amount(other), other.per)
        for other in _on_top(event, offer, shop_id, CUT_OF)
    ]
    at = datetime.combine(event.starts_on, time())
    return net_price(offer.price, (*planned, *offer.standing.get(shop_id, ())), at).yuan


def _on_top(event: EventFacts, offer: OfferFacts, shop_id: int, kinds: Container[str]) -> list[OfferFacts]:
    """The offers of some kinds that a customer may have with the model in that shop."""
    return [
        other
        for other in event.offers
        if other.kind in kinds
        and other.product_id in (None, offer.product_id)
        and any(shop.id == shop_id for shop in other.shops)
    ]


def _amount(other: OfferFacts) -> Decimal:
    return other.amount or Decimal(0)


def overlaps(plan: PlanFacts) -> Answer:
    """PR-4: a model has one price in a shop at a time: no two offers of it, and none against another promise."""
    problems: list[Problem] = []
    for event in plan.events:
        problems += _twice(event)
        for offer in event.offers:
            if offer.kind in PRICED:
                problems += _against(event, offer, plan)
    return Answer({"events": len(plan.events), "grants": len(plan.grants)}, tuple(problems))


def _twice(event: EventFacts) -> Iterator[Problem]:
    seen: dict[tuple[str, int | None, int], OfferFacts] = {}
    told: set[tuple[int, int]] = set()
    for offer in event.offers:
        for shop in offer.shops:
            key = ("price" if offer.kind in PRICED else offer.kind, offer.product_id, shop.id)
            first = seen.setdefault(key, offer)
            if first is not offer and (first.id, offer.id) not in told:
                told.add((first.id, offer.id))
                yield stop(
                    "offered_twice", ("offer", offer.id), **of_offer(event, offer), other=first.kind, shop=shop.name
                )


def _against(event: EventFacts, offer: OfferFacts, plan: PlanFacts) -> Iterator[Problem]:
    places = {shop.id for shop in offer.shops}
    for grant in plan.grants:
        same = grant.product_id == offer.product_id and (grant.shop_id is None or grant.shop_id in places)
        if same and grant.first_day <= event.last_day and grant.last_day >= event.starts_on:
            yield warn("other_promise", ("offer", offer.id), **of_offer(event, offer), price=grant.price)
