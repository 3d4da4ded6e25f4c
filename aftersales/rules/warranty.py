"""AS-7: warranty by serial number, and when the law gives a right to another machine. Plain Python."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which we had the machine: from the day we received it to the day it was back, both counted."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the customer was without it."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one serial number; `installed` are all installations reported with it."""

    months: int | None
    exchanged_on: date | None = None
    installed: tuple[date, ...] = ()
    signed_on: date | None = None
    bought_on: date | None = None
    repairs: tuple[Span, ...] = ()
    other_order: bool = False


@dataclass(frozen=True, slots=True)
class Warranty:
    """AS-7: "in", "out" or "unknown", the last day covered, and why."""

    answer: str
    until: date | None
    because: tuple[str, ...]


def months_after(day: date, months: int) -> date:
    """Return the corresponding day so many months later; the last of the month where there is none (31 → 30)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of(facts: Facts) -> tuple[date | None, str]:
    """AS-7: return when the warranty starts, and by what: exchange, installation, signature, else purchase."""
    if facts.exchanged_on:
        return facts.exchanged_on, f"from_exchange:{facts.exchanged_on}"
    if facts.installed:
        return min(facts.installed), f"from_installation:{min(facts.installed)}"
    if facts.signed_on:
        return facts.signed_on, f"from_signature:{facts.signed_on}"
    if facts.bought_on:
        return facts.bought_on, f"from_purchase:{facts.bought_on}"
    return None, "no_date_known"


def judge(facts: Facts, on: date) -> Warranty:
    """AS-7: return whether a fault reported on this day is covered; the last day of the period still is.

    Time in repair lengthens it (三包), repair by repair, as long as the repair began within the period.
    """
    if facts.other_order:
        return Warranty("unknown", None, ("serial_of_another_order",))
    if not facts.exchanged_on and len(facts.installed) > 1:
        return Warranty("unknown", None, (f"installed_more_than_once:{len(facts.installed)}",))
    start, why = start_of(facts)
    if start is None:
        return Warranty("unknown", None, (why,))
    if facts.months is None:
        return Warranty("unknown", None, (why, "months_unknown"))
    if on < start:
        return Warranty("unknown", None, (why, "reported_before_start"))
    until, because = months_after(start, facts.months), [why, f"months:{facts.months}"]
    for repair in sorted(facts.repairs, key=lambda span: span.start):
        if start <= repair.start <= until:
            until += timedelta(days=repair.days)
            because.append(f"extended_by_repair:{repair.days}:{repair.start}")
    answer = "in" if on <= until else "out"
    return Warranty(answer, until, (*because, f"until:{until}"))


def together(answers: Sequence[Warranty]) -> Warranty:
    """AS-7: return the answer for several faults of different parts: in only if each is in, out if one is out."""
    worst = max(answers, key=lambda one: ("in", "unknown", "out").index(one.answer))
    return Warranty(worst.answer, worst.until, worst.because)


def charge(answer: str, fault: str) -> tuple[bool | None, str]:
    """AS-7: return whether the customer pays (None: a person decides the warranty first), and why.

    What installation or transport broke is never the customer's to pay, whatever the warranty says.
    """
    if fault in ("installation", "transport"):
        return False, f"fault_of:{fault}"
    if fault == "use":
        return True, "fault_of:use"
    if answer == "unknown":
        return None, "warranty_unknown"
    return answer == "out", f"warranty:{answer}"


@dataclass(frozen=True, slots=True)
class Course:
    """How a repair has gone so far: what the exchange rules look at."""

    covered: bool
    repairs: int = 0
    retests: int = 0
    days: int = 0
    parts_days: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """From which figure each rule gives the right; "more than" for days, "at least" for counts. Dated rows."""

    figures: Mapping[str, int] = field(default_factory=dict)


def exchange_rights(course: Course, limits: Limits) -> tuple[str, ...]:
    """AS-7: return what gives the customer a right to another machine now (三包), only within the warranty."""
    if not course.covered:
        return ()
    found = []
    for code, limit in limits.figures.items():
        value = getattr(course, code)
        reached = value > limit if code in ("days", "parts_days") else value >= limit
        if reached:
            found.append(f"exchange_right:{code}:{value}:{limit}")
    return tuple(found)
