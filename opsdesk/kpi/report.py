"""KP-1, KP-3: the report of one business day for one scope; frozen when the day has closed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from opsdesk.actor import Actor
from opsdesk.kpi import figures, health
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import Figure, Place, Rank, Share
from opsdesk.kpi.health import Doubt
from opsdesk.kpi.models import Report, scope_of

NOT_BEFORE = 6  # o'clock: the night's imports belong to the day that has closed


@dataclass(frozen=True)
class Daily:
    """Everything that the mail and the start page show of a business day."""

    day: date
    scope: str
    figures: tuple[Figure, ...]
    channels: tuple[Share, ...]
    overdue: tuple[Place, ...]
    doubts: tuple[Doubt, ...]
    ranking: tuple[Rank, ...] = ()
    frozen_at: datetime | None = None

    def first_and_last(self, most: int = 5) -> tuple[Rank, ...]:
        """The agents at both ends of the ranking, `most` of each."""
        return self.ranking if len(self.ranking) <= 2 * most else (*self.ranking[:most], *self.ranking[-most:])

    def figure(self, key: str, period: str = "day") -> Figure:
        """Return one figure; one that was not told when the report was frozen has no value."""
        found = (f for f in self.figures if f.key == key and f.period == period)
        return next(found, Figure(key, period, None, None, ""))


def build(by: Actor, day: date, *, at: datetime) -> Daily:
    """Return the report as the data stand now."""
    return Daily(
        day=day,
        scope=scope_of(by),
        figures=figures.figures(by, day),
        channels=figures.by_channel(by, day),
        overdue=figures.overdue_by_province(by, day),
        doubts=health.doubts(by, day, at=at),
        ranking=figures.ranking(by, day),
    )


def as_told(by: Actor, day: date, *, at: datetime) -> Daily:
    """KP-3: return the report as it was frozen for this scope, or as the data stand now if it was not."""
    row = Report.objects.visible_to(by).filter(day=day).first()
    return _thawed(row) if row else build(by, day, at=at)


@transaction.atomic
def freeze(by: Actor, day: date, *, at: datetime) -> Daily:
    """KP-3: build the report of a closed day and keep it; if another worker was first, return what it kept."""
    if day >= timezone.localdate(at):
        return build(by, day, at=at)
    row = Report.objects.visible_to(by).filter(day=day).first()
    if row is None:
        daily = build(by, day, at=at)
        row, _new = Report.objects.get_or_create(
            scope=daily.scope, day=day, defaults={"frozen_at": at, "content": _frozen(daily)}
        )
    return _thawed(row)


def frozen_for_today(by: Actor, day: date, *, at: datetime) -> Daily:
    """KP-3: return a closed day's report with the doubts of now; frozen by whoever asks first in the morning."""
    if timezone.localtime(at).hour < NOT_BEFORE:
        return as_told(by, day, at=at)
    return replace(freeze(by, day, at=at), doubts=health.doubts(by, day, at=at))


def catch_up(scopes: Iterable[Actor], *, at: datetime, days: int = 7) -> int:
    """KP-3: freeze what was not frozen when its day closed (the machine was off); return how many reports are new."""
    before = Report.objects.count()
    for by in scopes:
        for back in range(days, 0, -1):
            freeze(by, timezone.localdate(at) - timedelta(days=back), at=at)
    return Report.objects.count() - before


def restated(told: Daily, now: Daily) -> dict[tuple[str, str], Any]:
    """KP-3: return the figures that later data have changed since the report was frozen, with their value now."""
    then = {(f.key, f.period): f.value for f in told.figures}
    return {(f.key, f.period): f.value for f in now.figures if then.get((f.key, f.period)) != f.value}


def _frozen(daily: Daily) -> dict[str, Any]:
    content = asdict(daily)
    content.pop("frozen_at")
    return content


def _thawed(row: Report) -> Daily:
    content = row.content
    return Daily(
        day=row.day,
        scope=row.scope,
        figures=tuple(
            Figure(f["key"], f["period"], _number(f["value"]), _number(f["target"]), f["href"])  # type: ignore[arg-type]
            for f in content["figures"]
            if f["key"] in BY_KEY
        ),
        channels=tuple(
            Share(**{**s, "sales": Decimal(s["sales"]), "month_sales": Decimal(s["month_sales"])})
            for s in content["channels"]
        ),
        overdue=tuple(Place(**place) for place in content["overdue"]),
        doubts=tuple(Doubt(**doubt) for doubt in content["doubts"]),
        ranking=tuple(Rank(**{**r, "on_time": Decimal(r["on_time"])}) for r in content.get("ranking", ())),
        frozen_at=row.frozen_at,
    )


def _number(value: Any) -> figures.Number:
    return Decimal(value) if isinstance(value, str) else value
