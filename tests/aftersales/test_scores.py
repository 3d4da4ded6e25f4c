"""AS-11: scores from events, by a formula of rows: worked out by hand, the same again later, contestable."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from aftersales.models import Job, Offer, Score, ScoreContest, ScoreFormula, ScoreWeight, Visit
from aftersales.operations import scores
from aftersales.queries import scores as queries
from aftersales.rules.scores import Event, Weight, points_of, score
from opsdesk.actor import SYSTEM
from opsdesk.audit import models as audit
from opsdesk.errors import NotAllowed, NotFound
from opsdesk.sla.models import Counting, WorkCalendar
from tests import make
from tests.make import at

MARCH, PUBLISHED = date(2026, 3, 1), at("2026-04-01 05:00")
MOMENT = at("2026-03-05 10:00")
CONTEST = ("aftersales.view_score", "aftersales.contest_score")
DECIDE = ("aftersales.view_score", "aftersales.decide_score")


def d(text: str) -> Decimal:
    return Decimal(text)


def happened(*values: str, kind: str = "aftersales.job") -> list[Event]:
    return [Event(kind, number, MOMENT, d(value)) for number, value in enumerate(values, 1)]


ON_TIME, HOURS = Weight("on_time", d("60"), d("0.5"), d("1")), Weight("acceptance", d("40"), d("10"), d("0"))
COMPLAINTS = Weight("complaints", d("50"), d("10"), d("0"), per_100=True)


@pytest.mark.parametrize(
    ("_case", "value", "weight", "points"),
    [
        ("at the value worth nothing", "0.5", ON_TIME, "0"),
        ("below it", "0.2", ON_TIME, "0"),
        ("half way", "0.75", ON_TIME, "50"),
        ("at the value worth everything", "1", ON_TIME, "100"),
        ("fewer is better: half way", "5", HOURS, "50"),
        ("fewer is better: too many", "11", HOURS, "0"),
    ],
)
def test_as_11_points_lie_on_a_straight_line(_case, value, weight, points):
    assert points_of(d(value), weight) == d(points)


@pytest.mark.parametrize(
    ("_case", "weights", "events", "bases", "value"),
    [
        ("all on time", [ON_TIME], {"on_time": happened("1", "1")}, {}, "100.00"),
        ("three of four: half of the points", [ON_TIME], {"on_time": happened("1", "1", "1", "0")}, {}, "50.00"),
        (
            "two measures by weight: (60×50 + 40×80) / 100",
            [ON_TIME, HOURS],
            {"on_time": happened("1", "1", "1", "0"), "acceptance": happened("1", "3")}, {}, "62.00",
        ),
        ("a measure without events leaves its weight to the others", [ON_TIME, HOURS],
         {"on_time": happened("1", "1", "1", "0")}, {}, "50.00"),
        ("two complaints of forty jobs: 5 per 100", [COMPLAINTS], {"complaints": happened("1", "1")},
         {"complaints": 40}, "50.00"),
        ("no complaint of forty jobs", [COMPLAINTS], {}, {"complaints": 40}, "100.00"),
        ("nothing happened", [ON_TIME, COMPLAINTS], {}, {}, None),
        ("a third, rounded half up", [ON_TIME], {"on_time": happened("1", "1", "0")}, {}, "33.33"),
    ],
)  # fmt: skip
def test_as_11_scores_worked_out_by_hand(_case, weights, events, bases, value):
    assert score(weights, events, bases).value == (None if value is None else d(value))


def test_as_11_the_effect_of_an_event_is_what_the_score_would_change_without_it():
    result = score([ON_TIME], {"on_time": happened("1", "1", "1", "0")}, {})
    assert result.effects[("on_time", "aftersales.job", 4)] == d("-50.00")
    assert result.effects[("on_time", "aftersales.job", 1)] == d("16.67")  # 2 of 3 on time give 33.33
    without = score([ON_TIME], {"on_time": happened("1", "1", "1", "0")}, {},
                    frozenset({("on_time", "aftersales.job", 4)}))  # fmt: skip
    assert without.value == d("100.00")


@pytest.fixture
def formula(db) -> ScoreFormula:
    make.policies()
    always = WorkCalendar.objects.get(code="always")
    make.policy("score_contest", timedelta(days=3), always, Counting.CALENDAR_DAYS)
    row = ScoreFormula.objects.create(name="一", contest_days=7, valid_from=make.LONG_AGO)
    for measure, weight, zero, full in (
        ("on_time", "60", "0.5", "1"), ("acceptance", "40", "10", "0"), ("first_visit", "20", "0", "1"),
        ("complaints", "20", "10", "0"), ("handed_over", "20", "100", "0"), ("satisfaction", "20", "0", "1"),
    ):  # fmt: skip
        ScoreWeight.objects.create(formula=row, measure=measure, weight=d(weight), zero_at=d(zero), full_at=d(full))
    return row


def done(number: str, who, when: str, *, late: bool = False) -> Job:
    """A job done at that moment, its offer accepted two hours after it was made, at the first visit."""
    moment = at(when)
    job = make.job(number, signed_at=moment - timedelta(days=5 if late else 1))
    Job.objects.filter(pk=job.pk).update(state="done", done_at=moment, serial_number=f"S{number}", owner=who)
    asked = moment - timedelta(hours=20)
    Offer.objects.create(
        job=job, round=9, partner=who, offered_at=asked, answer="accepted", answered_at=asked + timedelta(hours=2)
    )
    Visit.objects.create(job=job, number=1, partner=who, outcome="done", arrived_at=moment, ended_at=moment)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def agent(formula):
    """Three jobs of March on time, one late; one of April."""
    who = make.partner("gz")
    for number, when in (("1", "2026-03-05 10:00"), ("2", "2026-03-10 10:00"), ("3", "2026-03-31 23:59")):
        done(number, who, when)
    done("4", who, "2026-03-20 10:00", late=True)
    done("5", who, "2026-04-01 18:00", late=True)  # accepted at midnight: April, too
    return who


def expected() -> Decimal:
    """On time 50 × 60, acceptance 80 × 40, first visit 100 × 20, complaints and hand-overs none: 100 × 20 each."""
    return ((50 * 60 + 80 * 40 + 100 * 20 + 100 * 20 + 100 * 20) / d("160")).quantize(d("0.01"))


def test_as_11_a_month_counts_what_happened_in_it_and_nothing_else(agent):
    [row] = scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    assert (row.partner, row.value, row.state, row.version) == (agent, expected(), "published", 1)
    assert expected() == d("76.25")
    said = {line["measure"]: (line["value"], line["events"], line["base"]) for line in row.because}
    assert said == {
        "on_time": ("0.75", 4, 0), "acceptance": ("2.00", 4, 0), "first_visit": ("1.00", 4, 0),
        "satisfaction": (None, 0, 0), "complaints": ("0.00", 0, 4), "handed_over": ("0.00", 0, 4),
    }  # fmt: skip
    assert row.events.count() == 12


def test_as_11_any_past_month_recomputes_to_the_same_number(agent, formula):
    [row] = scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    for number in range(10, 16):  # life goes on
        done(str(number), agent, "2026-05-05 10:00", late=True)
    ScoreFormula.objects.filter(pk=formula.pk).update(valid_to=date(2026, 6, 1))
    ScoreFormula.objects.create(name="二", contest_days=1, valid_from=date(2026, 6, 1))
    assert queries.formula_of(MARCH) == formula
    assert queries.month_of(MARCH, formula).score(agent.pk).value == row.value


def test_as_11_it_is_published_once_and_a_task_that_stood_still_catches_up(agent):
    assert scores.score_all_due(by=SYSTEM, at=at("2026-05-01 05:00")) == 2  # March and April
    assert scores.score_all_due(by=SYSTEM, at=at("2026-05-01 06:00")) == 0
    months = Score.objects.order_by("month").values_list("month", "version")
    assert list(months) == [(MARCH, 1), (date(2026, 4, 1), 1)]


def test_as_11_the_running_month_is_not_scored(agent):
    assert scores.score_all_due(by=SYSTEM, at=at("2026-03-31 23:59")) == 0


def contested(agent, *, measure: str = "on_time"):
    """March is published, and the partner's office contests the late job."""
    [row] = scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    office = make.actor("office", *CONTEST, partner="gz")
    event = row.events.filter(measure=measure).order_by("effect")[0]
    made = scores.contest(row.pk, event_id=event.pk, reason="客户改期", by=office, at=PUBLISHED + timedelta(days=1))
    return row, office, event, made


def test_as_11_a_contest_that_is_upheld_changes_the_score_only_by_that_event(agent):
    row, _office, event, made = contested(agent)
    assert Score.objects.get().state == "contested"
    new = scores.uphold(
        made.pk, reason="有录音", by=make.actor("boss", *DECIDE, company=True), at=PUBLISHED + timedelta(days=2)
    )
    old = Score.objects.get(pk=row.pk)
    assert (old.state, old.value, old.version) == ("replaced", row.value, 1)
    assert (new.version, new.state, new.value) == (2, "published", row.value - event.effect)
    assert new.contest_until == row.contest_until
    assert set(old.events.values_list("measure", "subject_id")) - set(
        new.events.values_list("measure", "subject_id")
    ) == {("on_time", event.subject_id)}
    assert queries.latest_of([agent.pk], on=date(2026, 5, 1)) == {agent.pk: new.value}
    assert queries.month_of(MARCH, new.formula).score(agent.pk).value == new.value


def test_as_11_a_contest_that_is_rejected_leaves_the_number_and_says_why(agent):
    row, _office, _event, made = contested(agent)
    scores.reject(made.pk, reason="无证据", by=make.actor("boss", *DECIDE, company=True), at=PUBLISHED)
    made.refresh_from_db()
    assert (made.state, made.decision, made.decided_by) == ("rejected", "无证据", "boss")
    now = Score.objects.get()
    assert (now.state, now.value, now.version) == ("published", row.value, 1)
    assert made.timers().get().state == "met"


def test_as_11_an_event_is_contested_once_in_time_with_a_reason_and_only_ones_own(agent):
    row, office, event, _made = contested(agent)
    other = row.events.filter(measure="acceptance")[0]
    with pytest.raises(scores.ContestedAlready):
        scores.contest(row.pk, event_id=event.pk, reason="再来", by=office, at=PUBLISHED)
    with pytest.raises(scores.TooLate):
        scores.contest(row.pk, event_id=other.pk, reason="晚了", by=office, at=PUBLISHED + timedelta(days=7))
    with pytest.raises(scores.SayWhy):
        scores.contest(row.pk, event_id=other.pk, reason=" ", by=office, at=PUBLISHED)
    with pytest.raises(scores.NotCounted):
        scores.contest(row.pk, event_id=0, reason="哪个", by=office, at=PUBLISHED)
    make.partner("hn")
    with pytest.raises(NotFound):
        stranger = make.actor("stranger", *CONTEST, partner="hn")
        scores.contest(row.pk, event_id=other.pk, reason="别人的", by=stranger, at=PUBLISHED)
    assert ScoreContest.objects.count() == 1


def test_as_11_nobody_decides_what_he_contested_himself_and_it_needs_the_right(agent):
    [row] = scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    both = make.actor("both", *CONTEST, "aftersales.decide_score", company=True)
    made = scores.contest(row.pk, event_id=row.events.all()[0].pk, reason="错", by=both, at=PUBLISHED)
    for by in (both, make.actor("office", *CONTEST, partner="gz")):
        with pytest.raises(NotAllowed):
            scores.uphold(made.pk, reason="对", by=by, at=PUBLISHED)
    assert (ScoreContest.objects.get().state, Score.objects.count()) == ("open", 1)


def test_as_11_two_contests_are_decided_one_by_one(agent):
    row, office, _event, first = contested(agent)
    other = row.events.filter(measure="acceptance")[0]
    second = scores.contest(row.pk, event_id=other.pk, reason="节假日", by=office, at=PUBLISHED)
    boss = make.actor("boss", *DECIDE, company=True)
    middle = scores.uphold(first.pk, reason="有录音", by=boss, at=PUBLISHED)
    assert (middle.version, middle.state) == (2, "contested")
    last = scores.uphold(second.pk, reason="是", by=boss, at=PUBLISHED)
    assert (last.version, last.state) == (3, "published")
    assert Score.objects.current().count() == 1


def test_as_11_a_score_is_final_when_nothing_can_be_contested_any_more(agent):
    _row, _office, _event, made = contested(agent)
    later = PUBLISHED + timedelta(days=8)
    scores.score_all_due(by=SYSTEM, at=later)
    assert Score.objects.get(month=MARCH).state == "contested"
    scores.reject(made.pk, reason="无证据", by=make.actor("boss", *DECIDE, company=True), at=later)
    scores.score_all_due(by=SYSTEM, at=later)
    assert Score.objects.get(month=MARCH).state == "final"


def test_as_11_a_job_taken_away_counts_against_who_lost_it(agent):
    job = Job.objects.get(order__number="1")
    audit.record(
        job, "job.take_over", by=SYSTEM, at=at("2026-03-04 10:00"), changed={"owner_id": [agent.pk, agent.pk + 1]}
    )
    [row] = scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    [line] = [line for line in row.because if line["measure"] == "handed_over"]
    assert (line["value"], line["points"], line["base"]) == ("25.00", "75.00", 4)


def test_as_11_anonymous_stranger_own_and_above_see_the_receipts(client, agent, django_assert_max_num_queries):
    row, _office, event, made = contested(agent)
    make.partner("hn")
    make.user("stranger", *CONTEST, partner="hn")
    address = reverse("score", args=[row.pk])
    assert client.get(address).status_code == 302
    client.force_login(make.User.objects.get(username="stranger"))
    assert client.get(address).status_code == 404
    client.force_login(make.User.objects.get(username="office"))
    with django_assert_max_num_queries(30):
        body = client.get(address).content.decode()
    assert f"J{event.subject_id}" in body
    assert "客户改期" in body
    assert reverse("score_decide", args=[row.pk]) not in body
    make.user("boss", *DECIDE, company=True)
    client.force_login(make.User.objects.get(username="boss"))
    said = {"contest": made.pk, "upheld": "yes", "reason": "有录音"}
    answer = client.post(reverse("score_decide", args=[row.pk]), said)
    new = Score.objects.current().get()
    assert (answer["Location"], new.version) == (reverse("score", args=[new.pk]), 2)


def test_as_11_the_league_shows_the_best_first_within_its_budget(client, agent, django_assert_max_num_queries):
    worse = make.partner("fs")
    done("90", worse, "2026-03-09 10:00", late=True)
    scores.publish(MARCH, by=SYSTEM, at=PUBLISHED)
    make.user("boss", *DECIDE, company=True)
    client.force_login(make.User.objects.get(username="boss"))
    with django_assert_max_num_queries(18):
        page = client.get(reverse("admin:aftersales_score_changelist"), {"queue": "current"})
    assert [row.partner for row in page.context["cl"].result_list] == [agent, worse]


@pytest.mark.django_db(transaction=True)
def test_as_11_two_workers_compute_a_month_once(agent):
    start, said = threading.Barrier(2), []

    def run() -> None:
        try:
            start.wait(timeout=10)
            said.append(scores.score_all_due(by=SYSTEM, at=datetime.fromisoformat("2026-04-02T05:00:00+08:00")))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(said) == [0, 1]
    assert Score.objects.count() == 1
    assert Score.objects.get().events.count() == 12
