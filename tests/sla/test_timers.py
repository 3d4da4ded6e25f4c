"""AS-1, AS-2, CF-15: clocks as rows: their ladder, pauses, and the sweep."""

from datetime import timedelta

import pytest

from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import WrongState
from opsdesk.sla import timers
from opsdesk.sla.models import Counting, Heartbeat, Policy, Timer
from tests import make
from tests.make import AT, at

pytestmark = pytest.mark.django_db
SUBJECT = "aftersales.job"


@pytest.fixture(autouse=True)
def _policies():
    make.policies()


def start(policy: str = "installation", *subjects: int, when=AT) -> list[Timer]:
    return timers.start_many(policy, SUBJECT, [(pk, when) for pk in subjects or (1,)], by=SYSTEM, at=when)


def actions() -> list[str]:
    return list(Event.objects.filter(subject_type=SUBJECT).order_by("pk").values_list("action", flat=True))


def test_as_1_three_days_are_calendar_days_at_the_same_time_of_day():
    [timer] = start()
    assert timer.due_at == AT + timedelta(days=3)
    assert timer.ladder == ["warned", "missed", "escalated"]
    assert timer.ladder_at == [AT + timedelta(days=1.5), AT + timedelta(days=3), AT + timedelta(days=4)]


def test_as_2_four_working_hours_run_over_night():
    [timer] = start("acceptance", when=at("2026-03-04 16:00"))
    assert timer.due_at == at("2026-03-05 11:00")


def test_as_1_the_sweep_climbs_each_rung_once_and_in_order():
    start()
    assert timers.sweep(at=AT + timedelta(hours=1)) == 0
    assert timers.sweep(at=AT + timedelta(days=2)) == 1
    assert timers.sweep(at=AT + timedelta(days=2)) == 0
    assert timers.sweep(at=AT + timedelta(days=9)) == 2
    assert actions() == ["installation.warned", "installation.missed", "installation.escalated"]
    timer = Timer.objects.get()
    assert (timer.missed_at, timer.next_at) == (AT + timedelta(days=3), None)


def test_as_1_a_clock_met_in_time_is_not_missed_later():
    start()
    timers.meet_many("installation", SUBJECT, [1], by=SYSTEM, at=AT + timedelta(days=2))
    assert timers.sweep(at=AT + timedelta(days=9)) == 0
    timer = Timer.objects.get()
    assert (timer.state, timer.missed_at) == ("met", None)


def test_as_1_a_clock_met_late_is_missed_even_if_no_sweep_came_by():
    start()
    timers.meet_many("installation", SUBJECT, [1], by=SYSTEM, at=AT + timedelta(days=5))
    assert Timer.objects.get().missed_at == AT + timedelta(days=3)


def test_as_1_a_pause_needs_a_reason_and_moves_the_deadline_by_what_it_took():
    [timer] = start()
    with pytest.raises(timers.NoReason):
        timers.pause(timer.pk, reason=" ", by=SYSTEM, at=AT)
    timers.pause(timer.pk, reason="客户外出", by=SYSTEM, at=AT + timedelta(days=1))
    assert timers.sweep(at=AT + timedelta(days=5)) == 0
    resumed = timers.resume(timer.pk, by=SYSTEM, at=AT + timedelta(days=6))
    assert resumed.due_at == AT + timedelta(days=8)
    assert resumed.because["paused"][0]["reason"] == "客户外出"
    assert timers.sweep(at=AT + timedelta(days=8)) == 2


def test_as_1_a_rung_already_climbed_is_not_climbed_again_after_a_pause():
    [timer] = start()
    timers.sweep(at=AT + timedelta(days=2))
    timers.pause(timer.pk, reason="客户外出", by=SYSTEM, at=AT + timedelta(days=2))
    timers.resume(timer.pk, by=SYSTEM, at=AT + timedelta(days=4))
    timers.sweep(at=AT + timedelta(days=4, hours=23))
    assert actions() == ["installation.warned"]


def test_as_1_running_clocks_keep_their_version_of_the_policy():
    [old] = start()
    policy = Policy.objects.get(code="installation")
    Policy.objects.filter(pk=policy.pk).update(valid_to=AT.date() + timedelta(days=1))
    make_policy = {"code": "installation", "name": "x", "counting": Counting.CALENDAR_DAYS, "calendar": policy.calendar}
    Policy.objects.create(**make_policy, amount=timedelta(days=2), valid_from=AT.date() + timedelta(days=1))
    [new] = timers.start_many("installation", SUBJECT, [(2, AT + timedelta(days=1))], by=SYSTEM, at=AT)
    assert Timer.objects.get(pk=old.pk).due_at == AT + timedelta(days=3)
    assert new.due_at == AT + timedelta(days=3)


def test_as_1_a_deadline_beyond_the_known_holidays_is_provisional_and_counted_again_when_they_are_known():
    policy = Policy.objects.get(code="acceptance")
    calendar = policy.calendar
    calendar.known_until = at("2026-12-28").date()
    calendar.save()
    [timer] = start("acceptance", when=at("2026-12-31 16:00"))
    assert timer.provisional
    calendar.known_until = at("2027-12-28").date()
    calendar.save()
    calendar.days.create(day=at("2027-01-01").date(), kind="holiday", name="元旦")
    assert timers.recount_provisional(by=SYSTEM, at=AT) == 1
    counted = Timer.objects.get()
    assert (counted.due_at, counted.provisional) == (at("2027-01-02 11:00"), False)


@pytest.mark.parametrize("action", ["meet", "drop"])
def test_as_1_an_ended_clock_cannot_be_paused(action):
    [timer] = start()
    getattr(timers, f"{action}_many")("installation", SUBJECT, [1], by=SYSTEM, at=AT)
    with pytest.raises(WrongState):
        timers.pause(timer.pk, reason="x", by=SYSTEM, at=AT)


@pytest.mark.parametrize("open_clocks", [10, 500])
def test_as_1_the_sweep_costs_the_same_however_many_clocks_are_open(open_clocks, django_assert_num_queries):
    start("installation", *range(1, open_clocks + 1))
    with django_assert_num_queries(7):
        assert timers.sweep(at=AT + timedelta(days=2)) == open_clocks


def test_kp_4_the_sweep_says_that_it_ran():
    timers.sweep(at=AT)
    assert Heartbeat.objects.get(name="sla.sweep").at == AT
