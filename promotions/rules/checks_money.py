"""PR-2, PR-3: what the year shall bring, and what it may cost."""

from collections.abc import Iterator
from decimal import Decimal

from promotions.rules.plan import Answer, EventFacts, PlanFacts, Problem, of_offer, stop, warn

ZERO = Decimal(0)


def goal(plan: PlanFacts) -> Answer:
    """PR-2: brand days bring at least half of the year's sales, and the targets of the shops add up to it."""
    row = ("plan", plan.id)
    least = plan.figures["goal_share"] * plan.sales
    targets = sum((target for event in plan.events for _shop, target in event.targets), ZERO)
    problems = []
    if plan.goal < least:
        problems.append(stop("goal_low", row, goal=plan.goal, least=least, share=_percent(plan.goal, plan.sales)))
    if targets < plan.goal:
        problems.append(stop("targets_low", row, targets=targets, goal=plan.goal, gap=plan.goal - targets))
    return Answer({"goal": plan.goal, "targets": targets, "share": _percent(plan.goal, plan.sales)}, tuple(problems))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(Decimal("0.1")) if whole else ZERO


def budget(plan: PlanFacts) -> Answer:
    """PR-3: at most half of the year's promotion budget, and the events within it."""
    row, most = ("plan", plan.id), plan.figures["budget_share"] * plan.promotion
    spread = sum((event.budget for event in plan.events), ZERO)
    problems = []
    if plan.budget > most:
        problems.append(
            stop("budget_high", row, budget=plan.budget, most=most, share=_percent(plan.budget, plan.promotion))
        )
    if spread > plan.budget:
        problems.append(stop("events_over_budget", row, spread=spread, budget=plan.budget, over=spread - plan.budget))
    return Answer({"budget": plan.budget, "most": most, "spread": spread}, tuple(problems))


def spread(plan: PlanFacts) -> Answer:
    """PR-3: the budget is spread over the events: each has some, none has most of it."""
    problems = []
    for event in plan.events:
        row = ("event", event.id)
        most = event.figures["spread_most"] * plan.budget
        if event.budget <= 0:
            problems.append(stop("no_budget", row, event=event.name))
        elif event.budget > most:
            problems.append(stop("one_takes_all", row, event=event.name, budget=event.budget, most=most))
    most_of_all = max((event.budget for event in plan.events), default=ZERO)
    return Answer({"events": len(plan.events), "share": _percent(most_of_all, plan.budget)}, tuple(problems))


def volume(plan: PlanFacts) -> Answer:
    """PR-3: each event's budget covers its offers at planned volume; at double volume it is said what is missing."""
    problems = tuple(problem for event in plan.events for problem in _volume_of(event))
    planned = sum((offer.cost for event in plan.events for offer in event.offers), ZERO)
    return Answer({"planned": planned, "double": 2 * planned}, problems)


def _volume_of(event: EventFacts) -> Iterator[Problem]:
    row = ("event", event.id)
    for offer in event.offers:
        if offer.cost > offer.budget:
            said = of_offer(event, offer)
            yield stop("offer_over_budget", ("offer", offer.id), **said, cost=offer.cost, budget=offer.budget)
    together = sum((offer.budget for offer in event.offers), ZERO)
    double = 2 * sum((offer.cost for offer in event.offers), ZERO)
    if together > event.budget:
        yield stop("offers_over_event", row, event=event.name, offers=together, budget=event.budget)
    elif double > event.budget:
        yield warn(
            "double_over_event", row, event=event.name, double=double, budget=event.budget, gap=double - event.budget
        )
