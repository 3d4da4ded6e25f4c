"""The handbook's own year, April to December, told by a simulated clock (section 6, PR-1 … PR-19).

`tell` draws the plan up, has it checked and signed, and lives through every day of it: `_workers` does what the
schedule would have done by each moment, people act through operations in the roles that may, orders come in through
the intake. Nothing here sets a state. What was sold, promised, paid and given back is written down a second time, in
`Sold` and `Purse`, by plain arithmetic: it says beforehand what must be refused, and afterwards what must stand there.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from channels.connectors.base import PlatformLine, PlatformOrder, Progress
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.days import midnight
from opsdesk.errors import NotAllowed
from opsdesk.sla import timers
from orders.models import Order
from promotions.models import BrandEvent, Claim, EventOffer, Pot
from promotions.operations import claims, draws, events, following, plans, pots
from promotions.queries import claims as claim_queries
from tests import make
from tests.make_plan import FESTIVALS, ORDINARY
from tests.year_book import Purse, Sold
from tests.year_plan import (
    APPLICATION,
    DRAWN_UP,
    YEAR,
    Volume,
    company,
    draw_up,
    findings,
    list_of,
    put_right,
    somebody,
)

D, DAY, HOUR = Decimal, timedelta(days=1), timedelta(hours=1)
STOPPED_AT, STOP_REASON = make.at("2027-05-10 15:30"), "苏宁店价格录入有误，先停后查"
EXTENDED, THIRTY, CHEAP_AT = 10, 8, make.at("2027-07-20 21:00")
SHOPS, WEIGHTS = list(ORDINARY), list(ORDINARY.values())
PURPOSE = {"cash_back": "cashback", "phone_order": "phone"}
TASTE = {"hero": 5, "cut": 4, "flash": 2, "tail": 1, "launch": 3}


def tell(volume: Volume | None = None) -> "Year":
    """Live through the year; the reference data are there, and nothing else."""
    year = Year(volume or Volume())
    year.plan_it()
    year.live()
    return year


class Year:
    """One run of the year, with its own book."""

    def __init__(self, volume: Volume) -> None:
        self.volume, self.rng = volume, Random(volume.seed)
        self.where, self.held = company(volume)
        self.windows: dict[int, tuple[datetime, datetime]] = {}
        self.sold: dict[str, Sold] = {}
        self.purses: dict[tuple[int, str], Purse] = {}
        self.states: dict[date, dict[int, str]] = {}
        self.reviewed: dict[int, tuple[D, int, D]] = {}
        self.drawn: dict[int, tuple[str, list[str]]] = {}
        self.refused: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.paid_out = D(0)
        self._pots: dict[tuple[int, str], int] = {}
        self._offers: dict[int, list[tuple[str, str, D, set[str], list[int]]]] = {}
        self._turned_away: dict[int, list[tuple[Sold, str, D]]] = defaultdict(list)

    def plan_it(self) -> None:
        """PR-14: a draft with mistakes is not submitted; put right, it is signed by two who did not draw it up."""
        self.plan = draw_up(self.volume, self.where, self.held)
        self.first_findings = findings(self.plan)
        planner = somebody("promotion_planner")
        self._refused(plans.HasStops, lambda: plans.submit(self.plan.pk, reason="年度方案", by=planner, at=DRAWN_UP))
        put_right(self.volume, self.plan, self.where, self.held)
        self.last_findings = findings(self.plan)
        plans.submit(self.plan.pk, reason="年度方案，已按检查结果修改", by=planner, at=DRAWN_UP + DAY)
        [asked] = Approval.objects.filter(kind="plan")
        for role, hours in (("ecommerce_head", 2), ("general_manager", 5)):
            when = DRAWN_UP + DAY + hours * HOUR
            self._refused(NotAllowed, lambda: approvals.sign(asked.pk, by=planner, at=DRAWN_UP + DAY))
            approvals.sign(asked.pk, by=somebody(role), at=when)
        self.plan.refresh_from_db()

    def _refused(self, why: type[Exception], act: Callable[[], object]) -> None:
        try:
            act()
        except why as refusal:
            self.refused[refusal.code] += 1
        else:
            self.surprises.append(f"{why.__name__} was expected")

    def live(self) -> None:
        """Everything in the order of its moment, the workers before it."""
        agenda: list[tuple[datetime, Callable[[datetime], None]]] = []
        for event in BrandEvent.objects.filter(plan=self.plan).order_by("starts_on"):
            agenda += self._agenda_of(event)
        day = date(YEAR, 4, 1)
        while day.year == YEAR:
            agenda += [(midnight(day), self._note_states), (midnight(day) + timedelta(hours=3, minutes=10), _look)]
            if day.toordinal() % self.volume.every == 0 and not 9 <= day.day <= 12:
                agenda.append((midnight(day) + 22 * HOUR, partial(self._sell, count=1)))
            day += DAY
        agenda += [(CHEAP_AT, self._sell_too_cheap), (midnight(date(YEAR + 1, 1, 5)), self._close)]
        for moment, act in sorted(agenda, key=lambda pair: pair[0]):
            self._workers(moment)
            act(moment)

    def _agenda_of(self, event: BrandEvent) -> Iterable[tuple[datetime, Callable[[datetime], None]]]:
        month, first = event.starts_on.month, midnight(event.starts_on)
        days = 4 if month in (EXTENDED, 12) else 3
        end = first + days * DAY
        self.windows[month] = (first, STOPPED_AT if month == 5 else end)
        if event.festival:
            yield from self._applied(event, first - 24 * DAY)
        yield first - 8 * DAY, lambda at: events.settle_stock(event.pk, by=somebody("promotion_planner"), at=at)
        yield first - 12 * HOUR, partial(self._open_draw, event)
        for place in range(days):
            yield first + place * DAY + 22 * HOUR, partial(self._sell, count=self.volume.a_day)
            yield first + place * DAY + 22.5 * HOUR, partial(self._claim_at_once, month)
        if month == 5:
            yield STOPPED_AT, partial(self._stop, event)
        if month == EXTENDED:
            yield end - 36 * HOUR, partial(self._extend, event)
        yield end + HOUR, partial(self._draw, month)
        steps = (
            (4, self._deliver), (6, self._claim_rewards), (7, self._sign), (8, partial(self._refund, tenth=0)),
            (9, self._pay), (10, partial(self._refund, tenth=1)), (11, self._try_again), (12, self._sign),
            (13, self._pay), (14, self._review),
        )  # fmt: skip
        for after, step in steps:
            yield end + after * DAY - 13 * HOUR, partial(step, month)

    def _workers(self, at: datetime) -> None:
        """What the scheduled tasks have done by now."""
        events.start_all_due(by=SYSTEM, at=at)
        events.end_all_due(by=SYSTEM, at=at)
        timers.sweep(at=at)
        for pk in approvals.lapsing():
            approvals.lapse(pk, by=SYSTEM, at=at)
        for pk in claim_queries.refunded():
            claims.reverse(pk, reason="订单已退款或关闭", by=SYSTEM, at=at)

    def _note_states(self, at: datetime) -> None:
        rows = BrandEvent.objects.filter(plan=self.plan).values_list("starts_on__month", "state")
        self.states[at.date()] = dict(rows)

    def _applied(self, event: BrandEvent, first: datetime) -> Iterable[tuple[datetime, Callable[[datetime], None]]]:
        """PR-14: each festival by itself; the first is refused once, and applied for again with what was missing."""
        planner, head = somebody("promotion_planner"), somebody("ecommerce_head")

        def sign(granted: bool, at: datetime) -> None:
            [asked] = Approval.objects.filter(kind="festival", state="waiting")
            self._refused(NotAllowed, lambda: approvals.sign(asked.pk, by=planner, at=at))
            if granted:
                approvals.sign(asked.pk, by=head, at=at)
            else:
                approvals.refuse(asked.pk, reason="没有写客服排班", by=head, at=at)

        tries = (False, True) if event.starts_on.month == 9 else (True,)
        for place, granted in enumerate(tries):
            yield first + place * DAY, lambda at: events.apply(event.pk, reason=APPLICATION, by=planner, at=at)
            yield first + place * DAY + 5 * HOUR, partial(sign, granted)

    def _stop(self, event: BrandEvent, at: datetime) -> None:
        service = somebody("customer_service")
        self._refused(NotAllowed, lambda: events.stop(event.pk, reason=STOP_REASON, by=service, at=at))
        events.stop(event.pk, reason=STOP_REASON, by=somebody("ecommerce_head"), at=at)
        for (month, _purpose), purse in self.purses.items():
            purse.shut = purse.shut or month == event.starts_on.month

    def _extend(self, event: BrandEvent, at: datetime) -> None:
        events.extend(event.pk, days=1, reason="物流延误，顺延一天", by=somebody("promotion_planner"), at=at)

    # Orders

    def _sell(self, at: datetime, *, count: int) -> None:
        """A day's orders: of each shop its file in the evening."""
        for place in range(count):
            paid_at = midnight(at.date()) + timedelta(seconds=self.rng.randrange(79_000))
            [shop] = self.rng.choices(SHOPS, WEIGHTS)
            month = next((m for m, (since, until) in self.windows.items() if since <= paid_at < until), 0)
            model, yuan = self._chosen(shop, month)
            number = f"{paid_at:%m%d}{place:04}"
            self.sold[number] = Sold(number, shop, model, yuan, paid_at, month)
        today = [sale for sale in self.sold.values() if not sale.pk]
        self._take_in(today, at)
        keys = dict(Order.objects.filter(number__in=[sale.number for sale in today]).values_list("number", "pk"))
        for sale in today:
            sale.pk = keys[sale.number]

    def _chosen(self, shop: str, month: int) -> tuple[str, D]:
        """Something that the shop offers: on a brand day at the price of an offer that has pieces left."""
        if not month:
            model = self.rng.choice(("H1", "C1", "F3", "F4"))
            return model, list_of(model)
        here = [one for one in self._priced(month) if shop in one[3] and one[4][0] > 0]
        [(_kind, model, yuan, _shops, left)] = self.rng.choices(here, [TASTE[one[0]] for one in here])
        left[0] -= 1
        return model, yuan

    def _priced(self, month: int) -> list[tuple[str, str, D, set[str], list[int]]]:
        """The offers of a brand day that are a price, with their shops and what is left of each."""
        if month not in self._offers:
            rows = EventOffer.objects.filter(event__plan=self.plan, event__starts_on__month=month, kind__in=TASTE)
            self._offers[month] = [
                (row.kind, row.product.code, row.price_yuan, {p.shop.code for p in row.places.all()}, [row.quota])
                for row in rows.order_by("pk").select_related("product").prefetch_related("places__shop")
            ]
        return self._offers[month]

    def _sell_too_cheap(self, at: datetime) -> None:
        """A distributor sells below every rule, in July, outside the brand day."""
        sale = Sold("CHEAP", "tb-dis", "C1", D(1299), at - HOUR, 0)
        self.sold[sale.number] = sale
        self._take_in([sale], at)
        sale.pk = Order.objects.get(number="CHEAP").pk

    def _take_in(self, sales: Iterable[Sold], at: datetime, **later: object) -> None:
        by_shop: defaultdict[str, list[PlatformOrder]] = defaultdict(list)
        for sale in sales:
            line = PlatformLine("1", sale.model, merchant_code=sale.model, quantity=1, price_yuan=sale.yuan,
                                paid_yuan=sale.yuan)  # fmt: skip
            said = {"ordered_at": sale.paid_at, "paid_at": sale.paid_at, "paid_yuan": sale.yuan, "lines": (line,)}
            if sale.refunded:
                said["refunded_yuan"] = sale.yuan
            by_shop[sale.shop].append(make.seen(sale.number, **said | later))
        for shop, orders in by_shop.items():
            make.taken_in(*orders, where=self.where[shop], when=at)

    def of_month(self, month: int) -> list[Sold]:
        """What was sold on a brand day, the first first."""
        return sorted((s for s in self.sold.values() if s.month == month), key=lambda s: (s.paid_at, s.number))

    def _deliver(self, month: int, at: datetime) -> None:
        self._take_in(self.of_month(month), at, state=Progress.SIGNED, signed_at=at - 6 * HOUR)

    def _refund(self, month: int, at: datetime, *, tenth: int) -> None:
        """One in ten sends back what he bought; the money that he was promised or paid goes back to its pot."""
        gone = [sale for place, sale in enumerate(self.of_month(month)) if place % 10 == 3 + tenth]
        for sale in gone:
            sale.refunded = True
        self._take_in(gone, at, state=Progress.CLOSED if tenth else Progress.SIGNED, signed_at=at - 6 * DAY)
        self._workers(at)
        for (whose, _purpose), purse in self.purses.items():
            if whose == month:
                for key in [key for key in (*purse.held, *purse.paid) if self.sold[key[0]].refunded]:
                    purse.give_back(key)

    # Claims

    def purse_of(self, month: int, kind: str) -> tuple[int, Purse]:
        """The pot of an offer, and our own book of it."""
        purpose = PURPOSE.get(kind, kind)
        if (month, purpose) not in self._pots:
            offer = EventOffer.objects.get(event__plan=self.plan, event__starts_on__month=month, kind=purpose)
            pot = Pot.objects.get(owner_type="promotions.eventoffer", owner_id=offer.pk)
            amount, quota = self.volume.quotas(month in FESTIVALS)[purpose]
            shut = month == 5 and purpose in ("cashback", "show_order")  # asked for only after the stop
            self._pots[month, purpose], self.purses[month, purpose] = pot.pk, Purse(amount * quota, quota, shut=shut)
        return self._pots[month, purpose], self.purses[month, purpose]

    def _claim(self, sale: Sold, kind: str, yuan: D, at: datetime) -> None:
        """First come, first served: what must happen is said before it is tried."""
        pot, purse = self.purse_of(sale.month, kind)
        wanted, by = (
            claims.Wanted(pot, kind, yuan, f"https://example.invalid/{sale.number}"),
            somebody("customer_service"),
        )
        must, key = purse.fits(yuan), (sale.number, kind)
        try:
            claims.enter(sale.pk, wanted, by=by, at=at)
        except pots.QuotaSpent as why:
            self.refused[why.code] += 1
            self._turned_away[sale.month].append((sale, kind, yuan))
            if must:
                self.surprises.append(f"{key} was refused")
            return
        purse.hold(key, yuan)
        if not must:
            self.surprises.append(f"{key} was accepted")
        if len(purse.held) % 5 == 1:
            self._refused(claims.ClaimedAlready, lambda: claims.enter(sale.pk, wanted, by=by, at=at))

    def _claim_at_once(self, month: int, at: datetime) -> None:
        """What goes with the purchase: gifts for the first, coupons of the model, orders from a phone."""
        today = [sale for sale in self.of_month(month) if sale.paid_at.date() == at.date()]
        if at.day == 9:
            _amount, gifts = self.volume.quotas(False)["quick_gift"]
            for sale in today[: gifts + 2]:
                self._claim(sale, "quick_gift", D(30), at)
        for place, sale in enumerate(today):
            if sale.model == "C1":
                self._claim(sale, "coupon", D(30), at)
            if place % 4 == 0:
                self._claim(sale, "phone_order", D(10), at)
        if today:
            pot, _purse = self.purse_of(month, "cash_back")
            early = claims.Wanted(pot, "cash_back", D(20))
            by = somebody("customer_service")
            self._refused(claims.MayNotClaim, lambda: claims.enter(today[0].pk, early, by=by, at=at))

    def _claim_rewards(self, month: int, at: datetime) -> None:
        """Whoever has his heater writes about it, in no order that we know; in August for 30 yuan each."""
        sales = self.of_month(month)
        self.rng.shuffle(sales)
        for place, sale in enumerate(sales):
            self._claim(sale, "cash_back", D(30) if month == THIRTY else D(20), at + timedelta(seconds=place))
            if sale.shop == "jd-pop":
                self._claim(sale, "show_order", D(40) if place % 3 == 0 else D(20), at + timedelta(seconds=place))

    def _sign(self, month: int, at: datetime) -> None:
        """What is above the limit of who entered it: the head signs all but the first."""
        waiting = Approval.objects.filter(kind="claim", state="waiting").order_by("pk")
        for place, asked in enumerate(list(waiting)):
            claim = Claim.objects.select_related("order").get(pk=asked.subject_id)
            head, service = somebody("ecommerce_head"), somebody("customer_service")
            self._refused(NotAllowed, lambda pk=asked.pk, by=service: approvals.sign(pk, by=by, at=at))
            if place:
                approvals.sign(asked.pk, by=head, at=at)
            else:
                approvals.refuse(asked.pk, reason="晒单图片不是本单商品", by=head, at=at)
                self.purse_of(month, claim.kind)[1].give_back((claim.order.number, claim.kind))

    def _pay(self, month: int, at: datetime) -> None:
        finance = somebody("finance")
        for claim in Claim.objects.all().to_pay().select_related("order").order_by("pk"):
            claims.pay(claim.pk, reference=f"ZFB{at:%m%d}{claim.pk:06}", by=finance, at=at)
            purse = self.purse_of(month, claim.kind)[1]
            key = (claim.order.number, claim.kind)
            purse.paid[key] = purse.held.pop(key)
            self.paid_out += purse.paid[key]

    def _try_again(self, month: int, at: datetime) -> None:
        """Who was turned away tries again: what others gave back is there for the next."""
        again, self._turned_away[month] = self._turned_away[month], []
        for sale, kind, yuan in again:
            if not sale.refunded:
                self._claim(sale, kind, yuan, at)

    # Draws and reviews

    def _open_draw(self, event: BrandEvent, at: datetime) -> None:
        """PR-12: before anybody can take part, the fingerprint of the seed is public."""
        month = event.starts_on.month
        pot, purse = self.purse_of(month, "draw")
        yuan = self.volume.quotas(month in FESTIVALS)["draw"][0]
        first, last = event.opens_at, event.opens_at + 3 * DAY
        planned = draws.Planned(f"{event}抽奖", pot, yuan, purse.limit_count, first, last)
        made = draws.open_draw(planned, by=somebody("promotion_planner"), at=at)
        self.drawn[month] = (made.seed_print, [])

    def _draw(self, month: int, at: datetime) -> None:
        """PR-12: fixed, drawn, published; a stopped brand day's draw is called off."""
        planner, [draw] = somebody("promotion_planner"), draws.Draw.objects.filter(opens_at=self.windows[month][0])
        if month == 5:
            draws.cancel(draw.pk, reason="品牌日已提前停止", by=planner, at=at)
            return
        draws.close(draw.pk, by=planner, at=at)
        drawn = draws.run(draw.pk, by=planner, at=at)
        takes_part = [s for s in self.of_month(month) if draw.opens_at <= s.paid_at < draw.closes_at]
        lots = sorted((_sha(f"{drawn.seed}:{_sha(f'{s.shop}:{s.number}')}"), s.number) for s in takes_part)
        winners = [number for _lot, number in lots[: draw.places]]
        for number in winners:
            self.purses[month, "draw"].hold((number, "draw"), draw.prize_yuan)
        self.drawn[month] = (self.drawn[month][0], winners)

    def _review(self, month: int, at: datetime) -> None:
        sales = self.of_month(month)
        spent = sum((purse.used for (whose, _p), purse in self.purses.items() if whose == month), D(0))
        self.reviewed[month] = (sum((sale.yuan for sale in sales), D(0)), len(sales), spent)
        event = BrandEvent.objects.get(plan=self.plan, starts_on__month=month)
        events.review(event.pk, lessons=f"{month}月：备货够，晒单多", by=somebody("promotion_planner"), at=at)

    def _close(self, at: datetime) -> None:
        plans.close(self.plan.pk, by=somebody("promotion_planner"), at=at)


def _look(at: datetime) -> None:
    """DS-11: the nightly look over all prices and sales."""
    following.follow_all_due(by=SYSTEM, at=at)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
