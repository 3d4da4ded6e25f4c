"""CF-11, CF-15: cases counted by accused, clause, region and month, and who did the same again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Substr, TruncMonth
from django.utils import timezone

from channels.queries import regions
from conflicts.models import Case, Party, Ruling
from conflicts.states.case import OPEN, PartyRole, RulingState
from opsdesk.actor import Actor
from opsdesk.money import ZERO

PARTIES, OFFENDERS, PROVINCE = 20, 50, 2


@dataclass(frozen=True)
class Line:
    """One bar: its name ("" unknown), how many cases, how many with a penalty, without, open; yuan in force."""

    name: str
    total: int
    penalised: int
    open: int
    amount: Decimal
    key: str = ""

    @property
    def without(self) -> int:
        """Ended without a penalty: settled, cleared, withdrawn, not accepted."""
        return self.total - self.penalised - self.open


@dataclass(frozen=True)
class Offender:
    """A party that was found to have done the same act more than once."""

    who: str
    partner_id: int | None
    act: str
    text: str
    times: int
    last: date
    amount: Decimal


@dataclass(frozen=True)
class Statistics:
    """The cases filed in a span, four times counted, and the repeat offenders of all time."""

    total: int
    amount: Decimal
    by_party: tuple[Line, ...]
    by_clause: tuple[Line, ...]
    by_region: tuple[Line, ...]
    by_month: tuple[Line, ...]
    offenders: tuple[Offender, ...]


_COUNTS: dict[str, Any] = {
    "total": Count("pk"),
    "penalised": Count("pk", filter=Q(amount__isnull=False)),
    "unfinished": Count("pk", filter=Q(amount=None, state__in=OPEN)),
    "yuan": Coalesce(Sum("amount"), ZERO),
}


def statistics(by: Actor, start: datetime, end: datetime) -> Statistics:
    """Count the cases filed in this half-open span that this person may see. Seven queries."""
    holds = Ruling.objects.in_force().filter(case=OuterRef("pk"), act__isnull=False)
    rows = (
        Case.objects.visible_to(by)
        .filed_between(start, end)
        .annotate(amount=Subquery(holds.values("amount_yuan")[:1]), province=Substr("region__code", 1, PROVINCE))
    )
    by_clause = _lines(rows, "act__clause__number", "act__version__rulebook__name")
    provinces = dict(regions.provinces())
    months = rows.annotate(month=TruncMonth("filed_at", tzinfo=timezone.get_current_timezone()))
    return Statistics(
        total=sum(line.total for line in by_clause),
        amount=sum((line.amount for line in by_clause), ZERO),
        by_party=(
            *_accused(rows, "partner", "name"),
            *_accused(rows, "employee", "full_name"),
        )[:PARTIES],
        by_clause=tuple(_of_book(line) for line in by_clause),
        by_region=tuple(_renamed(line, provinces) for line in _lines(rows, "province", "province")),
        by_month=tuple(
            Line(f"{row['month']:%Y-%m}", row["total"], row["penalised"], row["unfinished"], row["yuan"])
            for row in months.values("month").annotate(**_COUNTS).order_by("month")
        ),
        offenders=offenders(by),
    )


def _lines(rows: Any, name: str, key: str) -> tuple[Line, ...]:
    """Count rows by a name, the most frequent first."""
    counted: Iterable[dict[str, Any]] = rows.values(name, key).annotate(**_COUNTS).order_by("-total", name, key)
    return tuple(
        Line(row[name] or "", row["total"], row["penalised"], row["unfinished"], row["yuan"], str(row[key] or ""))
        for row in counted
    )


def _accused(rows: Any, kind: str, name: str) -> tuple[Line, ...]:
    """Count rows by one kind of accused: both conditions of the same party."""
    of = {"parties__role": PartyRole.ACCUSED, f"parties__{kind}__isnull": False}
    return _lines(rows.filter(**of), f"parties__{kind}__{name}", f"parties__{kind}_id")


def _of_book(line: Line) -> Line:
    return Line(f"{line.key}{line.name}", line.total, line.penalised, line.open, line.amount)


def _renamed(line: Line, names: dict[str, str]) -> Line:
    return Line(names.get(line.key, ""), line.total, line.penalised, line.open, line.amount, line.key)


def offenders(by: Actor) -> tuple[Offender, ...]:
    """CF-11: return who was found more than once to have done the same act, by rulings in force. One query."""
    parties = Party.objects.filter(
        role=PartyRole.ACCUSED,
        case__in=Case.objects.visible_to(by).values("pk"),
        case__rulings__state=RulingState.IN_FORCE,
        case__rulings__act__isnull=False,
    )
    rows = (
        parties.annotate(
            act=F("case__rulings__act__code"),
            act_text=F("case__rulings__act__text"),
            book=F("case__rulings__act__version__rulebook"),
        )
        .values(
            "partner_id", "partner__name", "employee_id", "employee__full_name", "employee__username", "book", "act"
        )
        .annotate(
            times=Count("pk"),
            last=Max("case__acted_on"),
            yuan=Sum("case__rulings__amount_yuan"),
            said=Max("act_text"),
        )
        .filter(times__gt=1)
        .order_by("-times", "-last", "partner__name")
    )
    return tuple(
        Offender(
            row["partner__name"] or row["employee__full_name"] or row["employee__username"],
            row["partner_id"],
            row["act"],
            row["said"],
            row["times"],
            row["last"],
            row["yuan"],
        )
        for row in rows[:OFFENDERS]
    )
