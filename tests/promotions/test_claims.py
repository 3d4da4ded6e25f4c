"""PR-8 … PR-12, PR-18: claims are paid once, within quota and budget; two persons pay them; a draw can be checked."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import InterfaceError, OperationalError, connection

from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, Limit
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from orders.models import Order
from promotions import tasks
from promotions.models import Claim, ClaimRule, ClaimShare, Draw, Pot
from promotions.operations import claims, draws, pots
from promotions.queries import claims as queries
from promotions.rules import claims as rule
from promotions.rules import draws as drawing
from tests import make
from tests.make import AT

TWENTY = Decimal("20.00")


@pytest.fixture
def _rules(db):
    ensure_roles()
    office = make.WorkCalendar.objects.create(code="o", name="o", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", timedelta(hours=8), office, make.Counting.WORKING_TIME)
    for kind, least, most in (("cash_back", "20", "30"), ("draw", "1", "999")):
        ClaimRule.objects.create(
            kind=kind, least_yuan=Decimal(least), most_yuan=Decimal(most), days=60,
            after_arrival=kind == "cash_back", valid_from=make.LONG_AGO,
        )  # fmt: skip
    for role, alone, up_to in (("customer_service", "30", "0"), ("ecommerce_head", "0", "500")):
        Limit.objects.create(
            kind="claim", role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(up_to), valid_from=make.LONG_AGO
        )


def pot(yuan: str = "100.00", count: int = 5, purpose: str = "cash_back") -> Pot:
    limits = (Decimal(yuan), count)
    return pots.open_pot(make.shop(), purpose, "好评返现", limits=limits, by=SYSTEM, at=AT)


def somebody(name: str, role: str):
    return actor_of(make.in_role(name, role, company=True), door="test")


def wanted(row: Pot, amount: Decimal = TWENTY) -> claims.Wanted:
    return claims.Wanted(row.pk, "cash_back", amount)


def held(row: Pot) -> tuple[Decimal, Decimal]:
    row.refresh_from_db()
    return row.reserved_yuan, row.committed_yuan


@pytest.mark.usefixtures("_rules")
def test_pr_8_a_claim_within_the_own_limit_is_approved_paid_by_another_and_leaves_the_pot():
    row, order = pot(), make.signed_order()
    service, finance = somebody("li", "customer_service"), somebody("qian", "finance")
    claim = claims.enter(order.pk, wanted(row), by=service, at=AT)
    assert (claim.state, held(row)) == ("approved", (TWENTY, Decimal("0.00")))
    claims.pay(claim.pk, reference="ZFB-1", by=finance, at=AT)
    assert (Claim.objects.get().state, held(row)) == ("paid", (Decimal("0.00"), TWENTY))
    with pytest.raises(WrongState):
        claims.pay(claim.pk, reference="ZFB-1", by=finance, at=AT)
    assert held(row) == (Decimal("0.00"), TWENTY)


@pytest.mark.usefixtures("_rules")
def test_pr_18_an_order_claims_once_and_the_second_leaves_no_trace():
    row, order, service = pot(), make.signed_order(), somebody("li", "customer_service")
    claims.enter(order.pk, wanted(row), by=service, at=AT)
    with pytest.raises(claims.ClaimedAlready):
        claims.enter(order.pk, wanted(row), by=service, at=AT)
    assert (Claim.objects.count(), held(row)[0], Event.objects.filter(action="claim.enter").count()) == (1, TWENTY, 1)


@pytest.mark.usefixtures("_rules")
def test_pr_18_an_empty_pot_refuses_whole():
    row, service = pot("20.00", 5), somebody("li", "customer_service")
    claims.enter(make.signed_order("1").pk, wanted(row), by=service, at=AT)
    with pytest.raises(pots.QuotaSpent):
        claims.enter(make.signed_order("2").pk, wanted(row), by=service, at=AT)
    assert (Claim.objects.count(), Approval.objects.count()) == (1, 1)


@pytest.mark.usefixtures("_rules")
def test_fi_2_above_the_own_limit_it_waits_and_a_refusal_gives_the_money_back():
    row, order = pot(), make.signed_order()
    claim = claims.enter(order.pk, wanted(row, Decimal("30.00")), by=somebody("li", "shop_operations"), at=AT)
    assert (claim.state, held(row)[0]) == ("claimed", Decimal("30.00"))
    approvals.refuse(Approval.objects.get().pk, reason="评价截图不符", by=somebody("zhao", "ecommerce_head"), at=AT)
    assert (Claim.objects.get().state, held(row)[0]) == ("refused", Decimal("0.00"))
    again = claims.enter(order.pk, wanted(row), by=somebody("wu", "customer_service"), at=AT)
    assert again.state == "approved"


@pytest.mark.usefixtures("_rules")
def test_au_4_who_entered_or_signed_a_claim_does_not_pay_it():
    row, order = pot(), make.signed_order()
    both = make.in_role("li", "customer_service", company=True)
    both.groups.add(make.Group.objects.get(name="finance"))
    by = actor_of(make.User.objects.get(pk=both.pk), door="test")
    claim = claims.enter(order.pk, wanted(row), by=by, at=AT)
    with pytest.raises(claims.SamePerson):
        claims.pay(claim.pk, reference="ZFB-1", by=by, at=AT)
    assert Claim.objects.get().state == "approved"


@pytest.mark.usefixtures("_rules")
def test_pr_18_a_refunded_order_gives_back_what_it_held_or_was_paid():
    row, service = pot(), somebody("li", "customer_service")
    paid, waiting = (claims.enter(make.signed_order(n).pk, wanted(row), by=service, at=AT) for n in ("1", "2"))
    claims.pay(paid.pk, reference="ZFB-1", by=somebody("qian", "finance"), at=AT)
    Order.objects.update(refunded_yuan=Decimal("2999.00"))
    for _ in range(2):
        tasks.reverse_claims_all_due.apply(throw=True)
    assert set(Claim.objects.values_list("state", flat=True)) == {"reversed"}
    assert held(row) == (Decimal("0.00"), Decimal("0.00"))
    assert waiting.pk != paid.pk


@pytest.mark.usefixtures("_rules")
def test_au_1_an_order_out_of_sight_claims_nothing():
    row, order = pot(), make.signed_order()
    stranger = make.actor("x", "promotions.enter_claim", shop="else")
    with pytest.raises(NotFound):
        claims.enter(order.pk, wanted(row), by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        claims.enter(order.pk, wanted(row), by=make.actor("y", shop="flagship"), at=AT)
    assert not Claim.objects.exists()


ROW = rule.ClaimRow(7, Decimal("20"), Decimal("30"), frozenset({"jd", "tmall"}), 60, True)


@pytest.mark.parametrize(
    ("_case", "changes", "amount", "expected"),
    [
        ("all as it should be", {}, "20", "claim_rule:7"),
        ("not paid yet", {"paid_at": None}, "20", "not_paid"),
        ("money went back", {"refunded_yuan": Decimal("0.01")}, "20", "refunded"),
        ("the order was closed", {"state": "closed"}, "20", "refunded"),
        ("another platform", {"platform": "pdd"}, "20", "platform:pdd"),
        ("still on its way", {"state": "shipped"}, "20", "not_arrived"),
        ("the sixtieth day is too late", {"paid_at": AT - timedelta(days=60)}, "20", "too_late:60"),
        ("the day before is not", {"paid_at": AT - timedelta(days=59, hours=23)}, "30", "claim_rule:7"),
        ("a fen too little", {}, "19.99", "amount:20-30"),
        ("a fen too much", {}, "30.01", "amount:20-30"),
    ],
)
def test_pr_9_what_speaks_against_a_claim(_case, changes, amount, expected):
    facts = {"platform": "jd", "state": "signed", "paid_at": AT, "refunded_yuan": Decimal("0.00")} | changes
    found = rule.verdict(rule.Bought(**facts), Decimal(amount), [ROW], at=AT)
    assert (found.may, found.because) == (expected.startswith("claim_rule"), (expected,))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_rules")
def test_pr_18_forty_orders_at_once_for_the_last_twenty_places():
    row, by = pot("400.00", 20), somebody("li", "customer_service")
    orders = [make.signed_order(str(number)).pk for number in range(40)]
    start, found = Barrier(8), []

    def work(part: list[int]) -> None:
        start.wait()
        for pk in part:
            try:
                claims.enter(pk, wanted(row), by=by, at=AT)
                found.append(pk)
            except pots.QuotaSpent:
                continue
        connection.close()

    threads = [Thread(target=work, args=(orders[place::8],)) for place in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(found) == Claim.objects.count() == 20
    assert held(row) == (Decimal("400.00"), Decimal("0.00"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_rules")
def test_pr_18_workers_killed_in_mid_claim_leave_exactly_twenty_and_no_yuan_too_much():
    """The server ends connections in mid-claim, as when a worker dies; who comes back tries the same again."""
    row, by = pot("400.00", 20), somebody("li", "customer_service")
    orders = [make.signed_order(str(number)).pk for number in range(60)]
    killed: list[int] = []

    def work(part: list[int]) -> None:
        for pk in part:
            while True:
                try:
                    claims.enter(pk, wanted(row), by=by, at=AT)
                except (OperationalError, InterfaceError):
                    killed.append(pk)
                    connection.close()
                    continue
                except (pots.QuotaSpent, claims.ClaimedAlready):
                    pass
                break
        connection.close()

    threads = [Thread(target=work, args=(orders[place::4],)) for place in range(4)]
    [thread.start() for thread in threads]
    with connection.cursor() as cursor:
        while any(thread.is_alive() for thread in threads):
            if len(killed) < 25:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND state = 'idle in transaction' ORDER BY random() LIMIT 1"
                )
    [thread.join() for thread in threads]
    assert killed
    assert Claim.objects.count() == Approval.objects.count() == Event.objects.filter(action="claim.enter").count() == 20
    assert held(row) == (Decimal("400.00"), Decimal("0.00"))


@pytest.mark.usefixtures("_rules")
def test_pr_12_a_draw_is_sealed_before_fixed_at_the_end_and_can_be_checked_after(client):
    row, planner = pot("60.00", 3, "draw"), somebody("sun", "promotion_planner")
    orders = [make.order(str(number), paid_at=AT + timedelta(minutes=number)) for number in range(6)]
    make.order("late", paid_at=AT + timedelta(days=2))
    span = (AT, AT + timedelta(days=1))
    draw = draws.open_draw(draws.Planned("品牌日抽奖", row.pk, TWENTY, 3, *span), by=planner, at=AT)
    assert draw.seed == "" and len(draw.seed_print) == 64
    with pytest.raises(draws.TooEarly):
        draws.close(draw.pk, by=planner, at=span[1] - timedelta(seconds=1))
    with pytest.raises(WrongState):
        draws.run(draw.pk, by=planner, at=span[1])
    draws.close(draw.pk, by=planner, at=span[1])
    drawn = draws.run(draw.pk, by=planner, at=span[1])
    assert sorted(drawn.entries) == sorted(draws.entry_of("flagship", order.number) for order in orders)
    assert drawing.holds(draw.seed_print, drawn.seed, drawn.entries, drawn.winners)
    assert not drawing.holds(draw.seed_print, drawn.seed, drawn.entries, drawn.winners[::-1])
    assert (Claim.objects.filter(state="approved", kind="draw").count(), held(row)[0]) == (3, Decimal("60.00"))
    with pytest.raises(WrongState):
        draws.run(draw.pk, by=planner, at=span[1])
    winner = Claim.objects.select_related("order").first().order
    body = client.get(f"/draws/{draw.pk}/", {"shop": "flagship", "number": winner.number}).content.decode()
    assert "该订单已中奖" in body and "核对无误" in body and drawn.seed in body
    listed = client.get(f"/draws/{draw.pk}/entries.txt").content.decode().split("\n")
    assert drawing.entries_print(listed) == drawn.entries_print
    assert drawing.draw(drawn.seed, listed, 3).winners == tuple(drawn.winners), "from what is public alone"
    assert "未参与" in client.get(f"/draws/{draw.pk}/", {"shop": "flagship", "number": "late"}).content.decode()


@pytest.mark.usefixtures("_rules")
def test_pr_12_a_pot_that_cannot_pay_every_prize_refuses_the_draw():
    row, planner = pot("40.00", 3, "draw"), somebody("sun", "promotion_planner")
    [make.order(str(number), paid_at=AT) for number in range(3)]
    planned = draws.Planned("抽奖", row.pk, TWENTY, 3, AT, AT + timedelta(hours=1))
    draw = draws.open_draw(planned, by=planner, at=AT)
    draws.close(draw.pk, by=planner, at=planned.closes_at)
    with pytest.raises(pots.QuotaSpent):
        draws.run(draw.pk, by=planner, at=planned.closes_at)
    draw.refresh_from_db()
    assert (draw.state, draw.seed, Claim.objects.count()) == ("closed", "", 0)


@pytest.mark.usefixtures("_rules")
def test_pr_12_a_draw_is_paid_of_a_budget_for_draws_only():
    planner = somebody("sun", "promotion_planner")
    with pytest.raises(pots.OtherPurpose):
        draws.open_draw(draws.Planned("抽奖", pot().pk, TWENTY, 3, AT, AT + timedelta(hours=1)), by=planner, at=AT)
    assert not Draw.objects.exists()


def test_pr_12_every_entry_has_the_same_chance():
    entries = [f"e{number}" for number in range(5)]
    wins = dict.fromkeys(entries, 0)
    for turn in range(5000):
        wins[drawing.draw(f"seed{turn}", entries, 1).winners[0]] += 1
    assert all(900 < count < 1100 for count in wins.values())  # 1,000 each; four standard deviations are 113


@pytest.mark.usefixtures("_rules")
def test_pr_18_many_orders_are_entered_on_one_page_each_with_its_answer(client):
    row = pot("20.00", 5)
    client.force_login(make.in_role("li", "customer_service", company=True))
    for number in ("1001", "1002"):
        make.signed_order(number, paid_at=clock.now())
    data = {"pot": row.pk, "kind": "cash_back", "amount_yuan": "20.00", "numbers": "1001\n1002\n9999\n1001"}
    body = client.post("/desk/claims/", data).content.decode()
    assert "待付款" in body and "不足" in body and "9999" in body
    assert Claim.objects.count() == 1


def shared(quota: int | None, yuan: str | None = None, most: str = "0.2") -> Pot:
    """A pot of show-your-order rewards, of which Tmall may have a small part."""
    ClaimRule.objects.get_or_create(
        kind="show_order", least_yuan=Decimal(10), most_yuan=Decimal(50), days=60, valid_from=make.LONG_AGO,
        platforms=["jd", "tmall"],
    )  # fmt: skip
    where = make.platform("tmall")
    ClaimShare.objects.create(kind="show_order", platform=where, most_share=Decimal(most), valid_from=make.LONG_AGO)
    limits = (Decimal(yuan) if yuan else None, quota)
    return pots.open_pot(make.shop(), "show_order", "晒单有礼", limits=limits, by=SYSTEM, at=AT)


def showing(row: Pot, amount: str = "20.00") -> claims.Wanted:
    return claims.Wanted(row.pk, "show_order", Decimal(amount))


@pytest.mark.usefixtures("_rules")
def test_pr_9_tmall_has_its_small_part_of_the_quota_and_no_place_more():
    row, by = shared(10), somebody("li", "customer_service")
    jd = make.shop("jd-pop", on="jd")
    first = claims.enter(make.signed_order("1").pk, showing(row), by=by, at=AT)
    assert first.because[1] == f"claim_share:{ClaimShare.objects.get().pk}", "the first is not refused for want of JD's"
    claims.enter(make.signed_order("2").pk, showing(row), by=by, at=AT)
    third = make.signed_order("3")
    with pytest.raises(claims.MayNotClaim) as why:
        claims.enter(third.pk, showing(row), by=by, at=AT)
    assert str(why.value.facts["why"]) == queries.why_not("share:tmall:2:10") and "10" in str(why.value)
    assert (Claim.objects.count(), held(row)[0]) == (2, Decimal("40.00"))
    for number in ("4", "5", "6", "7", "8", "9", "10", "11"):
        claims.enter(make.signed_order(number, where=jd).pk, showing(row), by=by, at=AT)
    assert Claim.objects.filter(order__shop=jd).count() == 8, "JD takes all that is left"
    claims.reverse(first.pk, reason="订单已退款", by=somebody("qian", "finance"), at=AT)
    assert claims.enter(third.pk, showing(row), by=by, at=AT).state == "approved", "a place that came back is free"


@pytest.mark.usefixtures("_rules")
def test_pr_9_the_share_of_the_day_counts_and_other_kinds_and_platforms_have_none():
    row, by = shared(10), somebody("li", "customer_service")
    claims.enter(make.signed_order("1").pk, showing(row), by=by, at=AT)
    ClaimShare.objects.update(valid_to=AT.date())
    claims.enter(make.signed_order("2").pk, showing(row), by=by, at=AT)
    assert claims.enter(make.signed_order("3").pk, showing(row), by=by, at=AT).because[1:] == []
    cash = claims.enter(make.signed_order("4").pk, wanted(pot()), by=by, at=AT)
    assert len(cash.because) == 1


SHARE = rule.ShareRow(3, "tmall", Decimal("0.200"))


@pytest.mark.parametrize(
    ("_case", "given", "amount", "expected"),
    [
        ("the last of its places", rule.Given(100, Decimal(2000), 19, Decimal(380), 19), "20", ""),
        ("one beyond", rule.Given(100, Decimal(2000), 20, Decimal(400), 90), "20", "share:tmall:20:100"),
        ("no fraction of a place", rule.Given(9, None, 1, Decimal(20), 1), "20", "share:tmall:1:9"),
        ("without a quota the budget counts", rule.Given(None, Decimal(1000), 4, Decimal(150), 4), "50", ""),
        ("a fen beyond", rule.Given(None, Decimal(1000), 4, Decimal(150), 4), "50.01", "share_yuan:tmall:200.00:1000"),
        ("without either what was claimed so far", rule.Given(None, None, 1, Decimal(20), 9), "20", ""),
        ("and that is not enough", rule.Given(None, None, 1, Decimal(20), 8), "20", "share_so_far:tmall:1:8"),
    ],
)
def test_pr_9_what_a_share_is_measured_against(_case, given, amount, expected):
    assert rule.beyond_share(SHARE, given, Decimal(amount)) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_rules")
def test_pr_9_sixteen_orders_at_once_for_four_places_of_tmall():
    row, by = shared(20), somebody("li", "customer_service")
    orders = [make.signed_order(str(number)).pk for number in range(16)]
    start, refused = Barrier(4), []

    def work(part: list[int]) -> None:
        start.wait()
        for pk in part:
            try:
                claims.enter(pk, showing(row), by=by, at=AT)
            except claims.MayNotClaim:
                refused.append(pk)
        connection.close()

    threads = [Thread(target=work, args=(orders[place::4],)) for place in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (Claim.objects.count(), len(refused), held(row)[0]) == (4, 12, Decimal("80.00"))
