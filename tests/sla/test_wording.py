from datetime import timedelta

import pytest

from opsdesk.sla import deadlines, wording
from opsdesk.sla.calendar import Calendar, hours
from opsdesk.sla.deadlines import CalendarDays, Pause, WorkingTime
from tests.sla.calendars import EIGHT_HOURS, SHANGHAI, at, office, on, plain


def test_a_deadline_in_working_time_says_what_counted_and_what_was_paused():
    away = Pause(at("2026-01-05 10:00"), at("2026-01-05 11:20"), "客户外出")
    deadline = deadlines.deadline(at("2026-01-02 10:00"), WorkingTime(hours(24), office()), [away])
    assert wording.explain_zh(deadline) == (
        "截止 2026年1月7日 周三 10:20 = 自 1月2日 周五 10:00 起满 24小时工作时间；"
        "计入：1月2日 周五至1月3日 周六 0（元旦）、1月4日 周日 8小时（元旦调休上班）、1月5日 周一 6小时40分、"
        "1月6日 周二 8小时、1月7日 周三 1小时20分；"
        "暂停：1小时20分（客户外出，1月5日 周一 10:00 至 1月5日 周一 11:20）。"
    )


def test_dates_alike_are_said_once_and_the_year_where_it_differs():
    deadline = deadlines.deadline(at("2026-12-25 10:00"), WorkingTime(hours(60), office()))
    assert wording.explain_zh(deadline) == (
        "截止 2027年1月5日 周二 15:00 = 自 2026年12月25日 周五 10:00 起满 60小时工作时间；"
        "计入：2026年12月25日 周五 7小时、2026年12月26日 周六至2026年12月27日 周日 0（周末）、"
        "2026年12月28日 周一至1月1日 周五 各8小时、1月2日 周六至1月3日 周日 0（周末）、"
        "1月4日 周一 8小时、1月5日 周二 5小时；"
        "暂定：其中有日期的放假安排尚未公布，公布后可能变动。"
    )


def test_as_1_calendar_days_say_that_holidays_count():
    deadline = deadlines.deadline(at("2026-09-30 10:00"), CalendarDays(timedelta(days=3), SHANGHAI))
    assert wording.explain_zh(deadline) == (
        "截止 2026年10月3日 周六 10:00 = 自 9月30日 周三 10:00 起满 3个自然日（周末、节假日照计）。"
    )


def test_a_share_of_the_days_and_a_pause_without_reason_are_said_as_they_are():
    pause = Pause(at("2026-09-30 11:00"), at("2026-09-30 11:00:30"), "")
    deadline = deadlines.deadline(at("2026-09-30 10:00"), CalendarDays(timedelta(days=2.25), SHANGHAI), [pause])
    assert wording.explain_zh(deadline) == (
        "截止 2026年10月2日 周五 16:00 = 自 9月30日 周三 10:00 起满 2个自然日6小时（周末、节假日照计）；"
        "暂停：30秒（未写原因，9月30日 周三 11:00 至 9月30日 周三 11:00）。"
    )


@pytest.mark.parametrize(
    ("_case", "calendar", "day", "said"),
    [
        ("a working day", office(), "2026-11-18", "工作日"),
        ("a weekend", office(), "2026-11-22", "周末"),
        ("a weekly day off in the week", plain("Asia/Shanghai", "09:00-17:00"), "2026-11-18", "周休"),
        ("a holiday", office(), "2026-10-01", "国庆节"),
        (
            "a closed date without a name",
            Calendar(SHANGHAI, (EIGHT_HOURS,) * 7, {on("2026-11-18"): ()}),
            "2026-11-18",
            "节假日",
        ),
        ("a make-up day", office(), "2026-10-10", "国庆节调休上班"),
        (
            "other hours than usual",
            Calendar(SHANGHAI, (EIGHT_HOURS,) * 7, {on("2026-11-18"): EIGHT_HOURS}),
            "2026-11-18",
            "特别营业时间",
        ),
    ],
)
def test_a_date_is_called_by_its_reason(_case, calendar, day, said):
    start = at(f"{day} 00:00")
    [first, *_] = deadlines.deadline(start, WorkingTime(hours(1), calendar)).counted
    assert wording.kind_zh(first) == said
