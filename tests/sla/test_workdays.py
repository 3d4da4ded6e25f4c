import json
from collections import Counter
from datetime import timedelta

import pytest

from opsdesk.sla import workdays
from opsdesk.sla.calendar import DayKind
from tests.sla.calendars import SHARED, office, on


def test_each_date_stands_once_in_order_and_every_year_has_its_holidays():
    dates = [day.on for day in workdays.announced()]
    assert dates == sorted(set(dates))
    assert set(Counter(day.year for day in dates)) == set(range(2014, 2027))


def test_make_up_days_are_weekends_and_every_name_is_chinese():
    announced = workdays.announced()
    assert {day.on.weekday() for day in announced if day.kind == DayKind.MAKEUP} == {5, 6}
    assert {day.kind for day in announced} == {DayKind.HOLIDAY, DayKind.MAKEUP}
    assert all(not day.name.isascii() for day in announced)


def test_nothing_is_known_of_2027_and_its_notice_may_reach_back_to_29_december():
    assert workdays.known_until() == on("2026-12-28")
    first_of_2019 = min(day.on for day in workdays.announced() if day.on > on("2018-10-31"))
    assert first_of_2019 == on("2018-12-29")


@pytest.mark.parametrize(
    ("_case", "day", "works"),
    [
        ("the extension of the Spring Festival 2020", "2020-01-31", False),
        ("… until its last Sunday", "2020-02-02", False),
        ("the first day of work after it", "2020-02-03", True),
        ("the make-up Sunday before it", "2020-01-19", True),
        ("a three-day parade holiday in 2015", "2015-09-04", False),
        ("… and its make-up Sunday", "2015-09-06", True),
        ("the day that the notice for 2023 took from 2022", "2022-12-31", False),
        ("the New Year's make-up Sunday 2026", "2026-01-04", True),
        ("the bridge day of New Year 2026", "2026-01-02", False),
        ("the eve of the Spring Festival 2024 was worked", "2024-02-09", True),
        ("the eve of the Spring Festival 2025 was not", "2025-01-28", False),
    ],
)
def test_dates_that_are_remembered(_case, day, works):
    assert office().is_working_day(on(day)) is works


def test_every_date_since_2014_is_worked_or_not_as_the_notices_say():
    files = sorted((SHARED / "holidays").glob("*.json"))
    if not files:
        pytest.skip(f"{SHARED / 'holidays'} is absent")
    noted = {
        on(day["date"]): not day["isOffDay"]
        for file in files
        for day in json.loads(file.read_text(encoding="utf-8"))["days"]
    }
    first, last = on("2014-01-01"), on("2026-12-31")
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    calendar = office()
    assert {day: calendar.is_working_day(day) for day in dates} == {
        day: noted.get(day, day.weekday() < 5) for day in dates
    }


def test_rows_differ_from_the_notices_only_where_a_row_changes_nothing():
    files = sorted((SHARED / "holidays").glob("*.json"))
    if not files:
        pytest.skip(f"{SHARED / 'holidays'} is absent")
    noted = {
        (on(day["date"]), DayKind.HOLIDAY if day["isOffDay"] else DayKind.MAKEUP)
        for file in files
        for day in json.loads(file.read_text(encoding="utf-8"))["days"]
    }
    ours = {(day.on, day.kind) for day in workdays.announced()}
    assert all((day.weekday() >= 5) == (kind == DayKind.HOLIDAY) for day, kind in ours ^ noted)
