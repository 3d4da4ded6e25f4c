from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from opsdesk.entry.admin import MasterDataAdmin
from opsdesk.sla.models import CalendarDay, Policy, Step, WorkCalendar
from opsdesk.sla.wording import span_zh


@admin.register(WorkCalendar)
class WorkCalendarAdmin(MasterDataAdmin):
    list_display = ("name", "code", "zone", "known_until")


@admin.register(CalendarDay)
class CalendarDayAdmin(MasterDataAdmin):
    list_display = ("day", "calendar", "kind", "name")
    list_filter = ("calendar", "kind")
    list_select_related = ("calendar",)
    search_fields = ("name", "day")


class StepInline(TabularInline):
    model = Step
    extra = 0


@admin.register(Policy)
class PolicyAdmin(MasterDataAdmin):
    list_display = ("name", "rule", "counting", "amount_shown", "calendar", "valid_from", "valid_to")
    list_filter = ("counting",)
    list_select_related = ("calendar",)
    inlines = (StepInline,)

    @display(description=_("time allowed"), ordering="amount")
    def amount_shown(self, policy: Policy) -> str:
        return span_zh(policy.amount)
