from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from aftersales.admin.forms import ReasonForm
from aftersales.models import Deduction
from aftersales.operations import deductions
from aftersales.states.deduction import DeductionState
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, bulk, queue_filter

STATE_COLOURS = Colours(
    {
        DeductionState.PROPOSED: "warning",
        DeductionState.ADMITTED: "info",
        DeductionState.CONTESTED: "danger",
        DeductionState.CONFIRMED: "warning",
        DeductionState.BOOKED: "success",
    }
)


@admin.register(Deduction)
class DeductionAdmin(ReadOnlyAdmin):
    """AS-5: deductions by what is to be done with them; nothing here is booked without a person."""

    list_display = ("__str__", "job", "partner", "kind", "amount_yuan", "state_shown", "happened_on", "due_shown")
    list_filter = (
        queue_filter(
            to_decide=(_("to be decided"), lambda rows: rows.to_decide(clock.now())),
            to_answer=(_("waiting for the partner"), lambda rows: rows.to_answer()),
        ),
        "kind",
        "state",
        FigureFilter,
    )
    list_select_related = ("job", "partner")
    search_fields = ("=job__pk", "partner__name__startswith")
    search_help_text = _("job or installer")
    actions = (
        bulk(_("Confirm"), deductions.confirm, right="aftersales.confirm_deduction", form=ReasonForm),
        bulk(_("Drop"), deductions.drop, right="aftersales.confirm_deduction", form=ReasonForm),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, row: Deduction) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=_("answer due"), ordering="due_at", label={"late": "danger", "": ""})
    def due_shown(self, row: Deduction) -> tuple[str, str]:
        if row.due_at is None or row.state != DeductionState.PROPOSED:
            return "", "–"
        return "late" if row.due_at < clock.now() else "", f"{local(row.due_at):%m-%d %H:%M}"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("deduction", object_id)
