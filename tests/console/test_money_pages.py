"""AS-12, FI-1: accounts, statements, deductions and extra work on pages, as files and at the API; and for whom."""

import io
import shutil
import subprocess
from datetime import date
from decimal import Decimal

import pytest
import python_calamine
from django.urls import reverse

from aftersales.models import Deduction, Extra
from aftersales.operations import deductions, fees
from channels.models import Correction, Entry, Statement, StatementLine
from channels.operations import statements
from opsdesk import money
from opsdesk.actor import SYSTEM
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.kpi import figures
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from tests import make, make_money
from tests.make import AT
from tests.make_money import DRAWN_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Statement:
    """A partner's March: three fees and a penalty, sent; partners above, below and beside it exist."""
    make_money.money()
    top = make.partner("gd")
    agent = make.partner("gz", above=top, name="濮阳暖通")
    make.partner("fs", above=top)
    for number in range(3):
        make_money.paid_visit(str(number), owner=agent)
    fees.book_all_due(by=SYSTEM, at=make.at("2026-03-20 08:00"))
    make_money.entry(agent, 77, "-5000.00", kind="penalty")
    statements.draw_up_all_due(by=SYSTEM, at=DRAWN_AT)
    return statements.send(Statement.objects.get().pk, by=make_money.somebody("sender", "finance"), at=DRAWN_AT)


def login(client, role: str, name: str = "", **scopes: object) -> None:
    client.force_login(make.in_role(name or role.replace("_", "-"), role, **scopes or {"company": True}))


def picture(client, name: str, pk: int) -> bytes:
    answer = client.get(reverse(name, args=[pk]))
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # answer.close() would close the test's database connection, too
        close()
    return content


def test_as_12_the_page_links_every_line_to_its_source(client, sent):
    login(client, "finance")
    text = client.get(reverse("statement", args=[sent.pk])).content.decode()
    for line in sent.lines.all():
        assert reverse("entry", args=[line.entry_id]) in text
    for job in {entry.source_id for entry in Entry.objects.filter(kind="fee")}:
        assert reverse("job", args=[make_money.Visit.objects.get(pk=job).job_id]) in text
    assert "-¥4,820.00" in text and "¥180.00" in text


@pytest.mark.parametrize(("code", "status"), [("gz", 200), ("gd", 200), ("fs", 404)])
def test_ch_5_a_partner_sees_its_own_and_those_below_a_stranger_finds_nothing(code, status, client, sent):
    login(client, "partner_office", partner=code)
    entry = Entry.objects.filter(kind="fee").first()
    for name, pk in (
        ("statement", sent.pk),
        ("statement_pdf", sent.pk),
        ("statement_excel", sent.pk),
        ("account", sent.partner_id),
        ("entry", entry.pk),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == status, name
    api = {"gz": [200, 1], "gd": [200, 1], "fs": [404, 0]}[code]
    listed = client.get("/api/statements/").json()["results"]
    assert [client.get(f"/api/statements/{sent.pk}/").status_code, len(listed)] == api


def test_au_1_without_the_right_or_without_a_login_nothing_is_shown(client, sent):
    pages = [reverse("statement", args=[sent.pk]), reverse("account", args=[sent.partner_id]), reverse("accounts")]
    assert {client.get(page).status_code for page in pages} == {302}
    login(client, "partner_installer", partner="gz")
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.get(f"/api/statements/{sent.pk}/").status_code == 403


def test_as_12_the_partner_disputes_a_line_on_the_page_and_finance_answers_it(client, sent):
    login(client, "partner_office", partner="gz")
    client.post(reverse("statement_dispute", args=[sent.pk]), {"line-2": "应为90元", "line-1": " "})
    line = StatementLine.objects.get(number=2)
    assert (line.state, line.reason, StatementLine.objects.filter(state="disputed").count()) == (
        "disputed",
        "应为90元",
        1,
    )
    client.post(reverse("statement_answer", args=[sent.pk, line.pk, "keep"]), {"answer": "x"})
    assert StatementLine.objects.get(pk=line.pk).state == "disputed"
    login(client, "finance")
    client.post(reverse("statement_answer", args=[sent.pk, line.pk, "take_back"]), {"answer": "按新协议重记"})
    assert (Correction.objects.get().takes_back_id, Approval.objects.get().state) == (line.entry_id, "waiting")
    client.post(reverse("statement_answer", args=[sent.pk, line.pk, "keep"]), {"answer": "按标准"})
    assert StatementLine.objects.get(pk=line.pk).state == "kept"


def test_as_12_confirmed_by_the_partner_and_settled_by_another_on_the_page(client, sent):
    login(client, "partner_office", partner="gz")
    client.post(reverse("statement_act", args=[sent.pk, "confirm"]))
    assert Statement.objects.get().state == "confirmed"
    login(client, "gm_office")
    client.post(reverse("statement_act", args=[sent.pk, "settle"]), {"settle-paid_on": "2026-04-09"})
    row = Statement.objects.get()
    assert (row.state, row.settled_by, Entry.objects.filter(kind="payment").count()) == ("settled", "gm-office", 0)


def test_as_12_at_the_api_a_partner_disputes_and_confirms(client, sent):
    login(client, "partner_office", partner="gz")
    said = {"lines": [{"number": 4, "reason": "非我方原因"}]}
    answer = client.post(f"/api/statements/{sent.pk}/disputes/", said, content_type="application/json")
    body = answer.json()
    assert (answer.status_code, body["state"], body["lines"][3]["state"]) == (201, "disputed", "disputed")
    assert sum(Decimal(line["amount_yuan"]) for line in body["lines"]) == Decimal(body["total_yuan"])
    refused = client.post(f"/api/statements/{sent.pk}/confirmation/")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


def test_as_12_the_workbook_says_the_same_amounts(client, sent):
    login(client, "finance")
    content = b"".join(client.get(reverse("statement_excel", args=[sent.pk])).streaming_content)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    summary = {str(row[0]): row[1] for row in book.get_sheet_by_index(0).to_python()}
    lines = book.get_sheet_by_index(1).to_python()[1:]
    amounts = [Decimal(str(row[5])).quantize(money.FEN) for row in lines]
    assert sum(amounts) == sent.total_yuan == Decimal("-4820.00")
    assert Decimal(str(summary["本月合计（元）"])) == sent.total_yuan
    assert Decimal(str(summary["期末余额（元）"])) == sent.closing_yuan
    assert summary["期末余额大写"] == "负肆仟捌佰贰拾元整"
    assert Event.objects.filter(action="statement.export").count() == 1


def test_as_12_the_paper_holds_its_font_the_totals_and_the_amount_in_capitals(client, sent, tmp_path):
    login(client, "finance")
    content = b"".join(client.get(reverse("statement_pdf", args=[sent.pk])).streaming_content)
    assert content.startswith(b"%PDF-") and b"NotoSansCJKSC" in content and b"FontFile3" in content
    if reader := shutil.which("pdftotext"):
        paper = tmp_path / "s.pdf"
        paper.write_bytes(content)
        text = subprocess.run([reader, "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
        for said in (
            "结算对账单",
            "濮阳暖通",
            "2026年03月",
            "-4,820.00",
            "180.00",
            "负肆仟捌佰贰拾元整",
            "第 1 页，共 1 页",
        ):
            assert said in text


def test_fi_2_a_reimbursement_is_asked_for_on_the_account_page(client, sent):
    login(client, "finance")
    where = reverse("account_propose", args=[sent.partner_id])
    form = {"kind": "reimbursement", "amount_yuan": "88.80", "text": "运费垫付", "reason": "见凭证"}
    client.post(where, {**form, "receipt": make.photo()})
    row = Correction.objects.get()
    assert (row.state, row.amount_yuan, Approval.objects.get().kind) == ("proposed", Decimal("88.80"), "correction")
    assert client.get(reverse("correction", args=[row.pk])).status_code == 200
    assert picture(client, "correction_receipt", row.pk).startswith(b"\xff\xd8")
    assert client.post(where, form | {"amount_yuan": "x"}).status_code == 200
    assert Correction.objects.count() == 1


def test_fi_1_an_entry_is_taken_back_from_its_page_on_anothers_signature(client, sent):
    login(client, "finance")
    entry = Entry.objects.filter(kind="fee").first()
    assert "60.00" in client.get(reverse("entry", args=[entry.pk])).content.decode()
    client.post(reverse("entry_take_back", args=[entry.pk]), {"reason": "重复"})
    assert Correction.objects.get().takes_back == entry
    assert not Entry.objects.filter(reverses=entry).exists()


def test_as_4_the_jobs_page_says_what_a_visit_pays_and_takes_extra_work(client, sent):
    job = make_money.Visit.objects.first().job
    login(client, "partner_office", partner="gz")
    page = client.get(reverse("job", args=[job.pk])).content.decode()
    assert "每次上门 ¥60.00" in page and "号标准" in page
    kind = make_money.extra_kind()
    form = {"extra-kind": kind.pk, "extra-amount_yuan": "45.00", "extra-reason": "加长", "extra-photo": make.photo()}
    client.post(reverse("job_extra", args=[job.pk]), form)
    extra = Extra.objects.get()
    assert (extra.amount_yuan, extra.state) == (Decimal("45.00"), "proposed")
    assert picture(client, "extra_photo", extra.pk).startswith(b"\xff\xd8")
    said = {"kind": kind.code, "amount_yuan": "45.00", "reason": "再来", "photo": make.photo()}
    again = client.post(f"/api/jobs/{job.pk}/extras/", said)
    assert (again.status_code, again.json()["code"]) == (409, "extra_there")
    assert len(client.get(f"/api/jobs/{job.pk}/extras/").json()) == 1
    client.post(reverse("job_extra", args=[job.pk]), {"extra-kind": kind.pk})
    assert Extra.objects.count() == 1


def test_as_5_a_deduction_is_proposed_on_the_jobs_page_and_answered_and_dropped_on_its_own(client, sent):
    job = make_money.Visit.objects.first().job
    login(client, "finance")
    form = {"deduct-kind": "refused", "deduct-partner": job.owner_id, "deduct-reason": "无故拒单"}
    client.post(reverse("job_deduct", args=[job.pk]), form)
    row = Deduction.objects.get()
    page, act = (
        reverse("deduction", args=[row.pk]),
        {name: reverse("deduction_act", args=[row.pk, name]) for name in ("contest", "drop")},
    )
    assert "无故拒单" in client.get(page).content.decode()
    login(client, "partner_office", "stranger", partner="fs")
    assert client.get(page).status_code == 404
    login(client, "partner_office", partner="gz")
    client.post(act["drop"], {"said": "x"})
    client.post(act["contest"], {"said": "师傅生病"})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("contested", "师傅生病")
    assert client.get("/api/deductions/").json()["results"][0]["state"] == "contested"
    login(client, "sales_director")
    client.post(act["drop"], {"said": "情有可原"})
    row.refresh_from_db()
    assert (row.state, Entry.objects.filter(source_type="aftersales.deduction").count()) == ("dropped", 0)


def test_as_5_at_the_api_a_partner_admits(client, sent):
    job = make_money.Visit.objects.first().job
    said = {"partner_id": job.owner_id, "kind": "refused", "reason": "无故拒单"}
    row = deductions.propose(job.pk, by=make_money.somebody("clerk", "finance"), at=AT, **said)
    login(client, "partner_office", partner="gz")
    answer = client.post(f"/api/deductions/{row.pk}/answer/", {"admits": True})
    assert (answer.status_code, answer.json()["state"]) == (201, "admitted")


LISTS = ("aftersales_feehold", "aftersales_deductionrate", "aftersales_extrakind")


@pytest.mark.parametrize("name", LISTS)
def test_au_1_every_list_opens_for_who_sets_it_up_within_its_budget(name, client, sent, django_assert_max_num_queries):
    login(client, "system_admin")
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200


def test_as_12_a_long_statement_costs_no_more_queries(client, sent, django_assert_max_num_queries):
    for number in range(100, 140):
        make_money.entry(sent.partner, number, on=date(2026, 4, 2))
    statements.draw_up_all_due(by=SYSTEM, at=make.at("2026-05-06 09:00"))
    login(client, "finance")
    with django_assert_max_num_queries(40):
        client.get(reverse("statement", args=[Statement.objects.order_by("-pk")[0].pk]))
    with django_assert_max_num_queries(40):
        client.get(reverse("account", args=[sent.partner_id]))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("fees_booked", Decimal("180.00")),
        ("extras_booked", Decimal(0)),
        ("penalties_booked", Decimal("-5000.00")),
        ("balance_owed", Decimal("-4820.00")),
        ("statements_unconfirmed", 1),
        ("statements_disputed", 1),
    ],
)
def test_kp_3_money_figures_say_a_past_day_as_it_stood(key, expected, sent):
    statements.dispute(sent.pk, lines={1: "?"}, by=make_money.of_partner("gz"), at=DRAWN_AT)
    day = {"fees_booked": date(2026, 3, 20), "penalties_booked": AT.date()}.get(key, DRAWN_AT.date())
    value = lambda: figures.value_of(BY_KEY[key], SYSTEM, span(Period.DAY, day))  # noqa: E731
    before = value()
    assert (before or Decimal(0)) == expected
    statements.keep(sent.lines.get(number=1).pk, answer="对", by=make_money.somebody("k", "finance"), at=DRAWN_AT)
    later = make.at("2026-04-20 09:00")
    statements.confirm(sent.pk, by=make_money.somebody("office2", "partner_office", partner="gz"), at=later)
    assert value() == before
