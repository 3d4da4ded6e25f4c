"""The installers at work: they answer offers, make appointments, come, and sometimes cannot do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from django.core.files.base import ContentFile

from aftersales.models import Job, Offer
from aftersales.operations import dispatch, jobs
from aftersales.states.job import Answer
from channels.models import Partner
from opsdesk.actor import SYSTEM, Actor
from opsdesk.console.demo import conduct, pictures
from opsdesk.console.demo.actors import Partners
from opsdesk.console.demo.agenda import Agenda
from opsdesk.console.demo.catalogue import data
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.sales import Sale
from opsdesk.days import local, midnight

_APPOINTS, _LATER = 0.5, 0.03
_LEFT_OPEN = timedelta(hours=36)


@dataclass(frozen=True)
class Task:
    """An offer as its partner sees it."""

    offer: int
    job: int
    partner: str
    round: int
    due_at: datetime
    sale: Sale
    rng: Random

    @property
    def fate(self) -> str:
        """What the story wants of it; only the first partner is bound by it."""
        return self.sale.fate if self.round == 1 else ""


class Field:
    """Everybody who installs, and the dispatcher who helps where nobody is found."""

    def __init__(self, plan: Plan, sales: Mapping[str, Sale], agenda: Agenda, *, dispatcher: Actor) -> None:
        self._plan, self._sales, self._agenda, self._dispatcher = plan, sales, agenda, dispatcher
        self._partners, self._helpers = Partners(), dict(Partner.objects.values_list("code", "pk"))
        self._last = 0
        self._current: dict[int, int] = {}  # job: the offer under which somebody has it
        self._helped: set[int] = set()
        self.clocks_moved = False

    def look(self, at: datetime) -> None:
        """Put on the agenda what follows from new offers, and from jobs that found nobody."""
        self.clocks_moved = True
        rows = Offer.objects.filter(pk__gt=self._last, answer=Answer.WAITING).order_by("pk")
        for offer, job, partner, number, order, due_at in rows.values_list(
            "pk", "job", "partner__code", "round", "job__order__number", "job__due_at"
        ):
            self._last = offer
            self._current[job] = offer
            rng = Random(f"{self._plan.seed}:{order}:{number}")
            task = Task(offer, job, partner, number, local(due_at), self._sales[order], rng)
            self._offered(task, at)
        for job, order in (
            Job.objects.without_agent().filter(dispatched_at=at).order_by("pk").values_list("pk", "order__number")
        ):
            self._nobody(job, self._sales[order], at)

    def _offered(self, task: Task, at: datetime) -> None:
        habit, luck = conduct.habit_of(task.partner), task.rng.random()
        if task.sale.fate == "returned" and task.round == 1:
            closed_at = task.sale.life.closed_at or at
            self._agenda.add(max(closed_at, at) + timedelta(hours=2), partial(self._cancel, task.job))
        if task.fate == "unanswered" or (not task.fate and luck < habit.silent):
            return
        answer_at = conduct.answer_after(task.rng, at, habit)
        declines = task.fate == "declined" or (not task.fate and luck < habit.silent + habit.declines)
        self._agenda.add(answer_at, partial(self._decline if declines else self._accept, task))

    def _nobody(self, job: int, sale: Sale, at: datetime) -> None:
        """A person chooses; not for what came in just now."""
        self._current.pop(job, None)
        found_at = conduct.after_work(at, 2.5)
        if sale.fate in ("nobody", "nowhere") or job in self._helped or self._plan.at - found_at < _LEFT_OPEN:
            return
        self._helped.add(job)
        self._agenda.add(found_at, partial(self._help, job, sale))

    def _help(self, job: int, sale: Sale, at: datetime) -> None:
        helper = _nearest(sale.customer.home.code[:2])
        reason = "无代理覆盖，电话协调邻近服务商"
        dispatch.assign(job, partner_id=self._helpers[helper], reason=reason, by=self._dispatcher, at=at)
        self.look(at)

    def _is_over(self, task: Task) -> bool:
        """Say whether the job has meanwhile gone to somebody else, or to nobody."""
        return self._current.get(task.job) != task.offer

    def _decline(self, task: Task, at: datetime) -> None:
        if self._is_over(task):
            return
        by, reason = self._partners.of(task.partner), task.rng.choice(conduct.WHY_DECLINED)
        jobs.decline(task.job, reason=reason, by=by, at=at)
        dispatch.dispatch_all_due(by=SYSTEM, at=at)
        self.look(at)

    def _accept(self, task: Task, at: datetime) -> None:
        if self._is_over(task):
            return
        jobs.accept(task.job, by=self._partners.of(task.partner), at=at)
        if task.sale.fate != "returned":
            self._arrange(task, at)

    def _arrange(self, task: Task, at: datetime) -> None:
        """Settle when somebody comes, with the customer or without."""
        rng, starts_at, due_at = task.rng, at, task.due_at
        if not task.fate and rng.random() < _LATER:
            starts_at, due_at = self._start_later(task, at)
        visit_at = conduct.visit_at(rng, starts_at, due_at, late=rng.random() < conduct.habit_of(task.partner).late)
        appoints = rng.random() < _APPOINTS and visit_at > at + timedelta(hours=1)
        if task.fate == "failed":
            visit_at, appoints = conduct.after_work(at, 1.5), False
        elif task.fate in ("overdue", "today"):
            visit_at, appoints = task.due_at, task.fate == "today"
        if appoints:
            self._agenda.add(at + timedelta(minutes=rng.randint(5, 45)), partial(self._appoint, task, visit_at))
        if task.fate not in ("overdue", "today"):
            self._agenda.add(visit_at + timedelta(minutes=rng.randint(50, 110)), partial(self._visit, task))

    def _start_later(self, task: Task, at: datetime) -> tuple[datetime, datetime]:
        """The customer wants it on a day of his own; return that day and the new deadline."""
        day = midnight(at.date() + timedelta(days=task.rng.randint(3, 8)))
        why = task.rng.choice(conduct.WHY_LATER)
        return day, local(jobs.start_later(task.job, starts_at=day, reason=why, by=self._dispatcher, at=at).due_at)

    def _appoint(self, task: Task, visit_at: datetime, at: datetime) -> None:
        if not self._is_over(task) and visit_at > at:
            hour = visit_at.replace(minute=visit_at.minute // 30 * 30, second=0, microsecond=0)
            jobs.appoint(task.job, appointed_at=max(hour, at), by=self._partners.of(task.partner), at=at)

    def _visit(self, task: Task, at: datetime) -> None:
        if self._is_over(task):
            return
        by = self._partners.of(task.partner)
        if task.fate == "failed" or task.rng.random() < conduct.habit_of(task.partner).fails:
            jobs.fail(task.job, reason=task.rng.choice(conduct.WHY_FAILED), by=by, at=at)
            if not task.fate:
                self._agenda.add(conduct.after_work(at, 5), partial(self._reopen, task.job))
            del self._current[task.job]
            return
        serial = f"NL{at:%y}{task.job:07d}"
        photo = ContentFile(pictures.of(task.sale.bought[0].item.model.series), "photo.jpg")
        jobs.complete(task.job, serial_number=serial, photo=photo, by=by, at=at)
        del self._current[task.job]

    def _reopen(self, job: int, at: datetime) -> None:
        jobs.reopen(job, reason="用户已整改，可再次安装", by=self._dispatcher, at=at)
        dispatch.dispatch_all_due(by=SYSTEM, at=at)
        self.look(at)

    def _cancel(self, job: int, at: datetime) -> None:
        jobs.cancel(job, reason=conduct.WHY_CANCELLED, by=self._dispatcher, at=at)
        self._current.pop(job, None)


def _nearest(province: str) -> str:
    """Return the agent of a province."""
    return next(str(code) for code, _name, regions in data()["agents"] if province in regions)
