from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from opsdesk import clock
from opsdesk.entry.admin import Colours, DeskAdmin, bulk, queue_filter
from opsdesk.entry.web import actor_at
from promotions.models import PriceCut
from promotions.operations import reductions
from promotions.states.price_cut import CutState


class CutForm(forms.ModelForm):  # type: ignore[type-arg]
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = PriceCut
        exclude: tuple[str, ...] = ()


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(PriceCut)
class PriceCutAdmin(DeskAdmin):
    """PR-10, PR-11, FI-3: what lowers prices: of brand days, and asked for by hand."""

    form = CutForm
    list_display = (
        "name", "kind", "state_shown", "platform", "shop", "product", "amount_yuan", "per_yuan", "by_platform",
        "starts_at", "ends_at",
    )  # fmt: skip
    fields = (
        "kind", "name", "platform", "shop", "product", "amount_yuan", "per_yuan", "by_platform", "handed_out_at",
        "starts_at", "ends_at",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            waiting=(_("to be approved"), lambda rows: rows.filter(state=CutState.ASKED)),
            now=(_("in force now"), lambda rows: rows.in_force(clock.now())),
            by_hand=(_("entered by hand"), lambda rows: rows.filter(source_type="")),
        ),
        "kind",
        "state",
        "platform",
    )
    list_select_related = ("platform", "shop", "product")
    search_fields = ("name", "product__code", "shop__name")
    autocomplete_fields = ("platform", "shop", "product")
    actions = (bulk(_("End now"), reductions.end, right="promotions.change_pricecut", form=ReasonForm),)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else (*self.fields, "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PriceCut, form: Any, change: bool) -> None:
        """FI-3: within one's own limit it holds at once; above it, it waits for a signature."""
        reductions.ask(obj, reason=form.cleaned_data["reason"], by=actor_at(request), at=clock.now())

    @display(
        description=_("state"),
        label=Colours({CutState.ASKED: "warning", CutState.AGREED: "success", CutState.REFUSED: "danger"}),
    )
    def state_shown(self, cut: PriceCut) -> tuple[str, str]:
        return cut.state, cut.get_state_display()
