"""What waits now, for the start page: each queue with its right, its rows and the list behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.models import Callback, Complaint, Deduction, Job, Refund, Repair, Slip
from channels.models import Listing, Statement
from conflicts.models import Case, Signal
from conflicts.queries import waiting as cases
from opsdesk.actor import Actor
from opsdesk.approvals import queries as approvals
from opsdesk.approvals.models import Approval
from opsdesk.days import local, midnight
from orders.models import RejectedRow
from promotions.models import Auction, BrandEvent, Claim, PriceSignal, SupportApplication


@dataclass(frozen=True)
class Queue:
    """A work queue: who may see it, its rows within what `visible_to` leaves, and the admin list (model, ?queue=)."""

    title: Any
    right: str
    model: Any
    rows: Callable[[Any, datetime], Any]
    name: str
    alarming: bool = False

    @property
    def href(self) -> str:
        """The list behind it."""
        meta = self.model._meta
        return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?queue={self.name}"


@dataclass(frozen=True)
class Waiting:
    """How many wait in a queue, and where."""

    title: str
    waiting: int
    href: str
    alarming: bool


def _today(at: datetime) -> datetime:
    return midnight(local(at).date() + timedelta(days=1))


_VIEW_JOB, _VIEW_REPAIR = "aftersales.view_job", "aftersales.view_repair"


def _to_verify(rows: Any, at: datetime) -> Any:
    return rows.to_verify()


_VIEW_JOB = "aftersales.view_job"
_VIEW_COMPLAINT, _WORK_COMPLAINT = "aftersales.view_complaint", "aftersales.work_complaint"
_HEAD, _CALL, _VIEW_CALLBACK = "aftersales.approve_complaint", "aftersales.make_callback", "aftersales.view_callback"
_VIEW_JOB, _VIEW_REFUND = "aftersales.view_job", "aftersales.view_refund"
_SEND, _DECIDE = "channels.send_statement", "aftersales.confirm_deduction"
MONEY = (
    Queue(_("Statements to send"), _SEND, Statement, lambda rows, at: rows.to_send(), "to_send"),
    Queue(_("Disputed statements"), _SEND, Statement, lambda rows, at: rows.disputed(), "disputed", True),
    Queue(
        _("Statements to settle"),
        "channels.settle_statement",
        Statement,
        lambda rows, at: rows.to_settle(),
        "to_settle",
    ),
    Queue(
        _("Statements to confirm"),
        "channels.answer_statement",
        Statement,
        lambda rows, at: rows.to_confirm(),
        "to_confirm",
    ),
    Queue(_("Deductions to decide"), _DECIDE, Deduction, lambda rows, at: rows.to_decide(at), "to_decide"),
    Queue(
        _("Deductions to answer"),
        "aftersales.answer_deduction",
        Deduction,
        lambda rows, at: rows.to_answer(),
        "to_answer",
        True,
    ),
)
_VIEW_CASE, _HANDLE, _RULE = "conflicts.view_case", "conflicts.handle_case", "conflicts.rule_case"
CASES = (
    Queue(_("Cases to accept"), _HANDLE, Case, lambda rows, at: rows.to_accept(), "to_accept"),
    Queue(_("Cases to negotiate"), _HANDLE, Case, lambda rows, at: rows.to_negotiate(), "negotiating"),
    Queue(_("Cases with the GM office"), _RULE, Case, lambda rows, at: rows.to_investigate(), "office"),
    Queue(_("Rulings to sign"), _HANDLE, Case, lambda rows, at: rows.to_sign(), "to_sign"),
    Queue(_("Cases over time"), _HANDLE, Case, lambda rows, at: rows.overdue(at), "overdue", True),
)
QUEUES = (
    Queue(_("Installations overdue"), _VIEW_JOB, Job, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Due today"), _VIEW_JOB, Job, lambda rows, at: rows.due_between(at, _today(at)), "due_today"),
    Queue(_("Not accepted"), _VIEW_JOB, Job, lambda rows, at: rows.not_accepted(), "not_accepted"),
    Queue(_("No agent"), _VIEW_JOB, Job, lambda rows, at: rows.without_agent(), "no_agent", True),
    Queue(_("Repairs over time"), _VIEW_REPAIR, Repair, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Machines on the bench"), _VIEW_REPAIR, Repair, lambda rows, at: rows.on_bench(), "bench"),
    Queue(_("Hand-over wanted"), _VIEW_JOB, Job, lambda rows, at: rows.hand_over_wanted(), "hand_over_wanted", True),
    Queue(_("Customer urges"), _VIEW_JOB, Job, lambda rows, at: rows.urged(), "urged", True),
    Queue(_("Frozen by refund"), _VIEW_JOB, Job, lambda rows, at: rows.frozen(), "frozen"),
    Queue(
        _("Appointments today"),
        _VIEW_JOB,
        Job,
        lambda rows, at: rows.appointed_between(_today(at) - timedelta(days=1), _today(at)),
        "appointed_today",
    ),
    Queue(_("Complaints to judge"), _WORK_COMPLAINT, Complaint, lambda rows, at: rows.to_judge(), "to_judge"),
    Queue(_("Complaints over time"), _VIEW_COMPLAINT, Complaint, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Complaints to approve"), _HEAD, Complaint, lambda rows, at: rows.to_approve(), "to_approve"),
    Queue(_("Complaints whose owner has left"), _HEAD, Complaint, lambda rows, at: rows.orphaned(), "orphaned", True),
    Queue(_("Customers to call back"), _CALL, Callback, lambda rows, at: rows.open().to_call(at), "due"),
    Queue(_("Call-backs over time"), _VIEW_CALLBACK, Callback, lambda rows, at: rows.overdue(at), "overdue", True),
    Queue(_("Refunds late"), _VIEW_REFUND, Refund, lambda rows, at: rows.late(at), "late", True),
    Queue(_("Refunds burning"), _VIEW_REFUND, Refund, lambda rows, at: rows.burning(at), "burning", True),
    Queue(_("Refunds to review"), "aftersales.review_refund", Refund, lambda rows, at: rows.to_review(), "to_review"),
    Queue(_("Refunds to pay"), "aftersales.pay_refund", Refund, lambda rows, at: rows.to_pay(), "to_pay"),
    Queue(_("Goods back"), "aftersales.receive_return", Refund, lambda rows, at: rows.goods_back(), "goods_back"),
    Queue(_("Tell the customer"), "aftersales.tell_customer", Slip, lambda rows, at: rows.to_tell(), "to_tell", True),
    Queue(_("Claims to pay"), "promotions.pay_claim", Claim, lambda rows, at: rows.to_pay(), "to_pay"),
    Queue(
        _("Auctions without a result"),
        "promotions.run_auction",
        Auction,
        lambda rows, at: rows.to_record(at),
        "to_record",
    ),
    Queue(
        _("Auctions to hand out"),
        "promotions.hand_out_auction",
        Auction,
        lambda rows, at: rows.to_hand_out(),
        "to_hand_out",
    ),
    Queue(_("Support to verify"), "promotions.verify_support", SupportApplication, _to_verify, "to_verify"),
    Queue(
        _("Brand days without settled stock"),
        "promotions.run_brandevent",
        BrandEvent,
        lambda rows, at: rows.stock_open(local(at).date() + timedelta(days=7)),
        "stock",
        True,
    ),
    Queue(
        _("Brand days to review"), "promotions.run_brandevent", BrandEvent, lambda rows, at: rows.to_review(), "review"
    ),
    Queue(
        _("Price signals"),
        "promotions.dismiss_pricesignal",
        PriceSignal,
        lambda rows, at: rows.waiting(),
        "waiting",
        True,
    ),
    Queue(
        _("Signals of conflicts"), "conflicts.judge_signal", Signal, lambda rows, at: rows.waiting(), "waiting", True
    ),
    Queue(_("Rejected rows"), "orders.add_import", RejectedRow, lambda rows, at: rows.open(), "open"),
    Queue(_("Items to map"), "channels.change_listing", Listing, lambda rows, at: rows.unmapped(), "unmapped"),
    *MONEY,
    *CASES,
)


def waiting(by: Actor, *, at: datetime) -> list[Waiting]:
    """Count what waits for this person. One query a queue."""
    return [
        *_to_sign(by, at),
        *_cases(by, at),
        *_queues(by, at),
    ]


def _to_sign(by: Actor, at: datetime) -> list[Waiting]:
    """What this person may sign depends on his roles, not on his scope alone (AU-4)."""
    if not by.may("approvals.sign_approval"):
        return []
    count = approvals.to_sign(Approval.objects.visible_to(by), by, at=at).count()
    where = reverse("admin:approvals_approval_changelist")
    return [Waiting(str(_("For my signature")), count, f"{where}?queue=mine", True)]


def _cases(by: Actor, at: datetime) -> list[Waiting]:
    """Which cases wait for this person follows from his seat and his parties (CF-9)."""
    if not by.may(_VIEW_CASE):
        return []
    where = reverse("admin:conflicts_case_changelist")
    return [Waiting(str(_("Cases that wait for me")), len(cases.mine(by, at=at)), f"{where}?queue=mine", True)]


def _queues(by: Actor, at: datetime) -> list[Waiting]:
    return [
        Waiting(
            str(queue.title),
            queue.rows(queue.model._default_manager.visible_to(by), at).count(),
            queue.href,
            queue.alarming,
        )
        for queue in QUEUES
        if by.may(queue.right)
    ]
