"""CF-11, DS-12: what stands against a version, how versions differ, what a version would change, what is a repeat."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from conflicts.models import Act, Case, PenaltyRow, RulebookVersion
from conflicts.operations import rulebooks
from conflicts.queries import rulebooks as queries
from conflicts.queries import versions
from conflicts.rules.rulebook import Piece
from opsdesk.approvals import operations as approvals
from promotions.operations import price_rules
from tests import make, make_conflicts, make_rulebooks
from tests.make import AT
from tests.make_rulebooks import adopted, change, dearer, drafted, proposed, ruled, somebody

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 3, 4), date(2026, 3, 5)
LATER = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _office() -> None:
    make_rulebooks.office()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("第三条", "不得以任何方式引导顾客退货后另行购买"),
        ("第四条", "不得压低价格相争，不得攻击产品，不得将顾客引往他处"),
        ("第五条", "不得以拒绝、拖延、欺骗、恐吓等方式，造成线上订单退款或者流失"),
        ("第六条", "以和解结案的，不予处罚"),
    ],
)
def test_cf_1_cf_2_cf_3_cf_4_what_is_forbidden_and_what_is_forgiven_stands_in_the_rulebook(number, words):
    assert words in make_conflicts.version().clauses.get(number=number).text


def fining_prices() -> RulebookVersion:
    version = drafted(reason="低价罚款")
    dearer(version, "P1", 20000)
    return version


def test_ds_12_a_version_that_fines_resellers_for_prices_is_refused_until_a_review_allows_it():
    version = fining_prices()
    with pytest.raises(rulebooks.Faulty, match="DS-12"):
        proposed(version, since=TOMORROW)
    legal = somebody("gm_office")
    code = versions.review_code(version, "P1")
    assert code == "dealers-v2-P1"
    price_rules.review(code, opinion="不得罚款", allows_fine=False, by=legal, at=AT)
    with pytest.raises(rulebooks.Faulty, match="DS-12"):
        proposed(version, since=TOMORROW)
    price_rules.review(code, opinion="仅限代销，可以", allows_fine=True, by=legal, at=LATER)
    assert proposed(version, since=TOMORROW).amount_yuan == D(150000)


def test_ds_12_a_review_holds_for_what_was_reviewed_and_the_newest_one_counts():
    version = fining_prices()
    legal = somebody("gm_office")
    price_rules.review("dealers-v2-P1", opinion="可以", allows_fine=True, by=legal, at=AT)
    dearer(version, "P1", 200000, when=LATER)
    with pytest.raises(rulebooks.Faulty, match="DS-12"):
        proposed(version, since=TOMORROW, when=LATER)
    price_rules.review("dealers-v2-P1", opinion="可以", allows_fine=True, by=legal, at=LATER)
    approval = proposed(version, since=TOMORROW, when=LATER)
    price_rules.review("dealers-v2-P1", opinion="撤回", allows_fine=False, by=legal, at=LATER + timedelta(hours=1))
    with pytest.raises(rulebooks.Faulty, match="DS-12"):
        approvals.sign(approval.pk, by=somebody("general_manager"), at=LATER + timedelta(hours=2))


@pytest.mark.parametrize(
    ("measures", "instead", "refused"),
    [(["support"], ["campaign"], False), (["revocation"], [], True), (["support"], ["suspension"], True)],
)
def test_ds_12_nor_may_prices_cost_a_reseller_his_authorisation(measures, instead, refused):
    version = drafted()
    row = PenaltyRow.objects.get(act__version=version, act__code="P1", times=1)
    row.measures, row.instead = measures, instead
    change(version, saved=[row])
    codes = [fault.code for fault in versions.rulebook.faults(versions.facts_of(version))]
    assert codes == (["fines_independent"] if refused else [])


def test_cf_11_an_act_taken_out_stays_valid_for_the_cases_that_allege_it():
    case = Case.objects.create(
        title="迟装",
        version=make_conflicts.version("dealers"),
        act=make_conflicts.act("C2"),
        acted_on=TODAY,
        filed_at=AT,
    )
    version = drafted(reason="安装另行规定")
    change(version, removed=[Act.objects.get(version=version, code="C2")])
    adopted(version, since=TOMORROW)
    case.refresh_from_db()
    assert queries.penalty_for(case.act, "partner").usual == D(5000)
    assert "C2" in [act.code for act in queries.acts_on(TODAY)]
    assert "C2" not in [act.code for act in queries.acts_on(TOMORROW)]


def test_cf_11_what_differs_is_told_word_by_word_and_row_by_row():
    version = drafted()
    clause = version.clauses.get(number="第七条")
    clause.text = "安装逾期、拒绝安装或者安装不合格的，每次罚款六千元。"
    seat = version.seats.get(clazz="severe", stage="appeal")
    seat.role, seat.instead = "gm_office", "general_manager"
    change(version, values={"repeat_days": 730}, saved=[clause, seat])
    dearer(version, "C2", 6000)
    change(version, removed=[PenaltyRow.objects.get(act__version=version, act__code="P1", times=2)])
    found = versions.diff_of(make_conflicts.version("dealers"), make_conflicts.version("dealers", 2))
    [text] = found.clauses
    assert text.text == (
        Piece("same", "安装逾期、拒绝安装或者安装不合格的，每次罚款"),
        Piece("removed", "五"),
        Piece("added", "六"),
        Piece("same", "千元。"),
    )
    assert found.repeat_days == (None, 730)
    assert [(one.act, one.was and one.was.usual, one.now and one.now.usual) for one in found.rows] == [
        ("C2", D(5000), D(6000)),
        ("P1", D(0), None),
    ]
    assert [(one.was.role, one.now.role) for one in found.seats] == [("general_manager", "gm_office")]
    assert (found.acts, found.preamble) == ((), ())


def test_cf_11_which_past_rulings_would_differ_is_told_and_none_is_changed():
    agent, other = make.partner("gz"), make.partner("sz")
    clerk = make.user("clerk")
    first = ruled(make_conflicts.act("C1"), agent, date(2024, 5, 1))
    second = ruled(make_conflicts.act("C1"), agent, date(2025, 11, 1), times=2)
    ruled(make_conflicts.act("C2"), other, date(2025, 11, 2))
    ruled(make_conflicts.act("G1"), clerk, date(2025, 11, 3))
    version = drafted()
    change(version, values={"repeat_days": 365})
    version = make_conflicts.version("dealers", 2)
    found = versions.would_change(version)
    assert found.looked == 3  # of this rulebook
    [one] = found.changed
    assert (one.ruling, one.was.times, one.now.times) == (second.pk, 2, 1)
    assert (one.was.penalty.usual, one.now.penalty.usual, one.objections) == (
        D(150000),
        D(100000),
        ("above_most",),
    )
    dearer(version, "C1", 120000)
    assert [row.ruling for row in versions.would_change(version).changed] == [first.pk, second.pk]
    change(version, removed=[Act.objects.get(version=version, code="C2")])
    gone = [row for row in versions.would_change(version).changed if row.now is None]
    assert [(row.act, row.accused, row.amount_yuan) for row in gone] == [("C2", "伙伴sz", D(5000))]
    second.refresh_from_db()
    assert (second.times, second.amount_yuan, second.row.usual_yuan) == (2, D(150000), D(150000))


def test_cf_11_a_repeat_counts_rulings_in_force_of_the_same_party_through_all_versions():
    agent, other = make.partner("gz"), make.partner("sz")
    act = make_conflicts.act("C1")
    one = ruled(act, agent, date(2025, 5, 1))
    ruled(act, other, date(2025, 5, 2))
    ruled(make_conflicts.act("C2"), agent, date(2025, 5, 3))
    replaced = ruled(act, agent, date(2025, 5, 4))
    type(replaced).objects.filter(pk=replaced.pk).update(state="replaced")
    version = drafted()
    dearer(version, "C1", 120000)
    adopted(version, since=TOMORROW)
    new = make_conflicts.act("C1", 2)
    found = queries.earlier(new, agent, on=date(2026, 4, 1))
    assert [before.ruling for before in found] == [one.pk]
    assert queries.penalty_for(new, "partner", 1 + len(found)).usual == D(150000)
    assert queries.earlier(new, agent, on=date(2026, 4, 1), without=one.case_id) == ()


def test_cf_11_employees_are_counted_apart_from_partners_with_the_same_key():
    clerk, act = make.user("clerk"), make_conflicts.act("G1")
    agent = make.partner("gz", pk=clerk.pk)
    assert agent.pk == clerk.pk
    ruled(act, clerk, date(2025, 5, 1))
    assert len(queries.earlier(act, clerk, on=TODAY)) == 1
    assert queries.earlier(act, agent, on=TODAY) == ()
