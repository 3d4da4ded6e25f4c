from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from opsdesk.entry.admin import MasterDataAdmin, VersionedAdmin, VersionsInline
from opsdesk.sla import opening
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.models import CalendarDay, Policy, Step, WorkCalendar
from opsdesk.sla.queries import WEEK
from opsdesk.sla.wording import span_zh


class WorkCalendarForm(forms.ModelForm):
    """Refuses hours that are no calendar: overlapping, backwards, or none at all."""

    class Meta:
        model = WorkCalendar
        fields = ("code", "name", "zone", "weekly", "makeup_hours", "known_until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            weekly = tuple(opening.read(cleaned.get("weekly", {}).get(day, ())) for day in WEEK)
            Calendar(ZoneInfo(cleaned.get("zone", "")), weekly)
            opening.read(cleaned.get("makeup_hours", ()))
        except (ValueError, TypeError, AttributeError, KeyError) as why:
            raise forms.ValidationError(_("These hours cannot be used: %(why)s") % {"why": why}) from why
        return cleaned


@admin.register(WorkCalendar)
class WorkCalendarAdmin(MasterDataAdmin):
    form = WorkCalendarForm
    list_display = ("name", "code", "zone", "known_until")


@admin.register(CalendarDay)
class CalendarDayAdmin(MasterDataAdmin):
    list_display = ("day", "calendar", "kind", "name")
    list_filter = ("calendar", "kind")
    list_select_related = ("calendar",)
    search_fields = ("name", "day")


class StepInline(VersionsInline):
    model = Step


@admin.register(Policy)
class PolicyAdmin(VersionedAdmin):
    list_display = ("name", "rule", "counting", "amount_shown", "calendar", "valid_from", "valid_to")
    list_filter = ("counting",)
    list_select_related = ("calendar",)
    inlines = (StepInline,)

    @display(description=_("time allowed"), ordering="amount")
    def amount_shown(self, policy: Policy) -> str:
        return span_zh(policy.amount)
