"""AS-7: warranty by serial number: each case worked out by hand; rights to another machine."""

from datetime import date, timedelta

import pytest

from aftersales.models import ExchangeRule, Repair
from aftersales.operations import bench, quotes, repairs
from aftersales.queries import warranty as queries
from aftersales.rules.repair import precedence
from aftersales.rules.warranty import Course, Facts, Limits, Span, Warranty, charge, exchange_rights, judge, together
from tests import make, make_repairs
from tests.make import AT


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(start: str, end: str) -> Span:
    return Span(day(start), day(end))


JAN = day("2025-01-10")
CASES = [
    ("from the installation", Facts(12, installed=(JAN,)), "2025-06-01", "in", "2026-01-10", "from_installation"),
    ("the last day still counts", Facts(12, installed=(JAN,)), "2026-01-10", "in", "2026-01-10", "until"),
    ("the day after does not", Facts(12, installed=(JAN,)), "2026-01-11", "out", "2026-01-10", "until"),
    (
        "the installation goes before the signature",
        Facts(12, installed=(JAN,), signed_on=day("2025-01-01"), bought_on=day("2024-12-30")),
        "2026-01-05", "in", "2026-01-10", "from_installation:2025-01-10",
    ),
    (
        "never installed: the signature",
        Facts(12, signed_on=day("2025-01-01"), bought_on=day("2024-12-30")),
        "2026-01-01", "in", "2026-01-01", "from_signature:2025-01-01",
    ),
    ("nobody signed: the purchase", Facts(12, bought_on=day("2024-12-30")), "2025-12-31", "out", "2025-12-30",
     "from_purchase:2024-12-30"),
    ("nothing known", Facts(36), "2025-06-01", "unknown", None, "no_date_known"),
    ("no months entered", Facts(None, installed=(JAN,)), "2025-06-01", "unknown", None, "months_unknown"),
    ("reported before it was installed", Facts(12, installed=(JAN,)), "2025-01-09", "unknown", None,
     "reported_before_start"),
    ("on the very day of installation", Facts(12, installed=(JAN,)), "2025-01-10", "in", "2026-01-10", "months:12"),
    (
        "the serial number of two installations",
        Facts(12, installed=(JAN, day("2025-03-01"))), "2025-06-01", "unknown", None, "installed_more_than_once:2",
    ),
    ("a serial number of another order", Facts(12, installed=(JAN,), other_order=True), "2025-06-01", "unknown", None,
     "serial_of_another_order"),
    ("31 January and 1 month: the end of February", Facts(1, installed=(day("2025-01-31"),)), "2025-02-28", "in",
     "2025-02-28", "until:2025-02-28"),
    ("1 March is too late for it", Facts(1, installed=(day("2025-01-31"),)), "2025-03-01", "out", "2025-02-28",
     "until:2025-02-28"),
    ("29 February of a leap year and 12 months", Facts(12, installed=(day("2024-02-29"),)), "2025-02-28", "in",
     "2025-02-28", "months:12"),
    ("31 August and 18 months: 28 February", Facts(18, installed=(day("2024-08-31"),)), "2026-03-01", "out",
     "2026-02-28", "months:18"),
    (
        "ten days in repair lengthen it, first and last day counted",
        Facts(12, installed=(JAN,), repairs=(span("2025-05-01", "2025-05-10"),)),
        "2026-01-20", "in", "2026-01-20", "extended_by_repair:10:2025-05-01",
    ),
    (
        "one day more is out",
        Facts(12, installed=(JAN,), repairs=(span("2025-05-01", "2025-05-10"),)),
        "2026-01-21", "out", "2026-01-20", "extended_by_repair:10",
    ),
    (
        "a repair after the end lengthens nothing",
        Facts(12, installed=(JAN,), repairs=(span("2026-02-01", "2026-02-20"),)),
        "2026-02-25", "out", "2026-01-10", "until:2026-01-10",
    ),
    (
        "a second repair within the time that the first one won lengthens it again",
        Facts(12, installed=(JAN,), repairs=(span("2026-01-15", "2026-01-16"), span("2025-05-01", "2025-05-10"))),
        "2026-01-22", "in", "2026-01-22", "extended_by_repair:2:2026-01-15",
    ),
    (
        "a machine given in exchange starts anew, whatever the old one was",
        Facts(12, exchanged_on=day("2025-07-01"), installed=(JAN, day("2025-07-03"))),
        "2026-07-01", "in", "2026-07-01", "from_exchange:2025-07-01",
    ),
    (
        "a repair before the exchange belongs to the old machine",
        Facts(12, exchanged_on=day("2025-07-01"), repairs=(span("2025-05-01", "2025-05-10"),)),
        "2026-07-02", "out", "2026-07-01", "from_exchange",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "facts", "on", "answer", "until", "because"), CASES, ids=[row[0] for row in CASES])
def test_as_7_warranty_worked_out_by_hand(_case, facts, on, answer, until, because):
    found = judge(facts, day(on))
    assert (found.answer, found.until) == (answer, day(until) if until else None)
    assert any(reason.startswith(because) for reason in found.because), found.because


@pytest.mark.parametrize(
    ("_case", "answers", "expected"),
    [
        ("each in", ("in", "in"), "in"),
        ("one unknown", ("in", "unknown"), "unknown"),
        ("one out decides", ("in", "unknown", "out"), "out"),
    ],
)
def test_as_7_several_faults_are_covered_only_together(_case, answers, expected):
    assert together([Warranty(answer, None, ()) for answer in answers]).answer == expected


@pytest.mark.parametrize(
    ("answer", "fault", "pays"),
    [
        ("in", "product", False), ("out", "product", True), ("unknown", "product", None), ("in", "use", True),
        ("unknown", "use", True), ("out", "use", True), ("out", "installation", False), ("unknown", "transport", False),
        ("in", "", False), ("unknown", "", None),
    ],
)  # fmt: skip
def test_as_7_who_pays(answer, fault, pays):
    assert charge(answer, fault)[0] is pays


LIMITS = Limits({"repairs": 2, "retests": 2, "days": 30, "parts_days": 90})


@pytest.mark.parametrize(
    ("_case", "course", "rights"),
    [
        ("nothing yet", Course(True), ()),
        ("one repair without success", Course(True, repairs=1), ()),
        ("two repairs, and it is here again", Course(True, repairs=2), ("exchange_right:repairs:2:2",)),
        ("two failed retests", Course(True, retests=2), ("exchange_right:retests:2:2",)),
        ("thirty days are not more than thirty", Course(True, days=30), ()),
        ("the thirty-first day", Course(True, days=31), ("exchange_right:days:31:30",)),
        ("ninety days for a part", Course(True, parts_days=90), ()),
        ("ninety-one days", Course(True, days=91, parts_days=91),
         ("exchange_right:days:91:30", "exchange_right:parts_days:91:90")),
        ("out of warranty there is none", Course(False, repairs=5, days=99), ()),
    ],
)  # fmt: skip
def test_as_7_rights_to_another_machine(_case, course, rights):
    assert exchange_rights(course, LIMITS) == rights


@pytest.mark.parametrize(
    ("end_user", "sender", "rank", "because"),
    [
        (True, "customer", 1, "end_user_online"),
        (True, "partner", 1, "end_user_of_agent"),
        (False, "partner", 2, "agents_stock"),
    ],
)
def test_as_7_precedence_and_its_reason(end_user, sender, rank, because):
    found = precedence(end_user=end_user, sender=sender)
    assert (found.rank, found.because) == (rank, (because,))


@pytest.fixture
def li(db):
    make_repairs.setting()
    return make_repairs.person("li", "dispatcher")


def test_as_7_two_repairs_of_the_same_serial_number_give_the_right_at_the_third(li):
    make_repairs.installed()
    model = make.product(warranty_months=36)
    for place in range(3):
        when = AT + timedelta(days=20 * place)
        repair = make_repairs.on_bench(li, product_id=model.pk, at=when)
        assert queries.course_of(repair, at=when).repairs == place
        rights = queries.rights_of(repair, at=when)
        assert rights == (("exchange_right:repairs:2:2",) if place == 2 else ())
        make_repairs.tested(Repair.objects.get(pk=repair.pk), li, at=when)
        repairs.hand_back(repair.pk, by=li, at=when)


def test_as_7_the_time_in_repair_lengthens_the_warranty_of_the_serial_number(li):
    make_repairs.installed()
    model = make.product(warranty_months=12)
    repair = make_repairs.on_bench(li, product_id=model.pk, at=AT)
    make_repairs.tested(repair, li, at=AT + timedelta(days=4))
    repairs.hand_back(repair.pk, by=li, at=AT + timedelta(days=4))
    again = make_repairs.registered(li, at=AT + timedelta(days=30), product_id=model.pk)
    assert again.warranty_until == day("2027-01-15")  # 10 January, and the five days from 4 to 8 March


def test_as_7_our_own_days_count_and_the_customers_do_not(li):
    make_repairs.installed(when="2020-01-10 10:00")
    repair = make_repairs.inspected(li, fault="use", product_id=make.product(warranty_months=36).pk)
    make_repairs.quotes_one(repair, li, at=AT + timedelta(days=5))
    assert queries.course_of(repair, at=AT + timedelta(days=25)).days == 5
    quotes.approve(repair.pk, by=li, at=AT + timedelta(days=25))
    assert queries.course_of(Repair.objects.get(), at=AT + timedelta(days=40)).days == 20


def test_as_7_the_figures_of_the_day_decide(li):
    make_repairs.installed()
    repair = make_repairs.on_bench(li, product_id=make.product(warranty_months=36).pk)
    later = AT + timedelta(days=21)
    assert queries.rights_of(repair, at=later) == ()
    ExchangeRule.objects.filter(code="days").update(valid_to=later.date())
    ExchangeRule.objects.create(code="days", figure=20, source="公司承诺", valid_from=later.date())
    assert queries.rights_of(repair, at=later) == ("exchange_right:days:21:20",)


def test_as_7_the_term_in_force_at_the_start_holds_not_the_one_of_today(li):
    make_repairs.installed(when="2024-01-10 10:00")
    model = make.product(warranty_months=99)
    model.warranty_terms.create(months=24, valid_from=day("2020-01-01"), valid_to=day("2025-01-01"))
    model.warranty_terms.create(months=60, valid_from=day("2025-01-01"))
    assert make_repairs.registered(li, product_id=model.pk).warranty_until == day("2026-01-10")


def test_as_7_a_serial_number_named_for_another_order_is_left_to_a_person(li):
    make_repairs.installed("1001")
    other = make.signed_order("2002")
    repair = make_repairs.registered(li, order_id=other.pk, product_id=make.product(warranty_months=36).pk)
    assert (repair.warranty, repair.warranty_because) == ("unknown", ["serial_of_another_order"])


def test_as_7_what_was_decided_by_hand_stays_through_the_inspection(li):
    repair = make_repairs.received(li, "ZZ9")
    bench.judge(repair.pk, covered=True, reason="门店发票", by=li, at=AT)
    repair = bench.inspect(repair.pk, bench.Inspection(["no-heat"], "product"), by=li, at=AT)
    assert (repair.warranty, repair.warranty_because[0]) == ("in", "by_hand:门店发票")
