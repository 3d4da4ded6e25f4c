from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Left
from django.urls import reverse

from channels.models import Region
from opsdesk.actor import Actor
from opsdesk.kpi.definitions import BY_KEY, DEFINITIONS, Definition
from opsdesk.kpi.models import Period, Target
from opsdesk.kpi.spans import Span, span, spans
from opsdesk.money import ZERO, to_fen
from orders.models import Order

Number = int | Decimal | None


@dataclass(frozen=True)
class Figure:
    """KP-3: one figure of one period: value, target, and a link to the list behind it. A rate of nothing is None."""

    key: str
    period: str
    value: Number
    target: Decimal | None
    href: str

    @property
    def definition(self) -> Definition:
        """What it is."""
        return BY_KEY[self.key]

    @property
    def good(self) -> bool | None:
        """Whether the target is met; None without a target, a value or a direction, or while a sum still grows."""
        better = self.definition.better
        if self.period != Period.DAY and self.definition.unit != "rate":
            return None
        if self.target is None or self.value is None or not better:
            return None
        return self.value >= self.target if better == "high" else self.value <= self.target


@dataclass(frozen=True)
class Share:
    """A channel's part of the day's and the month's orders and sales."""

    name: str
    orders: int
    sales: Decimal
    month_orders: int
    month_sales: Decimal
    href: str


@dataclass(frozen=True)
class Place:
    """A province with overdue installations."""

    name: str
    overdue: int
    href: str


@dataclass(frozen=True)
class Rank:
    """An agent's place, month to date: of how many installations, which share (0–1) met its deadline."""

    place: int
    name: str
    done: int
    on_time: Decimal
    href: str


def figures(by: Actor, day: date) -> tuple[Figure, ...]:
    """KP-1: return every figure for the day, the month and the year to date, within what `by` may see."""
    targets = _targets(by, day)
    return tuple(
        Figure(d.key, s.period, value_of(d, by, s), targets.get((d.key, s.period)), href_of(d, s))
        for d in DEFINITIONS
        for s in spans(day)
    )


def value_of(definition: Definition, by: Actor, within: Span) -> Number:
    """Return one figure's value. One query."""
    rows = definition.rows(definition.model._default_manager.visible_to(by), within)  # type: ignore[attr-defined]
    answer = rows.aggregate(**definition.aggregate())
    if definition.unit == "rate":
        return round(Decimal(answer["value"]) / answer["of"], 4) if answer["of"] else None
    if definition.unit == "days":
        return round(Decimal(answer["value"] / timedelta(days=1)), 1) if answer["value"] is not None else None
    if definition.unit == "yuan":
        return to_fen(answer["value"] or ZERO)
    return answer["value"]  # type: ignore[no-any-return]


def href_of(definition: Definition, within: Span, **more: str) -> str:
    """Return the address of the list behind a figure; the list applies the same definition."""
    meta = definition.model._meta
    where = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    query = {"figure": f"{definition.key}:{within.period}:{within.day}"} | more
    return f"{settings.SITE_URL}{where}?{urlencode(query)}"


def by_channel(by: Actor, day: date) -> tuple[Share, ...]:
    """Return orders (by ordering) and sales (by payment) per platform, the largest month first. Two queries."""
    today, month = span(Period.DAY, day), span(Period.MONTH, day)
    created, paid = BY_KEY["orders_created"], BY_KEY["sales_by_payment"]
    counts = _per_platform(created.rows(Order.objects.visible_to(by), month), Count("pk"), created.where(today))
    sums = _per_platform(paid.rows(Order.objects.visible_to(by), month), Sum("paid_yuan"), paid.where(today))
    shares = []
    for code, name in sorted(counts.keys() | sums.keys()):
        month_orders, orders = counts.get((code, name), (0, 0))
        month_sales, sales = sums.get((code, name), (ZERO, ZERO))
        href = href_of(created, today, shop__platform__code=code)
        shares.append(Share(name, orders or 0, sales or ZERO, month_orders or 0, month_sales or ZERO, href))
    return tuple(sorted(shares, key=lambda share: (-share.month_sales, share.name)))


def _per_platform(rows: Any, measure: Any, today: Q) -> dict[tuple[str, str], tuple[Any, Any]]:
    of_day = type(measure)(measure.get_source_expressions()[0], filter=today)
    grouped = rows.values_list("shop__platform__code", "shop__platform__name").annotate(month=measure, day=of_day)
    return {(code, name): (month, of) for code, name, month, of in grouped}


def overdue_by_province(by: Actor, day: date) -> tuple[Place, ...]:
    """Return the provinces with overdue installations, the worst first. Two queries."""
    today, definition = span(Period.DAY, day), BY_KEY["jobs_overdue"]
    rows = definition.rows(definition.model._default_manager.visible_to(by), today)  # type: ignore[attr-defined]
    counts = dict(rows.annotate(province=Left("region_id", 2)).values_list("province").annotate(jobs=Count("pk")))
    names = dict(Region.objects.filter(code__in=[code for code in counts if code]).values_list("code", "name"))
    places = [
        Place(names.get(code, "–"), jobs, href_of(definition, today, **({"province": code} if code else {})))
        for code, jobs in counts.items()
    ]
    return tuple(sorted(places, key=lambda place: (-place.overdue, place.name)))


def ranking(by: Actor, day: date) -> tuple[Rank, ...]:
    """KP-1: rank the agents by their on-time installations of the month, the busier first where equal. One query."""
    month, definition = span(Period.MONTH, day), BY_KEY["installed_on_time_rate"]
    rows = definition.rows(definition.model._default_manager.visible_to(by), month)  # type: ignore[attr-defined]
    found = rows.filter(owner__isnull=False).values_list("owner__name").annotate(**definition.aggregate())
    shares = [(name, of, round(Decimal(value) / of, 4)) for name, value, of in found]
    best = sorted(shares, key=lambda share: (-share[2], -share[1], share[0]))
    return tuple(
        Rank(place, name, of, share, href_of(definition, month, q=name))
        for place, (name, of, share) in enumerate(best, 1)
    )


def daily(key: str, by: Actor, days: Iterable[date]) -> list[tuple[date, Number]]:
    """Return one figure for each of these days, for charts. One query a day."""
    return [(day, value_of(BY_KEY[key], by, span(Period.DAY, day))) for day in days]


def _targets(by: Actor, day: date) -> dict[tuple[str, str], Decimal]:
    """The targets of a day; those of sums and counts are the company's, a rate's holds for every part of it."""
    rows = Target.objects.all().in_force(day).values_list("figure", "period", "value")
    wanted = {d.key for d in DEFINITIONS if by.company or d.unit == "rate"}
    return {(figure, period): value for figure, period, value in rows if figure in wanted}
