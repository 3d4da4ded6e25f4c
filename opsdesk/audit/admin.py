from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateTimeFilter

from opsdesk.audit.models import Event
from opsdesk.entry.admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "action", "subject_type", "subject_id", "actor", "door", "facts")
    list_filter = (("at", RangeDateTimeFilter),)
    search_fields = ("=actor", "=subject_id")
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return Event.objects.order_by("-pk")
