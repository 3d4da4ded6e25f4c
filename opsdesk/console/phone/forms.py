"""What the phone pages ask for, as native inputs: date, half hour, choices, one line of text."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Installer, Job, VisitCause
from aftersales.states.job import AskedBy
from opsdesk.days import local

_FIRST, _USUAL, _LAST = 7, 9, 21
SLOTS = [(f"{hour:02}:{minute:02}",) * 2 for hour in range(_FIRST, _LAST) for minute in (0, 30)]


class Day(forms.DateInput):
    input_type = "date"


class DeclineForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300)


class AppointForm(forms.Form):
    day = forms.DateField(label=_("on which day"), widget=Day(format="%Y-%m-%d"))
    slot = forms.ChoiceField(label=_("time"), choices=SLOTS)
    asked_by = forms.ChoiceField(label=_("moved at the wish of"), choices=AskedBy.choices, required=False)
    reason = forms.CharField(label=_("why it is moved"), max_length=200, required=False)

    def fit(self, job: Job, *, at: datetime) -> None:
        """Offer the next half hour, or the appointment as it stands; ask why only where there is one to move."""
        start = local(job.appointed_at or at + timedelta(minutes=30))
        if job.appointed_at is None and not _FIRST <= start.hour < _LAST:
            start = (start + timedelta(days=start.hour >= _LAST)).replace(hour=_USUAL, minute=0)
        self.fields["day"].widget.attrs["min"] = f"{local(at):%Y-%m-%d}"
        self.initial = {"day": start.date(), "slot": f"{start:%H}:{start.minute // 30 * 30:02}"}
        if job.appointed_at is None:
            del self.fields["asked_by"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, slot = data.pop("day", None), data.pop("slot", None)
        if isinstance(day, date) and slot:
            data["appointed_at"] = timezone.make_aware(datetime.combine(day, time.fromisoformat(slot)))
        return data


class FailForm(forms.Form):
    cause = forms.ChoiceField(label=_("cause"))
    reason = forms.CharField(label=_("what was wrong"), max_length=300)

    def fit(self, job: Job, *, at: datetime) -> None:
        """Offer the causes in force today; nobody at home has a button of its own."""
        rows = VisitCause.objects.in_force(local(at).date()).exclude(code="absent").order_by("pk")
        self.fields["cause"].choices = list(rows.values_list("code", "label"))  # type: ignore[attr-defined]


class AbsentForm(forms.Form):
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class ReplyForm(forms.Form):
    text = forms.CharField(label=_("what you tell the customer"), max_length=200)


class AssignForm(forms.Form):
    installer_id = forms.TypedChoiceField(label=_("who goes"), coerce=int)

    def fit(self, job: Job, *, at: datetime) -> None:
        """Offer the people who work for the partner that has the job."""
        rows = Installer.objects.active().filter(partner=job.owner_id).order_by("name", "pk")
        self.fields["installer_id"].choices = list(rows.values_list("pk", "name"))  # type: ignore[attr-defined]
        self.initial = {"installer_id": job.installer_id}
