from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conflicts.models import RulebookVersion
from conflicts.states.rulebook import VersionState
from opsdesk.entry.admin import Colours, ReadOnlyAdmin


@admin.register(RulebookVersion)
class RulebookVersionAdmin(ReadOnlyAdmin):
    """CF-11: every version there ever was; it is read, and drafts are worked on, on its own page."""

    list_display = (
        "__str__", "state_shown", "valid_from", "valid_to", "based_on", "reason", "drafted_by", "drafted_at",
    )  # fmt: skip
    list_filter = ("rulebook", "state")
    list_select_related = ("rulebook", "based_on__rulebook")
    search_fields = ("rulebook__name", "reason")

    @display(
        description=_("state"),
        label=Colours({VersionState.DRAFT: "info", VersionState.PROPOSED: "warning", VersionState.ADOPTED: "success"}),
    )
    def state_shown(self, version: RulebookVersion) -> tuple[str, str]:
        return version.state, version.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("rulebook", object_id)
