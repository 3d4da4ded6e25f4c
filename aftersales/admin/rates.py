from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from aftersales.models import DeductionRate, ExtraKind, FeeHold, FeeRate
from opsdesk.entry.admin import MasterDataAdmin, VersionedAdmin


@admin.register(FeeRate)
class FeeRateAdmin(VersionedAdmin):
    """AS-4: what a visit pays; the most specific row wins (aftersales/rules/fees.py)."""

    list_display = ("amount_yuan", "partner", "region", "product", "series", "channel", "valid_from", "valid_to")
    list_filter = ("channel",)
    list_select_related = ("partner", "region", "product")
    search_fields = ("partner__name", "=region__code", "region__full_name", "product__code", "series")
    autocomplete_fields = ("partner", "region", "product")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-valid_from", "-pk")


@admin.register(FeeHold)
class FeeHoldAdmin(VersionedAdmin):
    list_display = ("days", "valid_from", "valid_to")


@admin.register(DeductionRate)
class DeductionRateAdmin(VersionedAdmin):
    list_display = ("kind", "amount_yuan", "valid_from", "valid_to")
    list_filter = ("kind",)


@admin.register(ExtraKind)
class ExtraKindAdmin(MasterDataAdmin):
    list_display = ("name", "code", "hint", "needs_photo", "active")
    list_filter = ("active",)
    search_fields = ("name", "code")
