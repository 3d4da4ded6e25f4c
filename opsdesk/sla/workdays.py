"""China's official holidays and make-up work days 调休, as the State Council announced them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from opsdesk.sla.calendar import DayKind
from opsdesk.sla.opening import CLOSED, Hours

_FILE = Path(__file__).with_name("data") / "china_workdays.csv"
# The notice for a new year may reach back: 29 December 2018 became a work day by the one for 2019.
_REACHES_BACK_TO = (12, 28)


@dataclass(frozen=True, slots=True)
class Workday:
    """One date that the State Council made a holiday or a make-up work day."""

    on: date
    kind: DayKind
    name: str


@cache
def announced() -> tuple[Workday, ...]:
    """Return all dates in the file, in order."""
    with _FILE.open(encoding="utf-8", newline="") as rows:
        return tuple(
            Workday(date.fromisoformat(row["date"]), DayKind(row["kind"]), row["name"]) for row in csv.DictReader(rows)
        )


def known_until() -> date:
    """Return the last date that no notice still to come is likely to change."""
    return date(announced()[-1].on.year, *_REACHES_BACK_TO)


def hours_by_date(workdays: Iterable[Workday], makeup: Hours) -> dict[date, Hours]:
    """Return the `days` of a Calendar: holidays closed, make-up days with these hours."""
    return {day.on: makeup if day.kind == DayKind.MAKEUP else CLOSED for day in workdays}


def names_by_date(workdays: Iterable[Workday]) -> dict[date, str]:
    """Return the `names` of a Calendar."""
    return {day.on: day.name for day in workdays}
