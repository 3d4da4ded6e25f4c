"""AS-1: whether the field can install in time what the brand days sell."""

from typing import Any

from promotions.rules.peak import FieldFacts, Peak, peak, short_regions, unknown_days
from promotions.rules.plan import PRICED, Answer, EventFacts, PlanFacts, Problem, Row, stop, warn

NAMED = 5


def capacity(plan: PlanFacts) -> Answer:
    """AS-1: what an event sells is installed within the days allowed, by the people there are; or nobody knows."""
    problems: list[Problem] = []
    unknown: list[tuple[EventFacts, int]] = []
    found: list[tuple[EventFacts, Peak]] = []
    for event in plan.events:
        if not (sold := _to_install(event)):
            continue
        if event.field is None or event.field.within is None or unknown_days(event.field):
            unknown.append((event, sold))
        else:
            found.append((event, peak(sold, event.days + event.extra_days, event.field)))
            problems += _late(event, sold, found[-1][1])
    problems += _unknown(plan, unknown, whole=not found)
    highest = max((one for _event, one in found), key=lambda one: one.planned, default=Peak(0, 0, None, 0, 0))
    return Answer({"planned": highest.planned, "can": highest.can}, tuple(problems))


def _to_install(event: EventFacts) -> int:
    return sum(offer.stock_need for offer in event.offers if offer.kind in PRICED and offer.installed)


def _late(event: EventFacts, sold: int, after: Peak) -> list[Problem]:
    """Late is a warning; never done within the days of the peak is a stop, unless some capacities are not known."""
    if event.field is None:
        return []
    if after.overflows_on is None:
        return _short_regions(event, sold, event.field)
    row, field = ("event", event.id), event.field
    numbers: dict[str, Any] = {
        "event": event.name, "sold": sold, "planned": after.planned, "can": after.can, "usual": field.usual,
        "day": after.overflows_on, "late": after.late, "left": after.left, "days": len(field.days),
    }  # fmt: skip
    if field.unknown:
        return [warn("capacity_partly", row, **numbers, unknown=field.unknown, all=field.unknown + field.known)]
    return [stop("capacity_far", row, **numbers) if after.left else warn("capacity_short", row, **numbers)]


def _short_regions(event: EventFacts, sold: int, field: FieldFacts) -> list[Problem]:
    """In all there are enough installers, but not where the customers are: third parties must help (AS-3)."""
    short = short_regions(sold, event.days + event.extra_days, field)
    if not short:
        return []
    named = "、".join(f"{one.name} {found.planned}/{found.can}" for one, found in short[:NAMED])
    day = min(found.overflows_on for _one, found in short if found.overflows_on)
    numbers = {"event": event.name, "count": len(short), "day": day, "regions": named}
    return [warn("capacity_regions", ("event", event.id), **numbers)]


def _unknown(plan: PlanFacts, events: list[tuple[EventFacts, int]], *, whole: bool) -> list[Problem]:
    """Not to have looked is not to have passed; where no event could be looked at, it is said once."""
    if not events:
        return []
    if whole:
        most, names = max(sold for _event, sold in events), "、".join(one.name for one, _sold in events)
        return [_could_not_look(events[0][0], ("plan", plan.id), event=names, sold=most)]
    return [_could_not_look(event, ("event", event.id), event=event.name, sold=sold) for event, sold in events]


def _could_not_look(of: EventFacts, row: Row, **numbers: Any) -> Problem:
    if of.field is not None and not unknown_days(of.field):
        return warn("deadline_unknown", row, **numbers)
    return warn("capacity_unknown", row, **numbers)
