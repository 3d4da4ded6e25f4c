from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from opsdesk.entry.admin import Colours, ReadOnlyAdmin, VersionedAdmin, bulk, queue_filter
from opsdesk.entry.excel import export
from promotions.models import Claim, ClaimRule, ClaimShare, Draw
from promotions.operations import claims, draws
from promotions.states.claim import ClaimState, DrawState


class ReferenceForm(forms.Form):
    reference = forms.CharField(label=_("payment reference"), max_length=80, widget=UnfoldAdminTextInputWidget)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """PR-18: claims on campaigns, and what is to be paid."""

    list_display = ("__str__", "order", "kind", "amount_yuan", "state_shown", "pot", "claimed_by", "claimed_at")
    list_filter = (queue_filter(to_pay=(_("to be paid"), lambda rows: rows.to_pay())), "kind", "state")
    list_select_related = ("order", "pot")
    search_fields = ("=pk", "order__number__startswith")
    search_help_text = _("order number")
    actions = (
        bulk(_("Pay"), claims.pay, right="promotions.pay_claim", form=ReferenceForm),
        bulk(_("Take back"), claims.reverse, right="promotions.pay_claim", form=ReasonForm),
        export(
            "claim",
            (
                (_("claim"), 8),
                (_("order number"), 24),
                (_("kind"), 14),
                (_("amount (yuan)"), 12),
                (_("state"), 12),
                (_("budget and quota"), 24),
                (_("claimed by"), 14),
                (_("claimed"), 17),
                (_("paid"), 17),
                (_("payment reference"), 20),
            ),
            lambda c: (
                str(c),
                c.order.number,
                c.get_kind_display(),
                c.amount_yuan,
                c.get_state_display(),
                c.pot.title,
                c.claimed_by,
                c.claimed_at,
                c.paid_at,
                c.reference,
            ),
            right="promotions.export_claim",
        ),
    )

    @display(
        description=_("state"),
        label=Colours(
            {
                ClaimState.CLAIMED: "warning",
                ClaimState.APPROVED: "info",
                ClaimState.PAID: "success",
                ClaimState.REFUSED: "danger",
                ClaimState.REVERSED: "danger",
            }
        ),
    )
    def state_shown(self, claim: Claim) -> tuple[str, str]:
        return claim.state, claim.get_state_display()


@admin.register(ClaimRule)
class ClaimRuleAdmin(VersionedAdmin):
    list_display = ("kind", "least_yuan", "most_yuan", "platforms", "days", "after_arrival", "valid_from", "valid_to")
    list_filter = ("kind",)


@admin.register(ClaimShare)
class ClaimShareAdmin(VersionedAdmin):
    """PR-9: at most which share of a kind of reward a platform may have."""

    list_display = ("kind", "platform", "most_share", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("platform",)


@admin.register(Draw)
class DrawAdmin(ReadOnlyAdmin):
    """PR-12: lucky draws; each has a public page on which anybody can check it."""

    list_display = ("title", "state_shown", "places", "prize_yuan", "opens_at", "closes_at", "drawn_at")
    list_filter = ("state",)
    actions = (
        bulk(_("Fix the entries"), draws.close, right="promotions.run_draw"),
        bulk(_("Draw the winners"), draws.run, right="promotions.run_draw"),
        bulk(_("Call it off"), draws.cancel, right="promotions.run_draw", form=ReasonForm),
    )

    @display(
        description=_("state"),
        label=Colours({DrawState.OPEN: "info", DrawState.CLOSED: "warning", DrawState.DRAWN: "success"}),
    )
    def state_shown(self, draw: Draw) -> tuple[str, str]:
        return draw.state, draw.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("draw", object_id)
