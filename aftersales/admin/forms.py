"""What buttons of several admin pages ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from channels.models import Partner
from opsdesk.actor import Actor


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class TextForm(forms.Form):
    text = forms.CharField(label=_("text"), max_length=200, widget=UnfoldAdminTextInputWidget)


class PartnerForm(ReasonForm):
    partner = forms.ModelChoiceField(Partner.objects.none(), label=_("installer"), widget=UnfoldAdminSelectWidget)

    def narrow(self, by: Actor) -> None:
        """CH-5: nobody is shown partners that he may not see."""
        self.fields["partner"].queryset = Partner.objects.visible_to(by).filter(active=True).order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        partner = data.pop("partner", None)
        return data | ({"partner_id": partner.pk} if partner else {})
