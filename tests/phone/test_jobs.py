"""AS-1, AS-11: the phone pages of a job: who sees it, what it shows, accept, call, appoint, arrive; no JavaScript."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales.models import Job, VisitMove
from aftersales.operations import freezing, hand_over, installers, jobs, links, urges
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.days import local
from opsdesk.errors import NotFound, WrongState
from tests import make, make_dispatch, make_phone
from tests.make_phone import ADDRESS, NAME, PHONE

pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR, "opsdesk/console/static/phone")


@pytest.fixture
def agent():
    return make_phone.ground()


@pytest.fixture
def li(agent):
    return make_dispatch.installer(agent, "李师傅")


@pytest.fixture
def browser(li):
    return make_phone.come_in(li)


def at_job(job: Job) -> str:
    return f"/m/job/{job.pk}/"


def do(browser, job: Job, action: str, **data: object):
    prefixed = {f"{action}-{name}": value for name, value in data.items()}
    return browser.post(f"/m/job/{job.pk}/do/{action}/", prefixed, follow=True)


def body(answer) -> str:
    return answer.content.decode()


def test_as_1_the_day_shows_what_is_to_be_done_the_most_pressing_first(browser, li):
    now = clock.now()
    make_phone.offered("answer")
    make_phone.accepted("overdue", to=li, signed_at=now - timedelta(days=4))
    frozen = make_phone.accepted("frozen", to=li)
    freezing.freeze_many([frozen.order_id], because="申请退款", by=SYSTEM, at=now)
    urged = make_phone.accepted("urged", to=li)
    urges.urge(urged.pk, text="什么时候来", by=SYSTEM, at=now)
    text = body(browser.get("/m/"))
    places = [text.index(f'<section class="{group}">') for group in ("urged", "answer", "frozen", "overdue")]
    assert places == sorted(places)
    assert text.count('class="job"') == 4
    assert "不要上门" in text


def test_as_1_appointments_of_today_stand_in_order_of_time(browser, li):
    late = make_phone.accepted("late", to=li)
    early = make_phone.accepted("early", to=li)
    midnight = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    Job.objects.filter(pk=late.pk).update(state="appointed", appointed_at=midnight + timedelta(hours=15))
    Job.objects.filter(pk=early.pk).update(state="appointed", appointed_at=midnight + timedelta(hours=9))
    text = body(browser.get("/m/"))
    assert text.index(f"J{early.pk}") < text.index(f"J{late.pk}")


def test_as_1_a_job_is_accepted_on_the_phone_and_is_then_his_own(browser, li, agent):
    job = make_phone.offered()
    colleague = make_phone.come_in(make_dispatch.installer(agent, "王师傅"))
    assert colleague.get(at_job(job)).status_code == 200
    answer = do(browser, job, "accept")
    job.refresh_from_db()
    assert (answer.status_code, job.state, job.installer) == (200, "accepted", li)
    event = Event.objects.get(action="job.accept")
    assert (event.actor, event.door) == ("李师傅（伙伴gz）", "phone")
    assert colleague.get(at_job(job)).status_code == 404


def test_as_2_a_job_is_declined_with_a_reason_and_gone(browser):
    job = make_phone.offered()
    assert do(browser, job, "decline", reason="").status_code == 422
    assert Job.objects.get().state == "offered"
    answer = do(browser, job, "decline", reason="没有人手")
    assert answer.redirect_chain[-1][0] == "/m/"
    assert Event.objects.get(action="job.decline").facts["reason"] == "没有人手"


def test_au_2_number_and_address_are_shown_only_after_the_button_and_written_down(browser, li):
    job = make_phone.accepted(to=li)
    text = body(browser.get(at_job(job)))
    assert "138****0001" in text
    assert not any(secret in text for secret in (ADDRESS, NAME, PHONE))
    assert browser.get(f"/m/job/{job.pk}/call/").status_code == 405
    assert not Event.objects.filter(action="job.show").exists()
    shown = body(browser.post(f"/m/job/{job.pk}/call/"))
    assert f'href="tel:{PHONE}"' in shown
    assert ADDRESS in shown
    event = Event.objects.get(action="job.show")
    assert (event.actor, event.facts["why"], event.subject_id) == ("李师傅（伙伴gz）", "打电话", job.pk)


def test_au_2_before_acceptance_nobody_is_called(browser):
    job = make_phone.offered()
    answer = browser.post(f"/m/job/{job.pk}/call/")
    assert answer.status_code == 409
    assert PHONE not in body(answer)
    assert not Event.objects.filter(action="job.show").exists()


def test_as_1_an_appointment_is_made_and_moved_with_who_asked_and_why(browser, li):
    job = make_phone.accepted(to=li)
    day = (local(clock.now()) + timedelta(days=1)).date()
    do(browser, job, "appoint", day=f"{day}", slot="10:30")
    job.refresh_from_db()
    assert (job.state, f"{local(job.appointed_at):%Y-%m-%d %H:%M}") == ("appointed", f"{day} 10:30")
    refused = do(browser, job, "appoint", day=f"{day}", slot="15:00", asked_by="customer", reason="")
    assert refused.status_code == 409
    assert 'value="15:00" selected' in body(refused)
    do(browser, job, "appoint", day=f"{day}", slot="15:00", asked_by="customer", reason="下午才在家")
    move = VisitMove.objects.get()
    assert (local(move.now_at).hour, move.asked_by, move.reason) == (15, "customer", "下午才在家")


def test_as_1_an_appointment_in_the_past_is_refused_on_the_same_page(browser, li):
    job = make_phone.accepted(to=li)
    answer = do(browser, job, "appoint", day="2026-01-01", slot="10:00")
    assert answer.status_code == 409
    assert "过去" in body(answer) or "已过" in body(answer)
    assert Job.objects.get().state == "accepted"


def test_as_1_arrived_absent_and_failed_are_reported(browser, li):
    job = make_phone.accepted(to=li)
    do(browser, job, "arrive")
    assert job.visits.get().arrived_at is not None
    assert do(browser, job, "arrive").status_code == 409
    do(browser, job, "absent", note="敲门无人")
    do(browser, job, "fail", cause="wiring", reason="没有地线")
    assert list(job.visits.order_by("number").values_list("outcome", "installer")) == [
        ("absent", li.pk),
        ("failed", li.pk),
    ]
    assert Job.objects.get().state == "failed"


def test_as_6_a_frozen_job_is_neither_driven_to_nor_reported(browser, li):
    job = make_phone.accepted(to=li)
    freezing.freeze_many([job.order_id], because="申请退款", by=SYSTEM, at=clock.now())
    text = body(browser.get(at_job(job)))
    assert 'class="stop"' in text
    assert "申请退款" in text
    assert "/do/arrive/" not in text
    assert do(browser, job, "arrive").status_code == 409
    report = {"serial_number": "NL1", "photos": make.photo(), "finish": "1"}
    assert browser.post(f"/m/job/{job.pk}/report/", report).status_code == 409
    job.refresh_from_db()
    assert (job.state, job.visits.count(), job.drafts.exists()) == ("accepted", 0, False)


def test_as_1_an_urge_is_replied_to_from_the_phone(browser, li):
    job = make_phone.accepted(to=li)
    urges.urge(job.pk, text="什么时候来", by=SYSTEM, at=clock.now())
    assert "什么时候来" in body(browser.get(at_job(job)))
    do(browser, job, "reply", text="明天上午")
    assert job.urges.get().reply == "明天上午"


def test_ch_5_another_partners_job_and_a_colleagues_do_not_exist(browser, agent):
    other = make_dispatch.installer(agent, "王师傅")
    job = make_phone.accepted(to=other)
    stranger = make_phone.come_in(make_dispatch.installer(make.partner("hz"), "赵师傅"))
    for who in (browser, stranger):
        assert who.get(at_job(job)).status_code == 404
        assert who.get(f"/m/job/{job.pk}/report/").status_code == 404
        assert who.post(f"/m/job/{job.pk}/call/").status_code == 404
        assert do(who, job, "arrive").status_code == 404
        assert who.post(f"/m/job/{job.pk}/report/", {"finish": "1"}).status_code == 404
        assert f"J{job.pk}" not in body(who.get("/m/"))
    assert not Event.objects.filter(action="job.show").exists()
    assert job.visits.count() == 0


def test_ch_5_the_office_sees_all_jobs_of_its_own_and_sends_somebody(client, agent, li):
    job, foreign = make_phone.accepted(), make_dispatch.installer(make.partner("hz"), "赵师傅")
    client.force_login(make.in_role("office", "partner_office", partner="gz"))
    assert f"J{job.pk}" in body(client.get("/m/"))
    assert do(client, job, "assign_installer", installer_id=foreign.pk).status_code == 422
    do(client, job, "assign_installer", installer_id=li.pk)
    job.refresh_from_db()
    assert job.installer == li
    assert f"J{job.pk}" in body(client.get("/m/"))


def test_as_11_a_user_who_is_a_registered_installer_sees_his_own_jobs_only(client, agent, li):
    job = make_phone.accepted(to=make_dispatch.installer(agent, "王师傅"))
    person = make.in_role("li", "partner_installer", partner="gz")
    client.force_login(person)
    assert client.get(at_job(job)).status_code == 200
    li.user = person
    li.save()
    assert client.get(at_job(job)).status_code == 404


def test_as_3_a_hand_over_is_answered_on_the_phone(agent, li):
    job = make_phone.accepted(to=li)
    helper = make_dispatch.third_party()
    hand_over.hand_over(job.pk, reason="来不及", partner_id=helper.pk, by=SYSTEM, at=clock.now())
    browser = make_phone.come_in(zhao := make_dispatch.installer(helper, "赵师傅"))
    text = body(browser.get(at_job(job)))
    assert "/do/accept/" in text
    assert "/do/arrive/" not in text
    do(browser, job, "accept")
    job.refresh_from_db()
    assert (job.owner, job.installer) == (helper, zhao)


def busy_day(li, count: int) -> Job:
    for n in range(count):
        job = make_phone.accepted(f"n{n}", to=li, signed_at=clock.now() - timedelta(days=n % 5))
    return job


PAGES = {
    "today": (lambda job: "/m/", 6),
    "overdue": (lambda job: "/m/?only=overdue", 6),
    "job": (lambda job: f"/m/job/{job.pk}/", 7),
    "report": (lambda job: f"/m/job/{job.pk}/report/", 9),
    "login": (lambda job: "/m/login/", 0),
}


@pytest.mark.parametrize("name", PAGES)
def test_as_1_a_page_is_light_and_asks_the_database_little(browser, li, name):
    job = busy_day(li, 30)
    jobs.arrive(job.pk, by=SYSTEM, at=clock.now())
    address, most = PAGES[name]
    browser.get(address(job))
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address(job))
    assert answer.status_code == 200
    assert len(asked) <= most, len(asked)
    files = sum(len(path.read_bytes()) for path in STATIC.iterdir())
    assert len(answer.content) + files < 40_000


@pytest.mark.parametrize("name", PAGES)
def test_au_1_a_phone_page_lets_no_foreign_or_inline_script_run(browser, li, name):
    job = make_phone.accepted(to=li)
    answer = browser.get(PAGES[name][0](job))
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert "no-store" in answer["Cache-Control"]
    text = body(answer)
    assert text.count("<script") == text.count("<script src=")
    assert "<style" not in text
    assert " style=" not in text
    assert " on" not in [part[:3] for part in text.split('"')]


def test_au_1_nobody_comes_in_without_a_login_or_a_link(client, agent, li):
    job = make_phone.accepted(to=li)
    for address in ("/m/", at_job(job), f"/m/job/{job.pk}/report/", "/m/installers/"):
        assert client.get(address)["Location"] == reverse("phone_login")
    assert client.post(f"/m/job/{job.pk}/call/")["Location"] == reverse("phone_login")
    assert not Event.objects.filter(action="job.show").exists()


def token_row(who) -> int:
    installers.link(who.pk, by=SYSTEM, at=clock.now())
    return who.links.open().get().pk


@pytest.mark.django_db(transaction=True)
def test_as_11_of_two_who_accept_at_the_same_moment_one_has_the_job(agent, li):
    job, wang = make_phone.offered(), make_dispatch.installer(agent, "王师傅")
    people = [links.actor_of(token_row(who), at=clock.now()) for who in (li, wang)]
    answers, start = [], threading.Barrier(2)

    def accept(by) -> None:
        start.wait()
        try:
            answers.append(jobs.accept(job.pk, by=by, at=clock.now()).installer_id)
        except (NotFound, WrongState):
            answers.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.refresh_from_db()
    assert job.installer_id in {li.pk, wang.pk}
    assert sorted(answers) == [0, job.installer_id]
    assert Event.objects.filter(action="job.accept").count() == 1
