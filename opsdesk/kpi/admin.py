from django.contrib import admin

from opsdesk.entry.admin import MasterDataAdmin
from opsdesk.kpi.models import Target


@admin.register(Target)
class TargetAdmin(MasterDataAdmin):
    list_display = ("figure", "period", "value", "valid_from", "valid_to")
    list_filter = ("period",)
    search_fields = ("figure",)
