"""FI-2, FI-3: spare parts for repairs: alone up to a limit, above it signed; no retest before all are decided."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from aftersales.models import Repair, RepairPart
from aftersales.operations import bench, parts
from aftersales.operations.parts import Wanted
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, SecondSignature
from opsdesk.errors import DeskError, WrongState
from tests import make, make_repairs
from tests.make import AT

pytestmark = pytest.mark.django_db


def scene():
    """A machine on the bench, a dispatcher who works on it, and a part."""
    make_repairs.setting()
    li = make_repairs.person("li", "dispatcher")
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    return li, repair, make.product("PART-1", installed=False)


@pytest.fixture
def bench_scene(db):
    return scene()


def asked(li, repair: Repair, part, cost: str, quantity: int = 1) -> RepairPart:
    return parts.ask(repair.pk, Wanted(part.pk, quantity, Decimal(cost), "加热管"), by=li, at=AT)


@pytest.mark.parametrize(
    ("_case", "cost", "quantity", "state"),
    [
        ("at the limit", "200.00", 1, "granted"),
        ("a fen above it", "200.01", 1, "waiting"),
        ("the quantity counts", "100.01", 2, "waiting"),
        ("nothing to pay", "0.00", 1, "granted"),
    ],
)
def test_fi_3_a_part_within_the_own_limit_is_granted_at_once(bench_scene, _case, cost, quantity, state):
    li, repair, part = bench_scene
    row = asked(li, repair, part, cost, quantity)
    approval = Approval.objects.get()
    assert (row.state, approval.kind, approval.amount_yuan) == (state, "part", Decimal(cost) * quantity)
    assert approval.state == state


def test_fi_3_many_small_parts_are_not_a_way_around_the_limit(bench_scene):
    li, repair, part = bench_scene
    assert [asked(li, repair, part, "90").state for _ in range(3)] == ["granted", "granted", "waiting"]
    assert [row.amount_yuan for row in Approval.objects.order_by("pk")] == [90, 180, 270]
    assert parts.cost_of(repair) == Decimal("270.00")


def test_as_7_no_retest_while_a_part_waits(bench_scene):
    li, repair, part = bench_scene
    row = asked(li, repair, part, "500")
    with pytest.raises(bench.PartsWaiting):
        make_repairs.tested(repair, li)
    assert (Repair.objects.get().state, repair.retests.count()) == ("repairing", 0)
    assert list(Repair.objects.all().waiting_for_parts()) == [repair]
    approvals.sign(Approval.objects.get().pk, by=make_repairs.person("zhao", "regional_manager"), at=AT)
    assert not Repair.objects.all().waiting_for_parts().exists()
    make_repairs.tested(Repair.objects.get(), li)
    row.refresh_from_db()
    assert (row.state, row.fitted_at) == ("fitted", AT)


def test_fi_2_a_refused_part_leaves_the_repair_where_it_is(bench_scene):
    li, repair, part = bench_scene
    row = asked(li, repair, part, "500")
    zhao = make_repairs.person("zhao", "regional_manager")
    approvals.refuse(Approval.objects.get().pk, reason="换新更省", by=zhao, at=AT)
    row.refresh_from_db()
    assert (row.state, Repair.objects.get().state) == ("refused", "repairing")
    assert parts.cost_of(repair) == 0


def test_fi_2_silence_is_no_consent_to_a_part(bench_scene):
    li, repair, part = bench_scene
    row = asked(li, repair, part, "500")
    approvals.lapse(Approval.objects.get().pk, by=li, at=AT + timedelta(days=9))
    row.refresh_from_db()
    assert row.state == "refused"


def test_au_4_above_the_dated_amount_two_must_sign_for_a_part(bench_scene):
    li, repair, part = bench_scene
    SecondSignature.objects.create(kind="part", above_yuan=Decimal("400"), valid_from=make.LONG_AGO)
    row = asked(li, repair, part, "500")
    approval = Approval.objects.get()
    approvals.sign(approval.pk, by=make_repairs.person("zhao", "regional_manager"), at=AT)
    row.refresh_from_db()
    assert row.state == "waiting"
    approvals.sign(approval.pk, by=make_repairs.person("qian", "finance"), at=AT)
    row.refresh_from_db()
    assert row.state == "granted"


@pytest.mark.parametrize("cost", ["100", "500"])
def test_as_7_a_part_that_is_not_needed_is_given_up_with_its_approval(bench_scene, cost):
    li, repair, part = bench_scene
    row = asked(li, repair, part, cost)
    row = parts.withdraw(repair.pk, part_id=row.pk, reason="原件可修", by=li, at=AT)
    assert (row.state, Approval.objects.get().state) == ("withdrawn", "withdrawn" if cost == "500" else "granted")
    with pytest.raises(WrongState):
        parts.withdraw(repair.pk, part_id=row.pk, reason="再来", by=li, at=AT)


def test_as_7_with_the_end_of_the_work_the_open_parts_end(bench_scene):
    li, repair, part = bench_scene
    granted, waiting = asked(li, repair, part, "100"), asked(li, repair, part, "500")
    assert (granted.state, waiting.state) == ("granted", "waiting")
    bench.scrap(repair.pk, reason="不值得修", by=li, at=AT)
    assert [row.state for row in RepairPart.objects.all()] == ["withdrawn", "withdrawn"]
    assert [row.state for row in Approval.objects.order_by("pk")] == ["granted", "withdrawn"]


def test_as_7_a_part_is_asked_for_only_on_the_bench(bench_scene):
    li, _repair, part = bench_scene
    other = make_repairs.received(li, "NL009")
    with pytest.raises(parts.NotOnBench):
        asked(li, other, part, "10")
    assert not RepairPart.objects.exists()


@pytest.mark.parametrize(("quantity", "cost"), [(0, "10"), (1, "-1")])
def test_fi_1_a_part_has_a_quantity_and_a_cost(bench_scene, quantity, cost):
    li, repair, part = bench_scene
    with pytest.raises(parts.PartInvalid):
        asked(li, repair, part, cost, quantity)
    assert not RepairPart.objects.exists()


def together(*acts) -> list[str]:
    """Run these at the same moment, each in a connection of its own; return what became of each."""
    start, said = threading.Barrier(len(acts)), []

    def run(act):
        try:
            start.wait(timeout=10)
            act()
            said.append("done")
        except DeskError as why:
            said.append(type(why).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(said)


@pytest.mark.django_db(transaction=True)
def test_au_4_two_signers_at_the_same_moment_decide_a_part_once():
    li, repair, part = scene()
    row = asked(li, repair, part, "500")
    pk = Approval.objects.get().pk
    zhao, qian = make_repairs.person("zhao", "regional_manager"), make_repairs.person("qian", "finance")
    said = together(
        lambda: approvals.sign(pk, by=zhao, at=AT), lambda: approvals.refuse(pk, reason="太贵", by=qian, at=AT)
    )
    row.refresh_from_db()
    assert said == ["WrongState", "done"]
    assert row.state == {"granted": "granted", "refused": "refused"}[Approval.objects.get().state]
    assert Approval.objects.get().signatures.count() == 1


@pytest.mark.django_db(transaction=True)
def test_as_7_signing_and_scrapping_at_the_same_moment_never_wait_in_a_ring():
    li, repair, part = scene()
    row = asked(li, repair, part, "500")
    pk = Approval.objects.get().pk
    zhao = make_repairs.person("zhao", "regional_manager")
    said = together(
        lambda: approvals.sign(pk, by=zhao, at=AT), lambda: bench.scrap(repair.pk, reason="不修了", by=li, at=AT)
    )
    row.refresh_from_db()
    assert "done" in said
    assert (Repair.objects.get().state, row.state) == ("scrapped", "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_as_7_two_people_register_the_same_machine_once():
    make_repairs.setting()
    li = make_repairs.person("li", "dispatcher")
    said = together(*[lambda: make_repairs.registered(li, "NL001")] * 2)
    assert said == ["AlreadyHere", "done"]
    assert Repair.objects.count() == 1
