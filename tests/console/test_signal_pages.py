"""CF-13: the pages and lists of signals and inquiries, as those who use them and those who may not."""

import io
from datetime import timedelta

import pytest
import python_calamine
from django.urls import reverse

from conflicts.models import DetectorFigure, Inquiry, Look, Signal
from conflicts.operations import following, looking
from opsdesk.actor import SYSTEM
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.people.operations import ensure_roles
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, PHONE, bought, dealer, found, given_back

pytestmark = pytest.mark.django_db
SECRETS = ("王小明", PHONE, "体育西路")
BUDGETS = {"list": 14, "signal": 26}
LISTS = ("conflicts_signal", "conflicts_look", "conflicts_detectorfigure", "conflicts_inquiry")


@pytest.fixture
def signal():
    """A poached order, found; roles and figures exist."""
    ensure_roles()
    make_signals.figures()
    lost, seller = bought("1001"), dealer()
    make_signals.offer(make_signals.job(lost, None, state="open"), seller.operator)
    given_back(lost, state="paid", said="不想要了")
    bought("2002", seller, when=AT + 3 * DAY, paid="1800", receiver_phone="13900002222")
    looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT + 4 * DAY)
    return Signal.objects.get()


def login(client, role: str, **scopes: object):
    person = make.in_role(role.replace("_", "-"), role, **scopes or {"company": True})
    client.force_login(person)
    return person


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_cf_13_the_page_shows_both_orders_side_by_side_masked_and_says_why(client, signal):
    login(client, "ecommerce_head")
    body = text(client.get(reverse("signal", args=[signal.pk])))
    for said in ("1001", "2002", "¥1800.00", "138****1111", "139****2222", "S1", "伙伴dealer", "+0.45", "−0.05"):
        assert said in body
    assert not any(secret in body for secret in SECRETS)
    assert client.get(reverse("admin:conflicts_signal_change", args=[signal.pk])).url == reverse(
        "signal", args=[signal.pk]
    )


def test_cf_13_places_moments_and_reasons_are_said_in_words(client, signal):
    login(client, "ecommerce_head")
    make.region("3301", "杭州市", "浙江省 杭州市")
    Signal.objects.update(
        parts=[{"code": "outside", "weight": "0.60", "said": "3301 / 4401"},
               {"code": "declined", "weight": "0.35", "said": "2026-03-05T02:00:00+00:00"}],
        against=[{"code": "quality", "weight": "0.35", "said": "quality"}],
    )  # fmt: skip
    body = text(client.get(reverse("signal", args=[signal.pk])))
    assert "浙江省 杭州市 / 4401" in body
    assert "2026-03-05 10:00" in body
    assert ">quality<" not in body


def test_cf_13_dismissed_from_the_page_with_the_reason(client, signal):
    login(client, "sales_director")
    where = reverse("signal_act", args=[signal.pk, "dismiss"])
    assert client.post(where, {"dismiss-reason": ""}).status_code == 200
    assert found("poached") == [signal]
    client.post(where, {"dismiss-reason": "客户自己换的颜色"})
    signal.refresh_from_db()
    assert (signal.state, signal.reason) == ("dismissed", "客户自己换的颜色")
    body = text(client.get(reverse("signal", args=[signal.pk])))
    assert "客户自己换的颜色" in body
    assert where not in body


def test_cf_13_the_queue_shows_the_surest_and_dearest_first(client, signal):
    login(client, "gm_office")
    for number, (sure, yuan) in enumerate((("0.700", 10), ("0.990", 10), ("0.990", 500)), 1):
        Signal.objects.create(
            kind="claimed", key=f"x{number}", act="G1", confidence=sure, money_yuan=yuan, happened_at=AT, found_at=AT,
            looked_at=AT, harmed_shop=make.shop(),
        )  # fmt: skip
    page = client.get(reverse("admin:conflicts_signal_changelist"), {"queue": "waiting"})
    shown = [row.key for row in page.context["cl"].result_list]
    assert shown == [signal.key, "x3", "x2", "x1"]


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        ({"company": True}, 200),
        ({"shop": "flagship"}, 200),
        ({"shop": "dealer-shop"}, 404),
        ({"partner": "dealer"}, 404),
        ({"region": "44"}, 404),
    ],
)
def test_cf_13_ch_5_the_accused_and_strangers_do_not_find_the_page(client, signal, scopes, status):
    login(client, "ecommerce_head", **scopes)
    assert client.get(reverse("signal", args=[signal.pk])).status_code == status
    listed = client.get(reverse("admin:conflicts_signal_changelist"))
    assert len(listed.context["cl"].result_list) == (1 if status == 200 else 0)
    assert client.post(reverse("signal_act", args=[signal.pk, "dismiss"]), {"dismiss-reason": "x"}).status_code == 302
    assert Signal.objects.get().state == ("dismissed" if status == 200 else "open")


@pytest.mark.parametrize("role", ["partner_office", "partner_installer", "shop_operations", "dispatcher", "finance"])
def test_cf_13_who_does_not_judge_signals_opens_none(client, signal, role):
    login(client, role)
    assert client.get(reverse("signal", args=[signal.pk])).status_code == 403
    assert client.get(reverse("admin:conflicts_signal_changelist")).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_cf_13_lists_within_their_budget(client, signal, name, django_assert_max_num_queries):
    login(client, "ecommerce_head")
    make_signals.figures()
    following.look_all_due(by=SYSTEM, at=AT + 5 * DAY)
    address = reverse(f"admin:{name}_changelist")
    client.get(address)
    with django_assert_max_num_queries(BUDGETS["list"]):
        assert client.get(address).status_code == 200


def test_cf_13_the_page_of_a_signal_within_its_budget(client, signal, django_assert_max_num_queries):
    login(client, "ecommerce_head")
    address = reverse("signal", args=[signal.pk])
    client.get(address)
    with django_assert_max_num_queries(BUDGETS["signal"]):
        assert client.get(address).status_code == 200


def test_cf_13_the_list_of_looks_says_what_could_not_be_looked_at(client, signal):
    login(client, "ecommerce_head")
    Look.objects.create(
        kind="poached", day=AT.date(), looked=3, unlooked=2, found=1, at=AT,
        because=[{"why": "customer_unknown", "count": 2, "first": [1, 2]}],
    )  # fmt: skip
    body = text(client.get(reverse("admin:conflicts_look_changelist"), {"queue": "unlooked"}))
    assert "× 2" in body


def test_au_2_cf_13_exported_signals_hold_no_personal_data(client, signal):
    login(client, "ecommerce_head")
    data = {"action": "export", "_selected_action": [signal.pk]}
    answer = client.post(reverse("admin:conflicts_signal_changelist"), data)
    [head, row] = (
        python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert (len(head), row[4], row[10]) == (17, 0.99, "2002")
    assert not any(secret in str(row) for secret in SECRETS)


def test_cf_13_an_inquiry_is_registered_from_its_page_by_a_partner_for_its_own_shop(client, signal):
    login(client, "partner_office", partner="dealer")
    mine, other = dealer(), make.shop()
    page = client.get(reverse("inquiry_new"))
    assert f'value="{mine.pk}"' in text(page)
    assert f'value="{other.pk}"' not in text(page)
    said = {"shop": mine.pk, "phone": "13700003333", "name": "赵六", "note": ""}
    assert client.post(reverse("inquiry_new"), said).status_code == 302
    assert client.post(reverse("inquiry_new"), said | {"shop": other.pk}).status_code == 200
    body = text(client.post(reverse("inquiry_new"), said))  # once more
    assert Inquiry.objects.count() == 1
    assert "137****3333" in body
    assert client.get(reverse("admin:conflicts_inquiry_changelist")).status_code == 200


def test_kp_1_cf_13_figures_of_signals_equal_the_list_behind_them(signal):
    from opsdesk.kpi.models import Period
    from opsdesk.kpi.spans import span

    day = (AT + 4 * DAY).date()
    for key, count in (("conflict_signals", 1), ("conflict_signals_lost", 1), ("conflict_signals_territory", 0)):
        rows = BY_KEY[key].rows(Signal.objects.all(), span(Period.DAY, day))
        assert rows.count() == count


def test_cf_13_a_figure_is_replaced_by_a_new_row_never_edited(client, signal):
    login(client, "system_admin")
    row = DetectorFigure.objects.get(kind="poached", name="least")
    address = reverse("admin:conflicts_detectorfigure_change", args=[row.pk])
    client.post(address, {"value": "0.1", "valid_to": (AT + timedelta(days=9)).date()})
    row.refresh_from_db()
    assert (f"{row.value:.2f}", row.valid_to) == ("0.60", (AT + timedelta(days=9)).date())
