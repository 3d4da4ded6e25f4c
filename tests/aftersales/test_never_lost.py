"""AS-3: under any sequence of what people do, a job accepted once has one owner, one offer out at most, one payer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Count

from aftersales.models import Job, Offer, Visit
from aftersales.operations import clocks, dispatch, freezing, hand_over, jobs
from opsdesk.actor import SYSTEM, Actor
from opsdesk.audit.models import Event
from opsdesk.errors import DeskError
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from tests import make
from tests import make_dispatch as field
from tests.make import AT

PARTNERS = ("a1", "a2", "t1", "t2", "t3")
OFFICES: dict[str, Actor] = {}


def company() -> None:
    make.policies()
    field.rules(hand_over_lead_hours=70, hand_over_latest_hours=2)
    for code in ("a1", "a2"):
        make.territory(make.partner(code), "4401")
    for code in ("t1", "t2", "t3"):
        field.capacity(field.third_party(code, "44"), 3)


def concerned(pk: int) -> list[str]:
    """Who has the job, and to whom it is offered: they act more often than strangers."""
    job = Job.objects.select_related("owner").get(pk=pk)
    asked = Offer.objects.waiting().filter(job=job).values_list("partner__code", flat=True)
    return [*asked, *([job.owner.code] if job.owner else [])]


def moves(rng: Random, pk: int, at: datetime) -> list[tuple[str, Callable[[], object]]]:
    by = OFFICES[rng.choice([*PARTNERS, *concerned(pk) * 8])]
    when = at + timedelta(hours=rng.randint(-2, 90))
    return [
        ("accept", lambda: jobs.accept(pk, by=by, at=at)),
        ("accept", lambda: jobs.accept(pk, by=SYSTEM, at=at)),
        ("decline", lambda: jobs.decline(pk, reason="忙", by=by, at=at)),
        ("appoint", lambda: jobs.appoint(pk, appointed_at=when, reason="改期", asked_by="installer", by=by, at=at)),
        ("appoint", lambda: jobs.appoint(pk, appointed_at=when, reason="改期", asked_by="customer", by=SYSTEM, at=at)),
        ("arrive", lambda: jobs.arrive(pk, by=by, at=at)),
        ("absent", lambda: jobs.absent(pk, by=by, at=at)),
        ("fail", lambda: jobs.fail(pk, reason="缺件", cause=rng.choice(["", "parts", "wiring"]), by=by, at=at)),
        ("complete", lambda: jobs.complete(pk, serial_number="SN", photo=make.photo(), by=by, at=at)),
        ("reopen", lambda: jobs.reopen(pk, reason="可再装", by=SYSTEM, at=at)),
        ("accept", lambda: jobs.accept(pk, by=by, at=at)),
        ("hand_over", lambda: hand_over.hand_over(pk, reason="急", by=SYSTEM, at=at)),
        ("sweep", lambda: sweep(at)),
        ("sweep", lambda: sweep(at)),
        ("dispatch", lambda: dispatch.dispatch(pk, by=SYSTEM, at=at)),
        ("freeze", lambda: freezing.freeze_many([order_of(pk)], because="退款", by=SYSTEM, at=at)),
        ("thaw", lambda: freezing.thaw_many([order_of(pk)], because="撤销", by=SYSTEM, at=at)),
        ("cancel", lambda: jobs.cancel(pk, reason="退货", by=SYSTEM, at=at) if rng.random() < 0.1 else None),
    ]


def order_of(pk: int) -> int:
    return Job.objects.get(pk=pk).order_id


def sweep(at: datetime) -> None:
    timers.sweep(at=at)
    dispatch.dispatch_all_due(by=SYSTEM, at=at)
    dispatch.offer_onward_all_due(by=SYSTEM, at=at)
    hand_over.hand_over_all_due(by=SYSTEM, at=at)
    clocks.go_on_all_due(by=SYSTEM, at=at)


def holds(pk: int, was: Job) -> None:
    job = Job.objects.get(pk=pk)
    assert job.owner_id or job.state in ("open", "cancelled")
    if was.state in ("accepted", "appointed"):
        assert job.state == "cancelled" or job.owner_id, "it had an owner and has none"
    waiting = list(Offer.objects.waiting().filter(job=job))
    assert len(waiting) <= 1
    if job.state == "offered":
        assert [offer.partner_id for offer in waiting] == [job.owner_id]
    if waiting and waiting[0].kind == "hand_over":
        assert job.state in ("accepted", "appointed", "failed")
        assert waiting[0].partner_id != job.owner_id
    if job.state in ("done", "cancelled", "open"):
        assert not waiting
        assert not Visit.objects.planned().filter(job=job).exists()
    if job.state in ("done", "cancelled"):
        assert not Timer.objects.of("aftersales.job", [pk]).open().exists()
    planned = Visit.objects.planned().filter(job=job).first()
    assert planned is None or planned.partner_id == job.owner_id
    done = list(Visit.objects.filter(job=job, outcome="done"))
    assert [visit.partner_id for visit in done] == ([job.owner_id] if job.state == "done" else [])
    twice = Timer.objects.of("aftersales.job", [pk]).open().values("policy__code").annotate(n=Count("pk"))
    assert all(row["n"] == 1 for row in twice), list(twice)


def wander(seed: int) -> None:
    """Let people do 40 things at random with one job, and look after each."""
    rng, at, pk = Random(seed), AT, make.job(str(seed)).pk
    sweep(at)
    for _step in range(40):
        at += timedelta(minutes=rng.choice([1, 20, 60, 240]))
        was = Job.objects.get(pk=pk)
        _name, act = rng.choice(moves(rng, pk, at))
        try:
            act()
        except DeskError:
            now = Job.objects.get(pk=pk)
            assert (now.state, now.owner_id, now.due_at) == (was.state, was.owner_id, was.due_at), (
                "a refusal changed it"
            )
        holds(pk, was)


@pytest.mark.django_db
@pytest.mark.parametrize("block", range(3))
def test_as_3_no_sequence_of_moves_loses_a_job_or_pays_it_twice(block):
    company()
    for code in PARTNERS:
        OFFICES[code] = make.actor(f"office-{code}", *field.WORK, partner=code)
    for seed in range(block * 5, block * 5 + 5):
        wander(seed)
    happened = set(Event.objects.values_list("action", flat=True))
    assert {"job.accept", "job.take_over", "job.absent", "job.freeze", "job.fail"} <= happened


def race(*works: Callable[[], object]) -> list[object]:
    """Run these at once, each on a connection of its own; return what each returned or raised."""
    start, found = Barrier(len(works)), {}

    def run(index: int, work: Callable[[], object]) -> None:
        start.wait()
        try:
            found[index] = work()
        except DeskError as why:
            found[index] = why
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return [found[index] for index in range(len(works))]


def offered_to_third() -> tuple[Job, object, object]:
    make.policies()
    field.rules()
    agent = make.partner("gz")
    make.territory(agent, "440106")
    third = field.third_party()
    job = field.accepted()
    jobs.appoint(job.pk, appointed_at=AT + timedelta(days=4), asked_by="installer", by=SYSTEM, at=AT)
    hand_over.hand_over_all_due(by=SYSTEM, at=AT + timedelta(hours=35))
    assert Offer.objects.waiting().hand_overs().get().partner == third
    return job, field.office(agent), field.office(third)


@pytest.mark.django_db(transaction=True)
def test_as_3_two_workers_take_over_one_job_once():
    job, _agent, third = offered_to_third()
    at = AT + timedelta(hours=36)
    answers = race(*[lambda: jobs.accept(job.pk, by=third, at=at)] * 2)
    assert sorted(isinstance(answer, DeskError) for answer in answers) == [False, True]
    assert Offer.objects.filter(kind="hand_over", answer="accepted").count() == 1
    assert Timer.objects.filter(policy__code="visit").open().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_as_3_the_agent_completes_while_the_third_party_accepts_and_one_of_them_has_it(turn):
    job, agent, third = offered_to_third()
    at = AT + timedelta(hours=36)
    done, taken = race(
        lambda: jobs.complete(job.pk, serial_number="SN", photo=make.photo(), by=agent, at=at),
        lambda: jobs.accept(job.pk, by=third, at=at),
    )
    assert isinstance(done, DeskError) != isinstance(taken, DeskError)
    job = Job.objects.get()
    payers = list(Visit.objects.filter(outcome="done").values_list("partner__code", flat=True))
    if isinstance(taken, DeskError):
        assert (job.state, job.owner.code, payers) == ("done", "gz", ["gz"])
    else:
        assert (job.state, job.owner.code, payers) == ("accepted", "tp", [])


@pytest.mark.django_db(transaction=True)
def test_as_3_two_sweeps_at_once_offer_each_job_once():
    make.policies()
    field.rules()
    make.territory(make.partner("gz"), "440106")
    field.third_party()
    for n in range(6):
        job = field.accepted(str(n))
        jobs.appoint(job.pk, appointed_at=AT + timedelta(days=4), asked_by="installer", by=SYSTEM, at=AT)
    late = AT + timedelta(hours=35)
    race(*[lambda: hand_over.hand_over_all_due(by=SYSTEM, at=late)] * 2)
    hand_over.hand_over_all_due(by=SYSTEM, at=late)
    assert Offer.objects.hand_overs().count() == Offer.objects.waiting().hand_overs().count() == 6
