from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from opsdesk.entry.admin import VersionedAdmin
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.models import Target


@admin.register(Target)
class TargetAdmin(VersionedAdmin):
    list_display = ("label", "period", "value", "valid_from", "valid_to")
    list_filter = ("period",)
    search_fields = ("figure",)

    @display(description=_("figure"), ordering="figure")
    def label(self, row: Target) -> str:
        return str(BY_KEY[row.figure].label) if row.figure in BY_KEY else row.figure

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "figure":
            choices = [(definition.key, definition.label) for definition in BY_KEY.values()]
            return forms.ChoiceField(label=db_field.verbose_name, choices=choices, widget=UnfoldAdminSelectWidget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
