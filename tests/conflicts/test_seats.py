"""CF-10: every forbidden pair of filer, accused, witness, drafter, earlier judge and signer is unreachable.

First the rule alone, over all roles, relations, stages, classes and delegations, against a truth table written here by
hand from the handbook (not from the rulebook's rows). Then the database: each person of a small company tries to sign
in every constellation, through the operation, and exactly those who may get through.
"""

from itertools import product

import pytest
from django.db import transaction

from channels.models import Partner, Shop
from conflicts.models import Case, Party, Ruling, Signature
from conflicts.operations import rulings
from conflicts.operations.filing import EmployeeNamed, Who
from conflicts.queries import acting, waiting
from conflicts.rules import seats
from conflicts.rules.seats import Concerned, Person, SeatRow, Table
from opsdesk.approvals.models import Delegation
from opsdesk.errors import DeskError
from opsdesk.people.models import Scope, User
from opsdesk.people.queries import actor_of
from opsdesk.people.roles import ROLES
from tests import make_conflicts
from tests.make import AT

CLASSES, STAGES = ("general", "serious", "severe"), ("accept", "agreed", "arbitrated", "appeal")
HEADS = {"online": "ecommerce_head", "offline": "sales_director"}
HOLDERS: dict[tuple[str, str], dict[str, str]] = {
    ("general", "accept"): HEADS, ("serious", "accept"): HEADS, ("severe", "accept"): HEADS,
    ("general", "agreed"): HEADS, ("serious", "agreed"): HEADS, ("severe", "agreed"): {},
    ("general", "arbitrated"): {"office": "gm_office"}, ("serious", "arbitrated"): {"office": "gm_office"},
    ("severe", "arbitrated"): {"office": "gm_office"}, ("general", "appeal"): {"office": "general_manager"},
    ("serious", "appeal"): {"office": "general_manager"}, ("severe", "appeal"): {"office": "general_manager"},
}  # fmt: skip
INSTEAD = {
    "ecommerce_head": "general_manager", "sales_director": "general_manager", "gm_office": "general_manager",
    "general_manager": "gm_office",
}  # fmt: skip
NEVER = ("accused", "witness", "filer", "own_shop", "own_partner", "judged_before", "signed_already")
"""Whoever is one of these has no say, whatever his role, the stage, the class, or whoever is absent."""
RELATIONS = ("none", *NEVER, "drafter")
SEATED = {"ecommerce_head", "sales_director", "gm_office", "general_manager"}


def rows_of(clazz: str, stage: str) -> list[SeatRow]:
    holders = HOLDERS[clazz, stage]
    return [SeatRow(place, stage, seat, role, INSTEAD[role]) for place, (seat, role) in enumerate(holders.items())]


def table_of(relation: str, clazz: str, stage: str, vacant: frozenset[str]) -> Table:
    """The case as it stands to the person called "me", whose key is 1."""
    about = Concerned(
        people=frozenset({1} if relation in ("accused", "witness") else {99}),
        shops=frozenset({7} if relation == "own_shop" else {70}),
        partners=frozenset({8} if relation == "own_partner" else {80}),
        filed_by="me" if relation == "filer" else "other",
        earlier=frozenset({"me"} if relation == "judged_before" else set()),
    )
    taken = {"online": "me"} if relation == "signed_already" else {}
    return Table(rows_of(clazz, stage), about, vacant, taken, "me" if relation == "drafter" else "somebody")


def me(held: set[str], standing_for: dict[str, set[str]]) -> Person:
    return Person("me", 1, {"": held, **standing_for}, frozenset({7}), frozenset({8}))


def may(held: set[str], relation: str, clazz: str, stage: str, vacant: frozenset[str]) -> bool:
    """The truth, in words of the handbook: holders sit, their deputy where they cannot, nobody in his own matter."""
    if relation in NEVER or (relation == "drafter" and stage != "agreed"):
        return False
    holders = set(HOLDERS[clazz, stage].values())
    return bool(held & holders) or any(INSTEAD[role] in held for role in holders & vacant)


@pytest.mark.parametrize("relation", RELATIONS)
def test_cf_10_nobody_sits_but_who_may_in_any_role_stage_class_and_absence(relation):
    tried = sat = 0
    absences = [frozenset(), *(frozenset({role}) for role in sorted(SEATED)), frozenset(SEATED)]
    for role, clazz, stage, vacant in product([role.code for role in ROLES], CLASSES, STAGES, absences):
        found = seats.sitting(me({role}, {}), table_of(relation, clazz, stage, vacant))
        assert found.may == may({role}, relation, clazz, stage, vacant), (role, relation, clazz, stage, vacant)
        tried, sat = tried + 1, sat + found.may
        assert found.may == (not found.because or found.because.startswith("seat:"))
    assert tried == len(ROLES) * 3 * 4 * 6
    assert (sat > 0) == (relation in ("none", "drafter"))


@pytest.mark.parametrize("relation", RELATIONS)
def test_cf_10_who_stands_for_another_may_what_that_one_may_and_no_more(relation):
    """A deputy by delegation: never where he himself is concerned, never for who is barred, has signed or drafted."""
    for role, clazz, stage in product(sorted(SEATED), CLASSES, STAGES):
        for why in ("free", "barred", "drafted", "signed"):
            table = table_of(relation, clazz, stage, frozenset())
            drafter = "boss" if why == "drafted" else table.drafted_by
            taken = {**table.taken, **({"offline": "boss"} if why == "signed" else {})}
            table = Table(table.rows, table.case, table.vacant, taken, drafter)
            barred = {"boss"} if why == "barred" else set()
            found = seats.sitting(me({"warehouse"}, {"boss": {role}}), table, barred)
            free = {seat: holder for seat, holder in HOLDERS[clazz, stage].items() if seat not in taken}
            wanted = (
                relation not in NEVER
                and (drafter != "me" or stage == "agreed")
                and why not in ("barred", "signed")
                and (why != "drafted" or stage == "agreed")
                and role in free.values()
            )
            assert found.may == wanted, (relation, role, clazz, stage, why)
            if found.may:
                assert found.stands_for == "boss"


def test_cf_10_the_rows_delivered_are_the_truth_table_of_the_handbook(db):
    make_conflicts.ground()
    for book in ("online-offline", "dealers"):
        found: dict[tuple[str, str], dict[str, str]] = {pair: {} for pair in product(CLASSES, STAGES)}
        for row in make_conflicts.version(book).seats.all():
            found[row.clazz, row.stage][row.seat] = row.role
            assert row.instead == INSTEAD[row.role]
        assert found == HOLDERS


PEOPLE = {
    "shen": "ecommerce_head", "shen2": "ecommerce_head", "qian": "sales_director", "wei": "gm_office",
    "pei": "gm_office", "zong": "general_manager", "lin": "shop_operations", "wu": "dispatcher",
    "kefu": "customer_service", "caiwu": "finance", "huang": "regional_manager", "fang": "system_admin",
}  # fmt: skip
OFFICIALS = ("shen", "qian", "wei", "zong")
CONCERNS = ("nobody", "accused", "witness", "filer", "own_shop", "own_partner")
CONSTELLATIONS = [
    (stage, clazz, concern)
    for stage, clazz in (("agreed", "serious"), ("arbitrated", "severe"), ("appeal", "severe"))
    for concern in CONCERNS
]


@pytest.fixture
def company(db):
    make_conflicts.ground()
    for name, role in PEOPLE.items():
        make_conflicts.somebody(name, role)
    make_conflicts.of_partner("gz")
    make_conflicts.of_partner("dist")


def case_of(stage: str, clazz: str, concern: str, official: str, drafter: str) -> Case:
    """A case with a drafted ruling that waits for its signatures; one official is concerned in one way."""
    act = make_conflicts.act({"serious": "S1", "severe": "V2"}[clazz])
    person = User.objects.get(username=official)
    shop, gz = Shop.objects.get(code="jd-dist"), Partner.objects.get(code="gz")
    case = Case.objects.create(
        state="signing", title="x", version=act.version, act=act, acted_on=AT.date(), filed_at=AT, accepted_at=AT,
        filed_by=person if concern == "filer" else None, appealed_at=AT if stage == "appeal" else None,
    )  # fmt: skip
    Party.objects.create(case=case, role="filer", shop=shop, partner=shop.operator, side="online")
    employee = person if concern == "accused" else None
    Party.objects.create(case=case, role="accused", employee=employee, partner=None if employee else gz)
    if concern == "witness":
        Party.objects.create(case=case, role="witness", employee=person, protected=True)
    if concern in ("own_shop", "own_partner"):
        kind, code = ("shop", "jd-dist") if concern == "own_shop" else ("partner", "gz")
        Scope.objects.create(user=person, kind=kind, code=code)
    punished = "employee" if employee else "partner"
    row = act.penalties.get(punished=punished, times=1)
    facts = {"act": act, "row": row, "amount_yuan": row.usual_yuan, "measures": row.measures, "reasoning": "r"}
    if stage == "appeal":
        first = Ruling.objects.create(
            case=case, round=1, state="in_force", stage="arbitrated", text="t", text_sha256="1" * 64,
            drafted_by="wei", drafted_at=AT, in_force_at=AT, **facts,
        )  # fmt: skip
        Signature.objects.create(
            ruling=first, seat="office", role="gm_office", signed_by="pei", text_sha256="1" * 64, because="x", at=AT
        )
    Ruling.objects.create(
        case=case, round=2, stage=stage, text="t", text_sha256="2" * 64, drafted_by=drafter, drafted_at=AT, **facts
    )
    return case


def signers(stage: str, clazz: str, barred: set[str], drafter: str) -> set[str]:
    """The truth: who may sign now. A role whose holders may all not sign is its deputy's."""
    out = barred | ({drafter} if stage != "agreed" else set())
    able: set[str] = set()
    for role in HOLDERS[clazz, stage].values():
        holders = {name for name, held in PEOPLE.items() if held == role} - out
        able |= holders or {name for name, held in PEOPLE.items() if held == INSTEAD[role]} - out
    return able


@pytest.mark.parametrize(("stage", "clazz", "concern"), CONSTELLATIONS)
def test_cf_10_in_every_constellation_exactly_those_sign_who_may(stage, clazz, concern, company, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    drafters = ("shen", "qian", "shen2") if stage == "agreed" else ("wei", "zong", "lin")
    for official, drafter in product(OFFICIALS, drafters):
        with transaction.atomic():
            case = case_of(stage, clazz, concern, official, drafter)
            barred = set() if concern == "nobody" else {official}
            barred |= {"pei"} if stage == "appeal" else set()
            wanted = signers(stage, clazz, barred, drafter)
            names = EVERYBODY if (official, drafter) == (OFFICIALS[0], drafters[0]) else SEATED_PEOPLE
            assert attempts(case, names) == wanted, (stage, clazz, concern, official, drafter)
            waits = {name for name in SEATED_PEOPLE if case.pk in waiting.mine(of(name), at=AT)}
            assert waits == wanted, "who waits is who may"
            asked = {one.username for one in acting.people_of(case, on=AT.date(), overdue=False)}
            assert asked == wanted, "who is asked is who may"
            transaction.set_rollback(True)


def of(name: str):
    return actor_of(User.objects.get(username=name), door="test")


EVERYBODY = (*PEOPLE, "office-gz", "office-dist")
SEATED_PEOPLE = tuple(name for name, role in PEOPLE.items() if role in SEATED)


def attempts(case: Case, names: tuple[str, ...] = EVERYBODY) -> set[str]:
    """Each of these tries to sign; each try is undone. In each constellation everybody tries once, partners too."""
    done = set()
    text = case.rulings.get(state="drafted").text_sha256
    for name in names:
        with transaction.atomic():
            try:
                rulings.sign(case.pk, text_sha256=text, by=of(name), at=AT)
                done.add(name)
            except DeskError:
                pass
            transaction.set_rollback(True)
    return done


def test_cf_10_a_deputy_signs_for_an_absent_head_but_not_for_one_who_is_concerned_or_has_drafted(company):
    deputy, boss = User.objects.get(username="lin"), User.objects.get(username="wei")
    group = boss.groups.model.objects.get(name="shop_operations")
    group.permissions.add(*boss.groups.get().permissions.all())  # he has the right; the seat is what counts
    Delegation.objects.create(absent=boss, delegate=deputy, valid_from=AT.date(), reason="出差")
    for concern, drafter, wanted in (("nobody", "zong", True), ("nobody", "wei", False), ("accused", "zong", False)):
        with transaction.atomic():
            case = case_of("arbitrated", "severe", concern, "wei", drafter)
            assert ("lin" in attempts(case)) is wanted, (concern, drafter)
            transaction.set_rollback(True)


def test_cf_10_who_files_bars_no_head_by_naming_him_a_witness(company):
    head = User.objects.get(username="qian")
    for by in (make_conflicts.of_partner("dist"), of("shen")):
        with pytest.raises(EmployeeNamed):
            make_conflicts.filed(by=by, others=[("witness", Who(employee_id=head.pk))])


def test_cf_10_the_two_seats_of_a_ruling_are_never_one_persons(company):
    both = User.objects.get(username="shen")
    both.groups.add(both.groups.model.objects.get(name="sales_director"))
    case = case_of("agreed", "serious", "nobody", "qian", "shen")
    rulings.sign(case.pk, text_sha256="2" * 64, by=of("shen"), at=AT)
    with pytest.raises(DeskError):
        rulings.sign(case.pk, text_sha256="2" * 64, by=of("shen"), at=AT)
    assert make_conflicts.now(case).state == "signing"
