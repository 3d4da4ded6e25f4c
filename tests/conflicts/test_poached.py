"""CF-13: an order given back in one shop and bought again in another, and what speaks against each case."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from channels.states import Mode
from conflicts.models import DetectorFigure, Signal
from conflicts.operations import findings, looking
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, bought, codes, dealer, found, given_back, look

D = Decimal
MASKED = {"receiver_name": "王**", "receiver_phone": "138****1111", "receiver_address": "广东省广州市天河区****"}
ELSEWHERE = "浙江省杭州市西湖区文三路9号"

# (what is so, of the first order, of its refund, of the purchase elsewhere) → (act, confidence) or None
CASES = (
    ("the same phone, the same model, soon and cheaper", {}, {"state": "paid"}, {"paid": "1800"}, ("G1", "0.990")),
    ("and not cheaper", {}, {"state": "paid"}, {}, ("G1", "0.930")),
    ("and the refund is not decided", {}, {}, {}, ("G1", "0.880")),
    ("and weeks later", {}, {}, {"when": AT + 20 * DAY}, ("G1", "0.800")),
    ("and too late", {}, {}, {"when": AT + 40 * DAY}, None),
    ("and before the first order", {}, {}, {"when": AT - DAY}, None),
    ("a model of the same series", {}, {}, {"of": "series"}, ("G1", "0.780")),
    ("a model of another series", {}, {}, {"of": "other"}, None),
    ("by name and address, another phone", {}, {}, {"receiver_phone": "13900002222"}, ("G1", "0.730")),
    ("by masked forms", MASKED, {"state": "paid"}, MASKED, ("G1", "0.780")),
    ("one masked, the other in clear", {}, {"state": "paid"}, MASKED, ("G1", "0.780")),
    ("masked, and another county", MASKED, {"state": "paid"}, MASKED | {"region": "440103"}, None),
    ("masked, another county, and cheaper", MASKED, {"state": "paid"},
     MASKED | {"region": "440103", "paid": "1900"}, ("G1", "0.650")),
    ("masked, and another city", MASKED, {"state": "paid"}, MASKED | {"region": "440305"}, None),
    ("masked, and another family name", MASKED, {}, MASKED | {"receiver_name": "李**"}, None),
    ("a gift: another name and city", {}, {}, {"receiver_name": "李雷", "receiver_address": ELSEWHERE,
                                               "region": "330106"}, None),
    ("moved house: it could not be delivered", {}, {"said": "地址无法送达", "shipped": True},
     {"receiver_address": ELSEWHERE, "region": "330106"}, None),
    ("a family: another name, the same home", {}, {}, {"receiver_name": "李雷"}, None),
    ("a family: another name and phone, the same home", {}, {}, {"receiver_name": "王大明",
                                                                 "receiver_phone": "13900002222"}, None),
    ("a twin: another number with the same visible digits", {}, {}, {"receiver_name": "王大明",
                                                                     "receiver_phone": "13899991111"}, None),
    ("given back for a fault", {"signed_at": AT + DAY}, {"reason": "quality"}, {}, None),
    ("a fault said before the goods arrived", {}, {"reason": "quality"}, {}, ("G1", "0.880")),
    ("a price difference, the order kept", {}, {"kind": "price_difference", "asked_yuan": D("100")}, {}, None),
    ("a part of the money, the order kept", {}, {"asked_yuan": D("300")}, {}, None),
    ("an exchange", {}, {"kind": "exchange"}, {}, None),
    ("a refund withdrawn", {}, {"state": "withdrawn"}, {}, None),
    ("a refund refused", {}, {"state": "refused"}, {}, None),
    ("never paid elsewhere", {}, {}, {"paid_at": None, "state": "unpaid"}, None),
    ("the model came as a free gift", {}, {}, {"paid": "0"}, None),
)  # fmt: skip


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def models(of: str):
    return {"series": lambda: make_signals.model("DSF-2"), "other": lambda: make_signals.model("X-1", "X")}[of]()


@pytest.mark.parametrize(
    ("first", "back", "second", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_cf_13_a_lost_order_and_a_purchase_elsewhere(first, back, second, expected):
    lost = bought("1", **first)
    given_back(lost, **back)
    second = {"when": AT + 3 * DAY, "paid": "2000"} | second
    if isinstance(second.get("of"), str):
        second["of"] = models(second["of"])
    won = bought("2", dealer(), **second)
    tally = look("losses", lost.pk)
    assert (tally.looked, tally.unlooked) == (1, {})
    if expected is None:
        assert found("poached") == []
        return
    [signal] = found("poached")
    assert (signal.act, f"{signal.confidence}") == expected
    assert (signal.first_order, signal.order, signal.harmed_shop) == (lost, won, lost.shop)
    assert (signal.shop, signal.partner, signal.money_yuan) == (won.shop, won.shop.operator, lost.paid_yuan)


def test_cf_13_the_same_shop_or_the_same_operator_is_no_poacher():
    shop = dealer()
    sister = make.shop("dealer-pdd", on="pdd", operator=shop.operator, mode=Mode.DISTRIBUTION)
    make_signals.certificate(sister)
    lost = bought("1", shop)
    given_back(lost)
    bought("2", shop, when=AT + 3 * DAY)
    bought("3", sister, when=AT + 3 * DAY)
    assert look("losses", lost.pk).looked == 1
    assert found("poached") == []
    bought("4", dealer("other"), when=AT + 3 * DAY)
    look("losses", lost.pk)
    assert [signal.partner.code for signal in found("poached")] == ["other"]


def test_cf_13_who_was_told_of_the_order_and_sold_himself_is_accused_of_more():
    lost, seller = bought("1"), dealer()
    make_signals.offer(make_signals.job(lost, None, state="open"), seller.operator)
    given_back(lost, state="paid")
    bought("2", seller, when=AT + 3 * DAY)
    look("losses", lost.pk)
    [signal] = found("poached")
    assert (signal.act, "told" in codes(signal.parts)) == ("S1", True)


def test_cf_13_who_was_told_only_afterwards_knew_nothing():
    lost, seller = bought("1"), dealer()
    make_signals.offer(make_signals.job(lost, None, state="open"), seller.operator, when=AT + 4 * DAY)
    given_back(lost, state="paid")
    bought("2", seller, when=AT + 3 * DAY)
    look("losses", lost.pk)
    [signal] = found("poached")
    assert (signal.act, "told" in codes(signal.parts)) == ("G1", False)


def test_ch_3_cf_13_against_a_seller_outside_the_system_no_act_is_alleged():
    lost = bought("1")
    given_back(lost)
    bought("2", dealer(certified=False), when=AT + 3 * DAY)
    look("losses", lost.pk)
    [signal] = found("poached")
    assert (signal.act, signal.facts["legitimate"]) == ("", False)


def test_cf_13_an_order_that_the_platform_closed_without_a_refund_is_lost_too():
    lost = bought("1", state="closed")
    bought("2", dealer(), when=AT + 3 * DAY)
    look("losses", lost.pk)
    [signal] = found("poached")
    assert ("loss_day_unknown" in codes(signal.against), signal.refund) == (True, None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"receiver_phone": "", "receiver_name": "", "receiver_address": ""}, "customer_unknown"),
        (MASKED | {"region": ""}, "masked_without_region"),
        ({"of": None}, "unmapped_lost"),
    ],
)
def test_cf_13_what_could_not_be_looked_at_is_told_apart_from_nothing_found(fields, why):
    lost = bought("1", **fields)
    given_back(lost)
    bought("2", dealer(), when=AT + 3 * DAY)
    tally = look("losses", lost.pk)
    assert (tally.looked, tally.unlooked) == (0, {why: [lost.pk]})
    assert Signal.objects.count() == 0


def test_cf_13_without_figures_of_that_day_nothing_can_be_looked_at():
    lost = bought("1")
    given_back(lost)
    DetectorFigure.objects.filter(kind="poached", name="least").delete()
    assert look("losses", lost.pk).unlooked == {"no_figures": [lost.pk]}


def test_cf_13_looking_again_doubles_nothing_and_writes_nothing():
    lost = poached()
    before = Signal.objects.values().get()
    assert look("losses", lost.pk, lost.pk).kept == findings.Kept()
    assert (Signal.objects.values().get(), Event.objects.filter(action="signal.find").count()) == (before, 1)


def poached(number: str = "1", phone: str = make_signals.PHONE):
    who = {"receiver_phone": phone, "receiver_name": f"王{number}"}
    lost = bought(number, **who)
    given_back(lost)
    bought(f"{number}-again", dealer(), when=AT + 3 * DAY, **who)
    look("losses", lost.pk)
    return lost


def test_cf_13_several_signals_change_together_while_nobody_has_decided():
    losses = [poached(f"{n}", f"1380000{n:04d}") for n in range(3)]
    for lost in losses:
        refund = lost.refunds.get()
        type(refund).objects.filter(pk=refund.pk).update(state="paid", granted_yuan=2000, paid_yuan=2000, ended_at=AT)
    assert look("losses", *(lost.pk for lost in losses)).kept == findings.Kept(changed=3)
    assert [(f"{one.confidence}", codes(one.parts)[-1]) for one in found("poached")] == [("0.930", "final")] * 3
    assert [one.first_order for one in found("poached")] == losses


def test_cf_13_what_was_dismissed_stays_so_with_the_reason():
    lost = poached()
    [signal] = found("poached")
    findings.dismiss(signal.pk, reason=" 客户自己要换颜色 ", by=SYSTEM, at=AT)
    assert look("losses", lost.pk).kept == findings.Kept()
    signal.refresh_from_db()
    assert (signal.state, signal.reason) == ("dismissed", "客户自己要换颜色")


def test_cf_13_a_dismissal_needs_a_reason():
    poached()
    [signal] = found("poached")
    with pytest.raises(findings.ReasonMissing):
        findings.dismiss(signal.pk, reason=" ", by=SYSTEM, at=AT)
    assert found("poached") == [signal]


def test_cf_13_a_signal_goes_with_its_facts_and_comes_back_with_them():
    lost = poached()
    refund = lost.refunds.get()
    type(refund).objects.update(state="withdrawn")
    assert look("losses", lost.pk).kept == findings.Kept(closed=1)
    assert Signal.objects.get().state == "gone"
    type(refund).objects.update(state="paid", granted_yuan=2000, paid_yuan=2000, ended_at=AT)
    assert look("losses", lost.pk).kept == findings.Kept(reopened=1, changed=1)
    signal = Signal.objects.get()
    assert (signal.state, signal.ended_at, "final" in codes(signal.parts)) == ("open", None, True)
    told = Event.objects.filter(subject_type="conflicts.signal").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["signal.find", "signal.close", "signal.reopen"]


def test_cf_13_a_new_figure_counts_from_its_first_day_on():
    DetectorFigure.objects.filter(kind="poached", name="days_after").update(valid_to=AT.date())
    DetectorFigure.objects.create(kind="poached", name="days_after", value=1, valid_from=AT.date())
    lost = bought("1")
    given_back(lost)
    bought("2", dealer(), when=AT + 4 * DAY)
    look("losses", lost.pk)
    assert found("poached") == []


def test_cf_13_a_look_costs_the_same_number_of_statements_however_many_orders():
    orders = [bought(f"a{n}", receiver_phone=f"1380000{n:04d}", receiver_name=f"王{n}") for n in range(6)]
    for n, order in enumerate(orders):
        given_back(order)
        bought(f"b{n}", dealer(), when=AT + 3 * DAY, receiver_phone=f"1380000{n:04d}", receiver_name=f"王{n}")
    with counted() as one:
        look("losses", orders[0].pk)
    with counted() as five:
        look("losses", *(order.pk for order in orders[1:]))
    assert (len(one), len(five)) == (16, 16)
    assert len(found("poached")) == 6


def counted():
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


@pytest.mark.django_db(transaction=True)
def test_cf_13_two_workers_find_it_once():
    lost = bought("1")
    given_back(lost)
    bought("2", dealer(), when=AT + 3 * DAY)
    start = threading.Barrier(2)

    def work():
        start.wait()
        try:
            looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Signal.objects.count() == 1
    assert Event.objects.filter(action="signal.find").count() == 1
