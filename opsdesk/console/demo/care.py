"""Call-backs and complaints of the demo company: told through the product's own operations, some late."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from django.db.models import Q

from aftersales.models import Callback, CallbackTerms, Complaint, Job
from aftersales.operations import callbacks, complaint_classing, complaint_register, complaints
from aftersales.queries import callbacks as queries
from aftersales.states.complaint import OPEN
from opsdesk.actor import SYSTEM, Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local
from opsdesk.sla import timers
from opsdesk.sla.models import WorkCalendar
from opsdesk.sla.queries import calendar_of

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FORGOTTEN, _APPOINTS, _NEUTRAL, _DISSATISFIED, _REACHED = 0.03, 0.05, 0.10, 0.05, 0.8
_CALLED_SINCE = timedelta(days=8)  # the company began to call its customers back
_EVERY_DAYS = 1.2  # a complaint that does not come from a call-back
_GOES_ON = 0.85  # of what is not stopped on purpose
_SECOND_ROUND, _UNFOUNDED, _HANDED, _CORRECTED = 0.1, 0.2, 0.12, 0.1
_STOPS = ("registered", "unfounded", "investigating", "proposing", "proposed", "approved", "carried_out", "confirmed")


@cache
def words() -> dict[str, list[Any]]:
    """Return what people say in the story."""
    text = Path(__file__).with_name("care_words.json").read_text(encoding="utf-8")
    found: dict[str, list[Any]] = json.loads(text)
    return found


def tell(plan: Plan) -> None:
    """AS-9, AS-10: let customers be called back and complain, up to the plan's moment."""
    Care(plan).run()


class Care:
    """Who calls, who works on complaints, who decides."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rng = plan, Random(plan.seed + 9)
        self._caller, self._clerk = actors.of_role("callback"), actors.of_role("customer_service")
        self._dispatcher, self._head = actors.of_role("dispatcher"), actors.of_role("ecommerce_head")
        self._office = calendar_of(WorkCalendar.objects.get(code="office"))
        self._since = plan.today - _CALLED_SINCE
        self._terms = queries.terms_on(plan.today)

    def run(self) -> None:
        """Open, call, complain, and bring each complaint as far as it got."""
        self._open()
        for one in Callback.objects.order_by("pk").select_related("job"):
            self._call(one)
        self._complain()
        for place, row in enumerate(Complaint.objects.order_by("-registered_at", "-pk").select_related("owner")):
            self._bring(row, _STOPS[place % len(_STOPS)] if place < 3 * len(_STOPS) else "")
        timers.sweep(at=self._plan.at)

    def _open(self) -> None:
        days: defaultdict[datetime, list[int]] = defaultdict(list)
        CallbackTerms.objects.update(valid_from=self._since)
        done = Job.objects.filter(pk__in=queries.without_callback(Q())).order_by("done_at")
        for pk, done_at in done.values_list("pk", "done_at"):
            days[local(done_at or self._plan.at).replace(minute=0, second=0, microsecond=0)].append(pk)
        for hour, jobs in days.items():
            callbacks.open_many(jobs, by=SYSTEM, at=min(hour + _HOUR, self._plan.at))

    def _call(self, one: Callback) -> None:
        """Try, try again, note a time, and write down the answer."""
        rng, done_at = self._rng, local(one.job.done_at or self._plan.at)
        recent = self._plan.at - done_at < timedelta(days=8)
        if recent and rng.random() < _FORGOTTEN:
            return
        at = self._terms.calendar.next_open(done_at + rng.uniform(0.4, 2.2) * _DAY)
        while at < self._plan.at:
            callbacks.dial(one.pk, by=self._caller, at=at)
            spoken = at + timedelta(minutes=rng.randint(2, 6))
            luck = rng.random()
            if luck > _REACHED:
                outcome = rng.choice(("no_answer", "no_answer", "busy", "off", "wrong"))
                one = callbacks.miss(one.pk, outcome=outcome, by=self._caller, at=at)
                if one.closed_at or one.next_at is None:
                    return
                at = one.next_at + timedelta(minutes=rng.randint(0, 50))
                at = at if self._terms.calendar.is_open(at) else one.next_at
            elif luck < _APPOINTS and one.appointed_at is None:
                when = (at + timedelta(hours=rng.randint(3, 22))).replace(minute=0, second=0, microsecond=0)
                one = callbacks.appoint(one.pk, appointed_at=when, by=self._caller, at=spoken)
                at = when
            else:
                callbacks.answer(one.pk, self._said(), by=self._caller, at=min(spoken, self._plan.at))
                return

    def _said(self) -> callbacks.Said:
        rng, luck = self._rng, self._rng.random()
        suggestion = rng.choice(words()["suggestions"]) if rng.random() < 0.15 else ""
        fine = {"visited": "按时", "tested": "都做了", "charged": "没有收费", "installer": rng.choice("455")}
        if luck < _DISSATISFIED:
            bad = {"visited": rng.choice(("迟到", "改约过")), "tested": "都没有", "installer": rng.choice("12")}
            return callbacks.Said("dissatisfied", rng.choice(words()["dissatisfied"]), suggestion, fine | bad)
        if luck < _DISSATISFIED + _NEUTRAL:
            return callbacks.Said("neutral", rng.choice(words()["neutral"]), suggestion, fine | {"installer": "3"})
        return callbacks.Said("satisfied", "", suggestion, fine)

    def _complain(self) -> None:
        """Complaints by phone, platform, letter and partner, on jobs and orders of the last weeks."""
        jobs = list(Job.objects.exclude(owner=None).select_related("order", "owner").order_by("pk"))
        if not jobs:
            return
        many = int(self._plan.live_days / _EVERY_DAYS)
        for place in range(many):
            source, text = words()["complaints"][place % len(words()["complaints"])]
            at = self._office.next_open(local(self._plan.at - self._rng.uniform(0.1, self._plan.live_days) * _DAY))
            by = self._rng.choice((self._clerk, self._clerk, self._dispatcher))
            job = self._rng.choice(jobs)
            said = complaint_register.Said(text, source, job=job if place % 5 else None)
            if at < self._plan.at:
                complaint_register.register(said, by=by, at=at)

    def _bring(self, row: Complaint, stop: str) -> None:
        """Let a complaint go on, each step some working hours later, until it stops or today is reached."""
        at, owner = row.registered_at, self._owner(row)
        second = self._rng.random() < _SECOND_ROUND
        while row.state in OPEN and row.state != stop:
            at = local(self._office.after(at, timedelta(hours=self._rng.uniform(0.5, 7))))
            if at >= self._plan.at or (not stop and self._rng.random() > _GOES_ON and self._is_recent(row)):
                return
            if row.state == "registered" and self._rng.random() < _HANDED:
                owner = self._hand_over(row, owner, at)
            if row.state == "carried_out" and second and row.reopened == 0:
                complaints.reopen(row.pk, reason=self._one("reopened"), by=owner, at=at)
            else:
                self._step(row, stop, owner, at)
            row = Complaint.objects.select_related("owner").get(pk=row.pk)

    def _is_recent(self, row: Complaint) -> bool:
        return self._plan.at - row.registered_at < timedelta(days=12)

    def _owner(self, row: Complaint) -> Actor:
        return self._dispatcher if row.owner_id == self._dispatcher.user_id else self._clerk

    def _hand_over(self, row: Complaint, owner: Actor, at: datetime) -> Actor:
        other = self._clerk if owner is self._dispatcher else self._dispatcher
        assert other.user_id
        complaints.hand_over(row.pk, to_id=other.user_id, reason=self._one("handed_over"), by=owner, at=at)
        return other

    def _one(self, what: str) -> str:
        return str(self._rng.choice(words()[what]))

    def _step(self, row: Complaint, stop: str, owner: Actor, at: datetime) -> None:
        if row.state == "registered":
            self._judge(row, stop, owner, at)
        elif row.state == "proposed":
            self._decide(row, at)
        else:
            steps: dict[str, Any] = {
                "unfounded": lambda: complaints.answer_kindly(row.pk, answer=self._one("answers"), by=owner, at=at),
                "investigating": lambda: self._investigate(row, owner, at),
                "proposing": lambda: self._propose(row, owner, at),
                "approved": lambda: complaints.carry_out(row.pk, result=self._one("results"), by=owner, at=at),
                "carried_out": lambda: complaints.confirm(row.pk, words=self._one("confirmed"), by=owner, at=at),
                "confirmed": lambda: complaints.close(row.pk, summary=self._one("lessons"), by=owner, at=at),
            }
            steps[row.state]()

    def _judge(self, row: Complaint, stop: str, owner: Actor, at: datetime) -> None:
        if self._rng.random() < _CORRECTED:
            kind = self._rng.choice(("quality", "fee", "attitude"))
            complaint_classing.correct(row.pk, kind=kind, reason=self._one("corrected"), by=owner, at=at)
        unfounded = stop == "unfounded" or (not stop and self._rng.random() < _UNFOUNDED)
        if unfounded:
            complaints.dismiss(row.pk, judgement=self._one("dismissed"), by=owner, at=at)
        else:
            complaints.uphold(row.pk, judgement=self._one("judged"), by=owner, at=at)

    def _investigate(self, row: Complaint, owner: Actor, at: datetime) -> None:
        cause, who = self._rng.choice(words()["causes"])
        if who == "partner":
            blame = complaints.Blame(partner_id=row.partner_id) if row.partner_id else complaints.Blame("aftersales")
        else:
            blame = complaints.Blame(who)
        complaints.investigate(row.pk, cause=cause, blame=blame, by=owner, at=at)

    def _propose(self, row: Complaint, owner: Actor, at: datetime) -> None:
        measures, amount = self._rng.choice(words()["measures"])
        complaints.propose(row.pk, measures=measures, amount_yuan=Decimal(amount), by=owner, at=at)

    def _decide(self, row: Complaint, at: datetime) -> None:
        """The head signs what costs money, and approves the rest."""
        waiting = Approval.objects.waiting().filter(subject_type=row._meta.label_lower, subject_id=row.pk).first()
        if waiting:
            approvals.sign(waiting.pk, by=self._head, at=at)
        else:
            complaints.approve(row.pk, by=self._head, at=at)
