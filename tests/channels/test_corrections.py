"""FI-1, FI-2: bookings by hand: only on another's signature, only what has no operation of its own."""

from decimal import Decimal

import pytest

from channels.models import Correction, Entry
from channels.operations import corrections
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.errors import NotAllowed
from tests import make, make_money
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    make_money.money()
    return make.partner("gz")


def signed(approval: Approval, name: str = "chief", role: str = "sales_director") -> Approval:
    return approvals.sign(approval.pk, by=make_money.somebody(name, role), at=AT)


def test_fi_2_a_correction_is_booked_on_anothers_signature_only(agent):
    clerk = make_money.somebody("clerk", "finance")
    wanted = corrections.Wanted(agent.pk, "reimbursement", Decimal("88.00"), "工具费", "发票附后", make.photo())
    row = corrections.propose(wanted, by=clerk, at=AT)
    assert (row.state, Entry.objects.count(), bool(row.receipt)) == ("proposed", 0, True)
    with pytest.raises(NotAllowed):
        approvals.sign(Approval.objects.get().pk, by=clerk, at=AT)
    assert Entry.objects.count() == 0
    signed(Approval.objects.get())
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount_yuan, entry.source_type) == (
        "reimbursement",
        Decimal("88.00"),
        "channels.correction",
    )
    assert Correction.objects.get().state == "booked"


def test_fi_2_a_refused_correction_books_nothing_and_may_be_asked_for_again(agent):
    clerk = make_money.somebody("clerk", "finance")
    entry = make_money.entry(agent, 1)
    corrections.take_back(entry.pk, reason="重复", by=clerk, at=AT)
    with pytest.raises(corrections.TakenBackAlready):
        corrections.take_back(entry.pk, reason="重复", by=clerk, at=AT)
    approvals.refuse(Approval.objects.get().pk, reason="没有重复", by=make_money.somebody("c", "sales_director"), at=AT)
    assert (Correction.objects.get().state, Entry.objects.count()) == ("refused", 1)
    corrections.take_back(entry.pk, reason="确实重复", by=clerk, at=AT)
    signed(Approval.objects.get(state="waiting"))
    assert Entry.objects.all().balance() == Decimal("0.00")
    with pytest.raises(corrections.TakenBackAlready):
        corrections.take_back(entry.pk, reason="再来", by=clerk, at=AT)


@pytest.mark.parametrize(
    ("kind", "amount", "text", "refusal"),
    [
        ("fee", "60.00", "x", corrections.NotByHand),
        ("penalty", "-5000.00", "x", corrections.NotByHand),
        ("payment", "60.00", "x", corrections.NotByHand),
        ("correction", "0.001", "x", corrections.NoAmount),
        ("reimbursement", "-1.00", "x", corrections.NoAmount),
        ("correction", "1.00", " ", corrections.ReasonMissing),
    ],
)
def test_fi_1_by_hand_only_corrections_and_reimbursements_with_a_reason(kind, amount, text, refusal, agent):
    wanted = corrections.Wanted(agent.pk, kind, Decimal(amount), text, "原因")
    with pytest.raises(refusal):
        corrections.propose(wanted, by=make_money.somebody("clerk", "finance"), at=AT)
    assert not Correction.objects.exists() and not Entry.objects.exists() and not Approval.objects.exists()
