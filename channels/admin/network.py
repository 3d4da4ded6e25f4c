from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from channels.models import (
    Authorisation,
    Listing,
    ListPrice,
    NamedSeller,
    Partner,
    Platform,
    Product,
    Region,
    Revocation,
    Shop,
    Territory,
)
from channels.operations import authorisations, listings, partners
from channels.queries import certificates
from opsdesk import clock
from opsdesk.entry.admin import (
    MasterDataAdmin,
    ReadOnlyAdmin,
    RowsInline,
    VersionedAdmin,
    VersionsInline,
    bulk,
    queue_filter,
)


@admin.register(Platform)
class PlatformAdmin(MasterDataAdmin):
    list_display = ("name", "code", "kind")
    list_filter = ("kind",)
    search_fields = ("name", "code")


class AuthorisationInline(RowsInline):
    model = Authorisation
    fields = ("number", "partner", "region", "valid_from", "valid_to")
    readonly_fields = fields


@admin.register(Shop)
class ShopAdmin(MasterDataAdmin):
    list_display = ("name", "code", "platform", "mode", "operator", "active")
    list_filter = ("platform", "mode", "active")
    list_select_related = ("platform", "operator")
    search_fields = ("name", "code")
    autocomplete_fields = ("platform", "operator")
    inlines = (AuthorisationInline,)


class TerritoryInline(RowsInline):
    model = Territory
    fields = ("duty", "region", "valid_from", "valid_to")
    readonly_fields = fields


@admin.register(Partner)
class PartnerAdmin(MasterDataAdmin):
    list_display = ("name", "code", "kind", "level", "parent", "contact", "phone", "active")
    list_filter = ("kind", "level", "active")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)
    inlines = (TerritoryInline, AuthorisationInline)

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        partners.place(obj)
        super().save_model(request, obj, form, change)
        partners.place_below(obj)


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("full_name", "code", "level")
    list_filter = ("level",)
    search_fields = ("=code", "name__startswith", "full_name__startswith")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("code")


@admin.register(Territory)
class TerritoryAdmin(VersionedAdmin):
    list_display = ("region", "duty", "partner", "valid_from", "valid_to")
    list_filter = ("duty", "region__level")
    list_select_related = ("region", "partner")
    search_fields = ("=region__code", "region__full_name", "partner__name")
    autocomplete_fields = ("partner", "region")


class RevocationInline(RowsInline):
    model = Revocation
    fields = readonly_fields = ("revoked_on", "until", "reason")
    show_change_link = False


class RevokeForm(forms.Form):
    revoked_on = forms.DateField(label=_("revoked on"), widget=UnfoldAdminDateWidget)
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(Authorisation)
class AuthorisationAdmin(VersionedAdmin):
    list_display = ("number", "partner", "shop", "region", "valid_from", "valid_to", "state_shown")
    list_select_related = ("partner", "shop", "region")
    search_fields = ("number", "partner__name", "shop__name")
    autocomplete_fields = ("partner", "shop", "region")
    inlines = (RevocationInline,)
    actions = (bulk(_("Revoke"), authorisations.revoke, right="channels.add_revocation", form=RevokeForm),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authorisation]:
        return super().get_queryset(request).prefetch_related("revocations__lifting")  # type: ignore[no-any-return]

    @display(
        description=_("state"),
        label={"valid": "success", "expired": "warning", "revoked": "danger", "suspended": "danger", "not_yet": "info"},
    )
    def state_shown(self, row: Authorisation) -> tuple[str, str]:
        state = certificates.state_of(row, on=clock.today())
        return state.value, str(state.label)


class ListPriceInline(VersionsInline):
    model = ListPrice


class NamedSellerInline(VersionsInline):
    model = NamedSeller
    autocomplete_fields = ("partner",)


@admin.register(Product)
class ProductAdmin(MasterDataAdmin):
    list_display = ("code", "name", "series", "sold_where", "installed", "launched_on", "active")
    list_filter = ("series", "sold_where", "installed", "active")
    search_fields = ("code", "name")
    inlines = (ListPriceInline, NamedSellerInline)


class ProductForm(forms.Form):
    product = forms.ModelChoiceField(
        Product.objects.filter(active=True).order_by("code"), label=_("product"), widget=UnfoldAdminSelectWidget
    )

    def clean(self) -> dict[str, Any]:
        return {"product_id": self.cleaned_data["product"].pk} if "product" in self.cleaned_data else {}


@admin.register(Listing)
class ListingAdmin(MasterDataAdmin):
    list_display = (
        "title",
        "merchant_code",
        "shop",
        "product",
        "ignored",
        "price_yuan",
        "crossed_yuan",
        "first_seen_at",
    )
    list_filter = (
        queue_filter(unmapped=(_("to be mapped"), lambda rows: rows.unmapped())),
        "shop__platform",
        "ignored",
    )
    list_select_related = ("shop", "product")
    search_fields = ("title", "key", "merchant_code", "product__code")
    autocomplete_fields = ("product",)
    readonly_fields = ("shop", "key", "item_id", "sku_id", "merchant_code", "title", "first_seen_at")
    actions = (
        bulk(_("Map to a model"), listings.assign, right="channels.change_listing", form=ProductForm),
        bulk(_("Not one of ours"), listings.ignore, right="channels.change_listing"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
