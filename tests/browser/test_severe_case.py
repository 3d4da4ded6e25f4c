"""CF-9, CF-14: a severe case in the browser, from the signal to the booked penalty, the appeal and the reversal.

Five people with their own logins click through the real pages. Screenshots go to OPSDESK_SCREENSHOTS, if that is set.
Without chromium or playwright the test is skipped and says which is missing.
"""

import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Python's playwright is not installed")

from django.db import transaction  # noqa: E402

from channels.models import Entry, Partner  # noqa: E402
from conflicts.models import Case, Signal  # noqa: E402
from opsdesk import clock  # noqa: E402
from opsdesk.people.models import User  # noqa: E402
from tests import make, make_conflicts  # noqa: E402
from tests.make import AT  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "opsdesk-browser"  # noqa: S105
WIDE, PHONE = {"width": 1360, "height": 1000}, {"width": 390, "height": 844}
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium in PATH"),
]


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Signal:
    """The people, the rulebooks, and a signal: an agent whose service lost an order by fear."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's own loop runs in this thread
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        make_conflicts.ground()
    for by in (
        make_conflicts.ecommerce(), make_conflicts.sales(), make_conflicts.office(), make_conflicts.manager(),
        make_conflicts.of_partner("gz"),
    ):  # fmt: skip
        person = User.objects.get(pk=by.user_id)
        person.set_password(PASSWORD)
        person.save()
    monkeypatch.setattr(clock, "now", lambda: AT)
    shop, agent = make.shop("jd-dist"), Partner.objects.get(code="gz")
    order = make.order("JD20260301", where=shop)
    return make_conflicts.signal(shop, agent, kind="sabotage", act="V3", first_order=order)


@pytest.fixture
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


class Desk:
    """Somebody at his own browser."""

    def __init__(self, browser: Any, address: str, name: str, viewport: dict[str, int]) -> None:
        context = browser.new_context(viewport=viewport, locale="zh-CN", base_url=address)
        self.page, self.name = context.new_page(), name
        self.page.set_default_timeout(15_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto("/admin/login/?next=/admin/conflicts/case/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"/conflicts/case/$"))

    def see(self, case: Case, what: str) -> None:
        """Open the page of the case and keep a picture of it; nothing runs out of the window to the right."""
        self.page.goto(f"/desk/case/{case.pk}/")
        self.shoot(what)

    def shoot(self, what: str) -> None:
        """Keep a picture of the page as it is."""
        if folder := os.environ.get("OPSDESK_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{what}.png"), full_page=True)
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert too_wide <= 0, f"{what}: {too_wide} pixels too wide"

    def do(self, action: str, **fields: Any) -> None:
        """Open a button's form, fill it in and send it."""
        button = self.page.locator(f"#do-{action}")
        if button.evaluate("one => one.tagName") == "DETAILS" and button.get_attribute("open") is None:
            button.locator("summary").first.click()
        for name, value in fields.items():
            self._fill(button, f"{action}-{name}", value)
        button.locator("button").last.click()
        self.page.wait_for_load_state()

    def _fill(self, form: Any, name: str, value: Any) -> None:
        field = form.locator(f"[name={name}]")
        if isinstance(value, list):
            field.set_input_files(value)
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def actions(self) -> set[str]:
        """The buttons that he has."""
        return {one.get_attribute("id").removeprefix("do-") for one in self.page.locator("[id^=do-]").all()}


def file_of(name: str, text: str, media_type: str = "text/plain") -> dict[str, Any]:
    return {"name": name, "mimeType": media_type, "buffer": text.encode()}


def test_cf_9_a_severe_case_in_the_browser_from_the_signal_to_the_reversal(
    ground: Signal, browser: Any, live_server: Any
):
    def at(name: str, viewport: dict[str, int] = WIDE) -> Desk:
        return Desk(browser, live_server.url, name, viewport)

    head, director, office, manager, agent = at("shen"), at("qian"), at("wei"), at("zong"), at("office-gz", PHONE)
    case = _filed(head, ground)
    _accepted(director, agent, case)
    assert Entry.objects.count() == 0
    _ruled(office, manager, case)
    assert [entry.amount_yuan for entry in Entry.objects.all()] == [D("-10000.00")]
    _appealed(agent, case)
    _reversed(manager, office, case)
    amounts = [entry.amount_yuan for entry in Entry.objects.order_by("pk")]
    assert amounts == [D("-10000.00"), D("10000.00"), D("-2000.00")]
    agent.see(case, "14-agent-final")
    assert "2,000" in agent.page.content()
    _listed(director)
    assert not [error for desk in (head, director, office, manager, agent) for error in desk.errors]


def _filed(head: Desk, signal: Signal) -> Case:
    """The e-commerce head makes a case of the signal: the form is filled in, he adds evidence."""
    head.page.goto(f"/desk/case/?signal={signal.pk}")
    head.shoot("01-head-files-from-signal")
    head.page.click("form button:has-text('提交'), form button:has-text('File')")
    head.page.wait_for_url("**/desk/case/*/")
    case = Case.objects.get()
    chat = file_of("旺旺聊天记录.txt", "[买家] 师傅说网上买的会漏电")
    page = {"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": make.photo().read()}
    head.do("add_evidence", documents=[chat, page], kind="chat", source="买家旺旺聊天，当天")
    head.shoot("02-head-evidence-added")
    assert case.evidence.count() == 2
    assert "accept" not in head.actions()  # who filed does not judge
    return case


def _accepted(director: Desk, agent: Desk, case: Case) -> None:
    """The sales director accepts; the agent answers on his phone; the case goes to the GM office."""
    director.see(case, "03-director-to-accept")
    director.do("accept")
    agent.see(case, "04-agent-phone-to-answer")
    assert "shen" not in agent.page.content()
    agent.do("answer", text="师傅只是按规程提示接地不良，没有说漏电。")
    agent.shoot("05-agent-phone-answered")
    director.see(case, "06-director-negotiates")
    assert "rule" not in director.actions() or "V3" not in director.page.locator("#do-rule").inner_text()
    director.do("escalate", reason="严重违规，双方意见不一")
    assert Case.objects.get().state == "investigating"


def _ruled(office: Desk, manager: Desk, case: Case) -> None:
    """The GM office drafts: too little without a reason is refused and stays typed; the general manager signs."""
    office.see(case, "07-office-investigates")
    office.do("speak", text="电话核实客户：师傅当面称会漏电。")
    office.do("rule", amount_yuan="4000", reasoning="客户陈述与拒单记录一致")
    office.shoot("08-office-refused-draft-stays-typed")
    assert office.page.input_value("[name=rule-reasoning]") == "客户陈述与拒单记录一致"
    office.do("rule", amount_yuan="10000")
    office.shoot("09-office-drafted")
    assert "sign" not in office.actions()  # who drafted does not sign alone
    manager.see(case, "10-manager-to-sign")
    manager.do("sign")
    manager.shoot("11-manager-in-force")
    assert Case.objects.get().state == "in_force"


def _appealed(agent: Desk, case: Case) -> None:
    agent.see(case, "12-agent-phone-may-appeal")
    proof = [file_of("接地检测单.txt", "接地电阻不合格，客户签字")]
    agent.do("appeal", text="补充当日检测单", documents=proof, kind="paper", source="检测单原件")
    assert Case.objects.get().state == "appealed"


def _reversed(manager: Desk, office: Desk, case: Case) -> None:
    """A ruling for less replaces the first one; it is signed by who has not signed before."""
    manager.see(case, "13-manager-appeal")
    assert "uphold" not in manager.actions()  # he has judged it before
    manager.do("rule", amount_yuan="2000", reasoning="检测单属实，拒修仍成立", unusual="提示属实部分不计")
    office.see(case, "13b-office-to-sign-the-reversal")
    office.do("sign")
    office.shoot("13c-office-final")
    assert Case.objects.get().state == "final"


def _listed(director: Desk) -> None:
    for name, address in (
        ("15-list", "/admin/conflicts/case/"),
        ("16-statistics", "/desk/cases/statistics/?first=2026-01-01&last=2026-12-31"),
        ("17-file-a-case", "/desk/case/"),
    ):
        director.page.goto(address)
        director.shoot(name)
