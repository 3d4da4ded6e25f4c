"""AS-5, CF-12, CF-13: an installation done late or badly by a partner. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from conflicts.rules.weighing import Figures, Finding, enough, weighed, yuan

ACT = "C2"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is known of one partner's part in a job: when it fell due and was missed while he had it, and what else."""

    job: int
    partner: int
    order: int
    customer: int | None
    due_at: datetime
    missed_at: datetime | None = None
    done_at: datetime | None = None
    asked_by_customer: bool = False
    customer_absent: bool = False
    frozen: bool = False
    complaints: tuple[tuple[int, datetime], ...] = ()
    own_visits: tuple[tuple[int, datetime], ...] = ()
    deductions: tuple[tuple[str, str, Decimal], ...] = ()  # (kind, state, yuan)


def judge(trouble: Trouble, figures: Figures, now: datetime) -> Iterator[Finding]:
    """Return the signals of a late and of a substandard installation of one partner."""
    for kind, when, reasons in (
        ("late", trouble.missed_at, _late(trouble, figures, now)),
        ("substandard", _first(trouble), _substandard(trouble)),
    ):
        found = tuple(reasons)
        if when is None or not found:
            continue
        yuan_of = sum((amount for what, _state, amount in _deducted(trouble, kind)), Decimal(0))
        finding = Finding(
            "bad_installation",
            f"job:{trouble.job}>partner:{trouble.partner}>{kind}",
            ACT,
            weighed(figures, found),
            weighed(figures, _against(trouble, kind)),
            yuan_of,
            when,
            {
                "partner_id": trouble.partner,
                "job_id": trouble.job,
                "order_id": trouble.order,
                "customer_id": trouble.customer,
            },
            {
                "what": kind,
                "due_at": trouble.due_at.isoformat(),
                "done_at": trouble.done_at.isoformat() if trouble.done_at else "",
                "deductions": [f"{what} {state} {yuan(amount)}" for what, state, amount in trouble.deductions],
            },
        )
        if kept := enough(finding, figures):
            yield kept


def _late(trouble: Trouble, figures: Figures, now: datetime) -> Iterator[tuple[str, str]]:
    if trouble.missed_at is None:
        return
    over = (trouble.done_at or now) - trouble.due_at
    yield "late", f"{over / _HOUR:.0f} h"
    if over >= timedelta(hours=int(figures["long_hours"])):
        yield "late_long", ""
    if trouble.done_at is not None:
        yield "done_late", trouble.done_at.isoformat()


def _first(trouble: Trouble) -> datetime | None:
    return min((at for _pk, at in (*trouble.complaints, *trouble.own_visits)), default=None)


def _substandard(trouble: Trouble) -> Iterator[tuple[str, str]]:
    if trouble.complaints:
        yield "complaint", ", ".join(f"T{pk}" for pk, _at in trouble.complaints)
    if trouble.own_visits:
        yield "own_fault_visit", ", ".join(str(number) for number, _at in trouble.own_visits)
    if any(state != "dropped" for _kind, state, _yuan in _deducted(trouble, "substandard")):
        yield "deduction", ""


def _deducted(trouble: Trouble, kind: str) -> list[tuple[str, str, Decimal]]:
    return [one for one in trouble.deductions if one[0] == kind]


def _against(trouble: Trouble, kind: str) -> Iterator[tuple[str, str]]:
    states = {state for _kind, state, _yuan in _deducted(trouble, kind)}
    if "booked" in states:
        yield "deducted", ""
    elif states == {"dropped"}:
        yield "dropped", ""
    if kind == "late":
        if trouble.customer_absent:
            yield "customer_absent", ""
        if trouble.asked_by_customer:
            yield "customers_time", ""
        if trouble.frozen:
            yield "frozen", ""
