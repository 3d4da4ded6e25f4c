"""PR-5, PR-6, PR-8 … PR-11: counts, amounts, quotas, and who may offer what."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from promotions.rules.plan import Answer, EventFacts, OfferFacts, PlanFacts, Problem, of_offer, stop, warn


def flash_models(plan: PlanFacts) -> Answer:
    """PR-5: two models an event at half price, four in a festival; 26 from April to December."""
    problems: list[Problem] = []
    found = 0
    for event in plan.events:
        models = len({offer.product_id for offer in event.of("flash")})
        found += models
        wanted = int(event.figures["flash_models_festival" if event.festival else "flash_models"])
        if models != wanted:
            problems.append(stop("flash_count", ("event", event.id), event=event.name, found=models, wanted=wanted))
    year = flash_year(plan)
    if found != year:
        problems.append(stop("flash_year", ("plan", plan.id), found=found, wanted=year))
    return Answer({"found": found, "wanted": year}, tuple(problems))


def flash_year(plan: PlanFacts) -> int:
    """PR-5: return how many half-price models the months of the plan make: April to December 5 × 2 + 4 × 4 = 26."""
    due = plan.figures.festival_months()
    festival, other = int(plan.figures["flash_models_festival"]), int(plan.figures["flash_models"])
    return sum(festival if month in due else other for month in plan.months)


def flash_price(plan: PlanFacts) -> Answer:
    """PR-5: half price is half of list: not below it, and not much above."""
    offers = [(event, offer) for event in plan.events for offer in event.of("flash")]
    problems = []
    for event, offer in offers:
        row, said = ("offer", offer.id), of_offer(event, offer)
        if offer.price is None or offer.list_price is None:
            problems.append(stop("price_missing", row, **said))
            continue
        half = (offer.list_price * event.figures["flash_share"]).quantize(Decimal("0.01"))
        if offer.price < half:
            problems.append(stop("flash_low", row, **said, price=offer.price, half=half))
        elif offer.price > half + 1:
            problems.append(warn("flash_not_half", row, **said, price=offer.price, half=half))
    return Answer({"offers": len(offers)}, tuple(problems))


def eligible(plan: PlanFacts) -> Answer:
    """PR-5, PR-6, PR-9: an offer only stands in shops of the platforms and modes that are entitled to its kind."""
    problems = []
    looked = 0
    for event in plan.events:
        for offer in event.offers:
            looked += len(offer.shops)
            row = ("offer", offer.id)
            if not offer.shops:
                problems.append(stop("no_shop", row, **of_offer(event, offer)))
            for shop in offer.shops:
                if not event.figures.entitles(offer.kind, shop):
                    said = of_offer(event, offer)
                    problems.append(
                        stop("not_entitled", row, **said, shop=shop.name, platform=shop.platform, mode=shop.mode)
                    )
    return Answer({"places": looked}, tuple(problems))


def trials(plan: PlanFacts) -> Answer:
    """PR-6: twenty free trials a year, of heroes and new models, in one or two shops an event."""
    problems: list[Problem] = []
    most, given = int(plan.figures["trials_year"]), 0
    for event in plan.events:
        offers = event.of("trial")
        given += sum(offer.quota or 0 for offer in offers)
        places = {shop.id for offer in offers for shop in offer.shops}
        if len(places) > event.figures["trial_shops"]:
            few = int(event.figures["trial_shops"])
            problems.append(stop("trial_shops", ("event", event.id), event=event.name, found=len(places), most=few))
        problems += [
            stop("trial_model", ("offer", offer.id), **of_offer(event, offer))
            for offer in offers
            if not (offer.hero or _new(event, offer))
        ]
    if given > most:
        problems.append(stop("trials_many", ("plan", plan.id), found=given, most=most))
    return Answer({"found": given, "most": most}, tuple(problems))


def _new(event: EventFacts, offer: OfferFacts) -> bool:
    if any(other.product_id == offer.product_id for other in event.of("launch")):
        return True
    day = offer.launched_on
    return day is not None and 0 <= (event.last_day - day).days <= event.figures["new_days"]


def cashback(plan: PlanFacts) -> Answer:
    """PR-8: 20 to 30 yuan a product; about 200 customers an event, at most 500 in a festival."""
    problems: list[Problem] = []
    given = 0
    for event in plan.events:
        offers = event.of("cashback")
        quota = sum(offer.quota or 0 for offer in offers)
        given += quota
        problems += _amounts(event, offers, "cashback")
        most = int(event.figures["cashback_quota_festival" if event.festival else "cashback_quota"])
        if quota > most:
            row = ("event", event.id)
            problems.append(stop("cashback_many", row, event=event.name, found=quota, most=most))
    return Answer({"quota": given}, tuple(problems))


def _amounts(event: EventFacts, offers: tuple[OfferFacts, ...], kind: str) -> Iterator[Problem]:
    least, most = event.figures[f"{kind}_least"], event.figures[f"{kind}_most"]
    for offer in offers:
        row, said = ("offer", offer.id), of_offer(event, offer)
        if offer.amount is None or not least <= offer.amount <= most:
            amount = "–" if offer.amount is None else offer.amount
            yield stop("amount_outside", row, **said, amount=amount, least=int(least), most=int(most))
        if not offer.quota:
            yield stop("quota_missing", row, **said)


def show_order(plan: PlanFacts) -> Answer:
    """PR-9: 10 to 50 yuan; mainly JD, a small share Tmall: no platform has more than its dated row says."""
    problems: list[Problem] = []
    total: dict[str, Decimal] = defaultdict(Decimal)
    for event in plan.events:
        problems += _amounts(event, event.of("show_order"), "show_order")
        planned = _by_platform(event.of("show_order"))
        for platform, quota in planned.items():
            total[platform] += quota
        problems += _beyond_share(event, planned)
    everywhere = sum(total.values())
    limited = plan.figures.shares.get("show_order", {})
    free = sum(quota for platform, quota in total.items() if platform not in limited)
    percent = (free / everywhere * 100).quantize(Decimal("0.1")) if everywhere else Decimal(100)
    return Answer({"quota": int(everywhere), "percent": percent}, tuple(problems))


def _by_platform(offers: tuple[OfferFacts, ...]) -> dict[str, Decimal]:
    """The quota by platform; an offer of several shops is divided evenly among them."""
    planned: dict[str, Decimal] = defaultdict(Decimal)
    for offer in offers:
        for shop in offer.shops:
            planned[shop.platform] += Decimal(offer.quota or 0) / len(offer.shops)
    return planned


def _beyond_share(event: EventFacts, planned: dict[str, Decimal]) -> Iterator[Problem]:
    """Claims would hold it (PR-18); a plan that promises more than they will pay should be looked at."""
    everywhere = sum(planned.values())
    for platform, most in sorted(event.figures.shares.get("show_order", {}).items()):
        share = planned.get(platform, Decimal(0)) / everywhere if everywhere else Decimal(0)
        if share > most:
            numbers = {"percent": (share * 100).quantize(Decimal("0.1")), "most": (most * 100).quantize(Decimal("0.1"))}
            yield warn("show_order_share", ("event", event.id), event=event.name, platform=platform, **numbers)


def coupons(plan: PlanFacts) -> Answer:
    """PR-10: 30 to 50 yuan by model, given out before the event begins."""
    problems: list[Problem] = []
    offers = [(event, offer) for event in plan.events for offer in event.of("coupon")]
    for event in plan.events:
        problems += _amounts(event, event.of("coupon"), "coupon")
    for event, offer in offers:
        row, said = ("offer", offer.id), of_offer(event, offer)
        if offer.product_id is None:
            problems.append(stop("coupon_without_model", row, **said))
        if offer.given_out_on is None or offer.given_out_on >= event.starts_on:
            day = offer.given_out_on or "–"
            problems.append(stop("coupon_late", row, **said, day=day, starts_on=event.starts_on))
    return Answer({"offers": len(offers)}, tuple(problems))


def phone(plan: PlanFacts) -> Answer:
    """PR-11: ordering by phone takes 10 to 20 yuan off."""
    problems: list[Problem] = []
    for event in plan.events:
        problems += _amounts(event, event.of("phone"), "phone")
    return Answer({"offers": sum(len(event.of("phone")) for event in plan.events)}, tuple(problems))
