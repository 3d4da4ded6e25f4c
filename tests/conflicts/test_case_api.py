"""CF-8, CF-9, CF-14 at the API: anonymous, stranger, the parties, who stands above them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from channels.models import Partner
from conflicts.models import Case, Evidence
from conflicts.operations import cases, evidence
from conflicts.operations.filing import Who
from opsdesk import clock
from opsdesk.audit.models import Event
from opsdesk.people.models import User
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, exhibit, filed, now, of_partner

pytestmark = pytest.mark.django_db
DAY = (AT - timedelta(days=3)).date().isoformat()


@pytest.fixture(autouse=True)
def _ground(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()
    monkeypatch.setattr(clock, "now", lambda: AT)


def at_the_door(client, code: str | None):
    """The office of a partner, logged in; None: nobody."""
    if code:
        client.force_login(User.objects.get(pk=of_partner(code).user_id))
    return client


def above(code: str) -> Partner:
    """A partner above this one."""
    top = make.partner("province")
    row = Partner.objects.get(code=code)
    row.parent, row.path = top, f"{top.path}{row.code}/"
    row.save()
    return top


def proof(name: str = "chat.txt", content: bytes = b"chat", **more: object) -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "kind": "chat", "source": "旺旺"} | more


POSTS: dict[str, dict[str, object]] = {
    "api_case_answer": {"text": "不属实"},
    "api_case_agreement": {"text": "致歉"},
    "api_case_withdrawal": {"reason": "客户澄清"},
    "api_case_evidence": {},
    "api_case_appeal": {"text": "不服"},
}


def post(client, name: str, pk: int):
    files = proof() if name in ("api_case_evidence", "api_case_appeal") else {}
    return client.post(reverse(name, args=[pk]), POSTS[name] | files)


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize(("who", "status"), [(None, 403), ("stranger", 404)])
def test_cf_9_nobody_and_strangers_learn_and_change_nothing(client, name, who, status):
    make.partner("stranger")
    case = brought_to("answering")
    at_the_door(client, who)
    before = Event.objects.count()
    answer = post(client, name, case.pk)
    assert answer.status_code == status
    assert case.title not in answer.content.decode()
    assert client.get(reverse("api_case", args=[case.pk])).status_code == status
    assert (now(case).state, Event.objects.count()) == ("answering", before)


def test_cf_8_a_partner_files_a_case_and_sees_it_in_its_list(client):
    at_the_door(client, "dist")
    said = {
        "title": "诱导退货", "story": "客户说代理商让他退货", "act": "S1", "acted_on": DAY, "accused_partner": "gz",
        "filer_shop": "jd-dist", "money_yuan": "2599.00", "witness": "王五 13900000002",
    }  # fmt: skip
    answer = client.post(reverse("api_cases"), said, content_type="application/json")
    assert answer.status_code == 201
    case = Case.objects.get()
    assert answer.json() | {"due_at": 0} == {"id": case.pk, "number": f"K{case.pk}", "state": "filed", "due_at": 0}
    [row] = client.get(reverse("api_cases")).json()["results"]
    assert (row["number"], row["act"], row["clazz"], row["version"]) == (f"K{case.pk}", "S1", "serious", 1)
    assert "13900000002" not in client.get(reverse("api_case", args=[case.pk])).content.decode()


@pytest.mark.parametrize(
    ("_case", "wrong", "code"),
    [
        ("before the rulebook", {"acted_on": "2014-06-30"}, "act_not_in_force"),
        ("an act it does not know", {"act": "Z9"}, "act_not_in_force"),
        ("against oneself", {"accused_partner": "dist"}, "accuses_oneself"),
        ("for another's shop", {"filer_shop": "gz-outlet", "accused_partner": "other"}, "filer_unclear"),
        ("an order nobody knows", {"orders": ["404"]}, "not_found"),
        ("nobody accused", {"accused_partner": None}, "accused_unclear"),
    ],
)
def test_cf_8_what_is_wrong_with_a_case_is_said(client, _case, wrong, code):
    make.partner("other")
    at_the_door(client, "dist")
    said = {"title": "x", "story": "x", "act": "S1", "acted_on": DAY, "accused_partner": "gz", "filer_shop": "jd-dist"}
    said = {name: value for name, value in (said | wrong).items() if value is not None}
    answer = client.post(reverse("api_cases"), said, content_type="application/json")
    assert answer.json()["code"] == code
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["gz", "province"])
def test_cf_9_the_accused_and_who_stands_above_it_see_and_answer_the_case(client, who):
    above("gz")
    case = brought_to("answering", filer=Who(shop_id=make.shop("jd-dist").pk, protected=True))
    evidence.add(case.pk, exhibit(b"secret", "secret.txt", protected=True), by=of_partner("dist"), at=AT)
    at_the_door(client, who)
    body = client.get(reverse("api_case", args=[case.pk])).json()
    assert (body["roles"], body["evidence"], body["statements"]) == (["accused"], [], [])
    assert [party["role"] for party in body["parties"]] == ["accused"]
    assert set(body["allowed"]) == {"answer", "agree", "add_evidence"}
    answer = post(client, "api_case_answer", case.pk)
    assert (answer.status_code, answer.json()["state"]) == (201, "negotiating")
    assert post(client, "api_case_answer", case.pk).json()["code"] == "wrong_state"
    assert post(client, "api_case_withdrawal", case.pk).json()["code"] == "case_not_party"


def test_cf_13_the_accused_does_not_see_a_case_that_is_not_accepted(client):
    case = filed()
    at_the_door(client, "gz")
    assert client.get(reverse("api_case", args=[case.pk])).status_code == 404
    assert client.get(reverse("api_cases")).json()["results"] == []
    cases.accept(case.pk, by=ecommerce(), at=AT)
    assert len(client.get(reverse("api_cases")).json()["results"]) == 1


def test_cf_8_evidence_is_handed_in_and_looked_at_by_who_may(client):
    case = brought_to("answering")
    at_the_door(client, "dist")
    answer = post(client, "api_case_evidence", case.pk)
    row = Evidence.objects.get()
    assert (answer.status_code, answer.json()["sha256"]) == (201, row.sha256)
    assert post(client, "api_case_evidence", case.pk).json()["code"] == "evidence_there"
    at_the_door(client, "gz")
    seen = client.get(reverse("api_evidence", args=[row.pk]))
    assert (seen.content, seen["Content-Disposition"]) == (b"chat", 'attachment; filename="chat.txt"')
    [look] = Event.objects.about(case).filter(action="evidence.look")
    assert (look.actor, look.door) == ("office-gz", "api")
    make.partner("stranger")
    at_the_door(client, "stranger")
    assert client.get(reverse("api_evidence", args=[row.pk])).status_code == 404


def test_cf_14_the_accused_appeals_at_the_api_once(client):
    case = brought_to("in_force")
    at_the_door(client, "dist")
    assert post(client, "api_case_appeal", case.pk).json()["code"] == "case_not_party"
    at_the_door(client, "gz")
    assert client.get(reverse("api_case", args=[case.pk])).json()["ruling"]["amount_yuan"] == "5000.00"
    answer = post(client, "api_case_appeal", case.pk)
    assert (answer.status_code, answer.json()["state"]) == (201, "appealed")
    assert post(client, "api_case_appeal", case.pk).json()["code"] == "wrong_state"


def test_cf_4_both_parties_agree_at_the_api(client):
    case = brought_to("negotiating")
    for who in ("gz", "dist"):
        at_the_door(client, who)
        assert post(client, "api_case_agreement", case.pk).status_code == 201
    assert set(case.statements.filter(kind="settlement").values_list("role", flat=True)) == {"accused", "filer"}
    assert post(client, "api_case_withdrawal", case.pk).json()["state"] == "withdrawn"
