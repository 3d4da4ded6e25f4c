"""OR-2, OR-3, AS-6: refunds from platforms' files: once however often, never backwards, never above what was paid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from aftersales.models import Job, Payout, Refund
from aftersales.operations import refund_intake, refund_money, refunds
from channels.connectors.base import RefundProgress as P
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.sla.models import Timer
from orders.models import Import, Order, RejectedRow
from orders.operations import imports
from orders.queries import preview
from tests import make, make_refunds
from tests.bench.stopwatch import queries
from tests.make import AT, at
from tests.make_refund_files import douyin, seen, taobao
from tests.make_refunds import CLERK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules():
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


def taken_in(content: bytes, name: str = "refunds.csv", *, shop=None, when=AT) -> Import:
    held = imports.receive((shop or make.shop()).pk, name=name, content=content, by=SYSTEM, at=when)
    return imports.run(held.pk, by=SYSTEM, at=when)


def counts(source: Import) -> tuple[str, int, int, int, int]:
    return source.state, source.new, source.updated, source.unchanged, source.rejected


def write(*items, when=AT):
    """Hand items to the intake as an import run does; return what became of them."""
    with transaction.atomic():
        tally = refund_intake.write(make.source(when=when), items, by=SYSTEM, at=when)
    codes = [reject.code for reject in tally.rejects]
    return tally.new, tally.updated, tally.unchanged, codes


def test_or_2_a_file_of_refunds_taken_in_twice_changes_nothing_the_second_time():
    order = make_refunds.order()
    assert counts(taken_in(taobao({}))) == ("done", 1, 0, 0, 0)
    row = Refund.objects.get()
    assert (row.order_id, row.number, row.kind, row.state) == (order.pk, "90000000001", "return_refund", "asked")
    assert (row.reason, row.asked_yuan, row.asked_at) == ("quality", Decimal("2999.00"), at("2026-03-04 09:00"))
    assert row.step_due_at == at("2026-03-05 09:00")
    assert row.platform_due_at == at("2026-03-06 09:00")
    assert row.platform_because == "review|file|refunds.csv"
    assert row.lines.count() == 2
    events = Event.objects.about(row).count()
    again = taken_in(taobao({}))
    assert counts(again) == ("done", 0, 0, 1, 0)
    assert imports.as_summary(again) == {
        "rows": 1,
        "orders": {"new": 0, "updated": 0, "unchanged": 0},
        "refunds": {"new": 0, "updated": 0, "unchanged": 1},
        "lines": 0,
        "rejected": 0,
        "unmapped_items": 2,
    }
    assert (Refund.objects.count(), Event.objects.about(row).count()) == (1, events)
    assert Timer.objects.of("aftersales.refund", [row.pk]).count() == 1


def test_or_3_a_refund_of_an_unknown_order_waits_as_a_rejected_row_and_is_mended_later():
    first = taken_in(taobao({}))
    assert counts(first) == ("done", 0, 0, 0, 1)
    kept = RejectedRow.objects.get()
    assert (kept.code, kept.reason) == (
        "order_missing",
        "订单 1001 还没有导入；请先导入订单，再重新导入这个文件",
    )
    make_refunds.order()
    second = taken_in(taobao({}))
    assert counts(second) == ("done", 1, 0, 0, 0)
    kept.refresh_from_db()
    assert kept.mended_by == second


def test_or_3_the_preview_of_a_refund_file_counts_refunds():
    make_refunds.order()
    taken_in(taobao({}))
    seen_file = preview.look(
        taobao({}, {"退款编号": "90000000002"}), name="x.csv", shop_code="flagship", most_rejects=5
    )
    assert (seen_file.refunds, seen_file.new, seen_file.known, len(seen_file.sample)) == (True, 1, 1, 2)
    assert preview.as_summary(seen_file)["refunds"] == {"new": 1, "updated": 0, "unchanged": 1}


def test_or_3_a_child_orders_number_finds_its_order_and_only_its_line():
    make_refunds.order()
    taken_in(taobao({"订单编号": "2", "买家退款金额": "999.00"}))
    row = Refund.objects.get()
    assert (row.order.number, [line.title for line in row.lines.all()]) == ("1001", ["配件"])
    make_refunds.order("2001", where=make.shop("dy", on="douyin"))
    taken_in(douyin({"订单号": "2001"}), shop=make.shop("dy"))
    row = Refund.objects.get(shop__code="dy")
    assert (row.state, row.tracking, [line.title for line in row.lines.all()]) == ("returning", "SF123,SF124", ["配件"])
    assert (row.step_due_at, row.platform_due_at) == (at("2026-03-11 11:00"), at("2026-03-07 11:00"))


def test_as_6_success_on_the_platform_is_a_payout_under_the_refunds_own_number():
    make_refunds.order()
    taken_in(taobao({}))
    taken_in(taobao({"退款状态": "退款成功", "退款完结时间": "2026-03-05 10:00:00"}), when=AT + timedelta(days=2))
    row = Refund.objects.get()
    assert (row.state, row.granted_yuan, row.paid_yuan) == ("paid", Decimal("2999.00"), Decimal("2999.00"))
    assert (row.granted_by, row.ended_at, row.clock) == ("platform", at("2026-03-05 10:00"), "")
    assert [(p.amount_yuan, p.reference, p.paid_by, p.through) for p in Payout.objects.all()] == [
        (Decimal("2999.00"), "90000000001", "platform", "platform")
    ]
    assert sum(line.granted_yuan for line in row.lines.all()) == Decimal("2999.00")
    again = taken_in(taobao({"退款状态": "退款成功"}))
    assert (counts(again)[1:4], Payout.objects.count()) == ((0, 0, 1), 1)


@pytest.mark.parametrize(
    ("_case", "first", "then", "newer", "state"),
    [
        ("a later step is followed", P.ASKED, P.RETURNING, False, "returning"),
        ("an earlier step is not", P.RETURNING, P.ASKED, False, "returning"),
        ("an earlier step is not, whatever the stamp", P.RETURNING, P.AGREED, True, "returning"),
        ("refused after agreed, known to be later", P.RETURNING, P.REFUSED, True, "refused"),
        ("refused after agreed, not known to be later", P.RETURNING, P.REFUSED, False, "returning"),
        ("asked again after a refusal, known to be later", P.REFUSED, P.ASKED, True, "asked"),
        ("asked before the refusal", P.REFUSED, P.ASKED, False, "refused"),
        ("agreed after a refusal", P.REFUSED, P.AGREED, True, "agreed"),
        ("an end stays", P.CLOSED, P.RETURNING, True, "closed"),
        ("money is a fact even after closing", P.CLOSED, P.PAID, True, "paid"),
        ("paid stays paid", P.PAID, P.CLOSED, True, "paid"),
    ],
)
def test_or_2_a_file_moves_a_refund_forward_only(_case, first, then, newer, state):
    make_refunds.order()
    amount = Decimal("100.00")
    write(seen(progress=first, amount_yuan=amount, as_of=AT))
    write(seen(progress=then, amount_yuan=amount, as_of=AT + timedelta(hours=1 if newer else -1)))
    assert Refund.objects.get().state == state


def test_or_2_an_older_file_does_not_undo_what_a_person_did():
    make_refunds.order()
    write(seen(as_of=AT, amount_yuan=Decimal("100")))
    row = refunds.refuse(Refund.objects.get().pk, reason="已使用", by=CLERK, at=AT + timedelta(hours=2))
    later = AT + timedelta(hours=3)
    refunds.ask_again(row.pk, reason="补充照片", by=CLERK, at=later)
    old = seen(progress=P.REFUSED, as_of=AT + timedelta(hours=2), amount_yuan=Decimal("90"), tracking="SF9")
    assert write(old, when=later) == (0, 1, 0, [])
    row = Refund.objects.get()
    assert (row.state, row.asked_yuan, row.tracking) == ("asked", Decimal("100.00"), "SF9")


def test_as_6_a_payment_that_does_not_fit_is_rejected_and_nothing_changes():
    make_refunds.order()
    write(seen("1", progress=P.PAID, amount_yuan=Decimal("2500.00")))
    before = Event.objects.count()
    assert write(seen("2", progress=P.PAID, amount_yuan=Decimal("499.01"))) == (0, 0, 0, ["above_paid"])
    assert write(seen("3", progress=P.PAID)) == (0, 0, 0, ["amount_missing"])
    assert (Refund.objects.count(), Event.objects.count()) == (1, before)
    assert write(seen("2", progress=P.PAID, amount_yuan=Decimal("499.00"))) == (1, 0, 0, [])


def test_as_6_money_that_went_back_beats_a_grant_that_nobody_has_paid():
    order = make_refunds.order()
    own = make_refunds.refund(order, amount="600.00")
    refund_money.agree_and_grant(own.pk, amount_yuan=Decimal("600.00"), by=CLERK, at=AT)
    assert write(seen("9", progress=P.PAID, amount_yuan=Decimal("2999.00"))) == (1, 0, 0, [])
    own.refresh_from_db()
    assert (own.state, own.granted_yuan) == ("agreed", Decimal("0.00"))
    assert Event.objects.about(own).filter(action="refund.retract").exists()
    with pytest.raises(refund_money.AbovePaid):
        refund_money.grant(own.pk, amount_yuan=Decimal("0.01"), by=CLERK, at=AT)


def test_as_6_what_finance_paid_before_the_file_is_not_paid_again():
    order = make_refunds.order()
    write(seen("9", amount_yuan=Decimal("500.00")))
    row = Refund.objects.get()
    refund_money.agree_and_grant(row.pk, amount_yuan=Decimal("500.00"), by=CLERK, at=AT)
    payment = refund_money.Payment(Decimal("200.00"), "A1")
    refund_money.pay(row.pk, payment=payment, by=make_refunds.PAYER, at=AT)
    assert write(seen("9", progress=P.PAID, amount_yuan=Decimal("500.00")), when=AT + timedelta(hours=1))[1] == 1
    paid = [*Payout.objects.order_by("pk").values_list("reference", "amount_yuan")]
    assert paid == [("A1", Decimal("200.00")), ("9", Decimal("300.00"))]
    assert Order.objects.get().pk == order.pk


def test_as_6_a_file_freezes_installations_and_lets_them_go():
    job = make.job(total_yuan=Decimal("2999.00"))
    write(seen(kind="return_refund", amount_yuan=Decimal("2999")))
    assert Job.objects.get().frozen_because == "退款处理中"
    write(seen(progress=P.CLOSED))
    assert (Job.objects.get().state, Job.objects.get().frozen_at) == ("open", None)
    write(seen("2", kind="return_refund", amount_yuan=Decimal("2999")))
    write(seen("2", progress=P.PAID, amount_yuan=Decimal("2999")))
    assert (Job.objects.get().pk, Job.objects.get().state) == (job.pk, "cancelled")


def test_as_6_the_same_refund_twice_in_one_file_ends_in_its_later_row():
    make_refunds.order()
    result = write(seen(), seen(progress=P.AGREED, line=3), seen(progress=P.RETURNING, tracking="SF1", line=4))
    assert result == (1, 2, 0, [])
    assert (Refund.objects.get().state, Refund.objects.get().tracking) == ("returning", "SF1")


def test_as_6_a_deadline_that_the_platform_moves_is_followed():
    make_refunds.order()
    write(seen(due_at=AT + timedelta(hours=5)))
    assert write(seen(due_at=AT + timedelta(hours=9))) == (0, 1, 0, [])
    row = Refund.objects.get()
    assert row.platform_due_at == row.burns_at == AT + timedelta(hours=9)
    assert write(seen(due_at=AT + timedelta(hours=9))) == (0, 0, 1, [])


def test_as_6_the_number_of_statements_does_not_grow_with_the_file():
    def items(count: int, offset: int, progress: P) -> list:
        numbers = range(offset, offset + count)
        return [seen(f"R{n}", f"O{n}", progress=progress, amount_yuan=Decimal("10")) for n in numbers]

    used = []
    for count, offset in ((3, 100), (60, 1000)):
        make.taken_in(*(make.seen(f"O{n}") for n in range(offset, offset + count)))
        for progress in (P.ASKED, P.RETURNING, P.PAID):
            with queries() as statements:
                write(*items(count, offset, progress))
            used.append((progress, len(statements)))
    assert used[:3] == used[3:]
    assert max(count for _progress, count in used) <= 60
