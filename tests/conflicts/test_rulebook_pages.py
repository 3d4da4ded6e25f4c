"""CF-11, CF-12: the rulebooks as pages: who reads them, what the editor saves, what is told before adopting."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse

from conflicts.models import Act, PenaltyRow, RulebookVersion
from conflicts.queries import rulebooks
from opsdesk import clock
from opsdesk.approvals.models import Approval
from opsdesk.console import penalty_words
from opsdesk.people.roles import ROLES
from tests import make, make_conflicts, make_rulebooks
from tests.make import AT
from tests.make_rulebooks import adopted, change, dearer, drafted, ruled

pytestmark = pytest.mark.django_db
TOMORROW = date(2026, 3, 5)


@pytest.fixture(autouse=True)
def _office(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: AT.date())
    make_rulebooks.office()


def login(client, role: str, **scopes: str) -> None:
    name = role if role != "gm_office" else "clerk"
    client.force_login(make.in_role(name, role, **(scopes or {"company": True})))


def text(client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_cf_12_everybody_reads_what_is_adopted(client, role):
    make.partner("gz")
    login(client, role, **({"partner": "gz"} if role.startswith("partner") else {}))
    assert "经销商管控规定" in text(client, "rulebooks")
    shown = text(client, "rulebook", make_conflicts.version("dealers").pk)
    for words in ("授权区域", "第六条", "窜货：在授权区域之外销售或发货", "¥100,000", "¥150,000"):
        assert words in shown
    assert "窜货" in text(client, "rulebook_print", make_conflicts.version("dealers").pk)


def test_cf_11_partners_see_no_draft_and_nobody_but_the_gm_office_edits_one(client):
    version = drafted()
    make.partner("gz")
    login(client, "partner_office", partner="gz")
    assert client.get(reverse("rulebook", args=[version.pk])).status_code == 404
    assert client.get(reverse("rulebook_diff", args=[version.pk])).status_code == 404
    login(client, "ecommerce_head")
    assert reverse("rulebook_edit", args=[version.pk, "clauses"]) not in text(client, "rulebook", version.pk)
    assert client.get(reverse("rulebook_edit", args=[version.pk, "clauses"])).status_code == 403


def test_cf_11_a_new_version_is_drafted_edited_compared_and_proposed_in_the_browser(client):
    login(client, "gm_office")
    book = make_conflicts.version("dealers").rulebook
    client.post(reverse("rulebook_draft", args=[book.pk]), {f"book-{book.pk}-reason": "加重窜货处罚"})
    version = make_conflicts.version("dealers", 2)
    row = PenaltyRow.objects.get(act__version=version, act__code="C1", times=1)
    _save(
        client, version, "penalties", {row.pk: {"least_yuan": "120000", "usual_yuan": "120000", "most_yuan": "120000"}}
    )
    clause = version.clauses.get(number="第六条")
    _save(client, version, "clauses", {clause.pk: {"text": clause.text.replace("十万元", "十二万元")}})
    shown = text(client, "rulebook_diff", version.pk)
    assert '<ins class="desk-came">二</ins>' in shown
    assert '<del class="desk-went">¥100,000</del>' in shown
    form = {"propose-valid_from": "2026-03-05", "propose-reason": "总经办会议决定"}
    client.post(reverse("rulebook_act", args=[version.pk, "propose"]), form)
    version.refresh_from_db()
    assert (version.state, version.valid_from) == ("proposed", TOMORROW)
    assert Approval.objects.get().asked_by == "clerk"


def _fields(client, version: RulebookVersion, part: str) -> dict[str, object]:
    """What a browser would send back unchanged."""
    rows = client.get(reverse("rulebook_edit", args=[version.pk, part]))
    shown = rows.context["rows"]
    data: dict[str, object] = {f"{part}-{name}": field.value() for name, field in _named(shown.management_form)}
    data["seen"] = rows.context["seen"]
    for form in shown:
        for name, field in _named(form):
            value = field.value()
            if value is not None and value is not False:
                data[f"{form.prefix}-{name}"] = value
    return data


def _named(form):
    return [(name, form[name]) for name in form.fields]


def _save(client, version: RulebookVersion, part: str, changes: dict[int, dict[str, object]], **more: object):
    data = _fields(client, version, part)
    number = {data[key]: key.split("-")[1] for key in data if key.endswith("-id")}
    for pk, values in changes.items():
        data |= {f"{part}-{number[pk]}-{name}": value for name, value in values.items()}
    return client.post(reverse("rulebook_edit", args=[version.pk, part]), data | more)


def test_cf_11_every_table_of_a_draft_is_edited_on_its_own_page(client):
    login(client, "gm_office")
    version = drafted()
    _save(client, version, "text", {version.pk: {"repeat_days": "730", "preamble": "新的前言"}})
    act = version.acts.get(code="C2")
    _save(client, version, "acts", {act.pk: {"clazz": "general"}})
    seat = version.seats.get(clazz="severe", stage="appeal")
    _save(client, version, "seats", {seat.pk: {"role": "gm_office", "instead": "general_manager"}})
    row = PenaltyRow.objects.get(act=act)
    _save(client, version, "penalties", {row.pk: {"measures": ["suspension"], "instead": ["revocation"]}})
    clause = version.clauses.get(number="第九条")
    _save(client, version, "clauses", {clause.pk: {"DELETE": "on"}})
    for one in (version, act, seat, row):
        one.refresh_from_db()
    assert (version.repeat_days, version.preamble) == (730, "新的前言")
    assert (act.clazz, seat.role, row.measures, row.instead) == ("general", "gm_office", ["suspension"], ["revocation"])
    assert version.clauses.count() == 9


def test_cf_11_a_new_act_gets_its_clause_and_its_penalty(client):
    login(client, "gm_office")
    version = drafted()
    clause = version.clauses.get(number="第七条")
    new = {"code": "C3", "clause": clause.pk, "clazz": "general", "text": "拒不提供安装照片"}
    _save(client, version, "acts", {}, **{f"acts-3-{name}": value for name, value in new.items()})
    act = Act.objects.get(version=version, code="C3")
    assert "C3" in text(client, "rulebook", version.pk)
    row = {"act": act.pk, "punished": "partner", "times": 1, "least_yuan": 0, "usual_yuan": 500, "most_yuan": 1000}
    _save(client, version, "penalties", {}, **{f"penalties-6-{name}": value for name, value in row.items()})
    assert act.penalties.get().most_yuan == D(1000)
    assert "最高 ¥1,000，通常 ¥500" in text(client, "rulebook", version.pk)


def test_cf_11_an_edit_that_is_wrong_is_shown_again_and_changes_nothing(client):
    login(client, "gm_office")
    version = drafted()
    row = PenaltyRow.objects.get(act__version=version, act__code="C2")
    answer = _save(client, version, "penalties", {row.pk: {"usual_yuan": "9000"}})
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.usual_yuan == D(5000)
    clause = version.clauses.get(number="第七条")
    answer = _save(client, version, "clauses", {clause.pk: {"DELETE": "on"}})
    assert answer.status_code == 200
    assert "C2" in "".join(str(message) for message in answer.context["messages"])
    assert version.clauses.count() == 10


def test_cf_11_a_page_that_is_out_of_date_saves_nothing(client):
    login(client, "gm_office")
    version = drafted()
    data = _fields(client, version, "text")
    change(version, values={"repeat_days": 365}, when=AT + timedelta(minutes=1))
    answer = client.post(reverse("rulebook_edit", args=[version.pk, "text"]), data | {"text-0-repeat_days": "10"})
    assert answer.status_code == 200
    version.refresh_from_db()
    assert version.repeat_days == 365


def test_cf_11_an_adopted_version_has_no_editor(client):
    login(client, "gm_office")
    version = make_conflicts.version("dealers")
    assert client.get(reverse("rulebook_edit", args=[version.pk, "clauses"])).status_code == 409
    assert reverse("rulebook_edit", args=[version.pk, "clauses"]) not in text(client, "rulebook", version.pk)


def test_ds_12_the_page_of_a_draft_says_that_it_may_not_be_proposed(client):
    version = drafted()
    dearer(version, "P1", 20000)
    login(client, "gm_office")
    shown = text(client, "rulebook", version.pk)
    assert "DS-12" in shown
    assert "dealers-v2-P1" in shown


def test_cf_11_before_it_is_adopted_one_sees_which_past_rulings_it_would_have_changed(client):
    agent = make.partner("gz")
    ruling = ruled(make_conflicts.act("C1"), agent, date(2025, 5, 1))
    version = drafted()
    dearer(version, "C1", 120000)
    login(client, "general_manager")
    shown = text(client, "rulebook_consequences", version.pk)
    assert f"K{ruling.case_id}" in shown
    assert "伙伴gz" in shown
    assert "¥120,000" in shown
    login(client, "shop_operations")
    assert client.get(reverse("rulebook_consequences", args=[version.pk])).status_code == 403


def test_cf_11_the_list_of_versions_leads_to_their_pages(client):
    version = drafted()
    dearer(version, "C1", 120000)
    adopted(version, since=TOMORROW)
    login(client, "gm_office")
    listed = client.get(reverse("admin:conflicts_rulebookversion_changelist"))
    assert [row.number for row in listed.context["cl"].result_list] == [2, 1, 1]
    answer = client.get(reverse("admin:conflicts_rulebookversion_change", args=[version.pk]))
    assert answer.url == reverse("rulebook", args=[version.pk])


def test_cf_11_a_rulebook_page_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    login(client, "gm_office")
    pk = make_conflicts.version("online-offline").pk
    client.get(reverse("rulebook", args=[pk]))
    with django_assert_max_num_queries(22):
        client.get(reverse("rulebook", args=[pk]))
    version = drafted("online-offline")
    with django_assert_max_num_queries(22):
        client.get(reverse("rulebook_diff", args=[version.pk]))


@pytest.mark.parametrize(
    ("act", "party", "said"),
    [
        ("G1", "employee", "¥200 以上，通常 ¥200"),
        ("S1", "employee", "¥500，并记大过"),
        ("S1", "partner", "最高 ¥5,000，通常 ¥5,000"),
        ("V1", "employee", "¥1,000；或者辞退"),
        ("C1", "partner", "¥100,000"),
        ("P1", "partner", "终止支持"),
    ],
)
def test_cf_5_a_penalty_row_is_said_in_one_line(act, party, said):
    found = rulebooks.penalty_for(make_conflicts.act(act), party)
    assert penalty_words.whole(found) == said
