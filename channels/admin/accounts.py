from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextInputWidget

from channels.models import Correction, Entry, Statement, StatementTerms
from channels.operations import statements
from channels.states import CorrectionState, StatementState
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, VersionedAdmin, bulk, queue_filter
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        StatementState.DRAWN: "info",
        StatementState.SENT: "warning",
        StatementState.DISPUTED: "danger",
        StatementState.CONFIRMED: "info",
        StatementState.SETTLED: "success",
    }
)


class SettleForm(forms.Form):
    paid_on = forms.DateField(label=_("paid on"), widget=UnfoldAdminDateWidget)
    reference = forms.CharField(
        label=_("payment reference"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """FI-1: all bookings on partners' accounts."""

    list_display = ("booked_on", "partner", "kind", "text", "amount_yuan", "statement", "booked_by", "booked_at")
    list_display_links = ("text",)
    list_filter = (
        queue_filter(open=(_("on no statement yet"), lambda rows: rows.open())),
        "kind",
        ("booked_on", RangeDateFilter),
        FigureFilter,
    )
    list_select_related = ("partner", "line__statement")
    search_fields = ("partner__name__startswith", "=partner__code", "text__contains")
    search_help_text = _("partner or what for")
    actions = (
        export(
            "entry",
            (
                (_("counts for"), 12),
                (_("partner"), 24),
                (_("kind"), 12),
                (_("what for"), 40),
                (_("amount (yuan)"), 14),
                (_("booked by"), 14),
                (_("booked"), 17),
            ),
            lambda e: (
                e.booked_on,
                e.partner.name,
                e.get_kind_display(),
                e.text,
                e.amount_yuan,
                e.booked_by,
                e.booked_at,
            ),
            right="channels.export_statement",
        ),
    )

    @display(description=_("statement"))
    def statement(self, entry: Entry) -> str:
        return str(entry.line.statement) if hasattr(entry, "line") else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-booked_on", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("entry", object_id)


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """AS-12: the statements of all partners, by what is to be done with them."""

    list_display = (
        "__str__", "partner", "month_shown", "state_shown", "lines_count", "opening_yuan", "total_yuan",
        "closing_yuan", "due_shown",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            to_send=(_("to check and send"), lambda rows: rows.to_send()),
            to_confirm=(_("waiting for the partner"), lambda rows: rows.to_confirm()),
            disputed=(_("disputed"), lambda rows: rows.disputed()),
            to_settle=(_("to settle"), lambda rows: rows.to_settle()),
        ),
        "state",
        ("month", RangeDateFilter),
        FigureFilter,
    )
    list_select_related = ("partner",)
    search_fields = ("partner__name__startswith", "=partner__code")
    search_help_text = _("partner")
    actions = (
        bulk(_("Send"), statements.send, right="channels.send_statement"),
        bulk(_("Settle"), statements.settle, right="channels.settle_statement", form=SettleForm),
        export(
            "statement",
            (
                (_("statement"), 14),
                (_("partner"), 24),
                (_("statement month"), 10),
                (_("state"), 14),
                (_("lines"), 8),
                (_("opening balance (yuan)"), 16),
                (_("total of the month (yuan)"), 16),
                (_("closing balance (yuan)"), 16),
            ),
            lambda s: (
                str(s),
                s.partner.name,
                f"{s.month:%Y-%m}",
                s.get_state_display(),
                s.lines_count,
                s.opening_yuan,
                s.total_yuan,
                s.closing_yuan,
            ),
            right="channels.export_statement",
        ),
    )

    @display(description=_("statement month"), ordering="month")
    def month_shown(self, statement: Statement) -> str:
        return f"{statement.month:%Y-%m}"

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, statement: Statement) -> tuple[str, str]:
        return statement.state, statement.get_state_display()

    @display(description=_("due"), ordering="due_at", label={"late": "danger", "": ""})
    def due_shown(self, statement: Statement) -> tuple[str, str]:
        if statement.due_at is None or statement.state not in (StatementState.SENT, StatementState.DISPUTED):
            return "", "–"
        return "late" if statement.due_at < clock.now() else "", f"{local(statement.due_at):%m-%d %H:%M}"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-month", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("statement", object_id)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """FI-2: what was booked by hand, and what waits for a signature."""

    list_display = ("partner", "kind", "text", "amount_yuan", "state_shown", "reason", "proposed_by", "proposed_at")
    list_display_links = ("text",)
    list_filter = (
        queue_filter(waiting=(_("to be signed"), lambda rows: rows.waiting())),
        "kind",
        "state",
        FigureFilter,
    )
    list_select_related = ("partner",)
    search_fields = ("partner__name__startswith", "text__contains")

    @display(
        description=_("state"),
        label={
            CorrectionState.PROPOSED: "warning",
            CorrectionState.BOOKED: "success",
            CorrectionState.REFUSED: "danger",
        },
    )
    def state_shown(self, row: Correction) -> tuple[str, str]:
        return row.state, row.get_state_display()


@admin.register(StatementTerms)
class StatementTermsAdmin(VersionedAdmin):
    list_display = ("draw_day", "valid_from", "valid_to")
