"""KP-1, KP-4: the morning mail: once per manager and day, in his own scope, doubts on top."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail as django_mail
from django.core.management import call_command

from opsdesk.actor import SYSTEM
from opsdesk.kpi import health, mail, report
from opsdesk.kpi.models import Report
from opsdesk.notify import outbox
from opsdesk.notify.models import Mail
from opsdesk.sla.models import Heartbeat
from orders.models import Import
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db

DAY = date(2020, 2, 10)
MORNING = at("2020-02-11 07:00")


def manager(name: str = "chen", **scopes: object):
    return make.user(name, "kpi.receive_report", "orders.view_order", **scopes)


def sent(moment) -> int:
    """Send what is due, as the task does."""
    return sum(outbox.send(row, at=moment) for row in outbox.claim(at=moment))


def test_kp_1_every_manager_gets_one_mail_a_day_with_his_own_figures():
    make.taken_in(make.seen("1", ordered_at=at("2020-02-10 10:00")), where=make.shop("a"))
    make.taken_in(make.seen("2", ordered_at=at("2020-02-10 10:00")), where=make.shop("b"))
    manager("head", company=True)
    manager("shop", shop="a")
    make.user("nobody", company=True)
    assert sum(mail.send(reader, at=MORNING) for reader in mail.due(at=MORNING)) == 2
    assert mail.due(at=MORNING + timedelta(hours=1)) == []
    assert Mail.objects.count() == 2
    counts = {row.scope: row.content["figures"][0]["value"] for row in Report.objects.all()}
    assert counts == {"company": 2, "shop:a": 1}


def test_kp_1_nothing_is_sent_before_the_morning():
    manager(company=True)
    assert mail.due(at=at("2020-02-11 05:59")) == []


def test_kp_1_a_mail_that_could_not_go_out_in_the_morning_goes_out_later():
    mail.send(manager(company=True).pk, at=at("2020-02-11 11:50"))
    assert sent(at("2020-02-11 11:51")) == 1
    assert len(django_mail.outbox) == 1


def test_kp_1_the_mail_is_html_with_text_and_charts_inside():
    make.taken_in(
        make.seen("1", ordered_at=at("2020-02-10 10:00"), paid_at=at("2020-02-10 10:00"), paid_yuan=Decimal("1234.50"))
    )
    letter = mail.letter(SYSTEM, report.build(SYSTEM, DAY, at=MORNING), to="a@example.invalid", key="x")
    composed = outbox.compose(letter, at=MORNING)
    kinds = [part.get_content_type() for part in composed.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/png"]
    assert "¥1,234.50" in letter.html
    assert "¥1,234.50" in letter.text
    assert 'src="cid:sales"' in letter.html
    assert "figure=sales_by_payment%3Aday%3A2020-02-10" in letter.html
    assert all(png.startswith(b"\x89PNG") for _, png in letter.images)


def test_kp_4_stale_data_and_failed_imports_stand_on_top():
    make.taken_in(make.seen("1", ordered_at=at("2020-02-01 10:00")), where=make.shop("a"))
    Import.objects.update(state="done", entered_at=at("2020-02-02 08:00"))
    make.source(make.shop("b"), when=at("2020-02-10 09:00"), state="failed", error="打不开")
    texts = [doubt.text for doubt in health.doubts(SYSTEM, DAY, at=MORNING)]
    assert any("test.csv" in text and "打不开" in text for text in texts)
    assert any("2020-02-01" in text for text in texts)
    letter = mail.letter(SYSTEM, report.build(SYSTEM, DAY, at=MORNING), to="a@example.invalid", key="x")
    assert letter.html.index("打不开") < letter.html.index("orders_created")


def test_kp_4_a_sweep_that_stands_still_is_said():
    assert any(doubt for doubt in health.doubts(SYSTEM, DAY, at=MORNING))
    Heartbeat.objects.create(name="sla.sweep", at=MORNING - timedelta(minutes=1))
    assert health.doubts(SYSTEM, DAY, at=MORNING) == ()
    assert len(health.doubts(SYSTEM, DAY, at=MORNING + timedelta(hours=1))) == 1


def test_kp_1_the_command_saves_the_mail_as_a_page(tmp_path):
    call_command("kpi_mail", date=DAY, save=tmp_path / "mail.html")
    page = (tmp_path / "mail.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "2020-02-10" in page


def test_kp_3_the_command_prints_every_figure_as_json(capsys):
    import json

    make.taken_in(
        make.seen("1", ordered_at=at("2020-02-10 10:00"), paid_yuan=Decimal("12.30"), paid_at=at("2020-02-10 10:00"))
    )
    call_command("kpi", date=DAY, json=True)
    answer = json.loads(capsys.readouterr().out)
    found = {row["key"]: row for row in answer["figures"]}
    assert (found["orders_created"]["value"], found["orders_created"]["unit"]) == (1, "orders")
    assert found["sales_by_payment"]["value"] == "12.30"
    assert all({"key", "value", "unit", "target"} <= row.keys() for row in answer["figures"])


def test_kp_1_a_mail_server_that_fails_is_asked_again_later_and_given_up_at_last(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    outbox.put_many([outbox.Letter("k", "a@example.invalid", "s", "t", "<p>t</p>")], at=MORNING)
    moment = MORNING
    for _attempt in range(len(outbox.PAUSES)):
        assert sent(moment) == 0
        row = Mail.objects.get()
        assert row.state == "waiting"
        assert sent(row.next_try_at - timedelta(seconds=1)) == 0
        moment = row.next_try_at
    sent(moment)
    assert Mail.objects.get().state == "failed"
    assert outbox.retry(Mail.objects.get().pk, by=SYSTEM, at=moment).state == "waiting"


def test_kp_4_a_file_that_nobody_takes_in_is_said():
    make.source(when=MORNING - timedelta(hours=2), state="running")
    assert any("test.csv" in doubt.text for doubt in health.doubts(SYSTEM, DAY, at=MORNING))


def test_kp_3_days_that_nobody_froze_are_caught_up_for_every_scope():
    manager("shop", shop="a")
    make.shop("a")
    assert mail.catch_up(at=MORNING) == 14
    assert mail.catch_up(at=MORNING) == 0
    assert set(Report.objects.values_list("scope", flat=True)) == {"company", "shop:a"}


def test_kp_3_a_report_frozen_before_a_figure_was_defined_still_opens():
    report.freeze(SYSTEM, DAY, at=MORNING)
    row = Report.objects.get()
    row.content["figures"] = [f | {"key": "gone"} if f["key"] == "refund_rate" else f for f in row.content["figures"]]
    row.save()
    told = report.as_told(SYSTEM, DAY, at=MORNING)
    assert told.figure("refund_rate").value is None
    assert "退款率" in mail.letter(SYSTEM, told, to="a@example.invalid", key="x").html
