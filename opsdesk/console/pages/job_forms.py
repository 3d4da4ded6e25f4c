"""What the buttons of the job page ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from aftersales.admin.forms import PartnerForm, ReasonForm
from aftersales.models import Installer, Job, VisitCause
from aftersales.states.job import AskedBy
from opsdesk import clock
from opsdesk.actor import Actor


class AppointForm(forms.Form):
    appointed_at = forms.SplitDateTimeField(label=_("appointed for"), widget=UnfoldAdminSplitDateTimeWidget)
    asked_by = forms.ChoiceField(
        label=_("time asked for by"),
        choices=[("", "–"), *AskedBy.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Needed, like who asked, when an appointment is moved."),
    )


class LaterForm(ReasonForm):
    starts_at = forms.SplitDateTimeField(label=_("from when"), widget=UnfoldAdminSplitDateTimeWidget)


class ManyFiles(UnfoldAdminFileFieldWidget):
    allow_multiple_selected = True


class Photos(forms.ImageField):
    """Several pictures chosen in one field."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Photos, self).clean(one, initial) for one in files]


class CompleteForm(forms.Form):
    serial_number = forms.CharField(label=_("serial number"), max_length=80, widget=UnfoldAdminTextInputWidget)
    photo = forms.ImageField(label=_("photo"), widget=UnfoldAdminFileFieldWidget)
    photos = Photos(label=_("more photos"), required=False)


class SignForm(forms.Form):
    signature = forms.ImageField(label=_("customer's signature"), widget=UnfoldAdminFileFieldWidget)


class FailForm(ReasonForm):
    cause = forms.ChoiceField(label=_("cause"), required=False, widget=UnfoldAdminSelectWidget)

    def narrow(self, by: Actor) -> None:
        """AS-4: the causes in force today."""
        causes = VisitCause.objects.in_force(clock.today()).exclude(code="absent").order_by("pk")
        self.fields["cause"].choices = [("", "–"), *causes.values_list("code", "label")]  # type: ignore[attr-defined]


class AbsentForm(forms.Form):
    note = forms.CharField(label=_("note"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget)


class HandOverForm(PartnerForm):
    """AS-3: nobody named means the best third party that can still make it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].required = False
        self.fields["partner"].help_text = _("Leave it empty for the best third party that can still make it.")


class InstallerForm(forms.Form):
    installer = forms.ModelChoiceField(
        Installer.objects.none(), label=_("installer (person)"), widget=UnfoldAdminSelectWidget
    )

    def of(self, job: Job) -> None:
        """AS-11: those who work for the partner that has the job."""
        rows = Installer.objects.active().filter(partner_id=job.owner_id).order_by("name", "pk")
        self.fields["installer"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        installer = data.pop("installer", None)
        return data | ({"installer_id": installer.pk} if installer else {})
