from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from opsdesk.entry.admin import Colours, ReadOnlyAdmin, VersionedAdmin, bulk, queue_filter
from opsdesk.entry.excel import export
from promotions.admin.claims import ReasonForm
from promotions.models import MoreSupport, Rebate, RebateTier, ShopTrait, SupportApplication, SupportPolicy
from promotions.operations import rebates, supports
from promotions.states.support import ApplicationState, RebateState


class CostForm(forms.Form):
    cost_yuan = forms.DecimalField(
        label=_("cost verified (yuan)"), min_value=0, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )


@admin.register(SupportApplication)
class SupportApplicationAdmin(ReadOnlyAdmin):
    """DS-1 … DS-7: what distributors ask for."""

    list_display = (
        "__str__", "shop", "product", "starts_on", "ends_on", "asked_yuan", "granted_yuan", "price_yuan", "state_shown",
        "asked_at",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            to_verify=(_("to be verified"), lambda rows: rows.to_verify()),
            to_reimburse=(_("to be reimbursed"), lambda rows: rows.to_reimburse()),
        ),
        "kind",
        "state",
    )
    list_select_related = ("shop", "product")
    search_fields = ("=pk", "shop__name__startswith", "partner__name__startswith")
    actions = (
        bulk(_("Verify"), supports.verify, right="promotions.verify_support", form=CostForm),
        bulk(_("Refuse"), supports.refuse, right="promotions.verify_support", form=ReasonForm),
        bulk(_("Withdraw"), supports.withdraw, right="promotions.ask_support", form=ReasonForm),
        bulk(_("Reimburse"), supports.reimburse, right="promotions.reimburse_support"),
    )

    @display(
        description=_("state"),
        label=Colours(
            {
                ApplicationState.ASKED: "warning",
                ApplicationState.VERIFIED: "warning",
                ApplicationState.APPROVED: "info",
                ApplicationState.REIMBURSED: "success",
                ApplicationState.REFUSED: "danger",
            }
        ),
    )
    def state_shown(self, application: SupportApplication) -> tuple[str, str]:
        return application.state, application.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("support", object_id)


@admin.register(SupportPolicy)
class SupportPolicyAdmin(VersionedAdmin):
    list_display = (
        "kind", "share", "most_yuan", "price_share", "days", "at_once", "in_all", "needs_trait", "valid_from",
        "valid_to",
    )  # fmt: skip
    list_filter = ("kind",)


@admin.register(MoreSupport)
class MoreSupportAdmin(VersionedAdmin):
    """DS-9: from which share of multi-mode models on a support is higher."""

    list_display = ("kind", "days", "least_share", "more_share", "more_yuan", "valid_from", "valid_to")
    list_filter = ("kind",)


@admin.register(ShopTrait)
class ShopTraitAdmin(VersionedAdmin):
    list_display = ("shop", "trait", "valid_from", "valid_to")
    list_select_related = ("shop",)
    autocomplete_fields = ("shop",)


@admin.register(RebateTier)
class RebateTierAdmin(VersionedAdmin):
    list_display = ("period", "from_yuan", "share", "valid_from", "valid_to")


@admin.register(Rebate)
class RebateAdmin(ReadOnlyAdmin):
    """FI-4: rebates of distributors, their sales and what became of them."""

    list_display = ("partner", "period", "starts_on", "sales_yuan", "amount_yuan", "state_shown", "computed_at")
    list_filter = ("period", "state")
    list_select_related = ("partner",)
    search_fields = ("partner__name__startswith",)
    actions = (
        bulk(_("Propose again"), rebates.propose_again, right="promotions.run_rebate"),
        export(
            "rebate",
            (
                (_("partner"), 24),
                (_("period"), 8),
                (_("from"), 12),
                (_("paid, not refunded (yuan)"), 16),
                (_("rebate (yuan)"), 14),
                (_("state"), 10),
            ),
            lambda r: (
                r.partner.name,
                r.get_period_display(),
                str(r.starts_on),
                r.sales_yuan,
                r.amount_yuan,
                r.get_state_display(),
            ),
            right="promotions.run_rebate",
        ),
    )

    @display(
        description=_("state"),
        label=Colours({RebateState.PROPOSED: "warning", RebateState.BOOKED: "success", RebateState.REFUSED: "danger"}),
    )
    def state_shown(self, rebate: Rebate) -> tuple[str, str]:
        return rebate.state, rebate.get_state_display()
