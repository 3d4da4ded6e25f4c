"""CF-13: what is looked at after a change, every night, and over the past; and who may see what was found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from aftersales.operations import refunds
from channels.operations import listings
from conflicts.models import Look, Signal
from conflicts.operations import findings, following, looking
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from orders.models import Import, Order
from tests import make, make_refunds, make_signals
from tests.make import AT
from tests.make_signals import DAY, bought, dealer, found, given_back

D = Decimal


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def told(action: str) -> list[int]:
    return list(Event.objects.filter(action=action).values_list("pk", flat=True))


def test_cf_13_a_refund_asked_for_here_finds_the_purchase_that_was_there():
    make_refunds.policies()
    make_refunds.rules()
    lost = bought("1")
    bought("2", dealer(), when=AT + DAY)
    Order.objects.filter(pk=lost.pk).update(total_yuan=D("2000"))
    make_refunds.refund(lost, amount="2000.00", at=AT + 2 * DAY)
    following.follow_events(told("refund.ask"), by=SYSTEM, at=AT + 2 * DAY)
    [signal] = found("poached")
    refunds.withdraw(lost.refunds.get().pk, reason="客户撤回", by=make_refunds.CLERK, at=AT + 3 * DAY)
    following.follow_events(told("refund.withdraw"), by=SYSTEM, at=AT + 3 * DAY)
    signal.refresh_from_db()
    assert signal.state == "gone"


def test_cf_13_a_purchase_that_comes_in_later_finds_the_loss_that_was_there():
    given_back(bought("1"), when=AT + DAY)
    source = make.source(dealer(), started_at=AT + 4 * DAY)
    bought("2", dealer(), when=AT + 3 * DAY)
    Order.objects.filter(number="1").update(changed_at=AT)
    Order.objects.filter(number="2").update(changed_at=AT + 4 * DAY)
    event = Event.objects.create(
        action="import.finish", subject_type=Import._meta.label_lower, subject_id=source.pk, actor="x", door="x", at=AT
    )
    following.follow_imports([event.pk], by=SYSTEM, at=AT + 4 * DAY)
    assert [signal.order.number for signal in found("poached")] == ["2"]


def test_cf_13_masked_orders_meet_by_the_purchase_too():
    masked = {"receiver_name": "王**", "receiver_phone": "138****1111", "receiver_address": "广东省广州市****"}
    given_back(bought("1", **masked), when=AT + DAY, state="paid")
    won = bought("2", dealer(), when=AT + 3 * DAY, **masked)
    following.follow_orders([won.pk], by=SYSTEM, at=AT + 4 * DAY)
    assert [signal.order for signal in found("poached")] == [won]


def test_ch_8_cf_13_a_mapped_listing_makes_comparable_what_was_not():
    lost = bought("1", of=None)
    given_back(lost)
    bought("2", dealer(), when=AT + 3 * DAY)
    looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT)
    assert found("poached") == []
    item = lost.lines.get().listing
    listings.assign(item.pk, product_id=make_signals.model().pk, by=SYSTEM, at=AT)
    following.follow_events(told("listing.map"), by=SYSTEM, at=AT)
    assert [signal.first_order for signal in found("poached")] == [lost]


def test_cf_13_the_sweep_finds_what_a_lost_message_missed_and_says_what_it_could_not_look_at():
    given_back(bought("1"), when=AT + DAY)
    bought("2", dealer(), when=AT + 3 * DAY)
    unknown = bought("3", receiver_phone="", receiver_name="", receiver_address="")
    given_back(unknown, when=AT + DAY)
    following.look_all_due(by=SYSTEM, at=AT + 5 * DAY)
    assert [signal.order.number for signal in found("poached")] == ["2"]
    row = Look.objects.get(kind="poached", day=(AT + DAY).date())
    assert (row.looked, row.unlooked, row.found) == (1, 1, 1)
    assert row.because == [{"why": "customer_unknown", "count": 1, "first": [unknown.pk]}]
    empty = Look.objects.get(kind="poached", day=AT.date())
    assert (empty.looked, empty.unlooked, empty.found, empty.because) == (0, 0, 0, [])


def test_cf_13_the_sweep_of_changes_finds_it_within_minutes():
    given_back(bought("1"), when=AT + DAY)
    bought("2", dealer(), when=AT + 3 * DAY)
    Order.objects.update(changed_at=AT + 3 * DAY)
    following.follow_all_due(by=SYSTEM, at=AT + 3 * DAY + timedelta(minutes=10))
    assert len(found("poached")) == 1


def test_cf_13_the_past_is_looked_over_by_command_and_doubles_nothing(capsys):
    given_back(bought("1"), when=AT + DAY)
    bought("2", dealer(), when=AT + 3 * DAY)
    for _ in range(2):
        call_command("look_for_conflicts", "--since", "2026-03-01", "--until", "2026-03-10")
    assert Signal.objects.count() == 1
    assert Look.objects.count() == 10 * 6
    assert "2026-03-05" in capsys.readouterr().out


def test_cf_13_the_accused_never_sees_a_signal_about_himself():
    lost, seller = bought("1"), dealer()
    given_back(lost)
    bought("2", seller, when=AT + 3 * DAY)
    looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT)
    view = ("conflicts.view_signal", "conflicts.judge_signal")
    seen = {
        "company": make.actor("boss", *view, company=True),
        "harmed": make.actor("harmed", *view, shop="flagship"),
        "accused shop": make.actor("shop", *view, shop="dealer-shop"),
        "accused partner": make.actor("partner", *view, partner="dealer"),
        "region": make.actor("region", *view, region="44"),
        "stranger": make.actor("stranger", *view),
    }
    counts = {name: Signal.objects.visible_to(by).count() for name, by in seen.items()}
    assert counts == {
        "company": 1, "harmed": 1, "accused shop": 0, "accused partner": 0, "region": 0, "stranger": 0,
    }  # fmt: skip
    [signal] = found("poached")
    with pytest.raises(NotFound):
        findings.dismiss(signal.pk, reason="不成立", by=seen["accused partner"], at=AT)
    with pytest.raises(NotAllowed):
        findings.dismiss(
            signal.pk, reason="不成立", by=make.actor("clerk", "conflicts.view_signal", company=True), at=AT
        )
    assert found("poached") == [signal]


def test_cf_13_who_belongs_to_both_sides_does_not_see_it():
    lost, seller = bought("1"), dealer()
    given_back(lost)
    bought("2", seller, when=AT + 3 * DAY)
    looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT)
    person = make.user("both", "conflicts.view_signal", shop="flagship")
    person.scopes.create(kind="partner", code="dealer")
    by = make.actor_of(person, door="test")
    assert Signal.objects.visible_to(by).count() == 0


def test_cf_13_no_personal_data_stand_in_a_signal():
    lost = bought("1")
    given_back(lost, said="王小明要求退款")
    bought("2", dealer(), when=AT + 3 * DAY)
    looking.look_at("losses", [lost.pk], by=SYSTEM, at=AT)
    [signal] = found("poached")
    kept = f"{signal.facts}{signal.parts}{signal.against}"
    assert not any(text in kept for text in ("小明", make_signals.PHONE, "体育西路"))
