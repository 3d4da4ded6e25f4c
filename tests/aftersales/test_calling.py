"""AS-10: at which hours a customer may be called; the rules of the script; plain values, no database."""

from datetime import date, timedelta

import pytest

from aftersales.rules.calling import Terms, again_at, may_call
from aftersales.rules.questionnaires import Asked, problems
from opsdesk.sla import opening
from opsdesk.sla.calendar import Calendar
from tests.make import SHANGHAI, at

HOURS = opening.read([["09:30", "12:00"], ["14:00", "20:00"]])
CALENDAR = Calendar(
    SHANGHAI,
    (*[HOURS] * 6, ()),  # Sundays are free in this calendar
    days={
        date(2026, 10, 1): (),  # National Day, a Thursday
        date(2026, 10, 2): (),
        date(2026, 2, 15): HOURS,  # a Sunday worked for Spring Festival
        date(2026, 2, 17): (),  # Spring Festival
    },
)
TERMS = Terms(1, CALENDAR, 3, timedelta(hours=3), timedelta(minutes=15), timedelta(minutes=60), timedelta(minutes=20))

TABLE = [
    ("the first minute of the morning", "2026-03-04 09:30", None, True, "hours", "2026-03-04 09:30"),
    ("a minute too early", "2026-03-04 09:29", None, False, "rest_time", "2026-03-04 09:30"),
    ("the last minute before lunch", "2026-03-04 11:59", None, True, "hours", "2026-03-04 11:59"),
    ("lunch begins", "2026-03-04 12:00", None, False, "rest_time", "2026-03-04 14:00"),
    ("in the lunch break", "2026-03-04 13:10", None, False, "rest_time", "2026-03-04 14:00"),
    ("lunch is over", "2026-03-04 14:00", None, True, "hours", "2026-03-04 14:00"),
    ("the last minute of the evening", "2026-03-04 19:59", None, True, "hours", "2026-03-04 19:59"),
    ("the evening is over", "2026-03-04 20:00", None, False, "rest_time", "2026-03-05 09:30"),
    ("at night", "2026-03-04 02:00", None, False, "rest_time", "2026-03-04 09:30"),
    ("a Saturday is worked", "2026-03-07 10:00", None, True, "hours", "2026-03-07 10:00"),
    ("a Sunday is not", "2026-03-08 10:00", None, False, "rest_time", "2026-03-09 09:30"),
    ("a holiday, to the end of it", "2026-10-01 10:00", None, False, "rest_time", "2026-10-03 09:30"),
    ("the second day of the holiday", "2026-10-02 15:00", None, False, "rest_time", "2026-10-03 09:30"),
    ("the evening before a holiday", "2026-09-30 20:30", None, False, "rest_time", "2026-10-03 09:30"),
    ("a Sunday that is a make-up day", "2026-02-15 10:00", None, True, "hours", "2026-02-15 10:00"),
    ("a make-up day's lunch break", "2026-02-15 12:30", None, False, "rest_time", "2026-02-15 14:00"),
    ("Spring Festival", "2026-02-17 10:00", None, False, "rest_time", "2026-02-18 09:30"),
    ("the customer's own time at night", "2026-03-04 22:00", "2026-03-04 22:00", True, "appointed", "2026-03-04 22:00"),
    ("a little before it", "2026-03-04 21:45", "2026-03-04 22:00", True, "appointed", "2026-03-04 21:45"),
    ("too long before it", "2026-03-04 21:44", "2026-03-04 22:00", False, "before_appointment", "2026-03-04 21:45"),
    ("within the hour after it", "2026-03-04 23:00", "2026-03-04 22:00", True, "appointed", "2026-03-04 23:00"),
    ("longer after it, at night", "2026-03-04 23:01", "2026-03-04 22:00", False, "rest_time", "2026-03-05 09:30"),
    ("longer after it, by day", "2026-03-05 10:00", "2026-03-04 22:00", True, "hours", "2026-03-05 10:00"),
    ("his own time on a holiday", "2026-10-01 10:00", "2026-10-01 10:00", True, "appointed", "2026-10-01 10:00"),
    ("by day, but he said tonight", "2026-03-04 10:00", "2026-03-04 22:00", False, "before_appointment",
     "2026-03-04 21:45"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "now", "appointed", "may", "because", "next_at"), TABLE)
def test_as_10_never_at_rest_times_unless_the_customer_chose_it(_case, now, appointed, may, because, next_at):
    found = may_call(TERMS, at(now), appointed_at=at(appointed) if appointed else None, next_at=None)
    assert (found.may, found.because, found.next_at) == (may, because, at(next_at))


MISSES = [
    ("the same morning is over by then", "2026-03-04 09:30", "2026-03-04 14:00"),
    ("in the afternoon", "2026-03-04 14:30", "2026-03-04 17:30"),
    ("not the same evening", "2026-03-04 18:00", "2026-03-05 09:30"),
    ("not on a Sunday", "2026-03-07 19:00", "2026-03-09 09:30"),
    ("after the holiday", "2026-09-30 19:00", "2026-10-03 09:30"),
]


@pytest.mark.parametrize(("_case", "now", "again"), MISSES)
def test_as_10_after_a_miss_one_calls_again_some_hours_later_at_a_decent_hour(_case, now, again):
    assert again_at(TERMS, at(now)) == at(again)
    early = may_call(TERMS, at(now), appointed_at=None, next_at=at(again))
    assert (early.may, early.because, early.next_at) == (False, "called_just_now", at(again))


QUESTIONS = (
    Asked(1, "visited", "按时？", "choice", ("按时", "迟到"), True),
    Asked(2, "mark", "几分？", "scale", (), True),
    Asked(3, "words", "怎么样？", "text", (), False),
)
ANSWERS = [
    ("complete", {"visited": "按时", "mark": "5", "words": "好"}, ()),
    ("what is not required may be left out", {"visited": "迟到", "mark": "1"}, ()),
    ("a blank is no answer", {"visited": " ", "mark": "1"}, ("按时？",)),
    ("what is not offered is no answer", {"visited": "也许", "mark": "0"}, ("按时？", "几分？")),
    ("nothing at all", {}, ("按时？", "几分？")),
    ("what nobody asked does not matter", {"visited": "按时", "mark": "2", "other": "x"}, ()),
]


@pytest.mark.parametrize(("_case", "given", "missing"), ANSWERS)
def test_as_10_a_script_is_answered_completely_or_the_gaps_are_named(_case, given, missing):
    assert problems(QUESTIONS, given) == missing
