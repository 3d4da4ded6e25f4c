from django import forms
from django.contrib import admin

from aftersales.models import CustomerRight, PlatformTimer, ReturnPolicy
from aftersales.states.refund import Reason, Remedy
from opsdesk.entry.admin import VersionedAdmin


class _Chosen(forms.ModelForm):
    """Lists of choices as boxes to tick."""

    remedies = forms.MultipleChoiceField(choices=Remedy.choices, widget=forms.CheckboxSelectMultiple)


class PolicyForm(_Chosen):
    class Meta:
        model = ReturnPolicy
        fields = (
            "reason", "evidence_needed", "freight_payer", "contact_hours", "post_hours", "resellable_needed",
            "remedies", "words", "valid_from", "valid_to",
        )  # fmt: skip


class RightForm(_Chosen):
    reasons = forms.MultipleChoiceField(choices=Reason.choices, widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = CustomerRight
        fields = (
            "code", "name", "source", "platform", "reasons", "days", "day_after", "remedies", "freight_payer",
            "intact_needed", "reference", "standing", "valid_from", "valid_to",
        )  # fmt: skip


@admin.register(PlatformTimer)
class PlatformTimerAdmin(VersionedAdmin):
    """AS-6: the outer limits, each with its source and how sure it is."""

    list_display = ("platform", "step", "kind", "hours", "if_missed", "standing", "valid_from", "valid_to")
    list_filter = ("platform", "step")
    list_select_related = ("platform",)


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(VersionedAdmin):
    """AS-8: what we do for a reason."""

    form = PolicyForm
    list_display = (
        "reason",
        "evidence_needed",
        "freight_payer",
        "contact_hours",
        "post_hours",
        "resellable_needed",
        "valid_from",
        "valid_to",
    )


@admin.register(CustomerRight)
class CustomerRightAdmin(VersionedAdmin):
    """AS-8: what law and marketplaces give the customer, whatever our policy says."""

    form = RightForm
    list_display = ("name", "source", "platform", "days", "freight_payer", "standing", "valid_from", "valid_to")
    list_select_related = ("platform",)
