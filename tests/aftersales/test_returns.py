"""AS-8: goods that come back and goods that go out for them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import Evidence, Job, Reception, Refund
from aftersales.operations import jobs, refund_money, refunds, returns
from aftersales.operations.returns import Arrival, Choice, Pieces
from aftersales.queries.returns import decided
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, WrongState
from opsdesk.photos import NotAPhoto
from tests import make, make_refunds
from tests.make import AT
from tests.make_refunds import CLERK, PAYER

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=3)


@pytest.fixture(autouse=True)
def _rules():
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


def agreed(kind: str = "return_refund", **fields: object) -> Refund:
    order = make_refunds.order(shipped_at=AT - timedelta(days=2), signed_at=AT - timedelta(hours=5))
    row = make_refunds.refund(order, kind, "2999.00", reason=fields.pop("reason", "dislike"), **fields)
    return refunds.agree(row.pk, by=CLERK, at=AT)


def arrival(row: Refund, *held: tuple[int, int, int], note: str = "") -> Arrival:
    lines = row.lines.order_by("pk")
    return Arrival("SF1", {line.pk: Pieces(*three) for line, three in zip(lines, held, strict=False)}, note)


def arrived(row: Refund, *held: tuple[int, int, int]) -> Refund:
    return returns.receive(row.pk, arrival=arrival(row, *held), by=CLERK, at=LATER)


def test_as_8_a_return_is_agreed_posted_received_accepted_granted_and_paid():
    row = agreed()
    assert row.clock == "refund_return"
    row = returns.post(row.pk, carrier="顺丰", tracking="SF1", by=CLERK, at=LATER)
    assert (row.state, row.clock, row.platform_due_at) == ("returning", "refund_return", LATER + timedelta(days=10))
    row = arrived(row, (1, 0, 0), (2, 0, 0))
    assert (row.state, row.clock, row.step_due_at) == ("received", "refund_inspect", LATER + timedelta(hours=48))
    with pytest.raises(WrongState):
        refund_money.grant(row.pk, amount_yuan=Decimal(1), by=CLERK, at=LATER)
    row = returns.inspect(row.pk, note="", by=CLERK, at=LATER)
    row = refund_money.grant(row.pk, amount_yuan=Decimal("2999"), by=CLERK, at=LATER)
    payment = refund_money.Payment(Decimal("2999"), "A")
    assert refund_money.pay(row.pk, payment=payment, by=PAYER, at=LATER).state == "paid"


def test_as_8_nothing_is_granted_before_the_goods_are_accepted():
    row = agreed()
    with pytest.raises(WrongState):
        refund_money.grant(row.pk, amount_yuan=Decimal("1"), by=CLERK, at=LATER)
    assert Refund.objects.get().granted_yuan == Decimal("0.00")


def test_as_8_arrival_is_counted_piece_by_piece_over_several_parcels():
    row = agreed()
    arrived(row, (1, 0, 0), (1, 0, 1))
    with pytest.raises(returns.NotWhole) as why:
        returns.inspect(row.pk, note=" ", by=CLERK, at=LATER)
    assert (why.value.facts["missing"], why.value.facts["damaged"]) == (1, 0)
    with pytest.raises(returns.TooMany):
        arrived(row, (0, 0, 0), (2, 0, 0))
    with pytest.raises(returns.NothingArrived):
        arrived(row, (0, 0, 0), (0, 0, 0))
    row = arrived(row, (0, 0, 0), (0, 1, 0))
    assert [(r.number, r.received_by) for r in Reception.objects.order_by("number")] == [(1, "clerk"), (2, "clerk")]
    with pytest.raises(returns.NotWhole):
        returns.inspect(row.pk, note="", by=CLERK, at=LATER)
    assert returns.inspect(row.pk, note="一件配件轻微划痕，接受", by=CLERK, at=LATER).state == "inspected"


def test_as_8_goods_without_notice_are_not_accepted():
    order = make_refunds.order(signed_at=AT)
    row = make_refunds.refund(order, "return_refund", reason="dislike")
    with pytest.raises(returns.NotAnnounced):
        arrived(row, (1, 0, 0))
    assert Reception.objects.count() == 0
    for _ in range(2):
        parcel = returns.turn_away(tracking="SF7", order_number="1001", reason="未事先联系", by=CLERK, at=LATER)
    assert (Reception.objects.count(), parcel.order_id, parcel.refund_id) == (1, order.pk, None)
    assert Event.objects.about(order).filter(action="refund.turn_away").count() == 1
    assert returns.turn_away(tracking="SF8", order_number="", reason="无单号", by=CLERK, at=LATER).order_id is None


def test_as_8_a_fault_needs_evidence_or_a_word_on_why_not():
    order = make_refunds.order(signed_at=AT)
    row = make_refunds.refund(order, "exchange", reason="quality")
    with pytest.raises(refunds.EvidenceMissing):
        refunds.agree(row.pk, by=CLERK, at=AT)
    first = returns.prove(row.pk, photo=make.photo(), what="内胆漏水", by=CLERK, at=AT)
    assert returns.prove(row.pk, photo=make.photo(), what="再次", by=CLERK, at=AT) == first
    assert (Evidence.objects.count(), len(first.sha256)) == (1, 64)
    assert refunds.agree(row.pk, by=CLERK, at=AT).state == "agreed"
    other = make_refunds.refund(make_refunds.order("2"), "exchange", reason="damage")
    assert refunds.agree(other.pk, reason="快递已认赔", by=CLERK, at=AT).state == "agreed"


def test_as_8_evidence_is_a_photo():
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = make_refunds.refund(make_refunds.order(), "exchange", reason="quality")
    with pytest.raises(NotAPhoto):
        returns.prove(row.pk, photo=SimpleUploadedFile("x.jpg", b"no"), what="x", by=CLERK, at=AT)
    assert Evidence.objects.count() == 0


def test_as_8_an_installed_heater_is_decided_by_a_person():
    job = make.job(signed_at=AT - timedelta(hours=20))
    jobs_done(job)
    row = make_refunds.refund(job.order, "return_refund", "100", reason="dislike")
    assert decided(row).a_person_decides
    with pytest.raises(refunds.PersonDecides):
        refunds.agree(row.pk, by=CLERK, at=AT)
    assert refunds.agree(row.pk, reason="安装后 2 小时反悔，外观完好", by=CLERK, at=AT).state == "agreed"


def jobs_done(job: Job) -> None:
    partner = make.partner("gz")
    Job.objects.filter(pk=job.pk).update(state="accepted", owner=partner)
    jobs.complete(job.pk, serial_number="S1", photo=make.photo(), by=SYSTEM, at=AT)


def test_as_8_an_exchange_ends_when_the_replacement_is_sent_and_the_installation_goes_on():
    job = make.job(signed_at=AT - timedelta(hours=5))
    row = make_refunds.refund(job.order, "exchange", "0", reason="wrong_goods")
    refunds.agree(row.pk, reason="照片在聊天记录", by=CLERK, at=AT)
    assert Job.objects.get().frozen_at
    arrived(row)
    row = returns.inspect(row.pk, note="", by=CLERK, at=LATER)
    assert row.clock == "refund_pay"
    row = returns.send(row.pk, carrier="顺丰", tracking="SF2", by=CLERK, at=LATER)
    assert (row.state, row.sent_tracking, row.clock) == ("sent", "SF2", "")
    assert (Job.objects.get().state, Job.objects.get().frozen_at) == ("open", None)


def test_as_8_a_replacement_may_go_out_first_for_a_reason_and_once():
    row = agreed("exchange", reason="other")
    with pytest.raises(refunds.ReasonMissing):
        returns.send_ahead(row.pk, carrier="", tracking="SF2", reason=" ", by=CLERK, at=LATER)
    row = returns.send_ahead(row.pk, carrier="", tracking="SF2", reason="家中无热水", by=CLERK, at=LATER)
    assert (row.state, row.replaced_at) == ("agreed", LATER)
    with pytest.raises(returns.ReplacedAlready):
        returns.send_ahead(row.pk, carrier="", tracking="SF3", reason="又一台", by=CLERK, at=LATER)
    arrived(row, (1, 0, 0), (2, 0, 0))
    row = returns.inspect(row.pk, note="", by=CLERK, at=LATER)
    assert (row.state, row.sent_tracking) == ("sent", "SF2"), "the goods are back, nothing is left to do"


def test_as_8_none_in_stock_the_customer_chooses_a_refund_or_another_model():
    row = agreed("exchange", reason="other")
    model = make.product("DSF500")
    with pytest.raises(returns.ModelMissing):
        returns.choose(row.pk, choice=Choice("other_model"), reason="缺货", by=CLERK, at=LATER)
    row = returns.choose(row.pk, choice=Choice("other_model", model=model.pk), reason="缺货", by=CLERK, at=LATER)
    assert (row.kind, row.remedy, row.other_model) == ("exchange", "other_model", model)
    with pytest.raises(refunds.BadAmount):
        returns.choose(row.pk, choice=Choice("refund"), reason="不等了", by=CLERK, at=LATER)
    choice = Choice("refund", Decimal("2999.00"))
    row = returns.choose(row.pk, choice=choice, reason="不等了", by=CLERK, at=LATER)
    assert (row.kind, row.other_model, row.asked_yuan) == ("return_refund", None, Decimal("2999.00"))
    with pytest.raises(returns.NotAChoice):
        returns.choose(row.pk, choice=Choice("repair"), reason="x", by=CLERK, at=LATER)
    arrived(row, (1, 0, 0), (2, 0, 0))
    returns.inspect(row.pk, note="", by=CLERK, at=LATER)
    refund_money.grant(row.pk, amount_yuan=Decimal(5), by=CLERK, at=LATER)
    with pytest.raises(returns.NotAChoice):
        returns.choose(row.pk, choice=Choice("exchange"), reason="x", by=CLERK, at=LATER)


def test_as_8_missing_parts_are_sent_without_anything_coming_back():
    row = make_refunds.refund(make_refunds.order(), "resend", "0", reason="missing_parts")
    row = refunds.agree(row.pk, by=CLERK, at=AT)
    assert row.clock == "refund_pay"
    with pytest.raises(WrongState):
        returns.post(row.pk, carrier="", tracking="x", by=CLERK, at=AT)
    assert returns.send(row.pk, carrier="", tracking="YT1", by=CLERK, at=AT).state == "sent"


def test_au_1_finance_receives_no_goods():
    row = agreed()
    with pytest.raises(NotAllowed):
        returns.receive(row.pk, arrival=arrival(row, (1, 0, 0)), by=PAYER, at=AT)
    with pytest.raises(NotAllowed):
        returns.turn_away(tracking="x", order_number="", reason="x", by=PAYER, at=AT)
    assert Reception.objects.count() == 0
