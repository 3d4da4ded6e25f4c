from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from channels.models import Platform
from channels.queries import regions
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, bulk, choice_filter, queue_filter
from opsdesk.entry.excel import export
from orders.models import Import, Order, RejectedRow
from orders.operations import imports, orders, rejects
from orders.states import ImportState, OrderState

STATE_COLOURS = Colours(
    {
        OrderState.UNPAID: "warning",
        OrderState.PAID: "info",
        OrderState.PART_SHIPPED: "info",
        OrderState.SHIPPED: "info",
        OrderState.SIGNED: "success",
        OrderState.COMPLETED: "success",
    }
)


class SignedForm(forms.Form):
    signed_at = forms.SplitDateTimeField(label=_("signed for"), widget=UnfoldAdminSplitDateTimeWidget)


class DismissForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


PlatformFilter = choice_filter(
    _("platform"),
    "shop__platform__code",
    lambda: Platform.objects.order_by("pk").values_list("code", "name"),
    "shop__platform__code",
)
ProvinceFilter = choice_filter(_("province"), "province", regions.provinces, "region__code__startswith")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "shop",
        "state_shown",
        "ordered_at",
        "total_yuan",
        "paid_yuan",
        "refunded_yuan",
        "name_masked",
        "region",
    )
    list_filter = (
        "state",
        PlatformFilter,
        ProvinceFilter,
        ("ordered_at", RangeDateTimeFilter),
        ("paid_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("shop", "region")
    search_fields = ("number",)
    search_help_text = _("order number, whole phone number, tracking number or buyer's account")
    actions = (
        bulk(_("Signed for"), orders.sign, right="orders.sign_order", form=SignedForm),
        export(
            "order",
            (
                (_("order number"), 24),
                (_("shop"), 20),
                (_("state"), 12),
                (_("ordered"), 17),
                (_("paid"), 17),
                (_("total (yuan)"), 12),
                (_("paid (yuan)"), 12),
                (_("refunded (yuan)"), 12),
                (_("receiver"), 10),
                (_("region"), 30),
            ),
            lambda o: (
                o.number,
                o.shop.name,
                o.get_state_display(),
                o.ordered_at,
                o.paid_at,
                o.total_yuan,
                o.paid_yuan,
                o.refunded_yuan,
                o.name_masked,
                o.region.full_name if o.region else "",
            ),
            right="orders.export_order",
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, order: Order) -> tuple[str, str]:
        return order.state, order.get_state_display()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-ordered_at", "-pk")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (queryset.sought(search_term) if search_term else queryset), False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("order", object_id)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "shop",
        "state_shown",
        "entered_at",
        "rows",
        "new",
        "updated",
        "unchanged",
        "rejected",
        "unmapped_items",
    )
    list_filter = ("state", FigureFilter)
    list_select_related = ("shop",)
    search_fields = ("name",)
    actions = (bulk(_("Try again"), imports.again, right="orders.add_import"),)

    @display(
        description=_("state"),
        label={ImportState.DONE: "success", ImportState.FAILED: "danger", ImportState.RUNNING: "info"},
    )
    def state_shown(self, source: Import) -> tuple[str, str]:
        return source.state, source.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("import", object_id)


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    list_display = ("source", "line", "field", "reason", "mended_by", "dismissal")
    list_display_links = None
    list_filter = (queue_filter(open=(_("to be mended"), lambda rows: rows.open())), FigureFilter)
    list_select_related = ("source", "mended_by", "dismissal")
    search_fields = ("source__name", "reason")
    actions = (bulk(_("Dismiss"), rejects.dismiss, right="orders.add_import", form=DismissForm),)
