"""Any calendar, around days on which clocks change, against an engine that can only wait for a minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from opsdesk.sla import deadlines
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.deadlines import CalendarDays, Pause, WorkingTime
from opsdesk.sla.opening import Hours

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOTHING = timedelta(0)
AROUND = {
    "Asia/Shanghai": [date(2026, 2, 15), date(1991, 4, 14), date(2024, 12, 31)],
    "Europe/Berlin": [date(2025, 3, 30), date(2025, 10, 26)],
    "America/Sao_Paulo": [date(2015, 10, 18), date(2016, 2, 21)],  # at midnight
    "America/St_Johns": [date(2010, 3, 14), date(2010, 11, 7)],  # a minute past midnight
    "Australia/Lord_Howe": [date(2025, 4, 6), date(2025, 10, 5)],  # by half an hour
    "Pacific/Apia": [date(2011, 12, 30)],  # a date left out
}

amounts = some.builds(timedelta, minutes=some.integers(0, 30 * 60))


@some.composite
def any_hours(draw) -> Hours:
    """Up to three intervals at any quarter of an hour; some touch."""
    marks = sorted(draw(some.lists(some.integers(0, 96), unique=True, max_size=6)))
    quarters = list(zip(marks[::2], marks[1::2], strict=False))
    if len(marks) == 3 and draw(some.booleans()):
        quarters = [(marks[0], marks[1]), (marks[1], marks[2])]
    return tuple((a * 15 * MINUTE, b * 15 * MINUTE) for a, b in quarters)


@some.composite
def any_calendar_and_start(draw) -> tuple[Calendar, datetime]:
    zone = draw(some.sampled_from(sorted(AROUND)))
    day = draw(some.sampled_from(AROUND[zone]))
    weekly = draw(some.lists(any_hours(), min_size=7, max_size=7).filter(any))
    replaced = draw(some.dictionaries(some.integers(-3, 5), any_hours(), max_size=4))
    calendar = Calendar(ZoneInfo(zone), tuple(weekly), {day + n * DAY: day_ for n, day_ in replaced.items()})
    noon = datetime.combine(day, time(12), UTC)
    return calendar, noon + draw(some.integers(-48 * 60, 24 * 60)) * MINUTE


def slow_minutes(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Walk minute by minute and look at the wall clock, which counts as never going back.

    So an hour that comes twice opens and closes what it opens and closes the first time.
    """
    at = start - 180 * MINUTE
    furthest = datetime.combine(at.date() - 2 * DAY, time.min)
    while True:
        furthest = max(furthest, at.astimezone(calendar.zone).replace(tzinfo=None, fold=0))
        if at >= start:
            yield at, is_within(calendar, furthest)
        at += MINUTE


def is_within(calendar: Calendar, wall: datetime) -> bool:
    since_midnight = timedelta(hours=wall.hour, minutes=wall.minute)
    hours = calendar.days.get(wall.date(), calendar.weekly[wall.weekday()])
    return any(start <= since_midnight < end for start, end in hours)


def slow_after(calendar: Calendar, start: datetime, working: timedelta) -> datetime:
    for at, is_open in slow_minutes(calendar, start):
        if is_open and not working:
            return at
        working -= MINUTE * is_open
        if is_open and not working:
            return at + MINUTE
    raise AssertionError


@settings(max_examples=150, deadline=None)
@given(any_calendar_and_start(), amounts)
def test_the_due_time_is_exactly_that_of_an_engine_that_steps_through_the_minutes(given_, working):
    calendar, start = given_
    assert calendar.after(start, working).astimezone(UTC) == slow_after(calendar, start, working)


@settings(max_examples=60, deadline=None)
@given(any_calendar_and_start(), some.integers(0, 3 * 24 * 60))
def test_what_is_open_and_how_much_is_that_of_an_engine_that_steps_through_the_minutes(given_, minutes):
    calendar, start = given_
    walked = list(islice(slow_minutes(calendar, start), minutes))
    assert [calendar.is_open(at) for at, _ in walked] == [is_open for _, is_open in walked]
    assert calendar.between(start, start + minutes * MINUTE) == MINUTE * sum(is_open for _, is_open in walked)


@settings(max_examples=200, deadline=None)
@given(any_calendar_and_start(), some.timedeltas(timedelta(microseconds=1), timedelta(days=40)))
def test_before_takes_back_what_after_added(given_, working):
    calendar, start = given_
    due = calendar.after(start, working)
    assert calendar.before(due, working).astimezone(UTC) == calendar.next_open(start).astimezone(UTC)
    assert calendar.between(start, due) == working
    assert calendar.between(due, start) == -working


@settings(max_examples=200, deadline=None)
@given(any_calendar_and_start(), amounts, amounts)
def test_working_time_adds_up(given_, first, second):
    calendar, start = given_
    if second:
        there = calendar.after(calendar.after(start, first), second)
        assert there.astimezone(UTC) == calendar.after(start, first + second).astimezone(UTC)


@settings(max_examples=200, deadline=None)
@given(any_calendar_and_start(), some.integers(-30, 30))
def test_working_days_lead_to_open_time_and_are_counted_back(given_, days):
    calendar, start = given_
    on = calendar.working_day(start.date(), 0)
    there = calendar.working_day(on, days)
    assert calendar.working_days_between(on, there) == days
    due = calendar.add_days(start, abs(days))
    assert due.astimezone(UTC) >= start
    assert calendar.is_open(due)


pauses = some.lists(some.tuples(some.integers(-600, 4000), some.integers(0, 900)), max_size=4)


@settings(max_examples=200, deadline=None)
@given(any_calendar_and_start(), amounts, pauses, some.booleans())
def test_one_more_pause_never_moves_a_deadline_earlier_and_the_count_always_adds_up(given_, amount, spans, working):
    calendar, start = given_
    term = WorkingTime(amount, calendar) if working else CalendarDays(amount, calendar.zone)
    taken = [Pause(start + a * MINUTE, start + (a + length) * MINUTE, "") for a, length in spans]
    without, deadline = deadlines.deadline(start, term, taken[:-1]), deadlines.deadline(start, term, taken)
    assert deadline.due.astimezone(UTC) >= without.due.astimezone(UTC)
    counted = sum((day.worked for day in deadline.counted), NOTHING)
    assert counted == deadlines.worked(start, deadline.due, term.calendar, taken)
    if working:
        assert counted == amount


@settings(max_examples=80, deadline=None)
@given(any_calendar_and_start(), amounts, pauses)
def test_a_paused_deadline_is_exactly_that_of_an_engine_that_skips_the_paused_minutes(given_, amount, spans):
    calendar, start = given_
    taken = [Pause(start + a * MINUTE, start + (a + length) * MINUTE, "") for a, length in spans]
    left, due = amount, calendar.next_open(start).astimezone(UTC)
    minutes = slow_minutes(calendar, start)
    while left:  # nothing to work is due at the next opening, paused or not
        at, is_open = next(minutes)
        if is_open and not any(pause.start <= at < pause.end for pause in taken):
            left, due = left - MINUTE, at + MINUTE
    assert deadlines.deadline(start, WorkingTime(amount, calendar), taken).due.astimezone(UTC) == due
