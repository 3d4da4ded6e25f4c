"""KP-1, KP-3: the figures of repairs: open, over time, closed, under warranty, days of each leg; a past day stays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from aftersales.models import Repair
from aftersales.operations import repairs
from opsdesk.actor import SYSTEM
from opsdesk.kpi import figures, lists
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from opsdesk.sla import timers
from tests import make, make_repairs
from tests.make import AT

pytestmark = pytest.mark.django_db
KEYS = (
    "repairs_open", "repairs_overdue", "repairs_closed", "repairs_under_warranty_rate",
    "repair_days_inbound", "repair_days_bench", "repair_days_outbound",
)  # fmt: skip


def values(day: date) -> list[object]:
    within = span(Period.DAY, day)
    return [figures.value_of(BY_KEY[key], SYSTEM, within) for key in KEYS]


@pytest.fixture
def life(db) -> Repair:
    """Registered on the 4th, received on the 6th, bench until the 9th, back on the 13th; the inspection was late."""
    make_repairs.setting()
    li = make_repairs.person("li", "dispatcher")
    make_repairs.installed()
    repair = make_repairs.registered(li, product_id=make.product(warranty_months=36).pk)
    repairs.post(repair.pk, carrier="", tracking="", by=li, at=AT)
    repairs.receive(repair.pk, by=li, at=AT + timedelta(days=2))
    timers.sweep(at=AT + timedelta(days=2.9))
    made = make_repairs.bench.Inspection(["no-heat"], "product")
    make_repairs.bench.inspect(repair.pk, made, by=li, at=AT + timedelta(days=3))
    make_repairs.bench.begin(repair.pk, by=li, at=AT + timedelta(days=3, hours=1))
    make_repairs.tested(repair, li, at=AT + timedelta(days=3, hours=13))
    repairs.hand_back(repair.pk, by=li, at=AT + timedelta(days=4))
    other = make_repairs.registered(li, "ZZ9", at=AT + timedelta(days=1))
    repairs.cancel(other.pk, reason="不修了", by=li, at=AT + timedelta(days=4))
    return repair


def test_kp_3_each_day_of_a_repair_reads_as_it_stood(life):
    assert values(date(2026, 3, 3)) == [0, 0, 0, None, None, None, None]
    assert values(date(2026, 3, 4)) == [1, 0, 0, None, None, None, None]
    assert values(date(2026, 3, 5)) == [2, 0, 0, None, None, None, None]
    assert values(date(2026, 3, 6)) == [2, 0, 0, None, Decimal("2.0"), None, None]
    assert values(date(2026, 3, 7)) == [2, 0, 0, None, None, Decimal("1.5"), None]
    assert values(date(2026, 3, 8)) == [0, 0, 1, Decimal("1.0000"), Decimal("3.0"), None, Decimal("0.5")]


def test_kp_3_a_missed_step_counts_until_it_ends(db):
    make_repairs.setting()
    li = make_repairs.person("li", "dispatcher")
    repair = make_repairs.received(li, "ZZ1")
    timers.sweep(at=AT + timedelta(days=1))
    found = make_repairs.bench.Inspection(["no-heat"], "product")
    make_repairs.bench.inspect(repair.pk, found, by=li, at=AT + timedelta(days=2))
    days = [date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6)]
    assert [values(day)[1] for day in days] == [0, 1, 0]


@pytest.mark.parametrize("key", KEYS)
def test_kp_1_the_list_behind_a_figure_holds_its_rows(life, key):
    definition = BY_KEY[key]
    value = f"{key}:month:2026-03-31"
    rows = lists.narrow(definition.model.objects.all(), value)
    expected = {"repairs_open": 0, "repairs_overdue": 0, "repair_days_inbound": 2}
    assert rows.count() == expected.get(key, 1)
