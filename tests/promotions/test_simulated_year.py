"""The handbook's own year (tests/year.py), and what must be true of it: compared with a book of our own."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.db.models import Count, Sum

from opsdesk.actor import SYSTEM
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.console import brand_day, reference
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import value_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from promotions.models import BrandEvent, Claim, Draw, EventOffer, EventReview, Pot, PotEntry, PriceGrant, PriceSignal
from promotions.queries import event_sales
from tests import make, year, year_plan
from tests.make_plan import FESTIVALS
from tests.year_plan import YEAR

pytestmark = pytest.mark.django_db  # each test in a savepoint within the year that `told` has lived through
MONTHS = range(4, 13)
LAST = {month: date(YEAR, month, {10: 12, 12: 12}.get(month, 11)) for month in MONTHS}


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """One year, lived through once for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load()
        yield year.tell()
        transaction.set_rollback(True)


def test_pr_14_the_checker_finds_every_mistake_of_the_draft_and_nothing_once_they_are_put_right(told):
    assert told.first_findings == sorted(
        [
            ("stop", "PR-14", "theme_missing"),  # May
            ("stop", "PR-14", "application_needed"),  # the anniversary was planned as an ordinary brand day
            ("stop", "PR-3", "one_takes_all"),  # October
            ("stop", "PR-4", "too_deep"),  # November's hero at 83 %
            ("stop", "DS-11", "below_floor"),  # the same
            *[("stop", "PR-5", "not_entitled")] * 4,  # half price at a Taobao distributor in September
            ("stop", "PR-5", "flash_count"),  # December has three
            ("stop", "PR-5", "flash_year"),
            ("stop", "PR-10", "coupon_late"),  # October
            *[("warn", "PR-14", "theme_twice")] * 2,  # November and December
            *[("warn", "PR-3", "double_over_event")] * 5,  # the ordinary months
            *[("warn", "PR-9", "show_order_share")] * 5,  # the ordinary months again
        ]
    )
    assert told.last_findings == []
    flash = EventOffer.objects.filter(event__plan=told.plan, kind="flash").values_list("event__starts_on__month")
    assert dict(flash.annotate(n=Count("pk"))) == {month: 4 if month in FESTIVALS else 2 for month in MONTHS}
    assert set(BrandEvent.objects.filter(plan=told.plan).values_list("theme", flat=True)) == {
        year_plan.THEMES[month] for month in MONTHS
    }


def test_pr_14_two_others_sign_the_year_and_one_other_each_festival_on_its_own_application(told):
    plan = Approval.objects.get(kind="plan")
    assert [row.signed_by for row in plan.signatures.order_by("pk")] == ["ecommerce_head", "general_manager"]
    assert plan.asked_by == "promotion_planner"
    festivals = Approval.objects.filter(kind="festival").order_by("pk")
    assert [row.state for row in festivals] == ["refused", "granted", "granted", "granted", "granted"]
    assert told.plan.state == "approved"
    told.plan.refresh_from_db()
    assert told.plan.state == "closed"


def test_pr_1_every_brand_day_is_in_the_state_of_its_calendar_on_every_day_of_the_year(told):
    assert len(told.states) == 275
    for day, states in told.states.items():
        assert states == {month: _due(month, day) for month in MONTHS}, day


def _due(month: int, day: date) -> str:
    """What the calendar says at the beginning of a day."""
    first, end = date(YEAR, month, 9), LAST[month] + timedelta(days=1)
    signed = {9: first - timedelta(days=23)}.get(month, first - timedelta(days=24)) if month in FESTIVALS else None
    if day < first:
        return "planned" if signed and day <= signed else "approved"
    if month == 5 and day >= date(YEAR, 5, 11):
        return "reviewed" if day >= end + timedelta(days=14) else "stopped"
    if day < end:
        return "running"
    return "reviewed" if day >= end + timedelta(days=14) else "ended"


def test_pr_18_what_had_to_be_refused_was_refused_and_nothing_else(told):
    assert told.surprises == []
    assert told.refused["quota_spent"] > 0 and told.refused["pot_shut"] > 0
    refused = ("claimed_already", "may_not_claim", "may_not_sign", "not_allowed", "plan_has_stops")
    assert set(told.refused) == {"quota_spent", "pot_shut", *refused}


def test_pr_18_every_pot_is_the_sum_of_its_entries_and_never_held_more_than_its_limit(told):
    for pot in Pot.objects.all():
        sums = {kind: (yuan, times) for kind, yuan, times in _sums(pot)}
        reserved, spent, released, returned = (
            sums.get(kind, (D(0), 0)) for kind in ("reserve", "commit", "release", "return")
        )
        assert pot.reserved_yuan == reserved[0] - spent[0] - released[0]
        assert pot.reserved_count == reserved[1] - spent[1] - released[1]
        assert (pot.committed_yuan, pot.committed_count) == (spent[0] - returned[0], spent[1] - returned[1])
        _never_too_much(pot)


def _sums(pot: Pot):
    rows = PotEntry.objects.filter(pot=pot).values_list("kind")
    return rows.annotate(yuan=Sum("amount_yuan"), times=Sum("count")).order_by()


def _never_too_much(pot: Pot) -> None:
    sign = {"reserve": 1, "commit": 0, "release": -1, "return": -1}
    yuan, times = D(0), 0
    for entry in PotEntry.objects.filter(pot=pot).order_by("at", "pk"):
        yuan += sign[entry.kind] * entry.amount_yuan
        times += sign[entry.kind] * entry.count
        assert pot.limit_yuan is None or 0 <= yuan <= pot.limit_yuan
        assert pot.limit_count is None or 0 <= times <= pot.limit_count


def test_pr_18_every_pot_stands_where_our_own_book_says(told):
    ours = {
        (month, purpose): (sum(purse.held.values(), D(0)), sum(purse.paid.values(), D(0)), len(purse.paid))
        for (month, purpose), purse in told.purses.items()
    }
    offers = {offer.pk: (offer.event.starts_on.month, offer.kind) for offer in _offers()}
    theirs = {
        offers[pot.owner_id]: (pot.reserved_yuan, pot.committed_yuan, pot.committed_count)
        for pot in Pot.objects.filter(owner_type="promotions.eventoffer", purpose__in={p for _m, p in ours})
    }
    assert theirs == ours
    assert sum(spent for _held, spent, _times in ours.values()) > 8_000


def _offers():
    return EventOffer.objects.select_related("event")


def test_pr_8_an_order_is_rewarded_once_per_kind_and_never_after_its_refund(told):
    live = Claim.objects.all().live()
    assert not live.values("order", "kind").annotate(n=Count("pk")).filter(n__gt=1).exists()
    ours = {key for purse in told.purses.values() for key in (*purse.held, *purse.paid)}
    assert set(live.values_list("order__number", "kind")) == ours
    gone = {sale.number for sale in told.sold.values() if sale.refunded}
    assert gone and not gone & {number for number, _kind in ours}
    assert Claim.objects.filter(order__number__in=gone, state="reversed").exists()
    assert PotEntry.objects.filter(kind="return").exists() and PotEntry.objects.filter(kind="release").exists()
    paid = Claim.objects.filter(state="paid")
    assert paid.count() == live.count() and not paid.filter(reference="").exists()


def test_pr_18_in_august_the_budget_ends_before_the_quota_and_what_is_given_back_goes_to_the_next(told):
    pot = Pot.objects.get(purpose="cashback", title__startswith="8月")
    assert (pot.limit_yuan, pot.limit_count, pot.committed_yuan, pot.committed_count) == (D(520), 26, D(510), 17)
    first = PotEntry.objects.filter(pot=pot, kind="reserve").order_by("pk")[:17]
    assert sum(entry.amount_yuan for entry in first) == D(510)
    given_back = PotEntry.objects.filter(pot=pot, kind__in=("release", "return")).count()
    assert given_back > 0
    assert PotEntry.objects.filter(pot=pot, kind="reserve").count() == 17 + given_back


def test_pr_19_the_stop_ends_prices_sales_and_promises_with_who_and_why(told):
    event = _of(5)
    told_so = Event.objects.get(action="brandevent.stop", subject_id=event.pk)
    assert (told_so.actor, told_so.at) == ("ecommerce_head", year.STOPPED_AT)
    assert (event.reason, event.closes_at) == (year.STOP_REASON, year.STOPPED_AT)
    grants = PriceGrant.objects.filter(source_id__in=event.offers.values("pk"))
    assert grants.exists() and not grants.filter(ends_at__gt=year.STOPPED_AT).exists()
    entries = PotEntry.objects.filter(pot__title__startswith="5月")
    assert not entries.filter(kind="reserve", at__gte=year.STOPPED_AT).exists()
    assert entries.filter(kind__in=("release", "return"), at__gte=year.STOPPED_AT).exists()
    assert Draw.objects.get(title__startswith="5月").state == "cancelled"


def test_ds_11_the_one_sale_below_its_floor_is_a_signal_by_the_next_morning_and_no_planned_price_is(told):
    [signal] = PriceSignal.objects.select_related("line__order", "shop", "product")
    assert (signal.line.order.number, signal.shop.code, signal.product.code) == ("CHEAP", "tb-dis", "C1")
    assert (signal.net_yuan, signal.floor_yuan, signal.gap_yuan) == (D(1299), D("1399.30"), D("100.30"))
    assert signal.found_at == make.at("2027-07-21 03:10")
    assert signal.because[0]["code"] == "outside-campaigns"


def test_pr_12_each_draw_is_what_its_published_seed_makes_it(told, client):
    for month in MONTHS:
        if month == 5:
            continue
        draw = Draw.objects.get(title__startswith=f"{month}月")
        before, winners = told.drawn[month]
        assert hashlib.sha256(draw.seed.encode()).hexdigest() == draw.seed_print == before
        won = Claim.objects.filter(kind="draw", because=[f"draw:{draw.pk}"]).values_list("order__number", flat=True)
        assert sorted(won) == sorted(winners)
        committed = Event.objects.get(action="draw.open", subject_id=draw.pk)
        assert committed.facts["seed_print"] == draw.seed_print and committed.at < draw.opens_at
        sale = told.sold[winners[0]]
        page = client.get(f"/draws/{draw.pk}/", {"shop": sale.shop, "number": sale.number}).content.decode()
        assert "该订单已中奖" in page and "核对无误" in page


def test_pr_19_each_review_is_an_independent_count_and_stands_beside_those_before_it(told):
    reviews = {row.event.starts_on.month: row for row in EventReview.objects.select_related("event")}
    assert {month: (row.sales_yuan, row.orders, row.spent_yuan) for month, row in reviews.items()} == told.reviewed
    for month, row in reviews.items():
        ours = {}
        for sale in told.of_month(month):
            ours[sale.shop] = ours.get(sale.shop, D(0)) + sale.yuan
        assert {one["shop"]: D(one["sales"]) for one in row.by_shop if one["orders"]} == ours
        assert row.target_yuan == (D(4500000) if month in FESTIVALS else D(2400000))
    board = brand_day.board(_of(12), at=make.at("2027-12-30 10:00"))
    assert [(past.name, past.sales) for past in board.past] == [
        (f"{month}月品牌日 {YEAR}-{month:02}", told.reviewed[month][0]) for month in (9, 10, 11, 12)
    ]


def test_pr_19_what_a_pot_has_used_is_what_its_counters_say_even_after_money_came_back(told):
    for month in MONTHS:
        shown = {one.owner: one for one in event_sales.spent_of(_of(month), at=make.at("2028-01-05 10:00"))}
        assert len(shown) > 10
        whole = D(0)
        for (kind, pk), one in shown.items():
            pot = Pot.objects.get(owner_type=kind, owner_id=pk)
            used, times = pot.reserved_yuan + pot.committed_yuan, pot.reserved_count + pot.committed_count
            whole += used
            if kind == "promotions.brandevent":
                continue
            if pot.purpose in year.TASTE:
                offer = EventOffer.objects.get(pk=pk)
                times = sum(1 for s in told.of_month(month) if s.model == offer.product.code)
            assert (one.yuan.used, one.times.used) == (used, times), pot
        assert shown["promotions.brandevent", _of(month).pk].yuan.used == whole > 0


def test_pr_2_the_share_of_the_brand_days_is_an_independent_sum(told):
    share = BY_KEY["brand_day_share"]
    for period, last in [(Period.YEAR, date(YEAR, 12, 31)), *[(Period.MONTH, date(YEAR, m, 28)) for m in MONTHS]]:
        sold = [sale for sale in told.sold.values() if _within(sale.paid_at.date(), period, last)]
        brand = sum(sale.yuan for sale in sold if sale.month)
        whole = sum(sale.yuan for sale in sold)
        assert float(value_of(share, SYSTEM, span(period, last))) == pytest.approx(float(brand / whole), abs=1e-4)


def _within(day: date, period: Period, last: date) -> bool:
    return day <= last and (period == Period.YEAR or day.month == last.month)


def test_pr_3_the_brand_days_cost_less_than_their_budgets_which_are_half_of_the_promotion_money(told):
    planned = BrandEvent.objects.filter(plan=told.plan).aggregate(n=Sum("budget_yuan"))["n"]
    assert planned <= told.plan.budget_yuan == told.plan.promotion_yuan / 2
    for month in MONTHS:
        assert told.reviewed[month][2] <= _of(month).budget_yuan
    used = BY_KEY["brand_day_budget_used"]
    assert value_of(used, SYSTEM, span(Period.YEAR, date(YEAR, 12, 31))) == told.paid_out


def _of(month: int) -> BrandEvent:
    return BrandEvent.objects.select_related("reviewed").get(plan__year=YEAR, starts_on__month=month)
