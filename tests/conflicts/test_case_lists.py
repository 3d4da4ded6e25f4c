"""CF-9, CF-11, CF-14, CF-15: lists, queues, payroll, statistics; KP-1: figures; each number is the list behind it."""

import io
import json
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels.models import Entry, Partner, Statement
from channels.operations import statements
from conflicts.models import Case, MeasureTaken, PayrollEntry
from conflicts.operations import appeals, cases, rulings
from conflicts.operations.filing import Who
from conflicts.queries import lost, waiting
from conflicts.queries.statistics import statistics
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.console import queues
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.definitions.conflicts import DEFINITIONS
from opsdesk.kpi.figures import href_of, value_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from opsdesk.people.models import User
from opsdesk.sla import timers
from tests import make, make_conflicts, make_money
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, filed, manager, now, of_partner, office, sales, signed, verdict

pytestmark = pytest.mark.django_db
LIST = reverse("admin:conflicts_case_changelist")
BUDGET = json.loads(Path(__file__).parent.parent.joinpath("query_budgets.json").read_text(encoding="utf-8"))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _ground(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = ""
    make_conflicts.ground()
    for somebody in (ecommerce, sales, office, manager):
        somebody()
    monkeypatch.setattr(clock, "now", lambda: AT)


def as_(client, by):
    client.force_login(User.objects.get(pk=by.user_id))
    return by


def listed(client, query: str = "") -> list[str]:
    """The cases of the list, as it shows them."""
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, query
    return [str(row) for row in answer.context["cl"].result_list]


def one_of_each() -> dict[str, Case]:
    made = {"appealed": brought_to("appealed", "V2"), "final": brought_to("appealed", "V2")}
    appeals.uphold(made["final"].pk, reason="新证据不足", by=office(), at=AT)
    states = ("filed", "answering", "negotiating", "investigating", "signing", "in_force")
    return made | {state: brought_to(state) for state in states}


QUEUES = {
    "to_accept": {"filed"},
    "answers": {"answering"},
    "negotiating": {"negotiating"},
    "office": {"investigating", "appealed"},
    "to_sign": {"signing"},
    "appeals": {"appealed"},
    "open": {"filed", "answering", "negotiating", "investigating", "signing", "in_force", "appealed"},
}


def test_cf_9_the_queues_hold_the_cases_of_their_states_the_nearest_deadline_first(client):
    made = one_of_each()
    as_(client, sales())
    for queue, states in QUEUES.items():
        assert set(listed(client, f"queue={queue}")) == {str(made[state]) for state in states}, queue
    Case.objects.filter(pk=made["answering"].pk).update(due_at=AT - DAY)
    assert listed(client, "queue=open")[0] == str(made["answering"])
    assert listed(client, "queue=overdue") == [str(made["answering"])]


def test_cf_9_mine_is_what_waits_for_my_seat_or_my_answer(client):
    made = one_of_each()
    seats = {
        sales: {"filed", "negotiating", "signing"},
        ecommerce: {"filed", "negotiating", "signing"},
        office: {"investigating", "appealed"},  # the general manager has judged the appealed one
        manager: set(),
    }
    for who, states in seats.items():
        as_(client, who())
        assert set(listed(client, "queue=mine")) == {str(made[state]) for state in states}, who().name
    as_(client, of_partner("gz"))
    assert listed(client, "queue=mine") == [str(made["answering"])]


def test_kp_1_the_tile_on_the_start_page_counts_the_list_behind_it(client):
    one_of_each()
    for by in (sales(), office(), of_partner("gz")):
        as_(client, by)
        tiles = [tile for tile in queues.waiting(by, at=AT) if LIST in tile.href]
        assert tiles
        for tile in tiles:
            assert tile.waiting == len(listed(client, tile.href.partition("?")[2])), tile.title


def test_cf_15_a_list_of_cases_costs_the_same_for_any_number(client):
    as_(client, sales())
    counted = []
    for _more in range(2):
        one_of_each()
        for address in (f"{LIST}?queue=open", f"{LIST}?queue=mine"):
            client.get(address)
            with CaptureQueriesContext(connection) as spent:
                client.get(address)
            counted.append(len(spent))
    assert counted[:2] == counted[2:]
    assert counted[0] <= BUDGET["conflicts_case"]
    assert counted[1] <= BUDGET["conflicts_case"] + 16


def test_cf_9_a_case_is_found_by_its_number_its_title_and_an_order(client):
    order = make.order("JD20260301", where=make.shop("jd-dist"))
    case, other = filed(orders=[order.pk], title="以安全问题恐吓客户"), filed()
    as_(client, sales())
    for asked in (str(case), str(case.pk), "恐吓", "JD2026"):
        assert listed(client, f"q={asked}") == [str(case)], asked
    gz = Partner.objects.get(code="gz")
    assert listed(client, f"accused={gz.pk}") == [str(other), str(case)]
    assert listed(client, "class=severe") == []


def test_cf_9_the_list_is_exported_with_its_reason_in_the_audit(client):
    case = brought_to("in_force")
    as_(client, sales())
    answer = client.post(LIST, {"action": "export", "_selected_action": [case.pk]})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    head, row = book.get_sheet_by_index(0).to_python()
    assert row[0] == str(case)
    assert row[head.index("生效罚款（元）") if "生效罚款（元）" in head else 14] == 5000
    assert Event.objects.filter(action="case.export", subject_type="people.user").exists()


def of_staff() -> Case:
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", accused=Who(employee_id=clerk.user_id))
    cases.answer(case.pk, text="我不知道", by=clerk, at=AT)
    rulings.rule(case.pk, verdict("S1", "500", measures=("demerit",)), by=ecommerce(), at=AT)
    return signed(case, ecommerce(), sales())


def test_cf_14_finance_takes_the_payroll_list_out_and_nobody_else_reads_it(client):
    case = of_staff()
    where = reverse("admin:conflicts_payrollentry_changelist")
    as_(client, make_conflicts.somebody("caiwu", "finance"))
    body = client.get(where).content.decode()
    assert "500.00" in body
    assert reverse("case", args=[case.pk]) not in body  # he may not open it
    answer = client.post(where, {"action": "export", "_selected_action": [PayrollEntry.objects.get().pk]})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.get_sheet_by_index(0).to_python()[1][3] == 500
    for by in (sales(), make_conflicts.somebody("kefu", "customer_service"), of_partner("gz")):
        as_(client, by)
        assert client.get(where).status_code == 403


def test_cf_6_a_demerit_stands_on_the_list_of_measures_for_who_handles_cases_and_for_himself(client):
    of_staff()
    where = reverse("admin:conflicts_measuretaken_changelist") + "?queue=staff"
    as_(client, sales())
    assert client.get(where).context["cl"].result_count == 1
    assert MeasureTaken.objects.visible_to(make_conflicts.somebody("lin", "shop_operations")).count() == 1
    assert MeasureTaken.objects.visible_to(make_conflicts.somebody("kefu", "customer_service")).count() == 0
    assert MeasureTaken.objects.visible_to(of_partner("gz")).count() == 0


def test_cf_11_statistics_count_by_accused_clause_month_and_name_repeat_offenders(client):
    brought_to("in_force")
    brought_to("in_force", money_yuan=D(2))
    brought_to("negotiating", "G1")
    found = statistics(sales(), AT - DAY, AT + DAY)
    assert (found.total, found.amount) == (3, D("10000.00"))
    [line] = found.by_party
    assert (line.name, line.total, line.penalised, line.open, line.without) == ("伙伴gz", 3, 2, 1, 0)
    assert [(line.name, line.total, line.amount) for line in found.by_clause] == [
        ("线上线下销售管理规定第八条", 2, D("10000.00")), ("线上线下销售管理规定第七条", 1, D("0.00")),
    ]  # fmt: skip
    assert [(line.name, line.total) for line in found.by_month] == [("2026-03", 3)]
    [again] = found.offenders
    assert (again.who, again.act, again.times, again.last) == ("伙伴gz", "S1", 2, (AT - 3 * DAY).date())
    assert statistics(sales(), AT + DAY, AT + 2 * DAY).total == 0
    as_(client, sales())
    where = {"first": "2026-03-01", "last": "2026-03-31"}
    assert "第八条" in client.get(reverse("case_statistics"), where).content.decode()
    assert client.get(reverse("case_statistics_excel"), where).status_code == 200
    as_(client, make_conflicts.somebody("kefu", "customer_service"))
    assert client.get(reverse("case_statistics"), where).status_code == 403


def test_cf_11_a_cleared_case_and_a_reversed_ruling_are_no_penalty():
    case = brought_to("appealed", "V2")
    rulings.rule(case.pk, verdict(None), by=manager(), at=AT)
    signed(case, office("pei"))
    found = statistics(sales(), AT - DAY, AT + DAY)
    assert (found.total, found.amount, found.by_party[0].without) == (1, D("0.00"), 1)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.key)
def test_kp_3_every_figure_is_the_count_of_the_list_behind_its_link(client, definition):
    one_of_each()
    timers.sweep(at=AT + 2 * DAY)
    as_(client, sales())
    for day in (AT.date(), (AT + 2 * DAY).date(), (AT - DAY).date()):
        within = span(Period.DAY, day)
        value = value_of(definition, sales(), within)
        rows = client.get(href_of(definition, within)).context["cl"].queryset
        assert value == (sum(row.amount_yuan for row in rows) if definition.measure else rows.count()), day


def test_kp_3_the_figures_of_conflicts_for_a_day_and_as_a_past_day_stood():
    one_of_each()

    def figures(day):
        return [value_of(BY_KEY[one.key], SYSTEM, span(Period.DAY, day.date())) for one in DEFINITIONS]

    assert figures(AT) == [8, 3, D("25000.00"), 7, 0]
    assert figures(AT + 2 * DAY) == [0, 0, D("0.00"), 7, 6]  # the time to appeal is nobody's delay
    assert figures(AT - DAY) == [0, 0, D("0.00"), 0, 0]


def test_as_12_a_penalty_stands_on_the_statement_with_a_link_to_its_case(client):
    case = brought_to("in_force")
    make_money.rates()
    make_money.clocks()
    statements.draw_up_all_due(by=SYSTEM, at=make_money.DRAWN_AT)
    row = Statement.objects.get(partner__code="gz")
    assert row.lines.get().entry == Entry.objects.get()
    as_(client, make_conflicts.somebody("caiwu", "finance"))
    body = client.get(reverse("statement", args=[row.pk])).content.decode()
    assert reverse("case", args=[case.pk]) in body
    assert "5,000.00" in body


def test_as_11_a_case_lost_counts_in_the_month_of_its_first_ruling_and_not_when_it_is_cleared():
    gz = Partner.objects.get(code="gz")
    case, cleared = brought_to("appealed", "V2"), brought_to("appealed", "V3")
    march = (make.at("2026-03-01 00:00"), make.at("2026-04-01 00:00"))
    assert [(event.kind, event.id) for event in lost.cases_lost(*march)[gz.pk]] == [
        ("conflicts.case", case.pk),
        ("conflicts.case", cleared.pk),
    ]
    april = make.at("2026-04-02 10:00")
    rulings.rule(case.pk, verdict("V2", "2000", unusual="部分由客户引起"), by=manager(), at=april)
    signed(case, office("pei"), at=april)
    assert now(case).state == "final"
    assert len(lost.cases_lost(*march)[gz.pk]) == 2  # March is made as it was
    assert not lost.cases_lost(make.at("2026-04-01 00:00"), make.at("2026-05-01 00:00"))
    rulings.rule(cleared.pk, verdict(None), by=manager(), at=AT)
    signed(cleared, office("pei"))
    assert [event.id for event in lost.cases_lost(*march)[gz.pk]] == [case.pk]


def test_cf_9_waiting_for_nobody_is_an_answer():
    assert waiting.mine(SYSTEM, at=AT) == []
