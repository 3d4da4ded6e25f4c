"""AS-1, AS-2: an installation job from the signature to the report."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Q
from PIL import Image

from aftersales.models import Job, Offer
from aftersales.operations import dispatch, following, jobs, opening
from channels.connectors.base import PlatformLine, Progress
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.photos import NotAPhoto
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from orders.models import Order
from orders.operations import orders
from tests import make
from tests.make import AT, at

pytestmark = pytest.mark.django_db

WORK = ("aftersales.view_job", "aftersales.accept_job", "aftersales.work_job")


@pytest.fixture(autouse=True)
def _policies():
    make.policies()


def offered(number: str = "1001", code: str = "gz") -> tuple[Job, object]:
    agent = make.partner(code)
    make.territory(agent, "440106")
    job = make.job(number)
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    return Job.objects.get(pk=job.pk), make.actor(f"agent-{code}", *WORK, partner=code)


def events_of(job: Job) -> list[str]:
    return list(Event.objects.about(job).order_by("pk").values_list("action", flat=True))


def test_as_1_the_clock_starts_when_the_goods_were_signed_for():
    job = make.job(signed_at=at("2026-03-01 09:30"))
    assert (job.state, job.starts_at, job.due_at) == ("open", at("2026-03-01 09:30"), at("2026-03-04 09:30"))


def test_as_1_an_order_completed_without_a_signature_starts_at_its_completion():
    row = make.order(state=Progress.COMPLETED, completed_at=at("2026-03-02 08:00"))
    [job] = opening.open_many([row.pk], by=SYSTEM, at=AT)
    assert job.starts_at == at("2026-03-02 08:00")


def test_as_1_jobs_are_opened_once_for_all_that_arrived_and_for_nothing_else():
    make.signed_order("1")
    make.order("2", state=Progress.SHIPPED)
    make.order("3", state=Progress.SIGNED, superseded=True)
    assert opening.open_all_due(Q(), by=SYSTEM, at=AT) == 1
    assert opening.open_all_due(Q(), by=SYSTEM, at=AT) == 0
    assert [job.order.number for job in Job.objects.all()] == ["1"]


def test_as_1_goods_that_are_not_installed_need_no_job():
    gift = make.product("GIFT-1", installed=False)
    make.listing("gift", of=gift)
    make.signed_order("1", lines=(PlatformLine("1", sku_id="gift", title="赠品"),))
    make.signed_order("2", lines=(PlatformLine("1", sku_id="gift"), PlatformLine("2", sku_id="unknown")))
    opening.open_all_due(Q(), by=SYSTEM, at=AT)
    assert [job.order.number for job in Job.objects.all()] == ["2"]


def test_as_1_a_shop_may_say_since_when_it_installs():
    shop = make.shop(installs_since=at("2026-03-01").date())
    make.signed_order("old", signed_at=at("2026-02-28 23:00"), where=shop)
    make.signed_order("new", signed_at=at("2026-03-01 00:30"), where=shop)
    make.order("completed", state=Progress.COMPLETED, completed_at=at("2026-02-01 10:00"), where=shop)
    opening.open_all_due(Q(), by=SYSTEM, at=AT)
    assert [job.order.number for job in Job.objects.all()] == ["new"]


def test_as_1_a_signature_recorded_by_hand_opens_the_job(django_capture_on_commit_callbacks):
    row = make.order(state=Progress.SHIPPED)
    with django_capture_on_commit_callbacks(execute=True):
        orders.sign(row.pk, signed_at=AT - timedelta(hours=2), by=SYSTEM, at=AT)
    assert Job.objects.get().starts_at == AT - timedelta(hours=2)
    with pytest.raises(orders.SignedInFuture):
        orders.sign(row.pk, signed_at=AT + timedelta(hours=2), by=SYSTEM, at=AT)


def test_as_2_an_agent_accepts_in_time():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT + timedelta(hours=1))
    offer = Offer.objects.get()
    assert (offer.answer, offer.answered_at) == ("accepted", AT + timedelta(hours=1))
    assert Timer.objects.get(policy__code="acceptance").state == "met"
    assert events_of(job) == ["job.open", "job.offer", "job.accept"]


def test_as_2_a_job_can_be_accepted_once():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    with pytest.raises(WrongState):
        jobs.accept(job.pk, by=agent, at=AT)
    assert events_of(job) == ["job.open", "job.offer", "job.accept"]


def test_as_2_a_decline_needs_a_reason_and_sends_the_job_onward(django_capture_on_commit_callbacks):
    job, agent = offered()
    city = make.partner("city")
    make.territory(city, "4401")
    with pytest.raises(jobs.ReasonMissing):
        jobs.decline(job.pk, reason=" ", by=agent, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.decline(job.pk, reason="人手不足", by=agent, at=AT)
    job.refresh_from_db()
    assert (job.state, job.owner) == ("offered", city)
    assert list(Offer.objects.order_by("round").values_list("answer", "reason")) == [
        ("declined", "人手不足"),
        ("waiting", ""),
    ]


def test_as_2_silence_is_no_answer_and_the_job_is_offered_onward():
    job, _agent = offered()
    city = make.partner("city")
    make.territory(city, "44")
    timers.sweep(at=AT + timedelta(days=1))
    assert dispatch.offer_onward_all_due(by=SYSTEM, at=AT + timedelta(days=1)) == 1
    job.refresh_from_db()
    assert (job.state, job.owner) == ("offered", city)
    assert [offer.answer for offer in Offer.objects.order_by("round")] == ["silent", "waiting"]
    assert dispatch.offer_onward_all_due(by=SYSTEM, at=AT + timedelta(days=1)) == 0


def test_as_2_when_all_were_asked_the_job_stands_in_the_queue_without_agent():
    job, _agent = offered()
    timers.sweep(at=AT + timedelta(days=1))
    dispatch.offer_onward_all_due(by=SYSTEM, at=AT + timedelta(days=1))
    job.refresh_from_db()
    assert (job.state, job.owner) == ("open", None)
    assert Job.objects.all().without_agent().count() == 1
    assert Offer.objects.order_by("round").last().because == "all_tried"
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT + timedelta(days=1)) == 0


def test_as_1_a_job_travels_from_open_to_done_with_serial_number_and_photo():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    jobs.appoint(job.pk, appointed_at=AT + timedelta(days=1), by=agent, at=AT)
    jobs.complete(job.pk, serial_number=" SN-1 ", photo=make.photo(), by=agent, at=AT + timedelta(days=1))
    job.refresh_from_db()
    assert (job.state, job.serial_number, job.done_at) == ("done", "SN-1", AT + timedelta(days=1))
    assert Timer.objects.get(policy__code="installation").state == "met"
    assert Job.objects.all().on_time().count() == 1
    assert events_of(job) == ["job.open", "job.offer", "job.accept", "job.appoint", "job.complete"]


def test_as_1_a_late_job_is_warned_missed_seen_in_the_queue_and_met_late():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    timers.sweep(at=AT + timedelta(days=2))
    timers.sweep(at=AT + timedelta(days=3))
    late = AT + timedelta(days=3, hours=1)
    assert Job.objects.all().overdue(late).get() == job
    jobs.complete(job.pk, serial_number="SN-1", photo=make.photo(), by=agent, at=late)
    assert Job.objects.all().overdue(late).count() == 0
    assert Job.objects.all().on_time().count() == 0
    assert Timer.objects.get(policy__code="installation").missed_at == AT + timedelta(days=3)
    assert "installation.warned" in events_of(job)
    assert "installation.missed" in events_of(job)


@pytest.mark.parametrize(
    ("_case", "report", "error"),
    [
        ("no serial number", {"serial_number": " ", "photo": make.photo()}, jobs.NothingReported),
        ("no photo", {"serial_number": "SN", "photo": None}, jobs.NothingReported),
        ("a text file", {"serial_number": "SN", "photo": __file__}, NotAPhoto),
    ],
)
def test_as_1_an_incomplete_report_is_refused_and_changes_nothing(_case, report, error):
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    photo = report["photo"]
    opened = open(photo, "rb") if isinstance(photo, str) else photo  # noqa: SIM115
    with pytest.raises(error):
        jobs.complete(job.pk, serial_number=report["serial_number"], photo=opened, by=agent, at=AT)
    if isinstance(photo, str):
        opened.close()
    job.refresh_from_db()
    assert (job.state, job.done_at, str(job.photo)) == ("accepted", None, "")
    assert "job.complete" not in events_of(job)


def test_au_2_a_photo_is_kept_without_its_metadata():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    picture = Image.new("RGB", (3000, 10))
    exif = Image.Exif()
    exif[0x010E] = "GPS of the customer's home"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    out.seek(0)
    jobs.complete(job.pk, serial_number="SN", photo=out, by=agent, at=AT)
    job.refresh_from_db()
    with job.photo.open("rb") as file, Image.open(file) as kept:
        assert (kept.width, dict(kept.getexif())) == (2000, {})


def test_ch_5_a_stranger_finds_no_job_and_changes_nothing():
    job, _agent = offered()
    make.partner("other")
    stranger = make.actor("stranger", *WORK, partner="other")
    with pytest.raises(NotFound):
        jobs.accept(job.pk, by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        jobs.accept(job.pk, by=make.actor("nobody", partner="gz"), at=AT)
    assert events_of(job) == ["job.open", "job.offer"]


def test_ch_5_a_partner_above_sees_the_jobs_below_it_and_never_sideways():
    above = make.partner("province")
    below = make.partner("city", above=above)
    make.partner("side", above=above)
    make.territory(below, "440106")
    make.job()
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    seen = {
        code: Job.objects.all().visible_to(make.actor(code, partner=code)).count()
        for code in ("province", "city", "side")
    }
    assert seen == {"province": 1, "city": 1, "side": 0}


def test_au_1_a_regional_manager_sees_his_region_only():
    make.job("1", in_region="440106")
    make.job("2", in_region="330102")
    by = make.actor("manager", region="44")
    assert [job.order.number for job in Job.objects.all().visible_to(by)] == ["1"]


def test_au_2_the_customers_data_are_shown_to_who_has_the_job_and_written_down():
    agent = make.partner("gz")
    make.territory(agent, "440106")
    job = make.job("1001", receiver_name="张三", receiver_phone="13800000001", receiver_address="天河路1号")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    by = make.actor("agent", *WORK, partner="gz")
    with pytest.raises(jobs.NotTakenOn):
        jobs.show(job.pk, why="约上门时间", by=by, at=AT)
    jobs.accept(job.pk, by=by, at=AT)
    with pytest.raises(jobs.ReasonMissing):
        jobs.show(job.pk, why="", by=by, at=AT)
    assert jobs.show(job.pk, why="约上门时间", by=by, at=AT).phone == "13800000001"
    assert Event.objects.get(action="job.show").facts["why"] == "约上门时间"


def test_as_1_the_clock_starts_at_the_customers_day_if_that_is_later():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    timers.sweep(at=AT + timedelta(days=2))
    with pytest.raises(NotAllowed):
        jobs.start_later(job.pk, starts_at=AT + timedelta(days=10), reason="装修未完", by=agent, at=AT)
    with pytest.raises(jobs.NotLater):
        jobs.start_later(job.pk, starts_at=AT, reason="装修未完", by=SYSTEM, at=AT)
    jobs.start_later(job.pk, starts_at=AT + timedelta(days=10), reason="装修未完", by=SYSTEM, at=AT)
    job.refresh_from_db()
    assert (job.starts_at, job.due_at) == (AT + timedelta(days=10), AT + timedelta(days=13))
    assert timers.sweep(at=AT + timedelta(days=10)) == 0
    timers.sweep(at=AT + timedelta(days=13))
    assert events_of(job).count("installation.warned") == 2
    assert "installation.missed" in events_of(job)
    with pytest.raises(jobs.MissedAlready):
        jobs.start_later(job.pk, starts_at=AT + timedelta(days=20), reason="x", by=SYSTEM, at=AT + timedelta(days=14))
    assert Event.objects.get(action="job.start_later").facts["reason"] == "装修未完"


def test_as_1_cancelling_stops_all_clocks():
    job, _agent = offered()
    jobs.cancel(job.pk, reason="已退款", by=SYSTEM, at=AT)
    assert {timer.state for timer in Timer.objects.all()} == {"dropped"}
    assert timers.sweep(at=AT + timedelta(days=9)) == 0
    assert Order.objects.get().jobs.get().state == "cancelled"


def test_as_5_a_failed_installation_stays_overdue_until_it_is_opened_again_and_done():
    job, agent = offered()
    jobs.accept(job.pk, by=agent, at=AT)
    jobs.fail(job.pk, reason="墙体不符合安装条件", by=agent, at=AT)
    assert Timer.objects.get(policy__code="installation").state == "running"
    assert Job.objects.all().overdue(AT + timedelta(days=4)).count() == 1
    jobs.reopen(job.pk, reason="已加固", by=SYSTEM, at=AT + timedelta(hours=1))
    dispatch.dispatch_all_due(by=SYSTEM, at=AT + timedelta(hours=1))
    job.refresh_from_db()
    assert (job.state, job.owner.code) == ("offered", "gz")


def test_as_1_a_paused_clock_moves_the_jobs_deadline_when_it_goes_on():
    job, _agent = offered()
    with pytest.raises(timers.NoReason):
        jobs.pause(job.pk, reason="", by=SYSTEM, at=AT)
    jobs.pause(job.pk, reason="客户外出", by=SYSTEM, at=AT + timedelta(days=1))
    jobs.resume(job.pk, by=SYSTEM, at=AT + timedelta(days=3))
    job.refresh_from_db()
    assert job.due_at == AT + timedelta(days=5) == job.timers().get(policy__code="installation").due_at


def test_as_1_a_job_is_cancelled_with_its_closed_order_and_its_clocks_stop():
    job, _agent = offered()
    make.taken_in(make.seen("1001", state=Progress.CLOSED, refunded_yuan=Decimal("2999.00")))
    following.follow_all_due(by=SYSTEM, at=AT + timedelta(hours=1))
    job.refresh_from_db()
    assert (job.state, job.cancelled_at) == ("cancelled", AT + timedelta(hours=1))
    assert {timer.state for timer in Timer.objects.all()} == {"dropped"}
    assert Offer.objects.get().answer == "withdrawn"


def test_ch_6_a_job_follows_its_orders_corrected_address_and_is_dispatched_anew():
    make.region("330102", "上城区", "浙江省 杭州市 上城区")
    make.territory(make.partner("hz"), "3301")
    job = make.job(in_region="110105")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    Order.objects.update(region_id="330102")
    following.follow_all_due(by=SYSTEM, at=AT)
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    job.refresh_from_db()
    assert (job.region_id, job.owner.code) == ("330102", "hz")


def test_as_1_what_a_lost_message_was_about_is_found_however_long_it_was_lost():
    make.signed_order("1")
    Order.objects.update(changed_at=AT - timedelta(days=60))
    following.follow_all_due(by=SYSTEM, at=AT)
    assert Job.objects.count() == 1


def test_as_1_an_order_signed_before_there_were_policies_stops_nobody():
    make.signed_order("1", signed_at=at("2001-01-01 10:00"))
    make.signed_order("2")
    assert opening.open_all_due(Q(), by=SYSTEM, at=AT) == 2
