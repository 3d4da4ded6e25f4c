from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from opsdesk import clock
from opsdesk.entry.admin import ReadOnlyAdmin, VersionedAdmin, queue_filter
from promotions.models import (
    CampaignWindow,
    GrantLimit,
    ListPriceProof,
    PlatformPrice,
    PriceGrant,
    ProductTag,
    SellerStanding,
)


@admin.register(ProductTag)
class ProductTagAdmin(VersionedAdmin):
    list_display = ("product", "tag", "valid_from", "valid_to")
    list_filter = ("tag",)
    list_select_related = ("product",)
    search_fields = ("product__code",)
    autocomplete_fields = ("product",)


@admin.register(SellerStanding)
class SellerStandingAdmin(VersionedAdmin):
    list_display = ("shop", "seller", "reason", "valid_from", "valid_to")
    list_filter = ("seller",)
    list_select_related = ("shop",)
    autocomplete_fields = ("shop",)


@admin.register(GrantLimit)
class GrantLimitAdmin(VersionedAdmin):
    list_display = ("kind", "lowest_share", "most_days", "most_models", "mode", "valid_from", "valid_to")


@admin.register(ListPriceProof)
class ListPriceProofAdmin(VersionedAdmin):
    list_display = ("least_days", "valid_from", "valid_to")


@admin.register(CampaignWindow)
class CampaignWindowAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "starts_at", "ends_at")
    list_select_related = ("shop",)


@admin.register(PlatformPrice)
class PlatformPriceAdmin(ReadOnlyAdmin):
    list_display = ("platform", "product", "price_yuan", "starts_at", "ends_at")
    list_filter = ("platform",)
    list_select_related = ("platform", "product")
    search_fields = ("product__code",)


@admin.register(PriceGrant)
class PriceGrantAdmin(ReadOnlyAdmin):
    list_display = ("product", "shop", "kind", "price_yuan", "starts_at", "ends_at", "source_type", "source_id")
    list_filter = (queue_filter(now=(_("in force now"), lambda rows: rows.in_force(clock.now()))), "kind")
    list_select_related = ("product", "shop")
    search_fields = ("product__code", "shop__name")
