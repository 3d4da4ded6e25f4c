"""CF-3, CF-13: an installation refused, delayed or called off, the order lost, the customer then the agent's own."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import Visit
from aftersales.states.job import JobState
from opsdesk.sla.models import Policy, Timer
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, bought, codes, dealer, found, given_back, look

D = Decimal
OTHER_HOME = {"receiver_name": "李雷", "receiver_address": "浙江省杭州市西湖区文三路9号", "region": "330106"}


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def declined(job, who):
    make_signals.offer(job, who, "declined", when=AT + timedelta(hours=5))


def silent(job, who):
    make_signals.offer(job, who, "silent", when=AT + timedelta(hours=5))


def handed_over(job, who):
    make_signals.offer(job, who, "accepted", when=AT + timedelta(hours=5))
    type(job).objects.filter(pk=job.pk).update(owner=make.partner("third"), handed_over_at=AT + DAY)


def cancelled(job, who):
    type(job).objects.filter(pk=job.pk).update(owner=who, state=JobState.CANCELLED, cancelled_at=AT + DAY)


def cancelled_with_the_order(job, who):
    type(job).objects.filter(pk=job.pk).update(owner=who, state=JobState.CANCELLED, cancelled_at=AT + 3 * DAY)


def failed(job, who):
    Visit.objects.create(job=job, number=1, partner=who, outcome="failed", payer="partner", ended_at=AT + DAY)


def failed_for_the_customer(job, who):
    Visit.objects.create(job=job, number=1, partner=who, outcome="failed", payer="customer", ended_at=AT + DAY)


def late(job, who):
    make.policies()
    type(job).objects.filter(pk=job.pk).update(owner=who, accepted_at=AT)
    Timer.objects.create(
        policy=Policy.objects.get(code="installation"), subject_type="aftersales.job", subject_id=job.pk,
        started_at=AT, due_at=AT + DAY, missed_at=AT + DAY, ladder=[], ladder_at=[],
    )  # fmt: skip


def installed(job, who):
    values = {"owner": who, "state": JobState.DONE, "done_at": AT + DAY, "serial_number": "SN1"}
    type(job).objects.filter(pk=job.pk).update(**values)


def offered(job, who):
    make_signals.offer(job, who, when=AT + timedelta(hours=5))


CASES = (
    ("refused", declined, {}, {}, ("S2", "declined", "1.03")),
    ("no answer", silent, {}, {}, ("S2", "silent", "0.93")),
    ("taken from him", handed_over, {}, {}, ("S2", "handed_over", "0.98")),
    ("called off while he had it", cancelled, {}, {}, ("S2", "cancelled", "1.03")),
    ("failed by his fault", failed, {}, {}, ("S2", "failed", "1.03")),
    ("late", late, {}, {}, ("S2", "late", "0.98")),
    ("installed first, then given back", installed, {}, {}, ("V3", "installed", "0.93")),
    ("sold another model", declined, {}, {"of": "other"}, ("S2", "declined", "0.93")),
    ("nobody knows what he sold", declined, {}, {"of": None}, ("S2", "declined", "0.93")),
    ("only offered: no sabotage", offered, {}, {}, None),
    ("called off with the order", cancelled_with_the_order, {}, {}, None),
    ("failed at the customer's", failed_for_the_customer, {}, {}, None),
    ("a gift to somebody elsewhere", silent, {}, OTHER_HOME, None),
    ("the refund was withdrawn", declined, {"state": "withdrawn"}, {}, None),
)


@pytest.mark.parametrize(
    ("trouble", "back", "won", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_cf_13_trouble_with_the_installation_then_the_agent_sells(trouble, back, won, expected):
    lost, seller = bought("1"), dealer("agent")
    trouble(make_signals.job(lost, None, state="open"), seller.operator)
    given_back(lost, **({"state": "paid"} | back))
    if won.get("of") == "other":
        won = won | {"of": make_signals.model("X-1", "X")}
    bought("2", seller, when=AT + 4 * DAY, **won)
    look("losses", lost.pk)
    if expected is None:
        assert found("sabotage") == []
        return
    [signal] = found("sabotage")
    act, code, weight = expected
    assert (signal.act, signal.job.order, signal.partner) == (act, lost, seller.operator)
    assert code in codes(signal.parts)
    assert sum(D(part["weight"]) for part in signal.parts) - sum(D(one["weight"]) for one in signal.against) == D(
        weight
    )
    assert found("poached") == []  # told once, as what is graver


def test_cf_13_another_seller_than_who_refused_is_only_a_poacher():
    lost = bought("1")
    declined(make_signals.job(lost, None, state="open"), make.partner("agent"))
    given_back(lost, state="paid")
    bought("2", dealer("other"), when=AT + 4 * DAY)
    look("losses", lost.pk)
    assert (found("sabotage"), [signal.act for signal in found("poached")]) == ([], ["G1"])


def test_ch_5_cf_13_the_partner_above_who_refused_may_be_behind_it():
    above = make.partner("province")
    below = make.partner("city", above=above)
    lost = bought("1")
    declined(make_signals.job(lost, None, state="open"), below)
    given_back(lost, state="paid")
    bought("2", dealer("province"), when=AT + 4 * DAY)
    look("losses", lost.pk)
    assert [signal.partner for signal in found("sabotage")] == [above]
