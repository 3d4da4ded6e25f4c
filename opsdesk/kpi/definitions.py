"""KP-3: every figure is defined once, here: which rows, and what is counted of them.

The value, the list behind it, the mail, the start page and the API all come from the same definition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Model, Q, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job
from opsdesk.kpi.spans import Span
from orders.models import Import, Order, RejectedRow
from orders.states import ImportState


@dataclass(frozen=True)
class Definition:
    """One figure. `where` says which rows of `model` in a span; `measure` what is made of them (a count if nothing).

    A rate is the share of its rows that also fulfil `part`. `better` is "high", "low" or "" (neither).
    """

    key: str
    label: Any
    unit: str
    model: type[Model]
    where: Callable[[Span], Q]
    text: Any
    measure: str = ""
    part: Q | None = None
    better: str = ""
    group: str = "sales"

    def rows(self, rows: Any, span: Span) -> Any:
        """Narrow a QuerySet of the model (already narrowed to what may be seen) to this figure's rows."""
        return rows.filter(self.where(span))

    def aggregate(self) -> dict[str, Any]:
        """Return what to ask the database for."""
        if self.measure:
            return {"value": Sum(self.measure)}
        if self.part is not None:
            return {"value": Count("pk", filter=self.part), "of": Count("pk")}
        return {"value": Count("pk")}


def _created(span: Span) -> Q:
    return Q(superseded=False, ordered_at__gte=span.start, ordered_at__lt=span.end)


def _paid(span: Span) -> Q:
    return Q(superseded=False, paid_at__gte=span.start, paid_at__lt=span.end)


def _created_and_paid(span: Span) -> Q:
    return _created(span) & Q(paid_at__isnull=False)


def _open_at(moment: Any) -> Q:
    """Installations neither done nor cancelled at a moment; one that failed is still to be done."""
    not_done = Q(done_at=None) | Q(done_at__gte=moment)
    return Q(opened_at__lt=moment) & not_done & (Q(cancelled_at=None) | Q(cancelled_at__gte=moment))


ONE_DAY = timedelta(days=1)

DEFINITIONS = (
    Definition(
        "orders_created",
        _("Orders (by day of ordering)"),
        "orders",
        Order,
        _created,
        _("Orders placed in the period, paid or not; parents that a platform split are not counted."),
        better="high",
    ),
    Definition(
        "orders_paid_by_creation",
        _("Paid orders (by day of ordering)"),
        "orders",
        Order,
        _created_and_paid,
        _("Orders placed in the period that have been paid since."),
        better="high",
    ),
    Definition(
        "orders_paid_by_payment",
        _("Paid orders (by day of payment)"),
        "orders",
        Order,
        _paid,
        _("Orders paid in the period, whenever they were placed."),
        better="high",
    ),
    Definition(
        "sales_by_creation",
        _("Paid amount (by day of ordering)"),
        "yuan",
        Order,
        _created_and_paid,
        _("Sum of 买家实际支付金额 of orders placed in the period."),
        measure="paid_yuan",
        better="high",
    ),
    Definition(
        "sales_by_payment",
        _("Paid amount (by day of payment)"),
        "yuan",
        Order,
        _paid,
        _("Sum of 买家实际支付金额 of orders paid in the period."),
        measure="paid_yuan",
        better="high",
    ),
    Definition(
        "total_by_creation",
        _("Order total (by day of ordering)"),
        "yuan",
        Order,
        _created,
        _("Sum of 总金额 of orders placed in the period, paid or not."),
        measure="total_yuan",
    ),
    Definition(
        "total_by_payment",
        _("Order total (by day of payment)"),
        "yuan",
        Order,
        _paid,
        _("Sum of 总金额 of orders paid in the period: what was paid before refunds."),
        measure="total_yuan",
    ),
    Definition(
        "refunds_by_creation",
        _("Refunded (by day of ordering)"),
        "yuan",
        Order,
        _created,
        _("Sum of 退款金额 of orders placed in the period."),
        measure="refunded_yuan",
        better="low",
    ),
    Definition(
        "refunds_by_payment",
        _("Refunded (by day of payment)"),
        "yuan",
        Order,
        _paid,
        _("Sum of 退款金额 of orders paid in the period."),
        measure="refunded_yuan",
        better="low",
    ),
    Definition(
        "refund_rate",
        _("Return rate (by day of payment)"),
        "rate",
        Order,
        _paid,
        _("Share of the orders paid in the period with money given back."),
        part=Q(refunded_yuan__gt=0),
        better="low",
    ),
    Definition(
        "jobs_opened",
        _("Installations to do (new)"),
        "jobs",
        Job,
        lambda s: Q(opened_at__gte=s.start, opened_at__lt=s.end),
        _("Installation jobs opened in the period."),
        group="installation",
    ),
    Definition(
        "jobs_done",
        _("Installations done"),
        "jobs",
        Job,
        lambda s: Q(done_at__gte=s.start, done_at__lt=s.end),
        _("Installations reported complete in the period."),
        better="high",
        group="installation",
    ),
    Definition(
        "installed_on_time_rate",
        _("Installed within three days"),
        "rate",
        Job,
        lambda s: Q(done_at__gte=s.start, done_at__lt=s.end),
        _("Share of the installations done in the period that met their deadline (AS-1)."),
        part=Q(done_at__lte=F("due_at")),
        better="high",
        group="installation",
    ),
    Definition(
        "jobs_overdue",
        _("Installations overdue"),
        "jobs",
        Job,
        lambda s: _open_at(s.end) & Q(due_at__lt=s.end),
        _("Installations past their deadline and not done at the end of the period."),
        better="low",
        group="installation",
    ),
    Definition(
        "jobs_due_next",
        _("Due the day after"),
        "jobs",
        Job,
        lambda s: _open_at(s.end) & Q(due_at__gte=s.end, due_at__lt=s.end + ONE_DAY),
        _("Installations not done at the end of the period whose deadline falls on the next day."),
        group="installation",
    ),
    Definition(
        "imports_done",
        _("Files imported"),
        "files",
        Import,
        lambda s: Q(state=ImportState.DONE, entered_at__gte=s.start, entered_at__lt=s.end),
        _("Export files taken in during the period."),
        group="health",
    ),
    Definition(
        "imports_failed",
        _("Imports failed"),
        "files",
        Import,
        lambda s: Q(state=ImportState.FAILED, entered_at__gte=s.start, entered_at__lt=s.end),
        _("Export files that could not be read at all."),
        better="low",
        group="health",
    ),
    Definition(
        "rows_rejected",
        _("Rows rejected"),
        "rows",
        RejectedRow,
        lambda s: Q(source__entered_at__gte=s.start, source__entered_at__lt=s.end, mended_by=None),
        _("Rows of the period's files that could not be read and that nobody has mended yet."),
        better="low",
        group="health",
    ),
)
BY_KEY = {definition.key: definition for definition in DEFINITIONS}
