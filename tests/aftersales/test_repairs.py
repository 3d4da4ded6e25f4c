"""AS-7: a machine from the request to its return: legs, holders, clocks, order of work."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from aftersales.models import Repair, RepairLeg
from aftersales.operations import bench, loans, parts, quotes, repairs, turnaround
from aftersales.operations.bench import Inspection
from aftersales.operations.quotes import Amounts
from aftersales.operations.repairs import Request
from channels.connectors.base import PlatformLine
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.people.models import User
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from orders.rules.identity import Receiver
from tests import make, make_repairs
from tests.make import AT, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def li():
    """A dispatcher, who has all rights of repairs."""
    make_repairs.setting()
    return make_repairs.person("li", "dispatcher")


def clocks(repair: Repair) -> dict[str, str]:
    return dict(repair.timers().order_by("pk").values_list("policy__code", "state"))


def legs(repair: Repair) -> list[tuple[str, str, bool]]:
    rows = repair.legs.order_by("number")
    return [(row.leg, row.holder, row.ended_at is not None) for row in rows]


def again(repair: Repair) -> Repair:
    return Repair.objects.get(pk=repair.pk)


def test_as_7_a_serial_number_is_enough_and_order_model_and_warranty_follow_from_it(li):
    model = make.product(warranty_months=36)
    make.listing("sku", of=model)
    job = make_repairs.installed(serial="NL001", lines=(PlatformLine("1", sku_id="sku"),))
    repair = make_repairs.registered(li, " nl 001 ")
    assert (repair.serial_number, repair.order_id, repair.product) == ("NL001", job.order_id, model)
    assert (repair.warranty, repair.warranty_until.isoformat()) == ("in", "2029-01-10")
    assert (repair.state, repair.holder, repair.due_at) == ("announced", "li", AT + 7 * DAY)


def test_as_7_a_machine_nobody_knows_is_registered_and_its_warranty_is_unknown(li):
    repair = make_repairs.registered(li, "ZZ9")
    assert (repair.order, repair.product, repair.warranty) == (None, None, "unknown")
    assert repair.warranty_because == ["no_date_known"]


def test_au_2_the_customers_words_are_sealed_and_shown_with_a_reason(li):
    contact = Receiver("张三", "13800000001", "天河路1号")
    repair = make_repairs.registered(li, contact=contact)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM aftersales_repair t")
        raw = cursor.fetchone()[0]
    assert "13800000001" not in raw
    assert "不加热" not in raw
    assert (repair.name_masked, repair.phone_masked) == ("张*", "138****0001")
    with pytest.raises(turnaround.ReasonMissing):
        repairs.show(repair.pk, why=" ", by=li, at=AT)
    assert not Event.objects.filter(action="repair.show").exists()
    assert repairs.show(repair.pk, why="回电", by=li, at=AT) == repairs.Shown("不加热，打13800000001", contact)
    assert Event.objects.get(action="repair.show").facts == {"why": "回电"}


@pytest.mark.parametrize(
    ("_case", "fields", "error"),
    [
        ("no serial number", {"serial_number": " "}, repairs.SerialMissing),
        ("no complaint", {"complaint": " "}, repairs.ComplaintMissing),
        ("a partner's, but which", {"requested_by": "partner"}, repairs.SenderMissing),
        ("stock, but whose", {"end_user": False}, repairs.SenderMissing),
    ],
)
def test_as_7_what_a_request_must_say(li, _case, fields, error):
    with pytest.raises(error):
        repairs.register(Request(**({"serial_number": "A1", "complaint": "坏了"} | fields)), by=li, at=AT)
    assert not Repair.objects.exists()


def test_as_7_a_machine_is_under_repair_once_at_a_time(li):
    first = make_repairs.registered(li, "NL001")
    with pytest.raises(repairs.AlreadyHere, match=str(first)):
        make_repairs.registered(li, "nl001 ")
    repairs.cancel(first.pk, reason="客户自行修好", by=li, at=AT)
    assert make_repairs.registered(li, "NL001").pk != first.pk
    with pytest.raises(IntegrityError, match="repair_one_live"), transaction.atomic():
        Repair.objects.create(serial_number="NL001", registered_at=AT, holder_user_id=li.user_id)


def test_as_7_from_the_request_to_the_return_each_step_has_its_clock_and_one_holder(li):
    make_repairs.installed()
    repair = make_repairs.registered(li, product_id=make.product(warranty_months=36).pk)
    repairs.post(repair.pk, carrier="顺丰", tracking="SF1", by=li, at=AT + DAY)
    wang = make_repairs.person("wang", "warehouse")
    repairs.receive(repair.pk, by=wang, at=AT + 2 * DAY)
    assert again(repair).holder == "wang"
    repairs.hand_over(repair.pk, user_id=li.user_id, reason="上工作台", by=li, at=AT + 2 * DAY)
    bench.inspect(repair.pk, Inspection(["no-heat"], "product", "加热管断"), by=li, at=AT + 3 * DAY)
    bench.begin(repair.pk, by=li, at=AT + 3 * DAY)
    make_repairs.tested(again(repair), li, at=AT + 4 * DAY)
    repairs.send(repair.pk, carrier="德邦", tracking="DB1", by=wang, at=AT + 5 * DAY)
    repairs.deliver(repair.pk, by=wang, at=AT + 7 * DAY)
    repair = again(repair)
    assert (repair.state, repair.result, repair.ended_at) == ("returned", "repaired", AT + 7 * DAY)
    assert repair.total_due_at == AT + DAY + timedelta(hours=360)
    assert legs(repair) == [("inbound", "li", True), ("bench", "li", True), ("outbound", "wang", True)]
    spans = [(leg.ended_at - leg.started_at).days for leg in repair.legs.order_by("number")]
    assert spans == [2, 2, 3]
    assert clocks(repair) == dict.fromkeys(
        ("repair_post", "repair_inbound", "repair_total", "repair_inspect", "repair_decide", "repair_bench",
         "repair_send", "repair_outbound"), "met",
    )  # fmt: skip
    late = repair.timers().filter(missed_at__isnull=False).order_by("policy__code")
    assert list(late.values_list("policy__code", flat=True)) == ["repair_inspect", "repair_send"]


def test_as_7_a_step_that_takes_too_long_is_recorded_and_stands_in_the_queue(li):
    repair = make_repairs.received(li)
    assert not Repair.objects.all().overdue(AT + timedelta(hours=14)).exists()
    timers.sweep(at=AT + timedelta(hours=16))
    assert Event.objects.filter(action="repair_inspect.missed", subject_id=repair.pk).count() == 1
    assert list(Repair.objects.all().overdue(AT + timedelta(hours=16))) == [repair]


def test_as_7_a_failed_retest_goes_back_to_the_bench_and_the_same_clock_goes_on(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    due = again(repair).due_at
    repair = make_repairs.tested(again(repair), li, passed=False, at=AT + DAY)
    assert (repair.state, repair.result, repair.due_at) == ("repairing", "", due)
    assert [(row.number, row.passed, row.results) for row in repair.retests.all()] == [
        (1, False, {"heating": False, "pressure": True})
    ]
    repair = make_repairs.tested(again(repair), li, at=AT + 2 * DAY)
    assert (repair.state, repair.result) == ("retested", "repaired")
    assert legs(repair) == [("inbound", "li", True), ("bench", "li", True), ("outbound", "li", False)]


def test_as_7_a_machine_found_bad_before_it_is_sent_has_a_second_stretch_on_the_bench(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    make_repairs.tested(again(repair), li, at=AT + DAY)
    repair = make_repairs.tested(again(repair), li, passed=False, at=AT + 2 * DAY)
    assert (repair.state, repair.result, repair.ready_at) == ("repairing", "", None)
    assert [leg for leg, _who, _over in legs(repair)] == ["inbound", "bench", "outbound", "bench"]
    assert repair.timers().filter(policy__code="repair_bench").count() == 2


def test_as_7_the_checklist_must_be_complete(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    with pytest.raises(bench.ChecksMissing, match="pressure"):
        bench.retest(repair.pk, {"heating": True}, by=li, at=AT)
    assert (again(repair).state, repair.retests.count()) == ("repairing", 0)


def test_as_7_out_of_warranty_is_quoted_and_the_whole_clock_waits_for_the_customer(li):
    make_repairs.installed(when="2020-01-10 10:00")
    repair = make_repairs.inspected(li, product_id=make.product(warranty_months=36).pk)
    with pytest.raises(bench.QuoteFirst):
        bench.begin(repair.pk, by=li, at=AT)
    quotes.quote(repair.pk, Amounts(Decimal("80"), Decimal("120.5"), Decimal("30")), by=li, at=AT)
    total = again(repair).timers().get(policy__code="repair_total")
    assert (again(repair).state, total.state) == ("quoted", "paused")
    assert [row.total_yuan for row in repair.quotes.all()] == [Decimal("230.50")]
    repair = quotes.approve(repair.pk, by=li, at=AT + 3 * DAY)
    assert repair.total_due_at == AT + timedelta(hours=360) + 3 * DAY
    assert bench.begin(repair.pk, by=li, at=AT + 3 * DAY).state == "repairing"
    assert repair.quotes.get().answer == "approved"


def test_as_7_a_quote_that_is_declined_sends_the_machine_back_as_it_is(li):
    make_repairs.installed(when="2020-01-10 10:00")
    repair = make_repairs.inspected(li, product_id=make.product(warranty_months=36).pk)
    quotes.quote(repair.pk, Amounts(Decimal("80")), by=li, at=AT)
    with pytest.raises(turnaround.ReasonMissing):
        quotes.decline(repair.pk, reason="", by=li, at=AT)
    repair = quotes.decline(repair.pk, reason="太贵", by=li, at=AT)
    assert (repair.state, repair.result, repair.quotes.get().answer) == ("declined", "unrepaired", "declined")
    assert clocks(repair)["repair_answer"] == "dropped"
    assert clocks(repair)["repair_total"] == "running"
    repairs.send(repair.pk, carrier="顺丰", tracking="", by=li, at=AT)
    assert again(repair).state == "outbound"


def test_as_7_who_pays_nothing_gets_no_quote(li):
    make_repairs.installed()
    repair = make_repairs.inspected(li, product_id=make.product(warranty_months=36).pk)
    with pytest.raises(quotes.NothingToPay):
        quotes.quote(repair.pk, Amounts(Decimal("80")), by=li, at=AT)
    assert (again(repair).state, repair.quotes.count()) == ("inspected", 0)


@pytest.mark.parametrize("amounts", [("0", "0"), ("-1", "50")])
def test_fi_1_a_quote_has_amounts_that_make_sense(li, amounts):
    repair = make_repairs.inspected(li, fault="use")
    with pytest.raises(quotes.AmountsWrong):
        quotes.quote(repair.pk, Amounts(*map(Decimal, amounts)), by=li, at=AT)
    assert again(repair).state == "inspected"


def test_as_7_an_unknown_warranty_is_decided_by_a_person_before_the_work(li):
    repair = make_repairs.inspected(li, "ZZ9")
    with pytest.raises(bench.WarrantyOpen):
        bench.begin(repair.pk, by=li, at=AT)
    bench.judge(repair.pk, covered=True, reason="发票已核", by=li, at=AT)
    repair = bench.begin(repair.pk, by=li, at=AT)
    assert (repair.state, repair.warranty) == ("repairing", "in")
    assert repair.warranty_because[0] == "by_hand:发票已核"
    with pytest.raises(bench.JudgedTooLate):
        bench.judge(repair.pk, covered=False, reason="改主意", by=li, at=AT)


def test_as_7_what_the_customer_broke_is_paid_for_within_the_warranty_too(li):
    make_repairs.installed()
    repair = make_repairs.inspected(li, fault="use", product_id=make.product(warranty_months=36).pk)
    assert repair.warranty == "in"
    with pytest.raises(bench.QuoteFirst):
        bench.begin(repair.pk, by=li, at=AT)


def test_as_7_a_component_has_a_warranty_of_its_own(li):
    make_repairs.installed(when="2020-01-10 10:00")
    model = make.product(warranty_months=36)
    model.warranty_terms.create(component="tank", months=96, valid_from=make.LONG_AGO)
    repair = make_repairs.received(li, product_id=model.pk)
    assert repair.warranty == "out"
    repair = bench.inspect(repair.pk, Inspection(["leak-tank"], "product"), by=li, at=AT)
    assert (repair.warranty, repair.warranty_until.isoformat()) == ("in", "2028-01-10")


def test_as_7_an_inspection_names_known_faults(li):
    repair = make_repairs.received(li)
    for found in (Inspection([], "product"), Inspection(["nonsense"], "product"), Inspection(["no-heat"], "")):
        with pytest.raises(bench.NothingFound):
            bench.inspect(repair.pk, found, by=li, at=AT)
    assert (again(repair).state, repair.findings.count()) == ("received", 0)


def test_as_7_a_replaced_machine_starts_a_new_warranty_and_the_old_one_is_not_forgotten(li):
    make_repairs.installed()
    model = make.product(warranty_months=12)
    repair = make_repairs.on_bench(li, product_id=model.pk)
    bench.replace(repair.pk, new_serial_number="nl 777", reason="内胆报废", by=li, at=AT + DAY)
    repairs.hand_back(repair.pk, by=li, at=AT + DAY)
    assert (again(repair).state, again(repair).result) == ("returned", "replaced")
    new = make_repairs.registered(li, "NL777", product_id=model.pk, at=AT + 30 * DAY)
    assert (new.warranty, new.warranty_until.isoformat()) == ("in", "2027-03-05")
    assert new.warranty_because[0] == "from_exchange:2026-03-05"


def test_as_7_an_end_user_never_waits_behind_agents_stock(li):
    agent = make.partner("gd")
    stock = {"requested_by": "partner", "partner_id": agent.pk, "end_user": False}
    first = make_repairs.received(li, "S1", at=AT - 9 * DAY, **stock)
    late = make_repairs.received(li, "C1", at=AT - DAY)
    later = make_repairs.received(li, "C2", at=AT, requested_by="partner", partner_id=agent.pk)
    assert list(Repair.objects.all().in_turn()) == [late, later, first]
    assert [row.rank_because for row in (first, late, later)] == [
        ["agents_stock"], ["end_user_online"], ["end_user_of_agent"],
    ]  # fmt: skip


def test_as_7_of_two_end_users_the_one_promised_earlier_comes_first(li):
    posted_late = make_repairs.registered(li, "A", at=AT - 5 * DAY)
    posted_early = make_repairs.registered(li, "B", at=AT - 4 * DAY)
    repairs.post(posted_early.pk, carrier="", tracking="", by=li, at=AT - 3 * DAY)
    repairs.post(posted_late.pk, carrier="", tracking="", by=li, at=AT)
    assert list(Repair.objects.all().in_turn()) == [posted_early, posted_late]


def test_as_7_on_site_it_is_handed_back_on_the_spot(li):
    make_repairs.installed()
    repair = make_repairs.registered(li, place="on_site", product_id=make.product(warranty_months=36).pk)
    repairs.receive(repair.pk, by=li, at=AT)
    bench.inspect(repair.pk, Inspection(["no-heat"], "product"), by=li, at=AT)
    bench.begin(repair.pk, by=li, at=AT)
    make_repairs.tested(again(repair), li)
    assert repairs.hand_back(repair.pk, by=li, at=AT).state == "returned"


def test_as_7_somebody_always_holds_it(li):
    with pytest.raises(turnaround.NobodyHolds):
        make_repairs.registered(SYSTEM)
    repair = make_repairs.received(li)
    gone = make.user("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(turnaround.NobodyHolds):
        repairs.hand_over(repair.pk, user_id=gone.pk, reason="换人", by=li, at=AT)
    with pytest.raises(turnaround.NobodyHolds):
        repairs.hand_over(repair.pk, user_id=li.user_id, partner_id=1, reason="换人", by=li, at=AT)
    with pytest.raises(IntegrityError, match="repair_one_holder"), transaction.atomic():
        Repair.objects.filter(pk=repair.pk).update(holder_user=None)
    assert again(repair).holder == "li"
    assert RepairLeg.objects.filter(repair=repair, ended_at=None).count() == 1


def test_as_7_a_partner_works_only_on_what_it_holds(li):
    make.partner("gd")
    below = make.partner("gd-1", above=make.Partner.objects.get(code="gd"))
    make.partner("hn")
    rights = ("aftersales.view_repair", "aftersales.register_repair", "aftersales.work_repair")
    agent = make.actor("agent", *rights, partner="gd-1")
    repair = repairs.register(Request("S1", "不启动", requested_by="partner"), by=agent, at=AT)
    assert (repair.partner, repair.holder_partner) == (below, below)
    repairs.post(repair.pk, carrier="", tracking="", by=agent, at=AT)
    repairs.receive(repair.pk, by=li, at=AT)
    with pytest.raises(turnaround.NotYours):
        bench.inspect(repair.pk, Inspection(["no-heat"], "product"), by=agent, at=AT)
    with pytest.raises(NotFound):
        repairs.post(repair.pk, carrier="", tracking="", by=make.actor("x", *rights, partner="hn"), at=AT)
    above = make.actor("above", *rights, partner="gd")
    assert list(Repair.objects.visible_to(above)) == [repair]
    repairs.hand_over(repair.pk, partner_id=below.pk, reason="当地维修", by=li, at=AT)
    assert bench.inspect(repair.pk, Inspection(["no-heat"], "product"), by=agent, at=AT).state == "inspected"


def test_au_1_each_step_needs_its_right(li):
    repair = make_repairs.registered(li)
    nobody = make.actor("nobody", "aftersales.view_repair", company=True)
    steps = [
        lambda: make_repairs.registered(nobody, "X"),
        lambda: repairs.post(repair.pk, carrier="", tracking="", by=nobody, at=AT),
        lambda: repairs.receive(repair.pk, by=nobody, at=AT),
        lambda: bench.inspect(repair.pk, Inspection(["no-heat"], "product"), by=nobody, at=AT),
        lambda: bench.judge(repair.pk, covered=True, reason="x", by=nobody, at=AT),
        lambda: bench.begin(repair.pk, by=nobody, at=AT),
        lambda: bench.retest(repair.pk, {}, by=nobody, at=AT),
        lambda: bench.replace(repair.pk, new_serial_number="Y", reason="x", by=nobody, at=AT),
        lambda: bench.scrap(repair.pk, reason="x", by=nobody, at=AT),
        lambda: quotes.quote(repair.pk, Amounts(Decimal("1")), by=nobody, at=AT),
        lambda: quotes.approve(repair.pk, by=nobody, at=AT),
        lambda: quotes.decline(repair.pk, reason="x", by=nobody, at=AT),
        lambda: parts.ask(repair.pk, parts.Wanted(1, 1, Decimal("1"), "x"), by=nobody, at=AT),
        lambda: repairs.send(repair.pk, carrier="", tracking="", by=nobody, at=AT),
        lambda: repairs.deliver(repair.pk, by=nobody, at=AT),
        lambda: repairs.hand_back(repair.pk, by=nobody, at=AT),
        lambda: repairs.hand_over(repair.pk, user_id=1, reason="x", by=nobody, at=AT),
        lambda: repairs.cancel(repair.pk, reason="x", by=nobody, at=AT),
        lambda: repairs.show(repair.pk, why="x", by=nobody, at=AT),
        lambda: loans.lend(repair.pk, serial_number="L1", by=nobody, at=AT),
        lambda: loans.take_back(repair.pk, note="x", by=nobody, at=AT),
    ]
    for step in steps:
        with pytest.raises(NotAllowed):
            step()
    assert again(repair).state == "announced"
    assert Event.objects.about(repair).count() == 1


def test_as_7_every_step_twice_is_refused_and_changes_nothing(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    make_repairs.tested(again(repair), li)
    repairs.send(repair.pk, carrier="", tracking="", by=li, at=AT)
    repairs.deliver(repair.pk, by=li, at=AT)
    before = (Event.objects.count(), Timer.objects.count(), RepairLeg.objects.count())
    for step in (repairs.deliver, repairs.receive, repairs.hand_back, bench.begin):
        with pytest.raises(WrongState):
            step(repair.pk, by=li, at=AT)
    assert (Event.objects.count(), Timer.objects.count(), RepairLeg.objects.count()) == before


def test_as_7_a_moment_of_the_clock_is_a_moment_of_the_row(li):
    repair = make_repairs.registered(li, at=at("2026-03-01 12:00"))
    [clock] = repair.timers()
    assert (clock.due_at, again(repair).due_at) == (at("2026-03-08 12:00"), at("2026-03-08 12:00"))
