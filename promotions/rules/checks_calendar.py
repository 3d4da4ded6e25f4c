"""PR-1, PR-7, PR-12, PR-14, PR-15, PR-17: days, themes, applications, channels, stock."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from promotions.rules.plan import PRICED, Answer, EventFacts, PlanFacts, Problem, of_offer, stop, warn


def days(plan: PlanFacts) -> Answer:
    """PR-1: from the 9th to the 11th of the month, at most two days longer and then with a reason."""
    problems = tuple(problem for event in plan.events for problem in _days_of(event, plan.year))
    return Answer({"events": len(plan.events)}, problems)


def _days_of(event: EventFacts, year: int) -> Iterator[Problem]:
    row, figures = ("event", event.id), event.figures
    if event.starts_on.year != year:
        yield stop("other_year", row, event=event.name, starts_on=event.starts_on, year=year)
    first = int(figures["first_day"])
    if event.starts_on.day != first or event.days != figures["event_days"]:
        yield stop(
            "wrong_days", row, event=event.name, first_day=first, starts_on=event.starts_on, days=event.days,
            wanted=int(figures["event_days"]),
        )  # fmt: skip
    if event.extra_days > figures["extra_days"]:
        yield stop("too_long", row, event=event.name, extra=event.extra_days, most=int(figures["extra_days"]))
    if event.extra_days and not event.extended_because.strip():
        yield stop("extended_without_reason", row, event=event.name, extra=event.extra_days)


def months(plan: PlanFacts) -> Answer:
    """PR-1: every month of the plan has one brand day."""
    held = Counter(event.starts_on.month for event in plan.events)
    row = ("plan", plan.id)
    problems = [stop("month_missing", row, month=month) for month in plan.months if not held[month]]
    problems += [stop("month_twice", row, month=month, events=held[month]) for month in plan.months if held[month] > 1]
    return Answer({"events": len(plan.events), "months": len(plan.months)}, tuple(problems))


def all_shops(plan: PlanFacts) -> Answer:
    """PR-1: all shops take part together: each has a target at each event."""
    problems = []
    for event in plan.events:
        there = {shop.id for shop, _target in event.targets}
        if missing := [shop.name for shop in plan.shops if shop.id not in there]:
            said = "、".join(missing[:5])
            problems.append(
                stop("shops_missing", ("event", event.id), event=event.name, missing=len(missing), shops=said)
            )
    return Answer({"shops": len(plan.shops), "events": len(plan.events)}, tuple(problems))


def launches(plan: PlanFacts) -> Answer:
    """PR-7: a new model appears for the first time on a brand day."""
    problems: list[Problem] = []
    for product_id, code, day in plan.launches:
        if day.month in plan.months and not any(event.starts_on <= day <= event.last_day for event in plan.events):
            problems.append(stop("launch_outside", ("product", product_id), product=code, day=day))
    offered = [(event, offer) for event in plan.events for offer in event.of("launch")]
    for event, offer in offered:
        row, day_of = ("offer", offer.id), offer.launched_on
        if day_of is None:
            problems.append(warn("launch_undated", row, **of_offer(event, offer), starts_on=event.starts_on))
        elif not event.starts_on <= day_of <= event.last_day:
            problems.append(stop("launch_other_day", row, **of_offer(event, offer), day=day_of))
    return Answer({"launches": len(plan.launches), "offers": len(offered)}, tuple(problems))


def amusements(plan: PlanFacts) -> Answer:
    """PR-12: each event has a draw and gifts for the quick, and an auction every week."""
    problems = []
    for event in plan.events:
        row = ("event", event.id)
        for kind in ("draw", "quick_gift", "auction"):
            if not event.of(kind):
                problems.append(stop("kind_missing", row, event=event.name, kind=kind))
        held = sum(offer.quota or 0 for offer in event.of("auction"))
        if event.of("auction") and held < event.figures["auctions"]:
            problems.append(
                warn("auctions_few", row, event=event.name, found=held, least=int(event.figures["auctions"]))
            )
    draws = sum(len(event.of("draw")) for event in plan.events)
    return Answer({"draws": draws, "events": len(plan.events)}, tuple(problems))


def themes(plan: PlanFacts) -> Answer:
    """PR-14: each event has a theme of its own."""
    said = Counter(event.theme.strip() for event in plan.events)
    problems = [
        stop("theme_missing", ("event", event.id), event=event.name) for event in plan.events if not event.theme.strip()
    ]
    problems += [
        warn("theme_twice", ("event", event.id), event=event.name, theme=event.theme)
        for event in plan.events
        if event.theme.strip() and said[event.theme.strip()] > 1
    ]
    return Answer({"themes": len(said), "events": len(plan.events)}, tuple(problems))


def festivals(plan: PlanFacts) -> Answer:
    """PR-14: the four festivals lie in their months and are applied for one by one; the others are not festivals."""
    due = plan.figures.festival_months()
    problems = tuple(problem for event in plan.events for problem in _festival_of(event, due))
    wanted = [month for month in plan.months if month in due]
    return Answer({"found": sum(bool(event.festival) for event in plan.events), "wanted": len(wanted)}, problems)


def _festival_of(event: EventFacts, due: dict[int, str]) -> Iterator[Problem]:
    row, wanted = ("event", event.id), due.get(event.starts_on.month, "")
    if event.festival != wanted:
        yield stop("festival_wrong", row, event=event.name, festival=event.festival, wanted=wanted)
    elif event.festival and not event.own_application:
        yield stop("application_needed", row, event=event.name, festival=event.festival)
    elif event.festival and not event.application.strip():
        yield warn("application_open", row, event=event.name, festival=event.festival)


def channels(plan: PlanFacts) -> Answer:
    """PR-15: Tmall and JD lead, Suning and Gome follow, the Taobao distributors support: in this order of targets."""
    problems = []
    total: Counter[str] = Counter()
    for event in plan.events:
        sums = {part: _target_of(event, part) for part in ("lead", "follow", "support")}
        for part, amount in sums.items():
            total[part] += int(amount)
        row, there = ("event", event.id), {shop.platform for shop, target in event.targets if target > 0}
        for platform in sorted(event.figures.parts.get("lead", frozenset()) - there):
            problems.append(stop("lead_missing", row, event=event.name, platform=platform))
        if not sums["lead"] >= sums["follow"] >= sums["support"]:
            problems.append(warn("parts_reversed", row, event=event.name, **sums))
    return Answer({part: total[part] for part in ("lead", "follow", "support")}, tuple(problems))


def _target_of(event: EventFacts, part: str) -> Decimal:
    platforms = event.figures.parts.get(part, frozenset())
    return sum((target for shop, target in event.targets if shop.platform in platforms), Decimal(0))


def stock(plan: PlanFacts) -> Answer:
    """PR-17: stock is settled a week before the event, and covers what is promised."""
    problems = []
    for event in plan.events:
        before = int(event.figures["stock_days"])
        last = event.starts_on - timedelta(days=before)
        if event.stock_by is None or event.stock_by > last:
            problems.append(
                stop(
                    "stock_late", ("event", event.id), event=event.name, stock_by=event.stock_by or "–", latest=last,
                    days=before,
                )
            )  # fmt: skip
        for offer in event.offers:
            if offer.kind in PRICED and offer.stock_need < (offer.quota or 1):
                numbers = {"stock": offer.stock_need, "quota": offer.quota or 1}
                problems.append(stop("stock_short", ("offer", offer.id), **of_offer(event, offer), **numbers))
    pieces = sum(offer.stock_need for event in plan.events for offer in event.offers)
    return Answer({"pieces": pieces, "events": len(plan.events)}, tuple(problems))
