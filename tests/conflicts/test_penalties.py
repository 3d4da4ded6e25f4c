"""CF-5 … CF-7, CF-11, CF-12, DS-12: each row of the handbook, and what may be ruled under it."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from conflicts.models import Act
from conflicts.queries import rulebooks
from conflicts.rules import penalties
from conflicts.rules.penalties import Earlier, Penalty
from tests import make_conflicts

NONE: frozenset[str] = frozenset()
SERIOUS = [("S1", "serious"), ("S2", "serious")]
SEVERE = [("V1", "severe"), ("V2", "severe"), ("V3", "severe")]
HANDBOOK = [
    ("cf_5", "G1", "general", "employee", 1, "200", "200", None, (), ()),
    ("cf_5", "G1", "general", "partner", 1, "2000", "2000", None, (), ()),
    *(("cf_6", act, clazz, "employee", 1, "500", "500", "500", ("demerit",), ()) for act, clazz in SERIOUS),
    *(("cf_6", act, clazz, "partner", 1, "0", "5000", "5000", (), ()) for act, clazz in SERIOUS),
    *(("cf_7", act, clazz, "employee", 1, "1000", "1000", "1000", (), ("dismissal",)) for act, clazz in SEVERE),
    *(("cf_7", act, clazz, "partner", 1, "0", "10000", "10000", (), ("revocation",)) for act, clazz in SEVERE),
    ("cf_12", "C1", "severe", "partner", 1, "100000", "100000", "100000", (), ()),
    ("cf_12", "C1", "severe", "partner", 2, "150000", "150000", "150000", (), ()),
    ("cf_12", "C1", "severe", "partner", 3, "0", "0", "0", ("revocation",), ()),
    ("cf_12", "C2", "serious", "partner", 1, "5000", "5000", "5000", (), ()),
    ("ds_12", "P1", "general", "partner", 1, "0", "0", "0", ("support",), ()),
    ("ds_12", "P1", "general", "partner", 2, "0", "0", "0", ("support", "campaign"), ()),
]


def said(act: str, punished: str, times: int) -> tuple[object, ...] | None:
    found = rulebooks.penalty_for(make_conflicts.act(act), punished, times)
    return found and (found.least, found.usual, found.most, found.measures, found.instead)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "act", "clazz", "punished", "times", "least", "usual", "most", "measures", "instead"), HANDBOOK
)
def test_cf_5_each_row_of_the_handbook_is_a_row(
    rule, act, clazz, punished, times, least, usual, most, measures, instead
):
    make_conflicts.rulebooks()
    assert make_conflicts.act(act).clazz == clazz
    expected = (D(least), D(usual), None if most is None else D(most), frozenset(measures), frozenset(instead))
    assert said(act, punished, times) == expected


@pytest.mark.django_db
def test_cf_6_serious_costs_an_employee_500_and_a_demerit_the_fourth_time_as_the_first():
    make_conflicts.rulebooks()
    assert said("S1", "employee", 4) == (D(500), D(500), D(500), frozenset({"demerit"}), NONE)


@pytest.mark.django_db
def test_cf_7_severe_may_cost_the_job_or_the_cooperation_instead_of_money():
    make_conflicts.rulebooks()
    for act, _clazz in SEVERE:
        employee = rulebooks.penalty_for(make_conflicts.act(act), "employee")
        partner = rulebooks.penalty_for(make_conflicts.act(act), "partner")
        assert penalties.objections(D(0), ["dismissal"], employee, "多次恐吓顾客") == ()
        assert penalties.objections(D(0), ["revocation"], partner, "多次恐吓顾客") == ()
        assert penalties.objections(D(0), ["revocation"], partner, "") == ("reason_missing",)
        assert penalties.objections(D(10000), ["revocation"], partner, "两者并罚") == ("both",)


@pytest.mark.django_db
def test_cf_12_the_third_time_and_every_later_one_cancels_the_qualification():
    make_conflicts.rulebooks()
    found = [said("C1", "partner", times) for times in (1, 2, 3, 4, 9)]
    assert [row and row[1] for row in found] == [D(100000), D(150000), D(0), D(0), D(0)]
    assert [row and row[3] for row in found] == [NONE, NONE, *[frozenset({"revocation"})] * 3]


@pytest.mark.django_db
def test_cf_12_the_dealer_rules_punish_no_employee():
    make_conflicts.rulebooks()
    assert [said(code, "employee", 1) for code in ("C1", "C2", "P1")] == [None, None, None]


@pytest.mark.django_db
def test_ds_12_no_act_about_prices_fines_anybody_as_delivered():
    make_conflicts.rulebooks()
    about_prices = Act.objects.filter(price_rule=True)
    assert [act.code for act in about_prices] == ["P1"]
    assert {(row.most_yuan, row.usual_yuan) for act in about_prices for row in act.penalties.all()} == {(D(0), D(0))}


@pytest.mark.django_db
def test_cf_11_acts_before_the_first_version_are_under_no_rulebook():
    make_conflicts.rulebooks()
    assert rulebooks.version_on("online-offline", date(2014, 7, 1)).number == 1
    with pytest.raises(rulebooks.NothingInForce) as why:
        rulebooks.version_on("online-offline", date(2014, 6, 30))
    assert why.value.facts == {"rulebook": "online-offline", "day": date(2014, 6, 30)}
    assert rulebooks.acts_on(date(2014, 6, 30)) == []
    codes = [act.code for act in rulebooks.acts_on(date(2026, 3, 4))]
    assert codes == ["G1", "S1", "S2", "V1", "V2", "V3", "C1", "C2", "P1"]


def rule(**changes: object) -> Penalty:
    fields = {"least": D(0), "usual": D(5000), "most": D(5000), "measures": NONE, "instead": NONE} | changes
    return Penalty(row=1, times=1, because=(), **fields)


ASKED = [
    ("the usual", "5000", [], rule(), "", ()),
    ("less, with a reason", "3000", [], rule(), "初犯，主动挽回", ()),
    ("less, without", "3000", [], rule(), " ", ("reason_missing",)),
    ("more than the most", "5000.01", [], rule(), "情节恶劣", ("above_most",)),
    ("less than the least", "199.99", [], rule(least=D(200), usual=D(200), most=None), "酌情", ("below_least",)),
    ("no upper limit", "20000", [], rule(least=D(200), usual=D(200), most=None), "影响很大", ()),
    ("with what comes besides", "5000", ["demerit"], rule(measures=frozenset({"demerit"})), "", ()),
    ("without it", "5000", [], rule(measures=frozenset({"demerit"})), "酌情", ("measure_missing",)),
    ("a measure of another row", "5000", ["dismissal"], rule(), "情节恶劣", ("measure_unknown",)),
    ("instead", "0", ["dismissal"], rule(least=D(1000), instead=frozenset({"dismissal"})), "情节恶劣", ()),
    ("instead, no reason", "0", ["dismissal"], rule(instead=frozenset({"dismissal"})), "", ("reason_missing",)),
    ("both", "5000", ["dismissal"], rule(instead=frozenset({"dismissal"})), "情节恶劣", ("both",)),
    ("nothing at all", "0", [], rule(least=D(1000)), "", ("below_least", "reason_missing")),
]


@pytest.mark.parametrize(("name", "amount", "measures", "found", "reason", "objections"), ASKED, ids=lambda v: str(v))
def test_cf_5_a_ruling_stays_in_range_and_says_why_it_is_not_the_usual(
    name, amount, measures, found, reason, objections
):
    assert penalties.objections(D(amount), measures, found, reason) == objections


DAY = date(2026, 3, 4)


def test_cf_11_the_same_act_within_the_window_makes_a_repeat():
    past = [
        Earlier("C1", DAY - timedelta(days=366), 1, 1),
        Earlier("C1", DAY - timedelta(days=365), 2, 2),
        Earlier("C2", DAY - timedelta(days=10), 3, 3),
        Earlier("C1", DAY, 4, 4),
        Earlier("C1", DAY + timedelta(days=1), 5, 5),
    ]

    def counted(**window: int | None) -> list[int]:
        return [one.ruling for one in penalties.times_before(past, act="C1", on=DAY, **window)]

    assert counted(within_days=365) == [2, 4]
    assert counted(within_days=None) == [1, 2, 4]
    assert counted(within_days=0) == [4]
