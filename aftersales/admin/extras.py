from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from aftersales.models import Extra
from aftersales.states.extra import ExtraState
from opsdesk.entry.admin import FigureFilter, ReadOnlyAdmin, queue_filter


@admin.register(Extra)
class ExtraAdmin(ReadOnlyAdmin):
    """AS-4: extra work on jobs; it is proposed on the job's page and signed among the approvals."""

    list_display = ("job", "partner", "kind", "amount_yuan", "state_shown", "reason", "proposed_by", "proposed_at")
    list_filter = (
        queue_filter(waiting=(_("to be signed"), lambda rows: rows.waiting())),
        "state",
        "kind",
        FigureFilter,
    )
    list_select_related = ("job", "partner", "kind")
    search_fields = ("=job__pk", "partner__name__startswith")
    search_help_text = _("job or installer")

    @display(
        description=_("state"),
        label={ExtraState.PROPOSED: "warning", ExtraState.BOOKED: "success", ExtraState.REFUSED: "danger"},
    )
    def state_shown(self, extra: Extra) -> tuple[str, str]:
        return extra.state, extra.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("job", get_object_or_404(self.get_queryset(request), pk=object_id).job_id)
