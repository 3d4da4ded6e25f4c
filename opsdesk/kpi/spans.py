from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsdesk.days import midnight
from opsdesk.kpi.models import Period


@dataclass(frozen=True)
class Span:
    """A business day, or the month or year up to and including it; half-open, in the company's time zone."""

    period: Period
    day: date
    start: datetime
    end: datetime

    @property
    def first(self) -> date:
        """The first day of it."""
        return self.start.date()


def span(period: Period, day: date) -> Span:
    """Return the day, or what has passed of its month or year at its end."""
    first = {Period.DAY: day, Period.MONTH: day.replace(day=1), Period.YEAR: day.replace(month=1, day=1)}[period]
    return Span(period, day, midnight(first), midnight(day + timedelta(days=1)))


def spans(day: date) -> tuple[Span, ...]:
    """Return day, month to date, year to date."""
    return tuple(span(period, day) for period in Period)
