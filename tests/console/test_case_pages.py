"""CF-4 … CF-15: the pages of cases, as each role and party."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from channels.models import Entry, Partner
from conflicts.models import Case, Evidence, Party, Ruling, Statement
from conflicts.operations import cases, evidence
from conflicts.operations.filing import Who
from opsdesk import clock
from opsdesk.audit.models import Event
from opsdesk.people.models import User
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, exhibit, filed, manager, now, of_partner, office, sales

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ground(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()
    monkeypatch.setattr(clock, "now", lambda: AT)


def as_(client, by):
    """Log somebody in; his roles' people are there, so that nobody else sits instead."""
    client.force_login(User.objects.get(pk=by.user_id))
    return by


def shown(client, case: Case) -> str:
    answer = client.get(reverse("case", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def do(client, case: Case, action: str, **data: object):
    fields = {f"{action}-{name}": value for name, value in data.items() if name != "text_sha256"}
    fields |= {name: value for name, value in data.items() if name == "text_sha256"}
    return client.post(reverse("case_act", args=[case.pk, action]), fields)


def buttons(body: str) -> set[str]:
    return {part.split('"')[0] for part in body.split('id="do-')[1:]}


def people():
    return ecommerce(), sales(), office(), manager()


def test_cf_9_a_serious_case_is_driven_through_its_pages_to_the_booked_penalty(client):
    people()
    case = filed()
    as_(client, ecommerce())
    assert buttons(shown(client, case)) == {"accept", "reject", "add_evidence", "add_witness"}
    do(client, case, "accept")
    as_(client, of_partner("gz"))
    body = shown(client, case)
    assert buttons(body) == {"answer", "agree", "add_evidence"}
    assert "客户张三13800000001来电" in body  # the story, which the accused answers
    assert "shen" not in body
    do(client, case, "answer", text="是客户自己要退的")
    as_(client, ecommerce())
    body = shown(client, case)
    assert buttons(body) == {"agree", "speak", "escalate", "rule", "add_evidence", "add_witness"}
    assert 'value="5000.00"' in body  # the usual penalty stands in the form
    act = str(make_conflicts.act("S1").pk)
    refused = do(client, case, "rule", act=act, amount_yuan="4000", reasoning="聊天记录与退款时间吻合")
    again = refused.content.decode()
    assert "聊天记录与退款时间吻合" in again  # what was typed stays
    assert 'value="4000"' in again
    do(client, case, "rule", act=act, amount_yuan="4000", reasoning="聊天记录吻合", unusual="初犯")
    ruling = Ruling.objects.get(case=case)
    assert ruling.text_sha256 in shown(client, case)
    do(client, case, "sign", text_sha256=ruling.text_sha256)
    assert "sign" not in buttons(shown(client, case))
    as_(client, sales())
    do(client, case, "sign", text_sha256=ruling.text_sha256)
    assert now(case).state == "in_force"
    assert Entry.objects.get().amount_yuan == D("-4000.00")


def test_cf_10_a_signature_over_a_text_that_has_changed_is_refused(client):
    people()
    case = brought_to("signing")
    old = case.rulings.get().text_sha256
    evidence.add(case.pk, exhibit(b"more", "more.txt"), by=ecommerce(), at=AT)
    as_(client, sales())
    do(client, case, "sign", text_sha256=old)
    assert not case.rulings.get().signatures.exists()
    do(client, case, "sign", text_sha256=case.rulings.get().text_sha256)
    assert case.rulings.get().signatures.get().signed_by == "qian"


def test_cf_10_who_must_keep_out_of_a_case_is_told_why_and_has_no_buttons_of_a_judge(client):
    people()
    case = filed(by=ecommerce(), filer=Who(shop_id=make.shop("flagship").pk))
    as_(client, ecommerce())
    assert buttons(shown(client, case)) == {"withdraw", "add_evidence", "add_witness"}
    do(client, case, "accept")
    assert now(case).state == "filed"


def test_cf_13_the_accused_does_not_read_who_filed_or_spoke_against_him(client):
    people()
    case = filed(
        filer=Who(shop_id=make.shop("jd-dist").pk, protected=True), others=[("witness", Who(outsider="王五 139"))]
    )
    evidence.add(case.pk, exhibit(b"secret", "secret.txt", protected=True), by=of_partner("dist"), at=AT)
    cases.accept(case.pk, by=ecommerce(), at=AT)
    cases.speak(case.pk, text="建议严肃处理", by=sales(), at=AT)
    as_(client, of_partner("gz"))
    body = shown(client, case)
    for hidden in (
        "jd-dist",
        "office-dist",
        "张三",
        "王*",
        "王五",
        "secret.txt",
        "建议严肃处理",
        "shen",
        "qian",
        "K1-",
    ):
        assert hidden not in body, hidden
    secret = Evidence.objects.get()
    assert client.get(reverse("case_exhibit", args=[secret.pk])).status_code == 404


def test_cf_13_the_accused_never_reads_the_text_that_is_signed(client):
    people()
    case = brought_to("in_force")
    as_(client, of_partner("gz"))
    body = shown(client, case)
    assert "第 1 次：5,000.00 元" in body or "¥5,000.00" in body
    assert case.rulings.get().text_sha256 not in body
    assert buttons(body) == {"appeal"}


def test_cf_9_a_stranger_and_a_colleague_find_no_such_case(client):
    case = brought_to("answering")
    for by in (of_partner(make.partner("sh").code), make_conflicts.somebody("lin", "customer_service")):
        as_(client, by)
        assert client.get(reverse("case", args=[case.pk])).status_code == 404
        assert do(client, case, "answer", text="x").status_code == 302
    assert now(case).state == "answering"


def test_cf_14_every_employee_who_is_accused_may_read_and_answer_whatever_his_role(client):
    people()
    for role in ("warehouse", "dispatcher", "callback", "finance", "customer_service", "shop_operations"):
        clerk = make_conflicts.somebody(f"lin-{role}", role)
        case = filed(accused=Who(employee_id=clerk.user_id))
        cases.accept(case.pk, by=ecommerce(), at=AT)
        as_(client, clerk)
        assert "answer" in buttons(shown(client, case))
        do(client, case, "answer", text="我不知情")
        assert now(case).state == "negotiating"


def test_cf_9_in_a_shop_of_ours_the_page_asks_for_the_employee(client):
    people()
    case = filed(accused=Who(shop_id=make.shop("flagship").pk))
    as_(client, ecommerce())
    assert "accept-employee" in shown(client, case)
    clerk = make_conflicts.somebody("lin", "shop_operations")
    do(client, case, "accept", employee=clerk.user_id)
    assert case.parties.get(role="accused").employee_id == clerk.user_id


def test_cf_4_both_sides_agree_on_the_page_before_it_is_closed_as_settled(client):
    people()
    case = brought_to("negotiating")
    as_(client, sales())
    assert "settle" not in buttons(shown(client, case))
    do(client, case, "agree", text="代为致歉")
    as_(client, of_partner("dist"))
    do(client, case, "agree", text="接受")
    as_(client, sales())
    do(client, case, "settle", reason="误会")
    assert now(case).state == "settled"


def test_cf_14_an_appeal_with_files_and_its_decision_on_the_page(client):
    people()
    case = brought_to("in_force")
    as_(client, of_partner("gz"))
    nothing = do(client, case, "appeal", text="不服", kind="recording", source="我方电话")
    assert "不服" in nothing.content.decode()
    assert now(case).state == "in_force"
    files = [SimpleUploadedFile("录音.mp3", b"ID3"), SimpleUploadedFile("聊天.txt", "你好".encode())]
    do(client, case, "appeal", text="不服", kind="recording", source="我方电话", documents=files)
    assert now(case).state == "appealed"
    assert set(case.evidence.values_list("name", flat=True)) == {"录音.mp3", "聊天.txt"}
    as_(client, manager())
    assert {"uphold", "rule"} <= buttons(shown(client, case))
    do(client, case, "uphold", reason="新证据不足以推翻")
    assert now(case).state == "final"


def test_cf_8_evidence_opens_as_what_it_is_and_the_look_is_written_down(client):
    people()
    case = brought_to("answering")
    as_(client, of_partner("dist"))
    files = [SimpleUploadedFile("a.png", b"\x89PNG"), SimpleUploadedFile("b.pdf", b"%PDF")]
    do(client, case, "add_evidence", kind="chat", source="旺旺", documents=files)
    as_(client, sales())
    picture = case.evidence.get(name="a.png")
    answer = client.get(reverse("case_exhibit", args=[picture.pk]))
    assert answer.content == b"\x89PNG"
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    [look] = Event.objects.about(case).filter(action="evidence.look")
    assert (look.actor, look.facts["evidence"]) == ("qian", picture.pk)


def test_cf_8_several_files_are_handed_in_together_or_not_at_all(client):
    people()
    case = brought_to("answering")
    as_(client, of_partner("dist"))
    files = [SimpleUploadedFile("a.png", b"\x89PNG"), SimpleUploadedFile("run.exe", b"MZ")]
    body = do(client, case, "add_evidence", kind="chat", source="旺旺旧记录", documents=files).content.decode()
    assert "run.exe" in body
    assert "旺旺旧记录" in body
    assert not case.evidence.exists()


def test_cf_8_a_witness_is_masked_and_shown_with_a_reason_to_who_handles_the_case(client):
    people()
    case = filed()
    as_(client, of_partner("dist"))
    do(client, case, "add_witness", outsider="王五 13900000002")
    party = case.parties.get(role="witness")
    as_(client, sales())
    body = shown(client, case)
    assert "王* ***" in body
    assert "13900000002" not in body
    body = client.post(reverse("case_witness", args=[case.pk, party.pk]), {"why": "电话核实"}).content.decode()
    assert "王五 13900000002" in body
    assert Event.objects.about(case).get(action="case.show_witness").facts["why"] == "电话核实"
    as_(client, of_partner("dist"))
    body = client.post(reverse("case_witness", args=[case.pk, party.pk]), {"why": "x"}, follow=True).content.decode()
    assert "13900000002" not in body


def test_cf_10_a_party_cannot_bar_a_head_by_naming_him_a_witness(client):
    head = ecommerce()
    case = filed()
    as_(client, of_partner("dist"))
    assert "add_witness-employee" not in shown(client, case)
    do(client, case, "add_witness", outsider="", employee=head.user_id)
    assert not case.parties.filter(role="witness").exists()


def test_cf_8_a_case_is_taken_out_with_a_reason(client):
    people()
    case = brought_to("negotiating")
    as_(client, sales())
    answer = client.post(reverse("case_archive", args=[case.pk]), {"why": "存档"})
    assert answer["Content-Disposition"] == f'attachment; filename="K{case.pk}.zip"'
    assert answer.content[:2] == b"PK"


def test_cf_11_who_rules_is_shown_what_the_same_party_did_before(client):
    people()
    first = brought_to("in_force", "S1")
    second = brought_to("negotiating", "S1", money_yuan=D(1))
    as_(client, sales())
    body = shown(client, second)
    assert reverse("case", args=[first.pk]) in body
    as_(client, of_partner("dist"))
    assert reverse("case", args=[first.pk]) not in shown(client, second).replace("next=", "")


def form(**fields: object) -> dict[str, object]:
    return {
        "title": "代理商诱导退货",
        "acted_on": (AT - timedelta(days=3)).date().isoformat(),
        "act": "online-offline:S1",
        "story": "客户说代理商让他退货",
        "accused_partner": "gz",
        "filer_shop": make.shop("jd-dist").pk,
        "money_yuan": "2599",
    } | fields


def test_cf_8_a_partner_files_on_the_page_and_adds_the_evidence_next(client):
    by = as_(client, of_partner("dist"))
    assert "accused_employee" not in client.get(reverse("case_new")).content.decode()
    made = client.post(reverse("case_new"), form(witness="王五 13900000002", protected="on"))
    case = Case.objects.get()
    assert made.url == reverse("case", args=[case.pk])
    assert (case.filed_by_id, case.act.code, case.money_yuan) == (by.user_id, "S1", D("2599.00"))
    assert Statement.objects.get().text == "客户说代理商让他退货"
    assert list(Party.objects.order_by("pk").values_list("role", "protected")) == [
        ("filer", True), ("accused", False), ("witness", True),
    ]  # fmt: skip


def test_cf_8_what_was_typed_stays_when_a_case_is_refused(client):
    as_(client, of_partner("dist"))
    for wrong in ({"accused_partner": "nobody"}, {"orders": "404404"}, {"acted_on": "2014-06-30"}, {"story": ""}):
        body = client.post(reverse("case_new"), form(**wrong)).content.decode()
        assert "代理商诱导退货" in body
    assert not Case.objects.exists()


def test_cf_13_a_case_from_a_signal_is_filled_in(client):
    people()
    shop, gz = make.shop("jd-dist"), Partner.objects.get(code="gz")
    signal = make_conflicts.signal(shop, gz, first_order=make.order("JD-1", where=shop))
    as_(client, ecommerce())
    address = f"{reverse('case_new')}?signal={signal.pk}"
    body = client.get(address).content.decode()
    assert "online-offline:S1" in body
    made = client.post(address, form())
    case = Case.objects.get()
    assert made.url == reverse("case", args=[case.pk])
    assert (case.signal, type(signal).objects.get().state) == (signal, "taken_up")
    as_(client, of_partner("dist"))
    assert client.get(address).status_code == 403
