"""AS-6: whatever happens in whatever order, files included: never above what was paid; shares add up; one clock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.models import Payout, Refund
from aftersales.operations import refund_clocks, refund_intake, refund_money, refunds, returns
from aftersales.operations.refunds import Wish
from aftersales.queries import refunds as queries
from aftersales.rules import allocation, refund_steps
from aftersales.states.refund import REFUND, Kind, RefundState
from channels.connectors.base import RefundProgress
from opsdesk.actor import SYSTEM, Actor
from opsdesk.errors import DeskError
from opsdesk.sla.models import Timer
from tests import make, make_refunds
from tests.make import AT
from tests.make_refund_files import seen

TOTAL = Decimal("2999.00")
ANYBODY = Actor("clerk", company=True, everything=True)
OTHER = Actor("payer", company=True, everything=True)
amounts = st.integers(1, 320_000).map(lambda fen: Decimal(fen) / 100)
some = st.integers(0, 3)
ACTS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(Kind.values), amounts),
    st.tuples(st.just("agree"), some),
    st.tuples(st.just("receive"), some),
    st.tuples(st.just("inspect"), some),
    st.tuples(st.just("grant"), some, amounts),
    st.tuples(st.just("grant"), some, amounts),
    st.tuples(st.just("pay"), some, amounts, st.sampled_from(("platform", "transfer"))),
    st.tuples(st.just("pay_rest"), some, st.sampled_from(("platform", "transfer"))),
    st.tuples(st.just("end"), some, st.sampled_from(("refuse", "withdraw", "close", "ask_again"))),
    st.tuples(st.just("retract"), some),
    st.tuples(st.just("file"), some, st.sampled_from(RefundProgress), amounts, st.integers(-5, 5)),
    st.tuples(st.just("orders"), amounts),
)


class Desk:
    """One order and whatever is done with its refunds."""

    def __init__(self) -> None:
        self.order = make_refunds.order()
        self.at, self.paid = AT, 0

    def pick(self, place: int) -> int:
        return Refund.objects.order_by("pk").values_list("pk", flat=True)[place]

    def do(self, name: str, *args: object) -> None:
        self.at += timedelta(hours=1)
        getattr(self, name)(*args)

    def ask(self, kind: str, amount: Decimal) -> None:
        refunds.ask(self.order.pk, Wish(kind, amount_yuan=amount), by=ANYBODY, at=self.at)

    def agree(self, place: int) -> None:
        refunds.agree(self.pick(place), reason="x", by=ANYBODY, at=self.at)

    def receive(self, place: int) -> None:
        row = Refund.objects.get(pk=self.pick(place))
        pieces = {line.pk: returns.Pieces(1) for line in row.lines.all()}
        returns.receive(row.pk, arrival=returns.Arrival("SF1", pieces), by=ANYBODY, at=self.at)

    def inspect(self, place: int) -> None:
        returns.inspect(self.pick(place), note="x", by=ANYBODY, at=self.at)

    def grant(self, place: int, amount: Decimal) -> None:
        refund_money.grant(self.pick(place), amount_yuan=amount, by=ANYBODY, at=self.at)

    def pay(self, place: int, amount: Decimal, through: str) -> None:
        self.paid += 1
        payment = refund_money.Payment(amount, f"P{self.paid}", through)
        refund_money.pay(self.pick(place), payment=payment, by=OTHER, at=self.at)

    def pay_rest(self, place: int, through: str) -> None:
        self.pay(place, Refund.objects.get(pk=self.pick(place)).open_yuan, through)

    def end(self, place: int, how: str) -> None:
        getattr(refunds, how)(self.pick(place), reason="x", by=ANYBODY, at=self.at)

    def retract(self, place: int) -> None:
        refund_money.retract(self.pick(place), reason="x", by=ANYBODY, at=self.at)

    def file(self, number: int, progress: RefundProgress, amount: Decimal, hours: int) -> None:
        item = seen(f"F{number}", progress=progress, amount_yuan=amount, as_of=self.at + timedelta(hours=hours))
        refund_intake.write(make.source(), [item], by=SYSTEM, at=self.at)

    def orders(self, refunded: Decimal) -> None:
        """The platform's order export: what is left after its own refunds, the total as ever."""
        back = min(refunded, TOTAL)
        make.taken_in(make.seen("1001", total_yuan=TOTAL, paid_yuan=TOTAL - back, refunded_yuan=back))

    def holds(self) -> None:
        money = queries.money_of([self.order.pk])[self.order.pk]
        payouts = Payout.objects.aggregate(sum=Sum("amount_yuan"))["sum"] or Decimal(0)
        assert payouts + money.promised <= TOTAL
        for row in Refund.objects.select_related("order__shop"):
            assert sum(line.granted_yuan for line in row.lines.all()) == row.granted_yuan, row.state
            assert (row.payouts.aggregate(sum=Sum("amount_yuan"))["sum"] or 0) == row.paid_yuan <= row.granted_yuan
            wanted = refund_steps.policy(refund_steps.step(refund_clocks.facts_of(row)))
            running = Timer.objects.of("aftersales.refund", [row.pk]).open().values_list("policy__code", flat=True)
            assert [*running] == ([wanted] if wanted else []), row.state
            assert row.clock == wanted
            assert (row.ended_at is None) == (
                row.state in ("asked", "agreed", "returning", "received", "inspected", "granted")
            )


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_as_6_never_above_what_was_paid_whatever_the_order_of_events(acts):
    with transaction.atomic():
        make.policies()
        make_refunds.policies()
        make_refunds.rules()
        desk = Desk()
        desk.ask("refund_only", Decimal("2000.00"))
        for act in acts:
            try:
                with transaction.atomic():
                    desk.do(*act)
            except (DeskError, IndexError):
                pass
            desk.holds()
        transaction.set_rollback(True)


@given(
    amount=st.integers(0, 10_000_000).map(lambda fen: Decimal(fen) / 100),
    weights=st.lists(st.integers(0, 10_000_000).map(lambda fen: Decimal(fen) / 100), min_size=1, max_size=12),
)
def test_fi_1_shares_add_up_to_the_fen_and_lie_next_to_the_exact_ones(amount, weights):
    found = allocation.shares(amount, weights)
    assert sum(found) == amount
    assert all(share >= 0 for share in found)
    whole = sum(weights)
    for share, weight in zip(found, weights, strict=True):
        exact = amount * weight / whole if whole else amount / len(weights)
        assert abs(share - exact) < Decimal("0.01")


@pytest.mark.parametrize(
    ("_case", "amount", "weights", "expected"),
    [
        ("thirds: the first line gets the fen", "100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("no weights: all the same", "0.05", ["0", "0"], ["0.03", "0.02"]),
        ("the largest remainder gets it", "0.02", ["2000", "1", "998"], ["0.01", "0.00", "0.01"]),
        ("a free line gets nothing", "10.00", ["0", "5"], ["0.00", "10.00"]),
        ("nothing to share", "0.00", ["3", "4"], ["0.00", "0.00"]),
        ("no lines", "5.00", [], []),
    ],
)
def test_fi_1_the_largest_remainder_gets_what_is_left(_case, amount, weights, expected):
    assert allocation.shares(Decimal(amount), [Decimal(w) for w in weights]) == [Decimal(e) for e in expected]


@pytest.mark.parametrize(("amount", "weights"), [("-0.01", ["1"]), ("0.001", ["1"]), ("1.00", ["-1"])])
def test_fi_1_what_is_no_amount_is_not_shared_out(amount, weights):
    with pytest.raises(ValueError, match="Decimal"):
        allocation.shares(Decimal(amount), [Decimal(w) for w in weights])


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("state", RefundState.values)
def test_as_6_every_live_state_of_every_kind_has_a_way_to_an_end(kind, state):
    """From each state that a kind can reach, money, goods or a closing end it; nobody is stuck."""
    open_states, ends = {state}, set()
    while open_states:
        here = open_states.pop()
        ends.add(here)
        for accepted in (False, True):
            facts = refund_steps.Facts(kind, here, accepted)
            for action in refund_steps.actions(facts):
                sources, target = REFUND.moves[action]
                if here in sources and target not in ends:
                    open_states.add(target)
    assert ends & {"paid", "sent", "closed", "withdrawn"}
    assert ("paid" in ends) <= (kind in refund_steps.MONEY_BACK or state == "paid")
