"""The year told through the product's own operations, each at its simulated moment."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Min, Q

from aftersales.operations import dispatch, opening
from channels.models import Listing, Product
from channels.operations import listings
from opsdesk.actor import SYSTEM
from opsdesk.console.demo import actors
from opsdesk.console.demo.agenda import Agenda
from opsdesk.console.demo.catalogue import Stall, stalls, strange_items
from opsdesk.console.demo.field import Field
from opsdesk.console.demo.intake import Intake
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.sales import Sale
from opsdesk.days import midnight
from opsdesk.kpi import report
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState

Tell = Callable[[datetime], None]

_MORNING, _EVENING, _FROZEN = timedelta(hours=6, minutes=20), timedelta(hours=17, minutes=10), timedelta(hours=7)
_MINUTE, _LAST_FILE = timedelta(minutes=1), timedelta(minutes=35)
_BEFORE_LIVE, _MAPPED, _REPORTS = timedelta(days=3), timedelta(days=20), 7
_EVERY_DAY, _SMALL, _QUARTER = 9, 6, (1, 4, 7, 10)
_MENDED, _LOST = 4, 1  # days ago
_BROKEN = {"tmall-flagship": 2, "jd-pop": 2}
_FAILS_AT = "jd-pop"


def tell(plan: Plan, sales: Sequence[Sale], *, heard: Tell = lambda moment: None) -> None:
    """Let everything happen up to `plan.at`; `heard` is told the moment of each act."""
    Story(plan, sales).run(heard)


def report_yesterday(plan: Plan) -> None:
    """KP-3: freeze this morning's report, once every part of the company has told its days."""
    today = plan.at.date()
    report.freeze(SYSTEM, today - timedelta(days=1), at=midnight(today) + _FROZEN)


class Story:
    """The company's days: files in the morning, signatures in the evening, installers and clocks in between."""

    def __init__(self, plan: Plan, sales: Sequence[Sale]) -> None:
        self._plan, self._agenda = plan, Agenda()
        self._shop_operations, dispatcher = actors.of_role("shop_operations"), actors.of_role("dispatcher")
        self._intake = Intake(plan, sales, clerk=self._shop_operations, warehouse=actors.of_role("warehouse"))
        self._field = Field(plan, {sale.number: sale for sale in sales}, self._agenda, dispatcher=dispatcher)
        self._open = [stall for stall in stalls() if stall.share]
        self._next_rung: datetime | None = None

    def run(self, heard: Tell) -> None:
        """Fill the agenda and live through it."""
        self._plan_months()
        self._plan_days()
        self._agenda.add(self._plan.at - _MAPPED, self._map_items)
        self._agenda.add(self._plan.at - _LAST_FILE, self._last_files)

        def before(moment: datetime) -> None:
            self._sweep(moment)
            heard(moment)

        self._agenda.run(until=self._plan.at, before=before)
        timers.sweep(at=self._plan.at)

    def _plan_months(self) -> None:
        """Before installations are followed, a file a month from every shop, from small ones a file a quarter."""
        last = (self._plan.live_since - _BEFORE_LIVE).date()
        days = [last]
        month = self._plan.start.date().replace(day=1)
        while month < last:
            days.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        for day in days:
            for place, stall in enumerate(self._open):
                if stall.share >= _SMALL or day.month in _QUARTER or day == last:
                    self._agenda.add(midnight(day) + _MORNING + place * 4 * _MINUTE, partial(self._file, stall))

    def _plan_days(self) -> None:
        first = self._plan.live_since.date()
        for place in range(self._plan.live_days + 1):
            day = first + timedelta(days=place)
            last = place > self._plan.live_days - _EVERY_DAY
            shops = [stall for stall in self._open if last or (place + stall.place) % stall.every == 0]
            self._agenda.add(midnight(day) + _MORNING, partial(self._morning, shops))
            self._agenda.add(midnight(day) + _EVENING, self._sign)
            if 0 < self._plan.live_days - place < _REPORTS:
                self._agenda.add(midnight(day) + _FROZEN, partial(self._freeze, day - timedelta(days=1)))

    def _file(self, stall: Stall, at: datetime) -> None:
        self._intake.take_in(stall, at)

    def _morning(self, shops: Sequence[Stall], at: datetime) -> None:
        """Import the day's files; on some days a few rows are broken, on one somebody takes the wrong file."""
        days_ago = (self._plan.today - at.date()).days
        for stall in shops:
            broken = _BROKEN.get(stall.code, 0) if days_ago in (_MENDED, _LOST) else 0
            self._intake.take_in(stall, at, broken=broken, mended=days_ago == _MENDED)
            if stall.code == _FAILS_AT and days_ago == _LOST:
                self._intake.take_wrong_file_in(stall, at)
        self._open_jobs(at)

    def _last_files(self, at: datetime) -> None:
        for stall in self._open:
            self._intake.take_in(stall, at)
        self._open_jobs(at)

    def _sign(self, at: datetime) -> None:
        if self._intake.sign(at):
            self._open_jobs(at)

    def _open_jobs(self, at: datetime) -> None:
        if opening.open_all_due(Q(changed_at__gte=at), by=SYSTEM, at=at):
            dispatch.dispatch_all_due(by=SYSTEM, at=at)
            self._field.look(at)

    def _sweep(self, moment: datetime) -> None:
        """Let the clocks warn and run out at their own minute; silence is offered onward."""
        while (rung := self._rung()) and rung <= moment:
            at = min(rung.replace(second=0, microsecond=0) + _MINUTE, moment)
            timers.sweep(at=at)
            if dispatch.offer_onward_all_due(by=SYSTEM, at=at):
                self._field.look(at)
            self._field.clocks_moved = True

    def _rung(self) -> datetime | None:
        """Return when the next clock warns or runs out; asked again only after clocks were started or swept."""
        if self._field.clocks_moved:
            self._field.clocks_moved = False
            self._next_rung = Timer.objects.filter(state=TimerState.RUNNING).aggregate(first=Min("next_at"))["first"]
        return self._next_rung

    def _map_items(self, at: datetime) -> None:
        """Work the mapping queue off once; what came later still waits."""
        products = dict(Product.objects.values_list("code", "pk"))
        models = {one.title: one.model.code for items in strange_items().values() for one, _days in items}
        queue = Listing.objects.all().unmapped().order_by("pk").values_list("pk", "title")
        for pk, title in list(queue):
            listings.assign(pk, product_id=products[models[title]], by=self._shop_operations, at=at)

    def _freeze(self, day: date, at: datetime) -> None:
        timers.sweep(at=at)
        report.freeze(SYSTEM, day, at=at)
