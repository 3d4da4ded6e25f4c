"""AS-9: complaints counted by class, by month and by partner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from aftersales.models import Complaint
from aftersales.states.complaint import OPEN
from opsdesk.actor import Actor

PARTNERS = 20


@dataclass(frozen=True)
class Line:
    """One bar: its name ("" = unclear, or nobody), how many, and what became of them."""

    name: str
    total: int
    founded: int
    unfounded: int
    open: int
    key: str = ""

    @property
    def judged(self) -> int:
        """How many have been judged."""
        return self.founded + self.unfounded


@dataclass(frozen=True)
class Statistics:
    """The complaints registered in a span, three times counted."""

    total: int
    by_class: tuple[Line, ...]
    by_month: tuple[Line, ...]
    by_partner: tuple[Line, ...]


_COUNTS: dict[str, Any] = {
    "total": Count("pk"),
    "upheld": Count("pk", filter=Q(founded=True)),
    "dismissed": Count("pk", filter=Q(founded=False)),
    "unfinished": Count("pk", filter=Q(state__in=OPEN)),
}


def statistics(by: Actor, start: datetime, end: datetime) -> Statistics:
    """AS-9: count the complaints registered in this half-open span that this person may see. Three queries."""
    rows = Complaint.objects.visible_to(by).filter(registered_at__gte=start, registered_at__lt=end)
    by_class = _lines(rows, "kind__name", "kind__code")
    months = rows.annotate(month=TruncMonth("registered_at", tzinfo=timezone.get_current_timezone()))
    by_month = [
        Line(f"{row['month']:%Y-%m}", row["total"], row["upheld"], row["dismissed"], row["unfinished"])
        for row in months.values("month").annotate(**_COUNTS).order_by("month")
    ]
    return Statistics(
        total=sum(line.total for line in by_class),
        by_class=by_class,
        by_month=tuple(by_month),
        by_partner=_lines(rows.exclude(partner=None), "partner__name", "partner__code")[:PARTNERS],
    )


def _lines(rows: Any, name: str, key: str) -> tuple[Line, ...]:
    """Count rows by a name, the most frequent first."""
    counted: Iterable[dict[str, Any]] = rows.values(name, key).annotate(**_COUNTS).order_by("-total", name)
    return tuple(
        Line(row[name] or "", row["total"], row["upheld"], row["dismissed"], row["unfinished"], row[key] or "")
        for row in counted
    )
