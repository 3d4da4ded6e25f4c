import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from opsdesk.sla import deadlines
from opsdesk.sla.calendar import BadMoment, DayKind, hours
from opsdesk.sla.deadlines import CalendarDays, Counted, Counting, Pause, Paused, WorkingTime
from tests.sla.calendars import SHANGHAI, at, office, on

THREE_DAYS = CalendarDays(timedelta(days=3), SHANGHAI)


def working(count: float) -> WorkingTime:
    return WorkingTime(hours(count), office())


def pause(start: str, end: str, reason: str = "客户外出") -> Pause:
    return Pause(at(start), at(end), reason)


def test_as_1_three_days_from_signing():
    deadline = deadlines.deadline(at("2026-09-30 10:00"), THREE_DAYS)
    assert (deadline.due, deadline.counting) == (at("2026-10-03 10:00"), Counting.CALENDAR_DAYS)
    assert not deadline.provisional


def test_as_2_four_working_hours():
    deadline = deadlines.deadline(at("2026-11-20 16:00"), working(4))
    assert (deadline.due, deadline.counting) == (at("2026-11-23 11:00"), Counting.WORKING_TIME)
    assert deadline.amount == hours(4)


def test_every_date_that_was_walked_over_is_counted_with_its_reason():
    deadline = deadlines.deadline(at("2026-01-02 10:00"), working(12))
    assert deadline.counted == (
        Counted(on("2026-01-02"), hours(0), DayKind.HOLIDAY, "元旦"),
        Counted(on("2026-01-03"), hours(0), DayKind.HOLIDAY, "元旦"),
        Counted(on("2026-01-04"), hours(8), DayKind.MAKEUP, "元旦"),
        Counted(on("2026-01-05"), hours(4), DayKind.WORKING, ""),
    )


def test_a_deadline_at_closing_time_counts_no_further_date():
    deadline = deadlines.deadline(at("2026-11-18 09:00"), working(8))
    assert deadline.due == at("2026-11-18 18:00")
    assert [day.on for day in deadline.counted] == [on("2026-11-18")]


def test_no_time_at_all_is_due_at_the_next_opening():
    deadline = deadlines.deadline(at("2026-11-21 10:00"), working(0))
    assert deadline.due == at("2026-11-23 09:00")
    assert [day.worked for day in deadline.counted] == [hours(0)] * 3
    away = pause("2026-11-20 10:00", "2026-11-23 17:00")
    assert deadlines.deadline(at("2026-11-21 10:00"), working(0), [away]) == deadline


@pytest.mark.parametrize(
    ("_case", "pauses", "due", "taken"),
    [
        ("none", [], "2026-11-18 14:00", []),
        ("before the start", [("2026-11-17 10:00", "2026-11-18 10:00")], "2026-11-18 14:00", []),
        ("in working time", [("2026-11-18 10:30", "2026-11-18 11:00")], "2026-11-18 14:30", [0.5]),
        (
            "over lunch: lunch is not taken twice",
            [("2026-11-18 11:00", "2026-11-18 13:30")],
            "2026-11-18 15:30",
            [1.5],
        ),
        ("over the start", [("2026-11-18 09:00", "2026-11-18 11:00")], "2026-11-18 15:00", [1]),
        ("over night", [("2026-11-18 11:00", "2026-11-19 10:00")], "2026-11-19 12:00", [7]),
        ("outside the hours", [("2026-11-18 12:10", "2026-11-18 12:50")], "2026-11-18 14:00", [0]),
        ("begins when it is due", [("2026-11-18 14:00", "2026-11-18 16:00")], "2026-11-18 14:00", []),
        ("without length", [("2026-11-18 11:00", "2026-11-18 11:00")], "2026-11-18 14:00", []),
        (
            "overlapping ones take the common time once",
            [("2026-11-18 10:30", "2026-11-18 11:30"), ("2026-11-18 11:00", "2026-11-18 11:45")],
            "2026-11-18 15:15",
            [1, 0.25],
        ),
        (
            "one inside another takes nothing",
            [("2026-11-18 10:30", "2026-11-18 11:30"), ("2026-11-18 11:00", "2026-11-18 11:15")],
            "2026-11-18 15:00",
            [1],
        ),
        (
            "one that only counts because of the one before it",
            [("2026-11-18 14:30", "2026-11-18 15:00"), ("2026-11-18 10:30", "2026-11-18 11:30")],
            "2026-11-18 15:30",
            [1, 0.5],
        ),
    ],
)
def test_a_pause_moves_the_deadline_by_the_working_time_it_took(_case, pauses, due, taken):
    deadline = deadlines.deadline(at("2026-11-18 10:00"), working(3), [pause(*span) for span in pauses])
    assert deadline.due == at(due)
    assert deadlines.due(at("2026-11-18 10:00"), working(3), [pause(*span) for span in pauses]) == at(due)
    assert [one.worked for one in deadline.paused] == [hours(count) for count in taken]
    assert sum((day.worked for day in deadline.counted), timedelta()) == hours(3)


@pytest.mark.parametrize(
    ("_case", "start", "end", "due"),
    [
        ("over lunch: it stays", "2026-11-18 12:00", "2026-11-18 13:00", "2026-11-18 18:00"),
        ("the last minute of the day", "2026-11-18 17:59", "2026-11-18 18:00", "2026-11-19 09:01"),
        ("from closing on: it was over by then", "2026-11-18 18:00", "2026-11-19 12:00", "2026-11-18 18:00"),
    ],
)
def test_a_deadline_at_closing_time_moves_only_if_a_pause_took_working_time(_case, start, end, due):
    deadline = deadlines.deadline(at("2026-11-18 10:00"), working(7), [pause(start, end)])
    assert deadline.due == at(due)


def test_as_1_a_pause_moves_calendar_days_by_its_length():
    away = pause("2026-10-01 20:00", "2026-10-02 08:30")
    deadline = deadlines.deadline(at("2026-09-30 10:00"), THREE_DAYS, [away])
    assert deadline.due == at("2026-10-03 22:30")
    assert deadline.paused == (Paused(away.start, away.end, "客户外出", hours(12.5)),)


def test_a_pause_is_told_from_the_moment_it_took_effect():
    deadline = deadlines.deadline(at("2026-11-18 10:00"), working(3), [pause("2026-11-18 09:00", "2026-11-18 10:30")])
    assert deadline.paused == (Paused(at("2026-11-18 10:00"), at("2026-11-18 10:30"), "客户外出", hours(0.5)),)


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(BadMoment):
        pause("2026-11-18 11:00", "2026-11-18 10:00")


@pytest.mark.parametrize(
    ("_case", "start", "count", "provisional"),
    [
        ("all dates announced", "2026-11-18 10:00", 40, False),
        ("the last announced date counts", "2026-12-28 09:00", 8, False),
        ("one more: the notice for 2027 may reach back to it", "2026-12-28 09:00", 8.5, True),
        ("the new year is not announced", "2026-12-25 10:00", 60, True),
    ],
)
def test_a_deadline_beyond_the_announced_holidays_says_so(_case, start, count, provisional):
    assert deadlines.deadline(at(start), working(count)).provisional is provisional


def test_a_calendar_without_official_holidays_is_never_provisional():
    term = WorkingTime(hours(8), office(known_until=None))
    assert not deadlines.deadline(at("2030-01-02 10:00"), term).provisional


@pytest.mark.parametrize(
    ("_case", "until", "counted"),
    [
        ("before the pause", "2026-11-18 11:00", 1),
        ("in the pause", "2026-11-18 14:00", 2),
        ("after it", "2026-11-18 17:00", 4),
        ("before the start", "2026-11-18 09:00", 0),
    ],
)
def test_what_has_counted_so_far(_case, until, counted):
    away = pause("2026-11-18 13:00", "2026-11-18 15:00")
    assert deadlines.worked(at("2026-11-18 10:00"), at(until), office(), [away]) == hours(counted)


def test_a_deadline_is_read_back_from_what_was_stored_of_it():
    pauses = [pause("2026-01-05 10:00", "2026-01-05 11:20")]
    deadline = deadlines.deadline(at("2026-01-03 10:00"), working(24), pauses)
    assert deadlines.from_because(json.loads(json.dumps(deadline.because))) == deadline


def test_clocks_that_change_do_not_spoil_the_count():
    berlin = office(zone=ZoneInfo("Europe/Berlin"), weekly=deadlines.round_the_clock(SHANGHAI).weekly, days={})
    start = at("2025-10-25 12:00", berlin.zone)
    deadline = deadlines.deadline(start, WorkingTime(hours(36), berlin))
    assert [day.worked for day in deadline.counted] == [hours(12), hours(24)]
