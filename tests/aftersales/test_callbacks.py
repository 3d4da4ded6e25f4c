"""AS-10: every customer is called back within three days, at a decent hour, and the answer is complete."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from aftersales.models import Call, Callback, CallbackAnswer, CallbackTerms, Complaint, Job
from aftersales.operations import callbacks
from aftersales.queries import callbacks as queries
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.privacy import unseal
from opsdesk.sla import timers
from tests import make, make_care
from tests.make import AT, at
from tests.make_care import caller, said


@pytest.fixture
def _care(db):
    make_care.care()


pytestmark = pytest.mark.usefixtures("_care")
LATER = AT + timedelta(minutes=5)


def called(one: Callback, *, by=None, when=AT) -> Callback:
    callbacks.dial(one.pk, by=by or caller(), at=when)
    return one


def test_as_10_every_completed_installation_is_called_back_once_due_three_days_later():
    jobs = [make_care.done_job(str(number), done_at=AT + timedelta(hours=number)) for number in range(1001, 1008)]
    make.job("1010")  # not done: nobody to call
    assert callbacks.open_all_due(by=SYSTEM, at=AT + timedelta(days=60)) == len(jobs)
    assert callbacks.open_all_due(by=SYSTEM, at=AT + timedelta(days=60)) == 0
    due = dict(Callback.objects.values_list("job_id", "due_at"))
    assert due == {job.pk: job.done_at + timedelta(days=3) for job in jobs}
    assert Event.objects.filter(action="callback.open").count() == len(jobs)


def test_as_10_opening_costs_the_same_number_of_statements_for_two_and_for_forty(django_assert_num_queries):
    few = [make_care.done_job(str(number)).pk for number in range(1001, 1003)]
    many = [make_care.done_job(str(number)).pk for number in range(2001, 2041)]
    with django_assert_num_queries(12):
        callbacks.open_many(few, by=SYSTEM, at=AT)
    with django_assert_num_queries(12):
        callbacks.open_many(many, by=SYSTEM, at=AT)


def test_as_10_an_answer_is_complete_or_refused_and_then_nothing_is_kept():
    one = called(make_care.callback())
    for incomplete in (
        said("", answers={"visited": "按时", "installer": "5"}),
        said(answers={"visited": "按时"}),
        said(answers={"visited": "也许", "installer": "5"}),
        said(answers={"visited": "按时", "installer": "6"}),
        said("dissatisfied"),
    ):
        with pytest.raises(callbacks.Incomplete):
            callbacks.answer(one.pk, incomplete, by=caller(), at=LATER)
    one = Callback.objects.get()
    assert (one.state, one.satisfaction, CallbackAnswer.objects.count()) == ("waiting", "", 0)
    assert Call.objects.get().outcome == "calling"


def test_as_10_a_complete_answer_stops_the_clock_and_ends_the_call():
    one = called(make_care.callback())
    given = {"visited": "迟到", "installer": "3", "product": "热得快，电话 138-0000-0002"}
    callbacks.answer(one.pk, said("neutral", suggestion="短信通知", answers=given), by=caller(), at=LATER)
    one = Callback.objects.get()
    assert (one.state, one.satisfaction, one.closed_at, one.attempts) == ("answered", "neutral", LATER, 1)
    assert one.timers().get().state == "met"
    assert list(one.answers.order_by("question__position").values_list("value", flat=True)) == [
        "迟到", "3", "热得快，电话 ****",
    ]  # fmt: skip
    assert unseal(one.answers.get(question__key="product").words_sealed).decode() == given["product"]
    call = Call.objects.get()
    assert (call.caller.username, call.called_at, call.outcome, call.because) == ("he", AT, "reached", "hours")
    assert not Complaint.objects.exists()


def test_as_10_an_answer_without_a_call_is_refused():
    one = make_care.callback()
    with pytest.raises(callbacks.NotCalled):
        callbacks.answer(one.pk, said(), by=caller(), at=AT)
    with pytest.raises(callbacks.NotCalled):
        callbacks.miss(one.pk, outcome="busy", by=caller(), at=AT)
    assert (Callback.objects.get().state, CallbackAnswer.objects.count()) == ("waiting", 0)


def test_as_10_a_dissatisfied_customer_opens_a_complaint_at_once():
    service = make_care.clerk()
    one = called(make_care.callback())
    why = "师傅态度恶劣，打我电话13800000001还骂人"
    callbacks.answer(one.pk, said("dissatisfied", why=why), by=caller(), at=LATER)
    complaint = Complaint.objects.get()
    assert (complaint.callback, complaint.job, complaint.order) == (one, one.job, one.job.order)
    assert (complaint.source, complaint.state, complaint.owner_id) == ("callback", "registered", service.user_id)
    assert (complaint.kind.code, complaint.partner.code) == ("attitude", "gz")
    assert "13800000001" not in complaint.excerpt + Callback.objects.get().why
    assert unseal(complaint.words_sealed).decode() == why


def test_as_10_where_nobody_may_own_the_complaint_the_answer_is_not_kept_either():
    one = called(make_care.callback())
    with pytest.raises(callbacks.complaint_register.NobodyToOwn):
        callbacks.answer(one.pk, said("dissatisfied", why="差"), by=caller(), at=LATER)
    assert Callback.objects.get().state == "waiting"
    assert not Complaint.objects.exists()


def test_as_10_after_three_calls_in_vain_it_is_closed_as_not_reached():
    one, when = make_care.callback(), AT
    for outcome in ("no_answer", "busy"):
        one = callbacks.miss(called(one, when=when).pk, outcome=outcome, by=caller(), at=when)
        assert (one.state, one.next_at > when) == ("waiting", True)
        when = one.next_at
    assert when == at("2026-03-04 17:00")  # 10:00, 3 hours: 13:00 is rest time; 14:00, 3 hours
    one = callbacks.miss(called(one, when=when).pk, outcome="off", by=caller(), at=when)
    assert (one.state, one.attempts, one.closed_at, one.satisfaction) == ("unreached", 3, when, "")
    assert one.timers().get().state == "met"
    assert [call.outcome for call in one.calls.order_by("number")] == ["no_answer", "busy", "off"]


def test_as_10_how_often_one_calls_is_a_dated_row():
    CallbackTerms.objects.update(valid_to=AT.date())
    old = CallbackTerms.objects.get()
    old.pk, old.valid_from, old.valid_to, old.most_attempts = None, AT.date(), None, 1
    old.save()
    one = callbacks.miss(called(make_care.callback()).pk, outcome="busy", by=caller(), at=AT)
    assert one.state == "unreached"


def test_as_10_who_does_not_want_to_answer_is_not_called_again():
    one = callbacks.miss(called(make_care.callback()).pk, outcome="refused", by=caller(), at=AT)
    assert (one.state, one.attempts) == ("unreached", 1)
    with pytest.raises(callbacks.NotNow):
        callbacks.dial(one.pk, by=caller(), at=at("2026-03-04 21:00"))


def test_as_10_the_customer_names_a_time_at_whatever_hour():
    one, evening = called(make_care.callback()), at("2026-03-05 21:30")
    callbacks.appoint(one.pk, appointed_at=evening, by=caller(), at=LATER)
    with pytest.raises(callbacks.NotNow, match="03-05 21:15"):
        callbacks.dial(one.pk, by=caller(), at=at("2026-03-05 15:00"))
    assert callbacks.dial(one.pk, by=caller(), at=evening).phone == "13800000001"
    assert list(one.calls.order_by("number").values_list("outcome", "because")) == [
        ("reached", "hours"), ("calling", "appointed"),
    ]  # fmt: skip


def test_as_10_a_time_in_the_past_is_refused():
    one = called(make_care.callback())
    with pytest.raises(callbacks.TimePast):
        callbacks.appoint(one.pk, appointed_at=AT, by=caller(), at=LATER)
    assert Callback.objects.get().appointed_at is None


def test_as_10_at_rest_times_nobody_is_called_and_no_phone_is_shown():
    one = make_care.callback()
    with pytest.raises(callbacks.NotNow, match="03-04 14:00"):
        callbacks.dial(one.pk, by=caller(), at=at("2026-03-04 12:30"))
    with pytest.raises(callbacks.NothingToCall):
        callbacks.take_next(by=caller(), at=at("2026-03-04 12:30"))
    assert not Call.objects.exists()
    assert not Event.objects.filter(action="callback.dial").exists()


def test_au_2_the_phone_is_shown_with_the_call_and_who_called_whom_is_written_down():
    one = make_care.callback()
    receiver = callbacks.dial(one.pk, by=caller(), at=AT)
    assert (receiver.name, receiver.phone) == ("张三", "13800000001")
    event = Event.objects.get(action="callback.dial")
    assert (event.actor, event.subject_id, event.at, event.facts) == ("he", one.pk, AT, {"number": 1})
    callbacks.dial(one.pk, by=caller(), at=LATER)  # the same call, looked at twice
    assert Call.objects.count() == 1
    assert Event.objects.filter(action="callback.dial").count() == 2


def test_as_10_only_who_makes_call_backs_may_call():
    one = make_care.callback()
    for by in (make_care.clerk(), make_care.somebody("zhou", "shop_operations")):
        with pytest.raises(NotAllowed):
            callbacks.dial(one.pk, by=by, at=AT)
    stranger = make.actor("li", "aftersales.make_callback", partner="gz")
    with pytest.raises(NotFound):
        callbacks.dial(one.pk, by=stranger, at=AT)


def test_as_10_the_queue_gives_the_customers_own_time_first_then_the_earliest_deadline():
    second = make_care.callback("1002", done_at=AT - timedelta(hours=5))
    make_care.callback("1003", done_at=AT - timedelta(hours=1))
    first = make_care.callback("1001", done_at=AT - timedelta(minutes=30))
    called(first, when=AT - timedelta(minutes=20))
    callbacks.appoint(first.pk, appointed_at=AT, by=caller(), at=AT - timedelta(minutes=15))
    assert callbacks.take_next(by=caller(), at=AT) == first
    callbacks.answer(called(first).pk, said(), by=caller(), at=AT)
    assert callbacks.take_next(by=caller(), at=AT) == second
    assert callbacks.take_next(by=caller("gao"), at=AT).job.order.number == "1003"
    with pytest.raises(callbacks.TakenByAnother):
        callbacks.dial(second.pk, by=caller("gao"), at=AT)
    with pytest.raises(callbacks.NothingToCall):
        callbacks.take_next(by=caller("mao"), at=AT)
    assert callbacks.take_next(by=caller("mao"), at=AT + timedelta(minutes=21)) == second


def test_as_10_a_fee_waits_for_the_call_or_for_its_deadline():
    answered, waiting, unreached, unopened = (
        make_care.callback("1001"), make_care.callback("1002"), make_care.callback("1003"), make_care.done_job("1004"),
    )  # fmt: skip
    callbacks.answer(called(answered).pk, said(), by=caller(), at=LATER)
    callbacks.miss(called(unreached).pk, outcome="refused", by=caller(), at=LATER)
    jobs = list(Job.objects.values_list("pk", flat=True))
    assert queries.settled_jobs(jobs, at=AT) == set()
    assert queries.settled_jobs(jobs, at=LATER) == {answered.job_id, unreached.job_id}
    assert queries.settled_jobs([waiting.job_id, unopened.pk], at=AT + timedelta(days=3)) == {waiting.job_id}
    assert queries.settled_jobs([], at=LATER) == set()


def test_as_10_a_call_back_that_is_not_made_climbs_its_ladder():
    make_care.callback()
    timers.sweep(at=AT + timedelta(days=3, minutes=1))
    assert set(Event.objects.filter(action__startswith="callback.").values_list("action", flat=True)) == {
        "callback.open", "callback.warned", "callback.missed",
    }  # fmt: skip
    assert Callback.objects.all().overdue(AT + timedelta(days=3, minutes=1)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_as_10_two_workers_save_one_call_and_open_exactly_one_complaint():
    make_care.clerk()
    one, by = called(make_care.callback()), caller()
    start, found = Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            callbacks.answer(one.pk, said("dissatisfied", why="漏水"), by=by, at=LATER)
            found.append("saved")
        except WrongState:
            found.append("refused")
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == ["refused", "saved"]
    assert Complaint.objects.count() == 1
    assert CallbackAnswer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_as_10_two_callers_never_take_the_same_customer():
    made = {make_care.callback(str(number)).pk for number in range(1001, 1003)}
    people, start, found = [caller("he"), caller("gao")], Barrier(2), []

    def work(by) -> None:
        start.wait()
        found.append(callbacks.take_next(by=by, at=AT).pk)
        connection.close()

    threads = [Thread(target=work, args=[by]) for by in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert set(found) == made
