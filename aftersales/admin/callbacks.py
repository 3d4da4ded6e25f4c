from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from aftersales.models import Callback, CallbackTerms, Script, ScriptQuestion
from aftersales.states.callback import OPEN, CallbackState, Satisfaction
from channels.queries import regions
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import (
    Colours,
    FigureFilter,
    ReadOnlyAdmin,
    VersionedAdmin,
    VersionsInline,
    choice_filter,
    queue_filter,
)
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        CallbackState.WAITING: "warning",
        CallbackState.APPOINTED: "info",
        CallbackState.ANSWERED: "success",
        CallbackState.UNREACHED: "danger",
    }
)
SATISFACTION_COLOURS = Colours(
    {
        Satisfaction.SATISFIED: "success",
        Satisfaction.NEUTRAL: "info",
        Satisfaction.DISSATISFIED: "danger",
    }
)
COLUMNS = (
    (_("call-back"), 8),
    (_("order number"), 24),
    (_("installer"), 24),
    (_("region"), 30),
    (_("installed"), 17),
    (_("due"), 17),
    (_("state"), 12),
    (_("calls"), 8),
    (_("closed"), 17),
    (_("satisfaction"), 12),
    (_("why"), 40),
    (_("suggestion"), 40),
)


def _row(one: Callback) -> tuple[Any, ...]:
    return (
        str(one),
        one.job.order.number,
        one.job.owner.name if one.job.owner else "",
        one.job.region.full_name if one.job.region else "",
        one.job.done_at,
        one.due_at,
        one.get_state_display(),
        one.attempts,
        one.closed_at,
        one.get_satisfaction_display(),
        one.why,
        one.suggestion,
    )


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin):
    """AS-10: the queues of those who call customers back."""

    list_display = (
        "__str__", "order_shown", "owner_shown", "state_shown", "due_shown", "appointed_at", "attempts",
        "satisfaction_shown", "why",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            due=(_("due now"), lambda rows: rows.open().to_call(clock.now())),
            overdue=(_("over time"), lambda rows: rows.overdue(clock.now())),
            appointed=(_("at the customer's time"), lambda rows: rows.appointed()),
            unreached=(_("not reached"), lambda rows: rows.unreached()),
            dissatisfied=(_("dissatisfied"), lambda rows: rows.filter(satisfaction=Satisfaction.DISSATISFIED)),
        ),
        "state",
        "satisfaction",
        choice_filter(_("province"), "province", regions.provinces, "job__region__code__startswith"),
        ("closed_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("job__order", "job__owner", "job__region")
    search_fields = ("=pk", "job__order__number__startswith", "job__owner__name__startswith")
    search_help_text = _("order number or agent")
    actions = (export("callback", COLUMNS, _row, right="aftersales.export_callback"),)

    @display(description=_("order"))
    def order_shown(self, one: Callback) -> str:
        return str(one.job.order)

    @display(description=_("installer"))
    def owner_shown(self, one: Callback) -> str:
        return str(one.job.owner or "–")

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, one: Callback) -> tuple[str, str]:
        return one.state, one.get_state_display()

    @display(description=_("satisfaction"), label=SATISFACTION_COLOURS)
    def satisfaction_shown(self, one: Callback) -> tuple[str, str] | str:
        return (one.satisfaction, one.get_satisfaction_display()) if one.satisfaction else "–"

    @display(description=_("due"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, one: Callback) -> tuple[str, str]:
        left = one.due_at - clock.now()
        how = "late" if left < timedelta(0) else "soon" if left < timedelta(days=1) else ""
        return how if one.state in OPEN else "", f"{local(one.due_at):%m-%d %H:%M}"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.order_by("due_at", "pk") if "queue" in request.GET else rows

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("callback", object_id)


@admin.register(CallbackTerms)
class CallbackTermsAdmin(VersionedAdmin):
    list_display = ("valid_from", "valid_to", "calendar", "most_attempts", "retry_after", "early", "late", "taken_for")
    list_select_related = ("calendar",)


class QuestionInline(VersionsInline):
    model = ScriptQuestion


@admin.register(Script)
class ScriptAdmin(VersionedAdmin):
    list_display = ("name", "code", "valid_from", "valid_to")
    inlines = (QuestionInline,)
