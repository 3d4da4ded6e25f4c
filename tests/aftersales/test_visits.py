"""AS-1, AS-4: what happens at the customer's door, and what it does to the clocks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from aftersales.models import Job, JobPhoto, Visit, VisitMove
from aftersales.operations import clocks, freezing, jobs
from aftersales.operations.visits import AlreadyThere, NotThere, TooManyPhotos, UnknownCause, WhoAsked
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.sla.models import Timer
from tests import make
from tests import make_dispatch as field
from tests.make import AT, at

pytestmark = pytest.mark.django_db
TOMORROW = at("2026-03-05 09:00")


@pytest.fixture(autouse=True)
def _company():
    make.policies()
    field.rules()
    make.territory(make.partner("gz", email="gz@example.invalid"), "440106")


def clock(job: Job, policy: str) -> Timer:
    return Timer.objects.of("aftersales.job", [job.pk], policy).order_by("-round").first()


def visits(job: Job) -> list[tuple[int, str, str]]:
    return list(Visit.objects.filter(job=job).order_by("number").values_list("number", "outcome", "payer"))


def complete(job: Job, when, **more) -> Job:
    return jobs.complete(job.pk, serial_number="SN1", photo=make.photo(), by=SYSTEM, at=when, **more)


def test_as_1_an_appointment_plans_a_visit_of_the_partner_that_has_the_job():
    job = field.accepted()
    jobs.appoint(job.pk, appointed_at=TOMORROW, asked_by="customer", by=SYSTEM, at=AT)
    visit = Visit.objects.get()
    assert (visit.number, visit.partner.code, visit.planned_at, visit.outcome) == (1, "gz", TOMORROW, "planned")
    job.refresh_from_db()
    assert (job.state, job.appointed_at) == ("appointed", TOMORROW)


@pytest.mark.parametrize(("reason", "asked_by"), [("", "customer"), ("客户临时有事", ""), (" ", "installer")])
def test_as_1_moving_an_appointment_needs_who_asked_and_why(reason, asked_by):
    job = field.accepted()
    jobs.appoint(job.pk, appointed_at=TOMORROW, by=SYSTEM, at=AT)
    before = Event.objects.count()
    with pytest.raises(WhoAsked):
        jobs.appoint(
            job.pk, appointed_at=TOMORROW + timedelta(days=1), reason=reason, asked_by=asked_by, by=SYSTEM, at=AT
        )
    assert (Job.objects.get().appointed_at, Event.objects.count()) == (TOMORROW, before)
    assert VisitMove.objects.count() == 0


def test_as_1_every_move_of_an_appointment_is_kept_and_it_stays_one_visit():
    job = field.accepted()
    moments = [TOMORROW + timedelta(hours=h) for h in (0, 5, 30)]
    jobs.appoint(job.pk, appointed_at=moments[0], by=SYSTEM, at=AT)
    jobs.appoint(job.pk, appointed_at=moments[1], reason="客户改时间", asked_by="customer", by=SYSTEM, at=AT)
    jobs.appoint(job.pk, appointed_at=moments[2], reason="师傅请假", asked_by="installer", by=SYSTEM, at=AT)
    visit = Visit.objects.get()
    assert (visit.planned_at, visit.asked_by) == (moments[2], "installer")
    assert list(visit.moves.order_by("pk").values_list("was_at", "now_at", "asked_by", "reason")) == [
        (moments[0], moments[1], "customer", "客户改时间"),
        (moments[1], moments[2], "installer", "师傅请假"),
    ]
    jobs.appoint(job.pk, appointed_at=moments[2], by=SYSTEM, at=AT)
    assert VisitMove.objects.count() == 2


def test_as_1_the_visits_clock_starts_with_acceptance_and_stops_with_the_arrival():
    job = field.accepted()
    assert (clock(job, "visit").state, clock(job, "visit").due_at) == ("running", AT + timedelta(days=2))
    jobs.arrive(job.pk, by=SYSTEM, at=AT + timedelta(hours=20))
    assert clock(job, "visit").state == "met"
    assert clock(job, "installation").state == "running"
    visit = Visit.objects.get()
    assert (visit.arrived_at, visit.outcome, visit.planned_at) == (
        visit.planned_at,
        "planned",
        AT + timedelta(hours=20),
    )
    with pytest.raises(AlreadyThere):
        jobs.arrive(job.pk, by=SYSTEM, at=AT + timedelta(hours=21))
    with pytest.raises(AlreadyThere):
        jobs.appoint(
            job.pk, appointed_at=AT + timedelta(days=2), reason="x", asked_by="customer", by=SYSTEM,
            at=AT + timedelta(hours=21),
        )  # fmt: skip


def test_as_1_a_completion_keeps_all_photos_and_the_first_also_as_the_jobs_own():
    job = field.accepted()
    jobs.arrive(job.pk, by=SYSTEM, at=AT + timedelta(hours=1))
    jobs.sign(job.pk, signature=make.photo("sign.png"), by=SYSTEM, at=AT + timedelta(hours=2))
    complete(job, AT + timedelta(hours=2), photos=[make.photo("b.jpg"), make.photo("c.jpg")])
    job = Job.objects.get()
    rows = list(JobPhoto.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[0].photo.name == job.photo.name
    assert len({row.photo.name for row in rows}) == 3
    visit = Visit.objects.get()
    assert (visit.outcome, visit.ended_at, bool(visit.signature)) == ("done", AT + timedelta(hours=2), True)
    assert {row.visit for row in rows} == {visit}
    assert {timer.state for timer in Timer.objects.all()} == {"met"}


def test_as_1_too_many_photos_and_a_signature_without_anybody_there_are_refused():
    job = field.accepted()
    with pytest.raises(NotThere):
        jobs.sign(job.pk, signature=make.photo(), by=SYSTEM, at=AT)
    with pytest.raises(TooManyPhotos):
        complete(job, AT, photos=[make.photo()] * 9)
    assert (Job.objects.get().state, Visit.objects.count(), JobPhoto.objects.count()) == ("accepted", 0, 0)


def test_as_1_a_job_reported_without_an_appointment_has_a_visit_all_the_same():
    job = field.accepted()
    complete(job, AT + timedelta(hours=3))
    assert visits(job) == [(1, "done", "company")]


@pytest.mark.parametrize(
    ("cause", "payer", "clock_state"),
    [("", "company", "running"), ("parts", "company", "running"), ("wiring", "customer", "paused")],
)
def test_as_4_a_failed_visit_ends_with_its_cause_and_who_pays_it(cause, payer, clock_state):
    job = field.accepted()
    jobs.fail(job.pk, reason="线径不够", cause=cause, by=SYSTEM, at=AT + timedelta(hours=5))
    assert visits(job) == [(1, "failed", payer)]
    assert (Job.objects.get().state, clock(job, "installation").state) == ("failed", clock_state)
    assert clock(job, "visit").state == "met"


def test_as_4_an_unknown_cause_or_one_of_another_day_is_refused():
    job = field.accepted()
    with pytest.raises(UnknownCause):
        jobs.fail(job.pk, reason="x", cause="moon", by=SYSTEM, at=AT)
    assert (Job.objects.get().state, Visit.objects.count()) == ("accepted", 0)


def test_as_4_a_second_try_is_a_second_visit_and_only_one_is_ever_done():
    job = field.accepted()
    jobs.fail(job.pk, reason="缺支架", cause="parts", by=SYSTEM, at=AT + timedelta(hours=5))
    jobs.appoint(job.pk, appointed_at=TOMORROW, by=SYSTEM, at=AT + timedelta(hours=6))
    complete(job, TOMORROW)
    assert visits(job) == [(1, "failed", "company"), (2, "done", "company")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(job=job, number=1).update(outcome="done")


def test_as_1_an_absent_customer_stops_the_clock_until_a_new_appointment():
    job = field.accepted()
    due, gone = job.due_at, AT + timedelta(hours=6)
    jobs.appoint(job.pk, appointed_at=AT + timedelta(hours=5), by=SYSTEM, at=AT)
    jobs.absent(job.pk, note="敲门无人应", by=SYSTEM, at=gone)
    job.refresh_from_db()
    assert (job.state, job.appointed_at, job.paused_until) == ("accepted", None, gone + timedelta(days=2))
    assert clock(job, "installation").state == "paused"
    jobs.appoint(job.pk, appointed_at=AT + timedelta(days=1), by=SYSTEM, at=gone + timedelta(hours=4))
    job.refresh_from_db()
    assert (job.paused_until, job.due_at) == (None, due + timedelta(hours=4))
    assert (clock(job, "installation").state, clock(job, "absence").state) == ("running", "met")
    assert visits(job) == [(1, "absent", "company"), (2, "planned", "company")]


def test_as_1_the_clock_goes_on_by_itself_when_the_customer_was_away_too_long():
    job = field.accepted()
    due = job.due_at
    jobs.absent(job.pk, by=SYSTEM, at=AT + timedelta(hours=6))
    over = AT + timedelta(days=2, hours=6)
    assert clocks.go_on_all_due(by=SYSTEM, at=over - timedelta(minutes=1)) == 0
    assert clocks.go_on_all_due(by=SYSTEM, at=over) == 1
    assert clocks.go_on_all_due(by=SYSTEM, at=over) == 0
    job.refresh_from_db()
    assert (job.paused_until, job.due_at) == (None, due + timedelta(days=2))
    assert Event.objects.get(action="job.go_on").facts["because"] == "absence_over"


def test_as_6_the_limit_of_an_absence_does_not_run_while_a_refund_freezes_the_job():
    job = field.accepted()
    jobs.absent(job.pk, by=SYSTEM, at=AT)
    freezing.freeze_many([job.order_id], because="退款处理中", by=SYSTEM, at=AT + timedelta(days=1))
    assert clocks.go_on_all_due(by=SYSTEM, at=AT + timedelta(days=5)) == 0
    freezing.thaw_many([job.order_id], because="退款已撤销", by=SYSTEM, at=AT + timedelta(days=5))
    job.refresh_from_db()
    assert job.paused_until == AT + timedelta(days=6)
    assert clock(job, "installation").state == "paused"
    assert clocks.go_on_all_due(by=SYSTEM, at=AT + timedelta(days=6)) == 1


def test_as_1_a_completion_while_the_clock_stands_counts_the_pause_first():
    job = field.accepted()
    due = job.due_at
    jobs.absent(job.pk, by=SYSTEM, at=AT + timedelta(days=1))
    complete(job, AT + timedelta(days=3, hours=1))
    job = Job.objects.get()
    assert job.due_at == due + timedelta(days=2, hours=1)
    assert clock(job, "installation").missed_at is None


def test_as_1_cancelling_calls_off_the_visit_and_stops_every_clock():
    job = field.accepted()
    jobs.appoint(job.pk, appointed_at=TOMORROW, by=SYSTEM, at=AT)
    jobs.absent(job.pk, by=SYSTEM, at=AT)
    jobs.appoint(job.pk, appointed_at=TOMORROW, by=SYSTEM, at=AT)
    jobs.cancel(job.pk, reason="退货", by=SYSTEM, at=AT)
    assert visits(job) == [(1, "absent", "company"), (2, "cancelled", "company")]
    assert not Timer.objects.all().open().exists()


ACTIONS = {
    "appoint": lambda pk, by: jobs.appoint(pk, appointed_at=TOMORROW, by=by, at=AT),
    "arrive": lambda pk, by: jobs.arrive(pk, by=by, at=AT),
    "complete": lambda pk, by: jobs.complete(pk, serial_number="SN", photo=make.photo(), by=by, at=AT),
    "fail": lambda pk, by: jobs.fail(pk, reason="x", by=by, at=AT),
    "absent": lambda pk, by: jobs.absent(pk, by=by, at=AT),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_ch_5_strangers_and_who_has_no_right_do_nothing_at_the_door(name):
    job = field.accepted()
    stranger, clerk = field.office(make.partner("other")), make.actor("clerk", "aftersales.view_job", company=True)
    before = Event.objects.count()
    for by, why in ((stranger, NotFound), (clerk, NotAllowed)):
        with pytest.raises(why):
            ACTIONS[name](job.pk, by)
    assert (Job.objects.get().state, Visit.objects.count(), Event.objects.count()) == ("accepted", 0, before)


@pytest.mark.parametrize("name", ACTIONS)
def test_as_1_nothing_happens_at_the_door_before_the_job_is_accepted(name):
    job = make.job()
    with pytest.raises(WrongState):
        ACTIONS[name](job.pk, SYSTEM)
    assert (Job.objects.get().state, Visit.objects.count()) == ("open", 0)
