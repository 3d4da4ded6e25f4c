"""FI-1, AS-12: what stands on a partner's account, and which months of it are due to be drawn up."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Min, OuterRef, Subquery, Sum

from channels.models import Entry, Statement, StatementTerms
from channels.rules import statements as rule
from channels.states import EntryKind
from opsdesk.money import ZERO


@dataclass(frozen=True)
class Account:
    """A partner's account: all its entries, and those that stand on no statement yet."""

    balance_yuan: Decimal
    open_yuan: Decimal
    open_count: int


@dataclass(frozen=True)
class Share:
    """How many entries of a kind, and their sum."""

    label: str
    count: int
    total_yuan: Decimal


def account_of(partner_id: int) -> Account:
    """FI-1: return how an account stands. Two queries."""
    own = Entry.objects.filter(partner=partner_id)
    waiting = own.open().aggregate(total=Sum("amount_yuan"), count=Count("pk"))
    return Account(own.balance(), waiting["total"] or ZERO, waiting["count"])


def end_of_due(on: date) -> date | None:
    """AS-12: return the first month that is not to be drawn up yet; None where no terms are in force. One query."""
    day = StatementTerms.objects.in_force(on).values_list("draw_day", flat=True).first()
    return None if day is None else rule.end_of_due(on, day)


def months_due(end: date) -> list[date]:
    """AS-12: return the months before `end` that have entries without a statement, in order. One query."""
    last = Statement.objects.filter(partner=OuterRef("partner")).values("partner").annotate(last=Max("month"))
    rows = Entry.objects.open().filter(booked_on__lt=end).order_by().values("partner")
    oldest = rows.annotate(oldest=Min("booked_on"), last=Subquery(last.values("last")))
    return rule.due_months(oldest.values_list("oldest", "last"), end)


def shares_of(statement: Statement) -> list[Share]:
    """AS-12: return a statement's total by kind of entry, in the order of the kinds. One query."""
    rows = statement.lines.order_by().values_list("entry__kind").annotate(Count("pk"), Sum("entry__amount_yuan"))
    found = {kind: (count, total) for kind, count, total in rows}
    return [Share(str(kind.label), *found[kind.value]) for kind in EntryKind if kind.value in found]


def paid_besides(statement: Statement) -> Decimal:
    """AS-12: return what was paid on this account and stands on no statement up to this one (negative). One query."""
    paid = Entry.objects.filter(partner=statement.partner_id, kind=EntryKind.PAYMENT)
    return paid.exclude(line__statement__month__lte=statement.month).balance()


def by_source(entries: Sequence[Entry]) -> dict[tuple[str, int], list[Entry]]:
    """Group entries by what they were booked for."""
    found: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.source_type, entry.source_id].append(entry)
    return found
