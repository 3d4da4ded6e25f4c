"""What the intake is measured against: the same rows by bare COPY, and through the ORM."""

import io
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from opsdesk.audit.models import Event
from orders.models import Customer, Line, Mark, Order
from tests.bench.database import INTAKE


def taken_out() -> dict[str, str]:
    """Return what is in the tables of the intake, as COPY text."""
    rows = {}
    with connection.cursor() as cursor:
        for table in INTAKE:
            out = io.StringIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", out)
            rows[table] = out.getvalue()
    return rows


@transaction.atomic
def copy(rows: dict[str, str]) -> None:
    """Put them back: one statement a table, all in one transaction."""
    with connection.cursor() as cursor:
        for table, text in rows.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))


@dataclass(frozen=True)
class Rows:
    """Model objects, ready to be written."""

    customers: list[Customer]
    marks: list[Mark]
    orders: list[Order]
    lines: list[Line]
    events: list[Event]


def as_objects(count: int) -> Rows:
    """Return the first orders that are stored, with what belongs to them."""
    orders = list(Order.objects.order_by("pk")[:count])
    pks, customers = [order.pk for order in orders], {order.customer_id for order in orders}
    return Rows(
        list(Customer.objects.filter(pk__in=customers)),
        list(Mark.objects.filter(customer__in=customers)),
        orders,
        list(Line.objects.filter(order__in=pks)),
        list(Event.objects.filter(subject_type="orders.order", subject_id__in=pks)),
    )


@transaction.atomic
def bulk_create(rows: Rows) -> None:
    """Write them as Django's handbook would: upserts of a thousand."""
    _upsert(rows.customers, ["id"])
    _upsert(rows.marks, ["fingerprint"])
    _upsert(rows.orders, ["shop", "number"])
    _upsert(rows.lines, ["order", "key"])
    Event.objects.bulk_create(rows.events, batch_size=1000)


def _upsert(rows: list[Any], unique: list[str]) -> None:
    model = type(rows[0])
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in unique]
    model._default_manager.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=unique, update_fields=fields
    )


def update_or_create(rows: Rows) -> None:
    """Write them one by one, a transaction per order."""
    marks: dict[int, list[Mark]] = {}
    lines: dict[int, list[Line]] = {}
    events = {event.subject_id: event for event in rows.events}
    customers = {customer.pk: customer for customer in rows.customers}
    for mark in rows.marks:
        marks.setdefault(mark.customer_id, []).append(mark)
    for line in rows.lines:
        lines.setdefault(line.order_id, []).append(line)
    for order in rows.orders:
        with transaction.atomic():
            who = order.customer_id or 0
            for row in (customers[who], *marks[who], order, *lines[order.pk]):
                _one(row)
            events[order.pk].save(force_insert=True)


def _one(row: models.Model) -> None:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    key = row._meta.pk.attname
    type(row)._default_manager.update_or_create(**{key: values.pop(key)}, defaults=values)
