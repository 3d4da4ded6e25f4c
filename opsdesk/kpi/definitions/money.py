from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Entry, Statement
from channels.states import EntryKind
from opsdesk.kpi.definitions.base import Definition
from opsdesk.kpi.spans import Span


def _booked(kind: EntryKind, s: Span) -> Q:
    return Q(kind=kind, booked_at__gte=s.start, booked_at__lt=s.end)


def _waiting(s: Span) -> Q:
    """Statements that were sent and had no confirmation at the end of the span."""
    return Q(sent_at__lt=s.end) & (Q(confirmed_at=None) | Q(confirmed_at__gte=s.end))


DEFINITIONS = (
    Definition(
        "fees_booked",
        _("Installation fees booked"),
        "yuan",
        Entry,
        lambda s: _booked(EntryKind.FEE, s),
        _("Fees booked on installers' accounts in the period, reversals included (AS-4)."),
        measure="amount_yuan",
        group="money",
    ),
    Definition(
        "extras_booked",
        _("Extra work booked"),
        "yuan",
        Entry,
        lambda s: _booked(EntryKind.EXTRA, s),
        _("Approved extra work booked in the period (AS-4)."),
        measure="amount_yuan",
        group="money",
    ),
    Definition(
        "penalties_booked",
        _("Deductions booked"),
        "yuan",
        Entry,
        lambda s: _booked(EntryKind.PENALTY, s),
        _("Deductions that persons confirmed and signed, booked in the period; negative (AS-5)."),
        measure="amount_yuan",
        group="money",
    ),
    Definition(
        "balance_owed",
        _("Owed to partners"),
        "yuan",
        Entry,
        lambda s: Q(booked_at__lt=s.end),
        _("Sum of all partners' accounts at the end of the period: what the company owes (FI-1)."),
        measure="amount_yuan",
        group="money",
    ),
    Definition(
        "statements_unconfirmed",
        _("Statements not confirmed"),
        "statements",
        Statement,
        _waiting,
        _("Statements sent to partners and not confirmed at the end of the period (AS-12)."),
        better="low",
        group="money",
    ),
    Definition(
        "statements_disputed",
        _("Statements disputed"),
        "statements",
        Statement,
        lambda s: _waiting(s) & Q(disputed_at__lt=s.end),
        _("Statements with a dispute that were not confirmed at the end of the period (AS-12)."),
        better="low",
        group="money",
    ),
)
