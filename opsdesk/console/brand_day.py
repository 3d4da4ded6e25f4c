"""PR-19: what a brand day's page shows: sales by channel, quota and budget with their end, stock, problems, review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Platform
from opsdesk.console import findings
from opsdesk.days import local
from opsdesk.money import ZERO
from promotions.models import BrandEvent, EventReview, PriceSignal
from promotions.queries import event_sales, plan_facts, rewards
from promotions.queries.event_sales import Place, Spent, Stock
from promotions.rules import plan_checks
from promotions.states.plan import EventState

BECAUSE: dict[str, Any] = {
    "no_limit": gettext_lazy("no limit"),
    "spent": gettext_lazy("used up"),
    "no_pace": gettext_lazy("nothing used lately"),
    "pace": gettext_lazy("at the pace of the last six hours"),
}
EARLIER = 6


@dataclass(frozen=True)
class Channel:
    """A platform's sales against its targets, and how wide its bar is."""

    name: str
    target: Decimal
    sales: Decimal
    orders: int
    percent: int | None
    width: int
    shops: tuple[Place, ...]


@dataclass(frozen=True)
class Past:
    """An earlier brand day of the same kind, for comparison."""

    name: str
    href: str
    sales: Decimal
    target: Decimal
    orders: int
    spent: Decimal
    percent: int | None
    width: int
    this: bool


@dataclass(frozen=True)
class Use:
    """A pot with how full it is."""

    spent: Spent
    percent: int | None
    yuan_said: str
    times_said: str
    early: bool


@dataclass(frozen=True)
class Board:
    """Everything but the offers themselves."""

    channels: tuple[Channel, ...]
    sales: Decimal
    target: Decimal
    orders: int
    percent: int | None
    uses: tuple[Use, ...]
    rewards: tuple[rewards.Part, ...]
    stock: tuple[Stock, ...]
    problems: tuple[findings.Line, ...]
    past: tuple[Past, ...]


def board(event: BrandEvent, *, at: datetime) -> Board:
    """PR-19: return the page of an event. A fixed number of queries, however many offers and shops."""
    places = places_of(event)
    sales, target = sum((p.sales for p in places), ZERO), sum((p.target for p in places), ZERO)
    uses = tuple(_use(one, event) for one in event_sales.spent_of(event, at=at))
    stock = tuple(event_sales.stock_of(event))
    return Board(
        channels=_channels(places),
        sales=sales,
        target=target,
        orders=sum(p.orders for p in places),
        percent=_percent(sales, target),
        uses=uses,
        rewards=rewards_of(event),
        stock=stock,
        problems=(*_live_problems(event, uses, stock), *_below_floor(event), *_findings(event, at)),
        past=_past(event),
    )


def places_of(event: BrandEvent) -> list[Place]:
    """Return the numbers by shop: live ones, or those of the review once it is written."""
    review = getattr(event, "reviewed", None)
    if review is None:
        return event_sales.sales_of(event)
    return [
        Place(0, row["shop"], row["platform"], Decimal(row["target"]), Decimal(row["sales"]), row["orders"])
        for row in review.by_shop
    ]


def rewards_of(event: BrandEvent) -> tuple[rewards.Part, ...]:
    """PR-9: return how the rewards are divided among the platforms: now, or as the review has kept it."""
    review = getattr(event, "reviewed", None)
    return tuple(rewards.parts_of(event) if review is None else rewards.thawed(review.rewards))


def _percent(part: Decimal, whole: Decimal) -> int | None:
    return int(part / whole * 100) if whole else None


def _channels(places: Sequence[Place]) -> tuple[Channel, ...]:
    names = dict.fromkeys(place.platform for place in places)
    groups = {name: [place for place in places if place.platform == name] for name in names}
    sums = {name: (sum((p.target for p in g), ZERO), sum((p.sales for p in g), ZERO)) for name, g in groups.items()}
    widest = max((max(pair) for pair in sums.values()), default=ZERO)
    return tuple(
        Channel(
            name,
            *sums[name],
            sum(p.orders for p in group),
            _percent(sums[name][1], sums[name][0]),
            _percent(sums[name][1], widest) or 0,
            tuple(group),
        )
        for name, group in sorted(groups.items(), key=lambda pair: (-sums[pair[0]][0], pair[0]))
    )


def _use(one: Spent, event: BrandEvent) -> Use:
    """What a pot has used; when it will run out is asked only while the brand day runs."""
    running = event.state == EventState.RUNNING
    shares = [
        burn.used / limit * 100
        for burn, limit in ((one.yuan, one.limit_yuan), (one.times, one.limit_count))
        if limit is not None and limit > 0
    ]
    ends = [burn.runs_out_at for burn in (one.yuan, one.times) if burn.runs_out_at]
    return Use(
        one,
        int(max(shares)) if shares else None,
        _said(one.yuan) if running else "–",
        _said(one.times) if running else "–",
        early=running and any(end < event.closes_at for end in ends),
    )


def _said(burn: Any) -> str:
    why = str(BECAUSE[burn.because])
    return f"{local(burn.runs_out_at):%m-%d %H:%M}（{why}）" if burn.runs_out_at else why


def _below_floor(event: BrandEvent) -> list[findings.Line]:
    """CF-13: prices of these days that lie below their floor, and nobody has dealt with them."""
    if not event.started_at:
        return []
    rows = PriceSignal.objects.all().below_floor().filter(moment__gte=event.opens_at, moment__lt=event.closes_at)
    if not (count := rows.count()):
        return []
    where = f"{reverse('admin:promotions_pricesignal_changelist')}?queue=waiting"
    return [findings.Line("warn", "", _("%(count)d prices below their floor.") % {"count": count}, where)]


def _live_problems(event: BrandEvent, uses: Sequence[Use], stock: Sequence[Stock]) -> list[findings.Line]:
    if event.state != EventState.RUNNING:
        return []
    said = []
    if not event.stock_settled_at:
        said.append(_("Its stock was never settled."))
    for use in uses:
        if use.early and use.spent.yuan.because != "no_limit":
            when = min(b.runs_out_at for b in (use.spent.yuan, use.spent.times) if b.runs_out_at)
            said.append(
                _("%(what)s runs out before the end: %(when)s.")
                % {"what": use.spent.title, "when": f"{local(when):%m-%d %H:%M}"}
            )
    said += [
        _("%(model)s: %(sold)d sold, %(need)d were settled.")
        % {"model": one.product, "sold": one.sold, "need": one.need}
        for one in stock
        if one.left <= 0
    ]
    return [findings.Line("warn", "", sentence, "") for sentence in said]


def _findings(event: BrandEvent, at: datetime) -> list[findings.Line]:
    """What the checker says of this brand day, while something can still be done about it."""
    if event.state not in (EventState.PLANNED, EventState.APPROVED, EventState.RUNNING):
        return []
    try:
        facts = plan_facts.facts_of(event.plan, at=at)
    except plan_facts.RuleMissing as why:
        return [findings.Line("stop", "", str(why), "")]
    offers = {offer.id: event.pk for one in facts.events if one.id == event.pk for offer in one.offers}
    rows = {("event", event.pk), *(("offer", pk) for pk in offers)}
    found = [one for one in plan_checks.check(facts) if one.level != "pass" and one.row in rows]
    platforms = dict(Platform.objects.values_list("code", "name"))
    return [findings.line_of(one, platforms, offers) for one in found]


def _past(event: BrandEvent) -> tuple[Past, ...]:
    """PR-19: the last brand days of the same kind (festivals, or ordinary ones), the latest last."""
    rows = EventReview.objects.select_related("event").filter(event__starts_on__lte=event.starts_on)
    rows = rows.exclude(event__festival="") if event.festival else rows.filter(event__festival="")
    shown = list(rows.order_by("-event__starts_on", "-pk")[:EARLIER])[::-1]
    widest = max((max(row.sales_yuan, row.target_yuan) for row in shown), default=ZERO)
    return tuple(
        Past(
            f"{row.event} {row.event.starts_on:%Y-%m}",
            reverse("brand_day", args=[row.event_id]),
            row.sales_yuan,
            row.target_yuan,
            row.orders,
            row.spent_yuan,
            _percent(row.sales_yuan, row.target_yuan),
            _percent(row.sales_yuan, widest) or 0,
            row.event_id == event.pk,
        )
        for row in shown
    )
