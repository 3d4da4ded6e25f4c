"""Cases taken as data from the test suites of eight help-desk and calendar projects (../shared/data/sla)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsdesk.sla import deadlines, opening
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.deadlines import Pause, WorkingTime
from tests.sla.calendars import SHARED

CASES = SHARED / "sla" / "sla_cases.json"
if not CASES.exists():
    pytest.skip(f"{CASES} is absent", allow_module_level=True)

DATA = json.loads(CASES.read_text(encoding="utf-8"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS = range(1990, 2031)

# Cases that are not universal and where docs/adr/0005 chose otherwise, with what we answer.
OTHERWISE = {
    "SLA-040": date(2014, 4, 8),  # no working days from a holiday on: the next working day
    "SLA-103": 90000,  # a day of 25 hours holds 25 hours of work
    "SLA-211": -205199,  # a reversed span is negative
}

Case = Mapping[str, Any]


def calendar_of(case: Case) -> Calendar:
    facts = DATA["calendars"][case["calendar"]]
    weekly = tuple(opening.read(facts["weekly"].get(day, ())) for day in WEEKDAYS)
    closed = [date.fromisoformat(day) for day in facts["holidays"]]
    closed += [date.fromisoformat(f"{y}-{day}") for y in YEARS for day in facts["recurring_holidays_mm_dd"]]
    days = {date.fromisoformat(day): opening.read(pairs) for day, pairs in facts["date_overrides"].items()}
    return Calendar(ZoneInfo(facts["timezone"]), weekly, days | dict.fromkeys(closed, ()))


def moment(text: str, calendar: Calendar) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=calendar.zone)


def amount(given: Case) -> timedelta:
    return timedelta(**{unit: given[unit] for unit in ("hours", "minutes", "seconds") if unit in given})


def minutes(span: timedelta) -> int:
    return int(span / timedelta(minutes=1))


def start_of(given: Case, calendar: Calendar) -> datetime:
    return moment(given["start"], calendar)


def add_working_days(calendar: Calendar, given: Case) -> datetime | date:
    if "T" in given["start"]:
        return calendar.add_days(start_of(given, calendar), given["days"])
    return calendar.working_day(date.fromisoformat(given["start"]), given["days"])


def add_working_days_to_close_of_day(calendar: Calendar, given: Case) -> datetime:
    last = calendar.working_day(start_of(given, calendar).date(), given["days"])
    midnight = datetime.combine(last, datetime.min.time(), calendar.zone)
    return list(calendar.segments(midnight, midnight + timedelta(days=1)))[-1][1]


def working_days_between(calendar: Calendar, given: Case) -> int:
    return calendar.working_days_between(date.fromisoformat(given["start"]), date.fromisoformat(given["end"]))


def working_days_between_inclusive(calendar: Calendar, given: Case) -> int:
    first = date.fromisoformat(given["start"])
    return calendar.working_days_between(first - timedelta(days=1), date.fromisoformat(given["end"]))


def working_seconds_between(calendar: Calendar, given: Case) -> float:
    return calendar.between(start_of(given, calendar), moment(given["end"], calendar)).total_seconds()


def deadline_with_pauses(calendar: Calendar, given: Case) -> dict[str, Any]:
    start, target = start_of(given, calendar), timedelta(minutes=given["target_minutes"])
    pauses = [Pause(moment(a, calendar), moment(b, calendar), "") for a, b in given["pauses"]]
    answer: dict[str, Any] = {
        "deadline": deadlines.deadline(start, WorkingTime(target, calendar), pauses).due,
    }
    if "in_done_at" in given:
        worked = deadlines.worked(start, moment(given["in_done_at"], calendar), calendar, pauses)
        answer |= {"elapsed_minutes": minutes(worked), "minutes_left": minutes(target - worked)}
    return answer


def deadline_with_hold_seconds(calendar: Calendar, given: Case) -> datetime:
    start = start_of(given, calendar)
    pause = Pause(start, calendar.after(start, timedelta(seconds=given["hold_seconds"])), "")
    term = WorkingTime(timedelta(minutes=given["target_minutes"]), calendar)
    return deadlines.deadline(start, term, [pause]).due


def elapsed_vs_target_minutes(calendar: Calendar, given: Case) -> dict[str, int]:
    elapsed = minutes(deadlines.worked(start_of(given, calendar), moment(given["done_at"], calendar), calendar))
    return {"elapsed_minutes": elapsed, "minutes_left": given["target_minutes"] - elapsed}


def agreement_status(calendar: Calendar, given: Case) -> str:
    """Frappe's word for it: failed if the answer or the solution is still missing when it is due."""
    start, now = start_of(given, calendar), moment(given["as_of"], calendar)
    told = [moment(at, calendar) for at, _ in given["events"]]
    solution = WorkingTime(timedelta(minutes=given["resolution_minutes"]), calendar)
    pauses = [Pause(*told, "")] if told else []
    answer = WorkingTime(timedelta(minutes=given["response_minutes"]), calendar)
    answered_late = (told or [now])[0] > deadlines.deadline(start, answer).due
    late = answered_late or now > deadlines.deadline(start, solution, pauses).due
    return "Failed" if late else "Open"


ANSWERS: dict[str, Callable[[Calendar, Case], object]] = {
    "add_working_time": lambda calendar, given: calendar.after(start_of(given, calendar), amount(given)),
    "subtract_working_time": lambda calendar, given: calendar.before(start_of(given, calendar), amount(given)),
    "next_working_instant": lambda calendar, given: calendar.next_open(moment(given["at"], calendar)),
    "is_working_time": lambda calendar, given: calendar.is_open(moment(given["at"], calendar)),
    "is_working_day": lambda calendar, given: calendar.is_working_day(date.fromisoformat(given["date"])),
    "add_working_days": add_working_days,
    "add_working_days_to_close_of_day": add_working_days_to_close_of_day,
    "working_days_between": working_days_between,
    "working_days_between_inclusive": working_days_between_inclusive,
    "working_seconds_between": working_seconds_between,
    "deadline_with_pauses": deadline_with_pauses,
    "deadline_with_hold_seconds": deadline_with_hold_seconds,
    "elapsed_vs_target_minutes": elapsed_vs_target_minutes,
    "agreement_status": agreement_status,
}


def comparable(answer: object) -> object:
    """Bring moments to UTC: Python never finds two times of a repeated hour in two zones equal."""
    if isinstance(answer, dict):
        return {key: comparable(value) for key, value in answer.items()}
    return answer.astimezone(UTC) if isinstance(answer, datetime) else answer


def expected_by(case: Case, calendar: Calendar) -> object:
    def read(value: object) -> object:
        if isinstance(value, dict):
            return {key: read(inner) for key, inner in value.items()}
        if not isinstance(value, str) or not value[:1].isdigit():
            return value
        return comparable(moment(value, calendar)) if "T" in value else date.fromisoformat(value)

    return read(case["expected"])


def named(universal: bool) -> list[Any]:
    cases = [case for case in DATA["cases"] if (case["convention"] == "universal") == universal]
    return [pytest.param(case, id=f"{case['id']} {case['op']}") for case in cases]


@pytest.mark.parametrize("case", named(universal=True))
def test_every_universal_case_gives_what_any_correct_engine_gives(case):
    calendar = calendar_of(case)
    assert comparable(ANSWERS[case["op"]](calendar, case["input"])) == expected_by(case, calendar)


@pytest.mark.parametrize("case", named(universal=False))
def test_a_case_on_which_projects_differ_follows_what_the_adr_chose(case):
    calendar = calendar_of(case)
    expected = OTHERWISE.get(case["id"], expected_by(case, calendar))
    assert comparable(ANSWERS[case["op"]](calendar, case["input"])) == expected


def test_only_cases_that_are_not_universal_are_answered_otherwise():
    universal = {case["id"] for case in DATA["cases"] if case["convention"] == "universal"}
    assert not universal & OTHERWISE.keys()
