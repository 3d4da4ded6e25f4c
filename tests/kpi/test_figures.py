"""KP-1, KP-2, KP-3: one definition per figure, for the value, the list behind it, the mail and the start page."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlparse

import pytest

from aftersales.models import Job
from aftersales.operations import jobs
from opsdesk.actor import SYSTEM, Actor
from opsdesk.kpi import figures, lists, report
from opsdesk.kpi.definitions import BY_KEY, DEFINITIONS
from opsdesk.kpi.models import Period, Report, Target
from opsdesk.kpi.spans import span, spans
from orders.models import Order
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db

DAY = date(2020, 2, 10)


def value(key: str, by: Actor = SYSTEM, period: Period = Period.DAY, day: date = DAY):
    return figures.value_of(BY_KEY[key], by, span(period, day))


def three_orders(**fields: object) -> None:
    """One ordered and paid on the day, one ordered the evening before and paid on the day, one not paid."""
    money = {"total_yuan": Decimal("100.10"), "paid_yuan": Decimal("90.01"), "refunded_yuan": Decimal("10.09")}
    make.taken_in(
        make.seen("1", ordered_at=at("2020-02-10 00:00:00"), paid_at=at("2020-02-10 09:00:00"), **money),
        make.seen("2", ordered_at=at("2020-02-09 23:59:59"), paid_at=at("2020-02-10 00:00:01"), **money),
        make.seen(
            "3",
            ordered_at=at("2020-02-10 23:59:59"),
            state="unpaid",
            paid_at=None,
            paid_yuan=Decimal(0),
            total_yuan=Decimal(7),
        ),
        **fields,
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("orders_created", 2),
        ("orders_paid_by_creation", 1),
        ("orders_paid_by_payment", 2),
        ("sales_by_creation", Decimal("90.01")),
        ("sales_by_payment", Decimal("180.02")),
        ("total_by_creation", Decimal("107.10")),
        ("total_by_payment", Decimal("200.20")),
        ("refunds_by_creation", Decimal("10.09")),
        ("refunds_by_payment", Decimal("20.18")),
        ("refund_rate", Decimal("1.0000")),
    ],
)
def test_kp_1_the_two_bases_that_people_confuse(key, expected):
    three_orders()
    assert value(key) == expected


def test_kp_1_day_month_and_year_to_date_end_with_the_day():
    make.taken_in(
        *(
            make.seen(day, ordered_at=at(f"{day} 12:00"))
            for day in ("2020-01-31", "2020-02-01", "2020-02-10", "2020-02-11")
        )
    )
    assert [value("orders_created", period=period) for period in Period] == [1, 2, 3]


def test_kp_1_a_parent_that_the_platform_split_is_not_counted():
    make.taken_in(make.seen("1", ordered_at=at("2020-02-10 10:00"), superseded=True))
    assert value("orders_created") == 0


def test_kp_1_a_rate_of_nothing_is_none_and_not_zero():
    assert value("installed_on_time_rate") is None


def test_as_1_the_on_time_rate_counts_what_was_done_by_its_deadline():
    make.policies()
    made = [make.job(str(n), signed_at=at("2020-02-08 10:00")) for n in range(4)]
    done = ("2020-02-10 10:00", "2020-02-11 10:00", "2020-02-11 10:01", None)
    agent = make.partner()
    for job, moment in zip(made, done, strict=True):
        if moment:
            Job.objects.filter(pk=job.pk).update(state="done", done_at=at(moment), serial_number="x", owner=agent)
    assert value("installed_on_time_rate", day=date(2020, 2, 11)) == Decimal("0.5000")
    assert value("installed_on_time_rate", period=Period.MONTH, day=date(2020, 2, 11)) == Decimal("0.6667")
    assert value("jobs_overdue", day=date(2020, 2, 11)) == 1
    assert value("jobs_overdue", day=date(2020, 2, 10)) == 0
    assert value("jobs_due_next", day=date(2020, 2, 10)) == 3


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.key)
def test_kp_1_every_figure_equals_the_count_behind_its_own_link(definition):
    three_orders()
    make.policies()
    make.job("9", signed_at=at("2020-02-06 10:00"), when=at("2020-02-06 10:00"))
    for within in spans(DAY):
        link = parse_qs(urlparse(figures.href_of(definition, within)).query)["figure"][0]
        rows = lists.narrow(definition.model._default_manager.visible_to(SYSTEM), link)
        shown = figures.value_of(definition, SYSTEM, within)
        if definition.unit == "yuan":
            assert shown == sum((getattr(row, definition.measure) or Decimal(0) for row in rows), Decimal("0.00"))
        elif definition.unit == "rate":
            part = rows.filter(definition.part).count()
            assert shown == (round(Decimal(part) / rows.count(), 4) if rows.count() else None)
        elif definition.unit == "days":
            assert (shown is None) == (not rows.exists())
        else:
            assert shown == rows.count()


def test_au_1_a_shops_figures_are_its_own():
    three_orders(where=make.shop("a"))
    make.taken_in(make.seen("x", ordered_at=at("2020-02-10 10:00")), where=make.shop("b"))
    by = Actor("x", shops=frozenset({"b"}))
    assert (value("orders_created", by), value("orders_created")) == (1, 3)


def test_kp_2_targets_are_dated_rows():
    Target.objects.create(
        figure="orders_created", period="day", value=30, valid_from="2019-01-01", valid_to="2020-02-10"
    )
    Target.objects.create(figure="orders_created", period="day", value=50, valid_from="2020-02-10")
    found = {f.key: f for f in figures.figures(SYSTEM, DAY) if f.period == "day"}
    assert (found["orders_created"].target, found["orders_created"].good) == (50, False)
    assert found["sales_by_payment"].good is None
    theirs = figures.figures(Actor("x", shops=frozenset({"a"})), DAY)
    assert {f.target for f in theirs if f.key == "orders_created"} == {None}


def test_kp_3_a_frozen_report_stays_as_it_was_told_and_what_changed_since_is_shown():
    three_orders()
    told = report.freeze(SYSTEM, DAY, at=at("2020-02-11 07:00"))
    assert told.figure("orders_created").value == 2
    make.taken_in(make.seen("late", ordered_at=at("2020-02-10 12:00")))
    again = report.as_told(SYSTEM, DAY, at=at("2020-02-12 07:00"))
    assert again.figure("orders_created").value == 2
    assert again.frozen_at == at("2020-02-11 07:00")
    changed = report.restated(again, report.build(SYSTEM, DAY, at=at("2020-02-12 07:00")))
    assert changed["orders_created", "day"] == 3
    assert ("refunds_by_creation", "day") not in changed


def test_kp_3_a_frozen_report_reads_back_as_the_same_values():
    three_orders()
    told = report.freeze(SYSTEM, DAY, at=at("2020-02-11 07:00"))
    built = report.build(SYSTEM, DAY, at=at("2020-02-11 07:00"))
    assert told.figures == built.figures
    assert told.channels == built.channels


def test_kp_3_what_was_overdue_on_a_past_day_stays_so_after_it_was_cancelled():
    make.policies()
    job = make.job("9", signed_at=at("2020-02-06 10:00"), when=at("2020-02-06 10:00"))
    assert value("jobs_overdue") == 1
    jobs.cancel(job.pk, reason="x", by=SYSTEM, at=at("2020-02-12 10:00"))
    assert value("jobs_overdue") == 1
    assert value("jobs_overdue", day=date(2020, 2, 12)) == 0


def test_kp_3_a_day_that_is_not_over_is_never_frozen():
    report.freeze(SYSTEM, DAY, at=at("2020-02-10 23:59:59"))
    assert Report.objects.count() == 0


def test_kp_1_sales_by_channel():
    three_orders(where=make.shop("a", on="tmall"))
    make.taken_in(
        make.seen("j", ordered_at=at("2020-02-10 10:00"), paid_at=at("2020-02-10 10:00"), paid_yuan=Decimal("500.00")),
        where=make.shop("b", on="jd"),
    )
    shares = {share.name: (share.orders, share.sales, share.month_orders) for share in figures.by_channel(SYSTEM, DAY)}
    assert shares == {"tmall": (2, Decimal("180.02"), 3), "jd": (1, Decimal("500.00"), 1)}


def test_kp_1_overdue_by_province_the_worst_first():
    make.policies()
    make.region("44", "广东省", "广东省")
    make.region("33", "浙江省", "浙江省")
    for number, where in (("1", "440106"), ("2", "440106"), ("3", "330102")):
        make.job(number, signed_at=at("2020-02-06 10:00"), when=at("2020-02-06 10:00"), in_region=where)
    assert [(place.name, place.overdue) for place in figures.overdue_by_province(SYSTEM, DAY)] == [
        ("广东省", 2),
        ("浙江省", 1),
    ]


def test_kp_1_agents_are_ranked_by_what_they_installed_on_time_this_month():
    make.policies()
    late, when = at("2020-02-12 10:00"), at("2020-02-05 10:00")
    agents = {code: make.partner(code) for code in "abc"}
    for number, (agent, done) in enumerate((("a", when), ("a", late), ("b", when), ("c", when), ("c", when))):
        job = make.job(str(number), signed_at=at("2020-02-04 10:00"), when=at("2020-02-04 10:00"))
        Job.objects.filter(pk=job.pk).update(owner=agents[agent], serial_number="S", state="done", done_at=done)
    ranks = figures.ranking(SYSTEM, date(2020, 2, 12))
    assert [(r.place, r.name, r.done, r.on_time) for r in ranks] == [
        (1, "伙伴c", 2, Decimal(1)),
        (2, "伙伴b", 1, Decimal(1)),
        (3, "伙伴a", 2, Decimal("0.5")),
    ]
    assert parse_qs(urlparse(ranks[0].href).query) == {
        "figure": ["installed_on_time_rate:month:2020-02-12"],
        "q": ["伙伴c"],
    }
    assert figures.ranking(SYSTEM, date(2020, 2, 10))[0].done == 2 and not figures.ranking(SYSTEM, date(2020, 1, 31))


def test_kp_1_on_the_real_tmall_report_the_figures_equal_an_independent_sum(shared):
    import csv

    from tests.orders.test_imports import done, load_regions

    load_regions()
    path = shared / "data/orders/tmall_report_2020-02-01_17.csv"
    done(path.read_bytes(), path.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name.strip(): text for name, text in row.items()} for row in csv.DictReader(file)]
    for day in (DAY + timedelta(days=n) for n in range(-9, 8)):
        created = [row for row in rows if row["订单创建时间"].startswith(str(day))]
        paid = [row for row in rows if row["订单付款时间"].startswith(str(day))]
        assert value("orders_created", day=day) == len(created)
        assert value("orders_paid_by_creation", day=day) == sum(1 for row in created if row["订单付款时间"])
        assert value("orders_paid_by_payment", day=day) == len(paid)
        for key, of_day, column in (
            ("total_by_creation", created, "总金额"),
            ("sales_by_payment", paid, "买家实际支付金额"),
            ("refunds_by_creation", created, "退款金额"),
            ("refunds_by_payment", paid, "退款金额"),
        ):
            assert value(key, day=day) == sum((Decimal(row[column]) for row in of_day), Decimal(0)), (key, day)
    assert Order.objects.count() == len(rows)
