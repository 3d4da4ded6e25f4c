from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span
from orders.models import Order


def _created(span: Span) -> Q:
    return Q(superseded=False, ordered_at__gte=span.start, ordered_at__lt=span.end)


def _paid(span: Span) -> Q:
    return Q(superseded=False, paid_at__gte=span.start, paid_at__lt=span.end)


def _created_and_paid(span: Span) -> Q:
    return _created(span) & Q(paid_at__isnull=False)


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
)
