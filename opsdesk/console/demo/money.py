"""Settlement in the demo: extra work, fees, deductions, statements, corrections in every state, some late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from django.core.files.base import ContentFile

from aftersales.models import Deduction, Extra, ExtraKind, Job
from aftersales.operations import deductions, extras, fees
from aftersales.states.job import JobState
from channels.models import Correction, Partner, Statement
from channels.operations import corrections, statements
from opsdesk.actor import SYSTEM, Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.console.demo import actors, pictures
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local, midnight
from opsdesk.sla import timers

_WORK = (
    ("pipes", (30, 45, 60, 90), "冷热水管超出随机附件长度，另配管件"),
    ("wall", (80, 120, 260), "轻体墙，加装支架并打孔"),
    ("height", (100, 150, 400), "外墙高空作业，两人配合"),
    ("remote", (60, 80, 180), "往返超过60公里"),
    ("wiring", (50, 120, 350), "原线径不足，改接6平方铜线"),
    ("removal", (30, 50), "拆除旧机并搬至楼下"),
)
_CONTESTED = ("当天暴雨停工，已提前告知用户", "用户临时改期，有通话记录", "配件缺货，非我方原因")
_DISPUTED = ("该单上门两次，只结算一次", "加长管路费用未列入", "线下单价应按新协议")
_REPAID = (
    ("运费垫付", "用户退机，服务商垫付物流费"),
    ("专用工具补贴", "按协议补贴激光水平仪"),
    ("培训差旅", "总部培训往返车票"),
)


def enter(plan: Plan) -> None:
    """Live through the settlement of the last weeks, as far as the story goes."""
    Settlement(plan).run()


class Settlement:
    """Who proposes, answers, signs and pays; every choice from one seed."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rng = plan, Random(plan.seed + 41)
        self._finance, self._director = actors.of_role("finance"), actors.of_role("sales_director")
        self._general, self._office = actors.of_role("general_manager"), actors.of_role("gm_office")
        rights = actors.of_role("partner_office").rights
        self._partners = {
            pk: Actor(contact, rights=rights, partners=frozenset({code}), door="api")
            for pk, code, contact in Partner.objects.values_list("pk", "code", "contact")
        }

    def run(self) -> None:
        """Let it happen in the order of time: work, deductions, then the statement of the month that is over."""
        self._extras()
        drawn_at = _draw_day(self._plan.at)
        weeks = range(self._plan.live_days // 7, -1, -1)
        for at in sorted({*(self._plan.at - timedelta(days=7 * week) for week in weeks), drawn_at}):
            if at <= self._plan.at:
                fees.book_all_due(by=SYSTEM, at=at)
                deductions.propose_all_due(by=SYSTEM, at=at)
        self._deductions()
        self._corrections()
        statements.draw_up_all_due(by=SYSTEM, at=drawn_at)
        self._statements(drawn_at)
        timers.sweep(at=self._plan.at)

    def _extras(self) -> None:
        """Extra work on every ninth installation; the last ones still wait for a signature."""
        kinds = dict(ExtraKind.objects.values_list("code", "pk"))
        jobs = list(Job.objects.filter(state=JobState.DONE).order_by("done_at", "pk"))[::9]
        for job in jobs:
            code, amounts, reason = self._rng.choice(_WORK)
            amount = Decimal(self._rng.choice(amounts))
            wanted = extras.Wanted(kinds[code], amount, reason, ContentFile(pictures.of(code), "photo.jpg"))
            at = min(_known(job.done_at) + timedelta(minutes=self._rng.randint(5, 300)), self._plan.at)
            extras.propose(job.pk, wanted=wanted, by=self._partners[_known(job.owner_id)], at=at)
        for extra in Extra.objects.waiting().order_by("proposed_at", "pk"):
            at = extra.proposed_at + timedelta(hours=self._rng.randint(2, 30))
            if at < self._plan.at - timedelta(days=1):
                self._sign(extra, at, refused=self._rng.random() < 0.12)

    def _sign(self, subject: Any, at: datetime, *, refused: bool = False) -> None:
        """Sign what waits for a subject, or refuse it; two signatures where two are needed."""
        waiting = Approval.objects.waiting().filter(
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
        )
        approval = waiting.get()
        signers = [by for by in (self._director, self._general, self._finance) if by.name != approval.asked_by]
        if refused:
            approvals.refuse(approval.pk, reason="照片看不出施工内容，请补充后重报", by=signers[0], at=at)
            return
        for place, by in enumerate(signers[: approval.signatures_needed]):
            approvals.sign(approval.pk, by=by, at=at + timedelta(hours=place))

    def _deductions(self) -> None:
        """What was proposed: admitted, contested, silent; confirmed and signed, waiting, or dropped."""
        for row in Deduction.objects.order_by("pk"):
            luck, answered_at = self._rng.random(), row.proposed_at + timedelta(hours=self._rng.randint(2, 20))
            if luck < 0.7 and answered_at < self._plan.at:
                admits = luck < 0.3
                said = "情况属实，已安排加派人手" if admits else self._rng.choice(_CONTESTED)
                by = self._partners[row.partner_id]
                row = deductions.answer(row.pk, admits=admits, answer=said, by=by, at=answered_at)
            at = _known(row.due_at) + timedelta(hours=self._rng.randint(1, 40))
            if at > self._plan.at - timedelta(days=2):
                continue
            if row.state == "contested" and luck < 0.55:
                deductions.drop(row.pk, reason="经核实，用户确认改期，不予扣款", by=self._director, at=at)
            elif luck < 0.9:
                deductions.confirm(row.pk, reason="派单与完工记录一致，事实清楚", by=self._director, at=at)
                if luck < 0.8:
                    row.refresh_from_db()
                    self._signed_deduction(row, at)

    def _signed_deduction(self, row: Deduction, at: datetime) -> None:
        for place, by in enumerate((self._finance, self._general), 1):
            approval = Approval.objects.waiting().get(subject_type="aftersales.deduction", subject_id=row.pk)
            approvals.sign(approval.pk, by=by, at=at + timedelta(hours=3 * place))

    def _corrections(self) -> None:
        """Some reimbursements; the last one waits for a signature."""
        busy = Partner.objects.filter(entries__isnull=False).distinct().order_by("pk")[:6]
        for place, partner in enumerate(busy):
            text, reason = _REPAID[place % len(_REPAID)]
            amount = Decimal(self._rng.randint(3500, 42000)) / 100
            wanted = corrections.Wanted(partner.pk, "reimbursement", amount, text, reason)
            at = self._plan.at - timedelta(days=24 - 4 * place, hours=2)
            row = corrections.propose(wanted, by=self._finance, at=at)
            if place < 4:
                self._sign(row, at + timedelta(hours=5))

    def _statements(self, drawn_at: datetime) -> None:
        """The month's statements: settled, confirmed, disputed, waiting, and a few that nobody has sent."""
        rows = list(Statement.objects.to_send().order_by("pk"))
        for place, row in enumerate(rows):
            if place % 9 == 8:
                continue
            at = drawn_at + timedelta(hours=9, minutes=place)
            self._try(at, partial(statements.send, row.pk, by=self._finance, at=at))
            fate, by = place % 9, self._partners[row.partner_id]
            later = at + timedelta(hours=self._rng.randint(3, 90))
            if fate in (0, 1, 2, 3, 4):
                self._try(later, partial(statements.confirm, row.pk, by=by, at=later))
            elif fate in (5, 6):
                said = {1: self._rng.choice(_DISPUTED)}
                self._try(later, partial(statements.dispute, row.pk, lines=said, by=by, at=later))
            if fate in (0, 1, 2):
                self._settle(row.pk, later + timedelta(days=2), place)
            elif fate == 6:
                self._answer(row, later + timedelta(hours=20))

    def _settle(self, pk: int, at: datetime, place: int) -> None:
        paid_on, reference = local(at).date(), f"HK{at:%Y%m%d}{place:03d}"
        settle = partial(statements.settle, pk, paid_on=paid_on, reference=reference, by=self._office, at=at)
        self._try(at, settle)

    def _answer(self, row: Statement, at: datetime) -> None:
        line = row.lines.disputed().first()
        if line is None or at > self._plan.at:
            return
        if row.pk % 2:
            statements.keep(line.pk, answer="照片与签到显示仅上门一次", by=self._finance, at=at)
            return
        corrections.take_back_line(line.pk, answer="核对后确有误，冲回重记", by=self._finance, at=at)
        self._sign(Correction.objects.waiting().get(takes_back=line.entry_id), at + timedelta(hours=4))

    def _try(self, at: datetime, act: Callable[[], object]) -> None:
        """Do what lies before the end of the story."""
        if at <= self._plan.at:
            act()


def _draw_day(at: datetime) -> datetime:
    """Return the last fifth of a month, early in the morning."""
    day = local(at).date()
    if day.day < 5:
        day = day.replace(day=1) - timedelta(days=1)
    return midnight(day.replace(day=5)) + timedelta(hours=1, minutes=10)


def _known(value: Any) -> Any:
    """Return what the database holds to be there."""
    assert value is not None
    return value
