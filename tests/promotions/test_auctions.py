"""PR-12: the weekly auction: who won, at which price, on which order, handed out once, within quota and budget."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from channels.connectors.base import PlatformLine
from channels.models import Listing, ListPrice
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from orders.models import Line, Order
from promotions import tasks
from promotions.models import Auction, BrandEvent, Pot, PriceSignal
from promotions.operations import auctions, live, pots
from promotions.rules import auctions as rule
from tests import make, make_plan
from tests.make import AT, at
from tests.promotions.test_price_rules import entered

pytestmark = pytest.mark.django_db
migration = import_module("promotions.migrations.0012_who_named_the_order")
CLOSES = AT + timedelta(days=1)
OVER = CLOSES + timedelta(hours=1)
COST, PRICE = Decimal("100.00"), Decimal("1500.00")


@pytest.fixture(autouse=True)
def _roles():
    ensure_roles()


def pot(yuan: str = "400.00", count: int = 4) -> Pot:
    return pots.open_pot(make.shop(), "auction", "每周拍卖", limits=(Decimal(yuan), count), by=SYSTEM, at=AT)


def somebody(name: str, role: str):
    person = make.User.objects.filter(username=name).first() or make.in_role(name, role, company=True)
    return actor_of(person, door="test")


def item(key: str = "auction-1") -> Listing:
    product = make.Product.objects.filter(code="DSF310-85").first() or make.product()
    return Listing.objects.filter(key=key).first() or make.listing(key, of=product)


def opened(row: Pot | None = None, *, closes_at=CLOSES, key: str = "auction-1") -> Auction:
    planned = auctions.Planned(item(key).pk, (row or pot()).pk, COST, closes_at)
    return auctions.open_auction(planned, by=SYSTEM, at=AT)


def paid(number: str = "1001", yuan: str = "1500.00", buyer: str = "tb_wang1985", **fields: object) -> Order:
    amounts = {"paid_yuan": Decimal(yuan), "total_yuan": Decimal(yuan)}
    return make.order(number, buyer=buyer, paid_at=OVER, ordered_at=OVER, **{**amounts, **fields})


def held(row: Pot) -> tuple[Decimal, Decimal, int, int]:
    row.refresh_from_db()
    return row.reserved_yuan, row.committed_yuan, row.reserved_count, row.committed_count


def test_pr_12_from_the_opening_to_the_hand_over_its_place_is_held_and_spent_once():
    row, planner, finance = pot(), somebody("sun", "promotion_planner"), somebody("qian", "finance")
    planned = auctions.Planned(item().pk, row.pk, COST, CLOSES)
    auction = auctions.open_auction(planned, by=planner, at=AT)
    assert (auction.state, auction.week_on, held(row)) == ("open", date(2026, 3, 2), (COST, Decimal(0), 1, 0))
    order = paid()
    with pytest.raises(auctions.TooEarly):
        auctions.record(auction.pk, price_yuan=PRICE, number="1001", by=planner, at=AT)
    auctions.record(auction.pk, price_yuan=PRICE, number="1001", by=planner, at=OVER)
    auction.refresh_from_db()
    assert (auction.state, auction.price_yuan, auction.order_id, auction.recorded_by) == ("won", PRICE, order.pk, "sun")
    with pytest.raises(auctions.NoReference):
        auctions.hand_out(auction.pk, reference=" ", by=finance, at=OVER)
    auctions.hand_out(auction.pk, reference="SF1234", by=finance, at=OVER)
    assert (Auction.objects.get().state, held(row)) == ("handed_out", (Decimal(0), COST, 0, 1))
    with pytest.raises(WrongState):
        auctions.hand_out(auction.pk, reference="SF1234", by=finance, at=OVER)
    assert held(row) == (Decimal(0), COST, 0, 1)


def test_pr_12_one_auction_a_week_in_a_shop_and_no_more_than_the_quota():
    row = pot("400.00", 2)
    opened(row)
    with pytest.raises(auctions.WeekTaken):
        opened(row, closes_at=at("2026-03-08 23:59"), key="auction-2")
    assert (Auction.objects.count(), held(row)[2]) == (1, 1)
    opened(row, closes_at=at("2026-03-09 20:00"), key="auction-2")
    with pytest.raises(pots.QuotaSpent):
        opened(row, closes_at=at("2026-03-16 20:00"), key="auction-3")
    assert (Auction.objects.count(), held(row)[2]) == (2, 2)


def test_pr_12_an_auction_ends_on_the_day_before_its_exclusive_end():
    assert opened(closes_at=at("2026-03-09 00:00")).week_on == date(2026, 3, 2)


@pytest.mark.parametrize("purpose", ["cash_back", "cashback", "draw"])
def test_pr_12_an_auction_is_paid_of_a_budget_for_auctions_only(purpose):
    row = pots.open_pot(make.shop(), purpose, "好评返现", limits=(Decimal(400), 4), by=SYSTEM, at=AT)
    with pytest.raises(pots.OtherPurpose):
        opened(row)
    assert (Auction.objects.count(), held(row)[2]) == (0, 0), "its quota is whole"


def test_pr_3_a_brand_days_auctions_are_paid_of_their_offer_not_of_its_own_budget():
    make_plan.year(months=range(4, 5))
    live.open_many([BrandEvent.objects.get()], by=SYSTEM, at=AT)
    with pytest.raises(pots.OtherPurpose):
        opened(Pot.objects.get(purpose="event"))
    assert opened(Pot.objects.get(purpose="auction")).state == "open"


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=30)])
def test_pr_12_an_auction_ends_after_it_is_opened(ago):
    with pytest.raises(auctions.EndsInThePast):
        opened(closes_at=AT - ago)
    assert not Auction.objects.exists()


def test_pr_12_what_is_no_model_of_ours_is_not_auctioned():
    with pytest.raises(auctions.NotMapped):
        auctions.open_auction(auctions.Planned(make.listing("x").pk, pot().pk, COST, CLOSES), by=SYSTEM, at=AT)
    assert not Auction.objects.exists()


def test_au_2_a_winner_without_an_order_is_sealed_masked_and_every_look_is_written_down():
    auction = opened()
    with pytest.raises(auctions.WinnerMissing):
        auctions.record(auction.pk, price_yuan=PRICE, by=SYSTEM, at=OVER)
    auctions.record(auction.pk, price_yuan=PRICE, bidder="tb_wang1985", by=SYSTEM, at=OVER)
    auction.refresh_from_db()
    assert (auction.bidder_masked, b"wang" in bytes(auction.bidder_sealed)) == ("t**", False)
    told = [str(event.facts) for event in Event.objects.about(auction)]
    assert not any("wang1985" in facts for facts in told)
    with pytest.raises(NotAllowed):
        auctions.show(auction.pk, why="核对", by=somebody("li", "customer_service"), at=OVER)
    planner = somebody("sun", "promotion_planner")
    with pytest.raises(auctions.NoReason):
        auctions.show(auction.pk, why=" ", by=planner, at=OVER)
    assert auctions.show(auction.pk, why="联系中拍人", by=planner, at=OVER) == "tb_wang1985"
    assert Event.objects.get(action="auction.show").facts == {"why": "联系中拍人"}


def test_pr_12_the_order_of_the_winner_is_his_own_and_of_the_shop():
    auction = opened()
    auctions.record(auction.pk, price_yuan=PRICE, bidder="tb_wang1985", by=SYSTEM, at=OVER)
    with pytest.raises(auctions.NoOrder):
        auctions.hand_out(auction.pk, reference="SF1", by=somebody("qian", "finance"), at=OVER)
    paid("2001", where=make.shop("other"))
    with pytest.raises(NotFound):
        auctions.name_order(auction.pk, number="2001", by=SYSTEM, at=OVER)
    paid("2002", buyer="somebody_else")
    with pytest.raises(auctions.NotTheWinner):
        auctions.name_order(auction.pk, number="2002", by=SYSTEM, at=OVER)
    order = paid("2003")
    assert auctions.name_order(auction.pk, number="2003", by=SYSTEM, at=OVER).order_id == order.pk
    assert auctions.hand_out(auction.pk, reference="SF1", by=somebody("qian", "finance"), at=OVER).state == "handed_out"


def test_pr_12_an_order_wins_one_auction():
    row = pot()
    first, second = opened(row), opened(row, closes_at=CLOSES + timedelta(days=7), key="auction-2")
    late = OVER + timedelta(days=8)
    paid()
    auctions.record(first.pk, price_yuan=PRICE, number="1001", by=SYSTEM, at=late)
    with pytest.raises(auctions.WonAlready):
        auctions.record(second.pk, price_yuan=PRICE, number="1001", by=SYSTEM, at=late)
    second.refresh_from_db()
    assert (second.state, second.order_id, second.recorded_by) == ("open", None, "")


def test_au_4_who_entered_the_result_does_not_hand_out():
    auction, order = opened(), paid()
    both = make.in_role("sun", "promotion_planner", company=True)
    both.groups.add(make.Group.objects.get(name="finance"))
    by = actor_of(make.User.objects.get(pk=both.pk), door="test")
    auctions.record(auction.pk, price_yuan=PRICE, number=order.number, by=by, at=OVER)
    with pytest.raises(auctions.SamePerson):
        auctions.hand_out(auction.pk, reference="SF1", by=by, at=OVER)
    assert Auction.objects.get().state == "won"


def test_au_4_who_chose_the_order_of_a_masked_winner_does_not_hand_out():
    auction, order = opened(), paid(buyer="t**")
    auctions.record(auction.pk, price_yuan=PRICE, bidder="t**", by=somebody("sun", "promotion_planner"), at=OVER)
    both = make.in_role("zhou", "promotion_planner", company=True)
    both.groups.add(make.Group.objects.get(name="finance"))
    by = actor_of(make.User.objects.get(pk=both.pk), door="test")
    auctions.name_order(auction.pk, number=order.number, by=by, at=OVER)
    with pytest.raises(auctions.SamePerson):
        auctions.hand_out(auction.pk, reference="SF1", by=by, at=OVER)
    kept = Auction.objects.get()
    assert (kept.state, kept.recorded_by, kept.order_named_by) == ("won", "sun", "zhou")
    assert auctions.hand_out(auction.pk, reference="SF1", by=somebody("qian", "finance"), at=OVER).state == "handed_out"


def test_au_4_who_named_orders_before_it_was_kept_is_taken_from_the_events():
    auction, other = opened(), opened(closes_at=CLOSES + timedelta(days=7), key="auction-2")
    auctions.record(auction.pk, price_yuan=PRICE, bidder="t**", by=SYSTEM, at=OVER)
    for number, name in (("1001", "sun"), ("1002", "zhou")):
        paid(number, buyer="t**")
        auctions.name_order(auction.pk, number=number, by=somebody(name, "promotion_planner"), at=OVER)
    Auction.objects.update(order_named_by="")
    with connection.cursor() as cursor:
        cursor.execute(migration.NAMED_BEFORE)
    assert dict(Auction.objects.values_list("pk", "order_named_by")) == {auction.pk: "zhou", other.pk: ""}


@pytest.mark.parametrize(
    ("_case", "changes", "expected"),
    [
        ("paid in full", {}, ""),
        ("more was paid, with something else", {"paid_yuan": Decimal("1520.00")}, ""),
        ("nobody has said how much", {"paid_yuan": None}, ""),
        ("not paid", {"paid_at": None}, "not_paid"),
        ("paid back", {"refunded_yuan": Decimal("0.01")}, "refunded"),
        ("closed", {"state": "closed"}, "refunded"),
        ("a fen less than the bid", {"paid_yuan": Decimal("1499.99")}, "paid_less:1499.99:1500.00"),
    ],
)
def test_pr_12_what_speaks_against_handing_out(_case, changes, expected):
    facts = {"state": "paid", "paid_at": AT, "paid_yuan": PRICE, "refunded_yuan": Decimal(0)} | changes
    assert rule.against(rule.Paid(**facts), PRICE) == expected


@pytest.mark.parametrize(("action", "state"), [("fail", "unsold"), ("cancel", "cancelled")])
def test_pr_12_what_is_not_sold_gives_its_place_back_and_the_week_may_have_another(action, state):
    row = pot("100.00", 1)
    auction = opened(row)
    with pytest.raises(auctions.NoReason):
        getattr(auctions, action)(auction.pk, reason="", by=SYSTEM, at=OVER)
    assert held(row)[2] == 1
    getattr(auctions, action)(auction.pk, reason="无人出价", by=SYSTEM, at=OVER)
    assert (Auction.objects.get().state, held(row)) == (state, (Decimal(0), Decimal(0), 0, 0))
    assert opened(row, key="auction-2").state == "open"


def test_pr_18_a_refunded_order_takes_back_what_it_won_and_the_budget_gets_it_back_once():
    row = pot()
    auction, order = opened(row), paid()
    auctions.record(auction.pk, price_yuan=PRICE, number=order.number, by=SYSTEM, at=OVER)
    auctions.hand_out(auction.pk, reference="SF1", by=somebody("qian", "finance"), at=OVER)
    Order.objects.update(refunded_yuan=PRICE)
    for _ in range(2):
        tasks.reverse_claims_all_due.apply(throw=True)
    assert (Auction.objects.get().state, held(row)) == ("taken_back", (Decimal(0), Decimal(0), 0, 0))


def with_rules() -> None:
    entered()
    ListPrice.objects.create(product=make.Product.objects.get(), price_yuan=Decimal(2000), valid_from=make.LONG_AGO)


def test_ds_11_below_the_floor_the_result_is_kept_and_the_order_line_becomes_a_signal():
    """The sale is made: to refuse the record would lose it; below 70 % of 2,000 it is a price signal."""
    auction = opened()
    with_rules()
    auctions.record(auction.pk, price_yuan=Decimal("1399.99"), bidder="tb_wang1985", by=SYSTEM, at=OVER)
    auction.refresh_from_db()
    assert (auction.floor_yuan, auction.because[0]["outcome"], auction.signal) == (Decimal("1400.00"), "won", None)
    assert [row.pk for row in Auction.objects.all().below_floor()] == [auction.pk]
    paid("3001", "1399.99", lines=(PlatformLine(key="auction-1", title="拍卖", quantity=1, price_yuan=PRICE),))
    line = Line.objects.get(order__number="3001")
    Listing.objects.filter(pk=line.listing_id).update(product=auction.product)
    auctions.name_order(auction.pk, number="3001", by=SYSTEM, at=OVER)
    signal = PriceSignal.objects.get()
    assert signal.line_id == line.pk
    assert (signal.kind, signal.net_yuan, signal.gap_yuan) == ("price_below_floor", Decimal("1399.99"), Decimal("0.01"))
    assert Auction.objects.get().signal_id == signal.pk


def test_ds_11_at_the_floor_there_is_no_signal():
    auction = opened()
    with_rules()
    paid("3001", "1400.00")
    auctions.record(auction.pk, price_yuan=Decimal("1400.00"), number="3001", by=SYSTEM, at=OVER)
    assert (PriceSignal.objects.count(), Auction.objects.all().below_floor().count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_pr_18_two_at_once_hand_out_once():
    row = pot()
    auction, order = opened(row), paid()
    auctions.record(auction.pk, price_yuan=PRICE, number=order.number, by=SYSTEM, at=OVER)
    by, start, refused = somebody("qian", "finance"), Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            auctions.hand_out(auction.pk, reference="SF1", by=by, at=OVER)
        except WrongState:
            refused.append(1)
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (refused, held(row)) == ([1], (Decimal(0), COST, 0, 1))


def test_pr_12_the_page_takes_no_other_budget_and_no_end_that_is_over(client, monkeypatch):
    row, listing = pot(), item()
    cashback = pots.open_pot(make.shop(), "cash_back", "好评返现", limits=(None, None), by=SYSTEM, at=AT)
    monkeypatch.setattr(clock, "now", lambda: CLOSES)
    client.force_login(make.in_role("sun", "promotion_planner", company=True))
    data = {
        "shop": listing.shop_id, "item": listing.key, "pot": row.pk, "cost_yuan": "100",
        "closes_at_0": f"{CLOSES:%Y-%m-%d}", "closes_at_1": f"{CLOSES:%H:%M}",
    }  # fmt: skip
    late = client.post(reverse("auction_new"), data).context["form"].non_field_errors()
    assert late == [str(auctions.EndsInThePast(closes_at=f"{CLOSES:%Y-%m-%d %H:%M}"))]
    other = client.post(reverse("auction_new"), data | {"pot": cashback.pk}).context["form"]
    assert (list(other.errors), Auction.objects.count()) == (["pot"], 0)


def test_pr_12_the_pages_open_record_show_and_hand_out(client, monkeypatch):
    row, listing = pot(), item()
    monkeypatch.setattr(clock, "now", lambda: AT)
    client.force_login(make.in_role("sun", "promotion_planner", company=True))
    data = {
        "shop": listing.shop_id, "item": listing.key, "pot": row.pk, "cost_yuan": "100",
        "closes_at_0": f"{CLOSES:%Y-%m-%d}", "closes_at_1": f"{CLOSES:%H:%M}",
    }  # fmt: skip
    assert client.post(reverse("auction_new"), data | {"item": "nothing"}).status_code == 200
    answer = client.post(reverse("auction_new"), data)
    monkeypatch.setattr(clock, "now", lambda: OVER)
    auction = Auction.objects.get()
    where = reverse("auction", args=[auction.pk])
    assert (answer.url, auction.closes_at) == (where, CLOSES)
    client.post(f"{where}record/", {"record-price_yuan": "1500", "record-bidder": "tb_wang1985"})
    shown = client.get(where).content.decode()
    assert "t**" in shown and "tb_wang1985" not in shown
    assert "tb_wang1985" in client.post(f"{where}show/", {"why": "联系中拍人"}).content.decode()
    assert f"A{auction.pk}" in client.get(reverse("admin:promotions_auction_changelist")).content.decode()
    paid()
    client.post(f"{where}order/", {"order-number": "1001"})
    client.force_login(make.in_role("qian", "finance", company=True))
    client.post(f"{where}hand_out/", {"hand_out-reference": "SF1234"})
    auction.refresh_from_db()
    assert (auction.state, auction.reference) == ("handed_out", "SF1234")
    shown = client.get(where).content.decode()
    assert "SF1234" in shown and "sun" in shown
    client.force_login(make.in_role("office-p1", "partner_office", partner=make.partner("p1").code))
    assert client.get(where).status_code in (302, 403, 404)
