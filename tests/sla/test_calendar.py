from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from opsdesk.sla.calendar import BadMoment, Calendar, DayKind, calendar_days_after
from opsdesk.sla.calendar import hours as working_hours
from opsdesk.sla.opening import ROUND_THE_CLOCK, BadCalendar, read
from tests.sla.calendars import EIGHT_HOURS, SHANGHAI, at, hours, office, on, plain, week

BERLIN, SAO_PAULO, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Pacific/Apia")
ALWAYS = (ROUND_THE_CLOCK,) * 7


def seconds(start: datetime, end: datetime) -> float:
    """Real elapsed time: two times of one zone subtract by the wall clock."""
    return end.timestamp() - start.timestamp()


@pytest.mark.parametrize(
    ("_case", "start", "worked", "due"),
    [
        ("within one interval", "2026-11-18 09:30", 2, "2026-11-18 11:30"),
        ("over the lunch break", "2026-11-18 11:00", 2, "2026-11-18 14:00"),
        (
            "ends when the day closes: then, not at the next opening",
            "2026-11-18 14:00",
            4,
            "2026-11-18 18:00",
        ),
        ("ends when the lunch break begins", "2026-11-18 09:00", 3, "2026-11-18 12:00"),
        ("starts at closing: the next morning counts", "2026-11-18 18:00", 1, "2026-11-19 10:00"),
        ("starts at night", "2026-11-18 23:00", 4, "2026-11-19 14:00"),
        ("over a weekend", "2026-11-20 17:00", 4, "2026-11-23 12:00"),
        ("no working time, open: now", "2026-11-18 10:00", 0, "2026-11-18 10:00"),
        ("no working time, at closing: the next opening", "2026-11-18 18:00", 0, "2026-11-19 09:00"),
        ("over the end of a month", "2026-03-31 17:00", 4, "2026-04-01 12:00"),
        ("over the end of a February without 29th", "2025-02-28 16:00", 4, "2025-03-03 11:00"),
        ("over 29 February", "2024-02-28 17:00", 12, "2024-03-01 12:00"),
        ("over the end of a year and the holiday after it", "2024-12-31 17:00", 4, "2025-01-02 12:00"),
        ("a month whose last day has a lower number", "2026-01-30 17:00", 9, "2026-02-02 18:00"),
    ],
)
def test_working_time_passes_only_while_the_place_is_open(_case, start, worked, due):
    assert office().after(at(start), working_hours(worked)) == at(due)


@pytest.mark.parametrize(
    ("_case", "start", "worked", "due"),
    [
        ("2020: the Spring Festival was extended to 2 February", "2020-01-23 16:00", 16, "2020-02-04 16:00"),
        ("2020: Sunday 19 January made up for it", "2020-01-17 17:00", 9, "2020-01-19 18:00"),
        ("2021: the make-up Sunday before the festival", "2021-02-06 10:00", 3, "2021-02-07 12:00"),
        ("2022: Saturday 8 October after National Day", "2022-09-30 18:00", 10, "2022-10-09 11:00"),
        ("2023: a whole make-up weekend", "2023-01-20 17:00", 17, "2023-01-29 18:00"),
        ("2024: the eve was a working day, Sunday the 18th too", "2024-02-09 14:00", 8, "2024-02-18 14:00"),
        ("2025: eight days off, Saturday 11 October works", "2025-09-30 17:00", 17, "2025-10-10 18:00"),
        ("2025: … and that Saturday", "2025-10-10 17:00", 2, "2025-10-11 10:00"),
        ("2026: the New Year's make-up Sunday", "2025-12-31 17:00", 9, "2026-01-04 18:00"),
        ("2026: make-up Saturday, nine days off", "2026-02-13 17:00", 17, "2026-02-24 18:00"),
    ],
)
def test_holidays_do_not_count_and_make_up_days_do(_case, start, worked, due):
    assert office().after(at(start), working_hours(worked)) == at(due)


def test_a_make_up_day_has_its_own_hours():
    calendar = Calendar(SHANGHAI, week(*["09:00-18:00"] * 5), {on("2026-01-04"): hours("10:00-15:00")})
    assert calendar.after(at("2026-01-04 09:00"), working_hours(6)) == at("2026-01-05 10:00")


def test_a_date_may_replace_the_hours_of_its_weekday():
    calendar = Calendar(SHANGHAI, ALWAYS, {on("2026-01-01"): hours("10:00-11:00 13:00-14:00")})
    assert calendar.after(at("2025-12-31 23:00"), working_hours(4)) == at("2026-01-02 01:00")


@pytest.mark.parametrize(
    ("_case", "end", "worked", "start"),
    [
        ("within one interval", "2026-11-18 11:30", 2, "2026-11-18 09:30"),
        ("used up at opening: then, not at the closing before", "2026-11-18 12:00", 3, "2026-11-18 09:00"),
        ("over a weekend", "2026-11-23 10:00", 2, "2026-11-20 17:00"),
        ("none, at closing: then", "2026-11-20 18:00", 0, "2026-11-20 18:00"),
        ("none, closed: the closing before", "2026-11-23 09:00", 0, "2026-11-20 18:00"),
        ("over a festival", "2026-02-24 10:00", 9, "2026-02-14 09:00"),
    ],
)
def test_before_tells_when_to_start_so_as_to_be_in_time(_case, end, worked, start):
    assert office().before(at(end), working_hours(worked)) == at(start)


@pytest.mark.parametrize(
    ("_case", "start", "end", "worked"),
    [
        ("one day", "2026-11-18 00:00", "2026-11-19 00:00", 8),
        ("closed all along", "2026-11-21 08:00", "2026-11-22 20:00", 0),
        ("a festival with its make-up days", "2026-02-14 00:00", "2026-03-01 00:00", 8 * 6),
        ("the other way round: negative", "2026-11-18 14:00", "2026-11-18 11:00", -2),
    ],
)
def test_between_counts_the_working_time(_case, start, end, worked):
    assert office().between(at(start), at(end)) == working_hours(worked)


def test_segments_are_half_open_cut_at_both_ends_and_lazy():
    walk = office().segments(at("2026-11-20 10:00"), at("9999-01-01 00:00"))
    assert [next(walk) for _ in range(3)] == [
        (at("2026-11-20 10:00"), at("2026-11-20 12:00")),
        (at("2026-11-20 13:00"), at("2026-11-20 18:00")),
        (at("2026-11-23 09:00"), at("2026-11-23 12:00")),
    ]
    assert list(office().segments(at("2026-11-20 12:00"), at("2026-11-20 13:00"))) == []


@pytest.mark.parametrize(
    ("_case", "moment", "is_open", "next_open"),
    [
        ("the opening moment is open", "2026-11-18 09:00", True, "2026-11-18 09:00"),
        ("the closing moment is not", "2026-11-18 18:00", False, "2026-11-19 09:00"),
        ("lunch", "2026-11-18 12:00", False, "2026-11-18 13:00"),
        ("a holiday", "2026-10-01 10:00", False, "2026-10-08 09:00"),
        ("a make-up Saturday", "2026-10-10 10:00", True, "2026-10-10 10:00"),
    ],
)
def test_open_or_not(_case, moment, is_open, next_open):
    assert office().is_open(at(moment)) is is_open
    assert office().next_open(at(moment)) == at(next_open)


@pytest.mark.parametrize("day", range(1, 8))
@pytest.mark.parametrize("start", ["00:00", "09:00", "13:00", "16:00", "22:00"])
def test_a_visit_of_two_hours_on_any_day_of_a_holiday_is_refused(day, start):
    begin = at(f"2026-10-{day:02} {start}")
    assert not office().covers(begin, begin + timedelta(hours=2))


@pytest.mark.parametrize(
    ("_case", "start", "end", "covered"),
    [
        ("inside the hours", "2026-11-18 09:00", "2026-11-18 12:00", True),
        ("over lunch", "2026-11-18 11:00", "2026-11-18 14:00", False),
        ("past closing", "2026-11-18 17:00", "2026-11-18 18:01", False),
        ("on a make-up day", "2026-10-10 13:00", "2026-10-10 15:00", True),
        ("no time at all", "2026-11-18 10:00", "2026-11-18 10:00", False),
        ("backwards", "2026-11-18 11:00", "2026-11-18 10:00", False),
    ],
)
def test_a_visit_must_lie_in_working_time(_case, start, end, covered):
    assert office().covers(at(start), at(end)) is covered


def test_a_visit_may_cross_intervals_that_touch():
    calendar = plain("Asia/Shanghai", "09:00-12:00 12:00-24:00", "00:00-08:00")
    assert calendar.covers(at("2026-11-16 11:00"), at("2026-11-17 08:00"))
    assert calendar.after(at("2026-11-16 11:00"), working_hours(1)) == at("2026-11-16 12:00")


@pytest.mark.parametrize(
    ("_case", "start", "days", "due"),
    [
        ("keeps the time of day", "2026-11-18 10:30", 3, "2026-11-23 10:30"),
        ("over a make-up Saturday", "2026-10-09 10:30", 1, "2026-10-10 10:30"),
        ("starts on a holiday: from the next opening", "2026-10-03 10:30", 1, "2026-10-09 09:00"),
        ("starts after closing: from the next opening", "2026-11-18 19:00", 1, "2026-11-20 09:00"),
        ("none, open: now", "2026-11-18 10:30", 0, "2026-11-18 10:30"),
        ("none, closed: the next opening", "2026-11-21 10:30", 0, "2026-11-23 09:00"),
        ("backwards", "2026-11-23 10:30", -3, "2026-11-18 10:30"),
        ("backwards from a closed day: from the closing before", "2026-11-22 10:30", -1, "2026-11-19 18:00"),
        ("at closing time, backwards, keeps it", "2026-11-20 18:00", -1, "2026-11-19 18:00"),
    ],
)
def test_working_days_keep_the_time_of_day(_case, start, days, due):
    assert office().add_days(at(start), days) == at(due)


def test_working_days_into_shorter_hours_end_at_the_next_opening_backwards_at_the_closing_before():
    calendar = plain("Asia/Shanghai", "09:00-18:00", "10:00-14:00", "09:00-18:00")
    assert calendar.add_days(at("2026-11-16 16:00"), 1) == at("2026-11-18 09:00")
    assert calendar.add_days(at("2026-11-18 09:30"), -1) == at("2026-11-16 18:00")


def test_working_days_backwards_from_midnight_start_on_the_day_that_ends():
    calendar = plain("Asia/Shanghai", "00:00-24:00", "00:00-24:00", "00:00-24:00")
    assert calendar.add_days(at("2026-11-22 12:00"), -1) == at("2026-11-18 00:00")


@pytest.mark.parametrize(
    ("_case", "start", "end", "count"),
    [
        ("the same date", "2026-11-18", "2026-11-18", 0),
        ("the first does not count, the last does", "2026-11-18", "2026-11-19", 1),
        ("Friday to Saturday", "2026-11-20", "2026-11-21", 0),
        ("National Day with its make-up Saturday", "2026-09-30", "2026-10-12", 4),
        ("backwards", "2026-11-20", "2026-11-18", -2),
    ],
)
def test_working_days_between_two_dates(_case, start, end, count):
    assert office().working_days_between(on(start), on(end)) == count


@pytest.mark.parametrize(
    ("_case", "start", "days", "due"),
    [
        ("the same time, three dates later", "2026-11-01 10:00", 3, "2026-11-04 10:00"),
        ("nights, weekends and holidays count", "2026-09-30 23:59", 3, "2026-10-03 23:59"),
        ("over the end of the year", "2026-12-30 08:15", 3, "2027-01-02 08:15"),
        ("over 29 February", "2024-02-27 10:00", 3, "2024-03-01 10:00"),
        ("a part of a day", "2026-11-01 10:00", 2.25, "2026-11-03 16:00"),
    ],
)
def test_as_1_three_days_are_calendar_days_as_customers_count(_case, start, days, due):
    assert calendar_days_after(at(start), days, SHANGHAI) == at(due)


def test_as_1_calendar_days_keep_the_time_of_day_where_the_clocks_change():
    due = calendar_days_after(at("2025-03-28 10:00", BERLIN), 3, BERLIN)
    assert (due, due.utcoffset()) == (at("2025-03-31 10:00", BERLIN), timedelta(hours=2))
    assert calendar_days_after(at("2025-03-27 02:30", BERLIN), 3, BERLIN) == at("2025-03-30 03:00", BERLIN)


@pytest.mark.parametrize(
    ("_case", "zone", "start", "worked", "due"),
    [
        ("spring: the hour left out is not worked", BERLIN, "2025-03-29 12:00", 24, "2025-03-30 13:00"),
        ("autumn: the hour that comes twice is", BERLIN, "2025-10-25 12:00", 24, "2025-10-26 11:00"),
        ("midnight itself is left out", SAO_PAULO, "2015-10-17 22:00", 3, "2015-10-18 02:00"),
        ("a whole date is left out", APIA, "2011-12-29 22:00", 4, "2011-12-31 02:00"),
        ("China changed its clocks until 1991", SHANGHAI, "1991-04-13 12:00", 24, "1991-04-14 13:00"),
    ],
)
def test_round_the_clock_counts_real_hours_over_a_change_of_the_clocks(_case, zone, start, worked, due):
    calendar = Calendar(zone, ALWAYS)
    assert calendar.after(at(start, zone), working_hours(worked)).timestamp() == at(due, zone).timestamp()
    assert calendar.between(at(start, zone), at(due, zone)) == working_hours(worked)


@pytest.mark.parametrize(
    ("_case", "day", "text", "worked"),
    [
        ("opens in the hour left out: at the jump", "2025-03-30", "02:30-05:00", 2),
        ("lies in the hour left out: nothing", "2025-03-30", "02:10-02:50", 0),
        ("closes in the hour left out: at the jump", "2025-03-30", "01:00-02:30", 1),
        ("closes in the hour that comes twice: the first time", "2025-10-26", "01:00-02:30", 1.5),
        ("opens in the hour that comes twice: the first time", "2025-10-26", "02:30-04:00", 2.5),
        ("a day of 25 hours", "2025-10-26", "00:00-24:00", 25),
        ("a day of 23 hours", "2025-03-30", "00:00-24:00", 23),
    ],
)
def test_opening_times_mean_the_first_moment_the_clock_shows_them(_case, day, text, worked):
    calendar = Calendar(BERLIN, week(*["09:00-17:00"] * 5), {on(day): hours(text)})
    start = at(f"{day} 00:00", BERLIN)
    assert calendar.between(start, start + timedelta(days=1)) == working_hours(worked)


def test_a_day_that_has_begun_goes_on_when_the_clocks_are_set_back_over_midnight():
    zone = ZoneInfo("America/St_Johns")  # at 00:01 on Sunday 7 November 2010 back to 23:01 on Saturday
    sundays = Calendar(zone, week("", "", "", "", "", "", "00:00-24:00"))
    once_more = at("2010-11-06 23:30", zone).replace(fold=1)
    assert sundays.is_open(once_more)
    assert not sundays.is_open(at("2010-11-06 23:30", zone))
    assert seconds(sundays.before(once_more, working_hours(0.25)), once_more) == 15 * 60


def test_round_the_clock_adds_exactly_24_hours_and_loses_no_minute_a_night():
    start = at("2026-11-18 10:00")
    calendar = Calendar(SHANGHAI, ALWAYS)
    assert seconds(start, calendar.after(start, working_hours(24))) == 86400
    assert seconds(start, calendar.after(start, working_hours(24 * 3650))) == 86400 * 3650


def test_hours_until_midnight_end():
    calendar = plain("Asia/Shanghai", *["09:00-24:00"] * 7)
    assert calendar.after(at("2026-11-18 23:00"), working_hours(1)) == at("2026-11-19 00:00")
    assert calendar.after(at("2026-11-18 23:00"), working_hours(16)) == at("2026-11-20 00:00")


@pytest.mark.parametrize(
    ("_case", "weekly"),
    [
        ("no working time at all", week()),
        ("a week of six days", (EIGHT_HOURS,) * 6),
        ("an interval that runs backwards", (((timedelta(hours=17), timedelta(hours=9)),),) * 7),
        ("an interval without length", (((timedelta(hours=9), timedelta(hours=9)),),) * 7),
        ("an interval past midnight", (((timedelta(hours=20), timedelta(hours=28)),),) * 7),
        ("a time before midnight", (((timedelta(hours=-1), timedelta(hours=8)),),) * 7),
    ],
)
def test_hours_that_can_be_no_calendar_are_refused(_case, weekly):
    with pytest.raises(BadCalendar):
        Calendar(SHANGHAI, weekly)


def test_overlapping_hours_of_one_date_are_refused_and_the_date_is_named():
    overlap = ((timedelta(hours=9), timedelta(hours=13)), (timedelta(hours=12), timedelta(hours=18)))
    with pytest.raises(BadCalendar, match="2026-01-04"):
        Calendar(SHANGHAI, (EIGHT_HOURS,) * 7, {on("2026-01-04"): overlap})


@pytest.mark.parametrize(
    "pairs", [[["9", "17:00"]], [["09:00"]], [["09:60", "10:00"]], [["25:00", "26:00"]], [["09:00", "24:30"]]]
)
def test_what_is_no_pair_of_times_is_refused(pairs):
    with pytest.raises(BadCalendar):
        read(pairs)


def test_intervals_are_put_in_order():
    assert read([["13:00", "24:00"], ["9:00", "12:00"]]) == (
        (timedelta(hours=9), timedelta(hours=12)),
        (timedelta(hours=13), timedelta(hours=24)),
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar, moment: calendar.after(moment, working_hours(1)),
        lambda calendar, moment: calendar.before(moment, working_hours(1)),
        lambda calendar, moment: calendar.between(moment, moment),
        lambda calendar, moment: calendar.is_open(moment),
        lambda calendar, moment: calendar.add_days(moment, 1),
        lambda calendar, moment: calendar_days_after(moment, 3, SHANGHAI),
        lambda calendar, moment: calendar.is_working_day(moment),
        lambda calendar, moment: calendar.kind(moment),
    ],
)
def test_a_time_without_zone_is_refused_and_a_moment_is_no_date(ask):
    with pytest.raises(BadMoment):
        ask(office(), datetime(2026, 11, 18, 10))  # noqa: DTZ001


def test_negative_working_time_is_refused():
    with pytest.raises(BadMoment):
        office().after(at("2026-11-18 10:00"), working_hours(-1))


def test_moments_of_any_zone_are_understood_and_answers_are_in_the_calendars_zone():
    due = office().after(at("2026-11-18 02:00", ZoneInfo("UTC")), working_hours(1))
    assert (due, due.tzinfo) == (at("2026-11-18 11:00"), SHANGHAI)


@pytest.mark.parametrize(
    ("_case", "day", "kind"),
    [
        ("a Wednesday", "2026-11-18", DayKind.WORKING),
        ("a Sunday", "2026-11-22", DayKind.REST),
        ("National Day", "2026-10-01", DayKind.HOLIDAY),
        ("the Saturday in its week", "2026-10-03", DayKind.HOLIDAY),
        ("a make-up Sunday", "2026-01-04", DayKind.MAKEUP),
    ],
)
def test_a_date_knows_why_it_has_its_hours(_case, day, kind):
    assert office().kind(on(day)) == kind


def test_a_working_day_with_other_hours_is_special():
    calendar = Calendar(SHANGHAI, ALWAYS, {on("2026-11-18"): EIGHT_HOURS})
    assert calendar.kind(on("2026-11-18")) == DayKind.SPECIAL


def test_a_calendar_cannot_be_changed():
    days = {on("2026-11-18"): ()}
    calendar = Calendar(SHANGHAI, ALWAYS, days)
    days.clear()
    assert not calendar.is_working_day(on("2026-11-18"))
    with pytest.raises(TypeError):
        calendar.days[on("2026-11-19")] = ()
    with pytest.raises(FrozenInstanceError):
        calendar.weekly = week()
