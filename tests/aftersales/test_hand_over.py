"""AS-3: a job that its agent will miss goes to a third party in time, and is never without an owner."""

from datetime import datetime, timedelta

import pytest

from aftersales.models import Job, Offer, Visit
from aftersales.operations import dispatch, freezing, hand_over, holding, jobs, telling
from aftersales.rules.forecast import Outlook, forecast
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from tests import make
from tests import make_dispatch as field
from tests.make import AT, SHANGHAI, at

DUE = AT + timedelta(days=3)  # Saturday 2026-03-07 10:00
LOOK = AT + timedelta(hours=35)  # Thursday 21:00: 37 hours before


def after(start: datetime, work: timedelta) -> datetime:
    """Nine hours a day, nights left out: enough of a calendar for the rule."""
    days, rest = divmod(work, timedelta(hours=9))
    return start + timedelta(days=days) + rest


def outlook(**fields: object) -> Outlook:
    usual = {"due_at": DUE, "accepted_at": AT, "place": 1, "per_day": 1, "day": timedelta(hours=9)}
    return Outlook(**usual | fields)


@pytest.mark.parametrize(
    ("_case", "fields", "late", "because"),
    [
        ("next in its queue", {}, False, ("queue:1:1",)),
        ("fourth at one a day", {"place": 4}, True, ("queue:4:1",)),
        ("fourth at two a day", {"place": 4, "per_day": 2}, False, ("queue:4:2",)),
        ("appointed in time", {"place": 9, "planned_at": AT + timedelta(days=2)}, False, ("appointed_in_time",)),
        ("appointed too late", {"planned_at": DUE + timedelta(hours=1)}, True, ("appointed_after_due",)),
        (
            "the customer wants it late",
            {"planned_at": DUE + timedelta(hours=1), "customers_wish": True},
            False,
            ("appointed_after_due", "customers_wish"),
        ),
        ("did not come", {"planned_at": AT - timedelta(hours=1)}, False, ("appointment_not_kept", "queue:1:1")),
        (
            "did not come, and the queue is long",
            {"planned_at": AT - timedelta(hours=1), "place": 5},
            True,
            ("appointment_not_kept", "queue:5:1"),
        ),
        ("is there", {"place": 9, "arrived": True, "planned_at": AT - timedelta(hours=1)}, False, ("installer_there",)),
        ("usually slow", {"speed": timedelta(days=4)}, True, ("queue:1:1", "speed:96")),
        ("usually quick", {"speed": timedelta(hours=20)}, False, ("queue:1:1",)),
    ],
)
def test_as_3_the_forecast_says_whether_the_agent_will_miss_and_why(_case, fields, late, because):
    found = forecast(outlook(**fields), at=AT, after=after)
    assert (found.late, found.because) == (late, because)
    assert found.late == (found.finish > DUE) or fields.get("customers_wish")


@pytest.fixture
def agent(db):
    make.policies()
    field.rules()
    row = make.partner("gz", email="gz@example.invalid")
    make.territory(row, "440106")
    return row


@pytest.fixture
def slow(agent) -> Job:
    """A job that the agent has, and that it will miss: appointed a day too late, by itself."""
    job = field.accepted()
    jobs.appoint(job.pk, appointed_at=DUE + timedelta(days=1), asked_by="installer", by=SYSTEM, at=AT)
    return Job.objects.get(pk=job.pk)


def wanted() -> list[Job]:
    return list(Job.objects.hand_over_wanted())


def test_as_3_the_agent_keeps_the_job_until_the_third_party_accepts(agent, slow):
    third = field.third_party()
    assert hand_over.hand_over_all_due(by=SYSTEM, at=LOOK) == 1
    slow.refresh_from_db()
    assert (slow.state, slow.owner) == ("appointed", agent)
    offer = Offer.objects.get(kind="hand_over")
    assert (offer.partner, offer.answer, offer.because) == (
        third,
        "waiting",
        "appointed_after_due；territory:city:4401",
    )
    assert offer.due_at == at("2026-03-06 11:00")  # two working hours from Friday morning
    assert hand_over.hand_over_all_due(by=SYSTEM, at=LOOK) == 0

    jobs.accept(slow.pk, by=field.office(third), at=LOOK + timedelta(hours=1))
    slow.refresh_from_db()
    assert (slow.state, slow.owner, slow.appointed_at) == ("accepted", third, None)
    assert slow.handed_over_at == slow.accepted_at == LOOK + timedelta(hours=1)
    assert [(v.partner, v.outcome) for v in Visit.objects.all()] == [(agent, "cancelled")]
    assert list(Timer.objects.filter(policy__code="visit").order_by("round").values_list("round", "state")) == [
        (1, "dropped"),
        (2, "running"),
    ]
    assert Timer.objects.get(policy__code="installation").due_at == DUE
    assert Timer.objects.get(policy__code="hand_over").state == "met"


def test_as_3_the_agent_that_lost_a_job_is_told_not_to_go_and_may_do_nothing_more(agent, slow):
    third, office = field.third_party(), field.office(agent)
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    jobs.accept(slow.pk, by=field.office(third), at=LOOK)
    [letter] = Mail.objects.filter(key__startswith="taken:")
    assert (letter.to, f"J{slow.pk}" in letter.subject) == ("gz@example.invalid", True)
    with pytest.raises(NotFound):
        jobs.complete(slow.pk, serial_number="SN", photo=make.photo(), by=office, at=LOOK)
    with pytest.raises(NotFound):
        jobs.accept(slow.pk, by=office, at=LOOK)


def test_as_3_the_third_party_sees_the_offer_and_can_only_answer_it(agent, slow):
    third = field.office(field.third_party())
    assert not Job.objects.visible_to(third).exists()
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    assert Job.objects.visible_to(third).get() == slow
    for forbidden in (
        lambda: jobs.appoint(slow.pk, appointed_at=DUE, by=third, at=LOOK),
        lambda: jobs.arrive(slow.pk, by=third, at=LOOK),
        lambda: jobs.complete(slow.pk, serial_number="SN", photo=make.photo(), by=third, at=LOOK),
        lambda: jobs.show(slow.pk, why="看看", by=third, at=LOOK),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert Job.objects.get().owner == agent


def test_as_3_the_agent_cannot_take_over_or_decline_for_the_third_party(agent, slow):
    field.third_party()
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    office = field.office(agent)
    for answer in (
        lambda: jobs.accept(slow.pk, by=office, at=LOOK),
        lambda: jobs.decline(slow.pk, reason="x", by=office, at=LOOK),
    ):
        with pytest.raises(WrongState):
            answer()
    assert Offer.objects.get(kind="hand_over").answer == "waiting"


def test_as_3_who_declines_or_keeps_silent_is_followed_by_the_next_third_party(agent, slow):
    first, second = field.third_party("first"), field.third_party("second")
    field.score(first, "95")
    field.score(second, "80")
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    jobs.decline(slow.pk, reason="人手不足", by=field.office(first), at=LOOK)
    assert Job.objects.get().owner == agent
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    late = at("2026-03-06 11:00")
    timers.sweep(at=late)
    hand_over.hand_over_all_due(by=SYSTEM, at=late)
    assert list(
        Offer.objects.filter(kind="hand_over").order_by("round").values_list("partner__code", "answer", "reason")
    ) == [("first", "declined", "人手不足"), ("second", "silent", ""), (None, "withdrawn", "")]
    assert wanted() == [slow]
    assert Offer.objects.order_by("round").last().because == "appointed_after_due；all_tried"
    assert Job.objects.get().owner == agent


def test_as_3_where_nobody_can_the_dispatcher_is_told_once(agent, slow):
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK + timedelta(minutes=5))
    assert wanted() == [slow]
    assert Event.objects.filter(action="job.want_hand_over").count() == 1
    assert Job.objects.get().state == "appointed"


@pytest.mark.parametrize(
    ("_case", "when", "found"),
    [
        ("too early", DUE - timedelta(hours=41), 0),
        ("from the lead on", DUE - timedelta(hours=40), 1),
        ("until the latest useful moment", DUE - timedelta(hours=8), 1),
        ("nobody could make it any more", DUE - timedelta(hours=7), 0),
        ("after the deadline", DUE + timedelta(hours=1), 0),
    ],
)
def test_as_3_jobs_are_handed_over_within_the_hours_of_the_rule_in_force(agent, slow, _case, when, found):
    field.third_party()
    assert hand_over.hand_over_all_due(by=SYSTEM, at=when) == found


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("frozen by a refund", {"frozen_at": AT}),
        ("wanted already", {"hand_over_wanted_at": AT}),
        ("failed", {"state": "failed"}),
    ],
)
def test_as_3_some_jobs_are_nobodys_to_take_over(agent, slow, _case, change):
    field.third_party()
    Job.objects.update(**change)
    assert hand_over.hand_over_all_due(by=SYSTEM, at=LOOK) == 0


def test_as_3_a_job_whose_clock_stands_is_not_handed_over(agent, slow):
    field.third_party()
    jobs.pause(slow.pk, reason="客户外出", by=SYSTEM, at=AT)
    assert hand_over.hand_over_all_due(by=SYSTEM, at=LOOK) == 0


def test_as_3_a_full_queue_is_handed_over_from_the_end_and_as_far_as_somebody_is_free(agent):
    third = field.third_party()
    field.capacity(third, 1)
    taken = [field.accepted(str(n)) for n in range(4)]
    field.capacity(agent, 1)
    # at LOOK (Thursday evening) one a day: the first is done on Friday, the second on Saturday at 18:00, after 10:00
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    asked = set(Offer.objects.filter(kind="hand_over", partner=third).values_list("job_id", flat=True))
    # the third party is free on Friday and on Saturday until ten: two jobs
    assert asked == {taken[1].pk, taken[2].pk}
    assert wanted() == [taken[3]]


def test_as_3_a_third_party_without_a_certificate_is_not_asked(agent):
    field.certificate(field.installer(agent))
    third = field.third_party()
    job = field.needing("1", "instant")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    jobs.accept(job.pk, by=SYSTEM, at=AT)
    jobs.appoint(job.pk, appointed_at=DUE + timedelta(days=1), by=SYSTEM, at=AT)
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    [row] = Offer.objects.get(kind="hand_over").candidates
    assert (row["partner"], row["chosen"], row["because"][-1]) == (third.pk, False, "no_certificate:instant")


@pytest.mark.parametrize("move", ["appoint in time", "arrive", "complete"])
def test_as_3_an_agent_who_gets_ready_after_all_keeps_the_job(agent, slow, move):
    third = field.office(field.third_party())
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    office = field.office(agent)
    if move == "appoint in time":
        jobs.appoint(
            slow.pk, appointed_at=DUE - timedelta(hours=2), reason="加派人手", asked_by="installer", by=office, at=LOOK
        )
    elif move == "arrive":
        jobs.arrive(slow.pk, by=office, at=LOOK)
    else:
        jobs.complete(slow.pk, serial_number="SN", photo=make.photo(), by=office, at=LOOK)
    assert Offer.objects.get(kind="hand_over").answer == "withdrawn"
    assert Timer.objects.get(policy__code="hand_over").state == "dropped"
    with pytest.raises(NotFound):
        jobs.accept(slow.pk, by=third, at=LOOK)
    assert Job.objects.get().owner == agent


def test_as_6_a_frozen_job_is_not_taken_over_and_the_installer_is_told_at_once(agent, slow):
    third = field.office(field.third_party())
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    for _twice in range(2):
        freezing.freeze_many([slow.order_id], because="退款处理中", by=SYSTEM, at=LOOK)
    with pytest.raises(holding.Frozen):
        jobs.accept(slow.pk, by=third, at=LOOK)
    assert [mail.to for mail in Mail.objects.filter(key__startswith="frozen:")] == ["gz@example.invalid"]
    with pytest.raises(holding.Frozen):
        hand_over.hand_over(slow.pk, reason="急", by=SYSTEM, at=LOOK)
    assert list(Job.objects.frozen()) == [slow]


def test_as_6_a_frozen_job_is_offered_to_nobody_by_hand_either(agent):
    job, other = make.job(), make.partner("other")
    freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT)
    for offer in (
        lambda: dispatch.dispatch(job.pk, by=SYSTEM, at=AT),
        lambda: dispatch.assign(job.pk, partner_id=other.pk, reason="急", by=SYSTEM, at=AT),
    ):
        with pytest.raises(holding.Frozen):
            offer()
    assert (Job.objects.get().state, Offer.objects.count()) == ("open", 0)


def test_as_3_a_dispatcher_hands_over_by_hand_to_whom_he_chooses(agent, slow):
    other = make.partner("other")
    boss = make.actor("boss", "aftersales.dispatch_job", company=True)
    with pytest.raises(jobs.ReasonMissing):
        hand_over.hand_over(slow.pk, reason=" ", partner_id=other.pk, by=boss, at=AT)
    with pytest.raises(dispatch.NotAnInstaller):
        hand_over.hand_over(slow.pk, reason="急", partner_id=agent.pk, by=boss, at=AT)
    hand_over.hand_over(slow.pk, reason="客户投诉", partner_id=other.pk, by=boss, at=AT)
    assert Offer.objects.get(kind="hand_over").because == "by_hand:客户投诉"
    assert Job.objects.get().owner == agent
    jobs.accept(slow.pk, by=field.office(other), at=AT)
    assert Job.objects.get().owner == other


def test_as_3_a_dispatcher_may_look_again_and_ask_who_declined_before(agent, slow):
    third = field.third_party()
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    jobs.decline(slow.pk, reason="忙", by=field.office(third), at=LOOK)
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    assert wanted() == [slow]
    hand_over.hand_over(slow.pk, reason="已电话说好", by=SYSTEM, at=LOOK + timedelta(minutes=1))
    assert (wanted(), Offer.objects.waiting().get().partner) == ([], third)


def test_as_3_the_third_party_is_told_of_the_hand_over_by_mail(agent, slow):
    field.third_party(email="tp@example.invalid")
    hand_over.hand_over_all_due(by=SYSTEM, at=LOOK)
    telling.tell_all_due(by=SYSTEM, at=LOOK)
    [letter] = Mail.objects.filter(to="tp@example.invalid")
    assert letter.key.startswith("offers:tp:")


def test_as_3_the_sweep_costs_the_same_number_of_queries_for_few_and_for_many(agent, django_assert_max_num_queries):
    third = field.third_party()
    field.capacity(third, 100)
    counted = []
    for first, how_many in ((0, 2), (100, 30)):
        for n in range(first, first + how_many):
            job = field.accepted(str(n))
            jobs.appoint(job.pk, appointed_at=DUE + timedelta(days=1), by=SYSTEM, at=AT)
        with django_assert_max_num_queries(70) as seen:
            assert hand_over.hand_over_all_due(by=SYSTEM, at=LOOK) == how_many
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_as_3_nothing_is_handed_over_without_figures_in_force(db):
    assert hand_over.hand_over_all_due(by=SYSTEM, at=datetime(2026, 3, 5, tzinfo=SHANGHAI)) == 0
