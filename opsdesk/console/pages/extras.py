"""AS-4: the money part of the job page: what a visit pays and why, extra work, deductions."""

from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from aftersales.models import Deduction, Extra, ExtraKind, Job, Visit
from aftersales.operations import deductions, extras
from aftersales.queries import fees as queries
from aftersales.rules import fees as rule
from aftersales.states.deduction import DeductionKind
from channels.models import Entry, Partner
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import reasons
from opsdesk.console.pages.base import trying, visible
from opsdesk.entry.web import actor_at, posted_from


class ExtraForm(forms.Form):
    kind = forms.ModelChoiceField(
        ExtraKind.objects.filter(active=True).order_by("pk"),
        label=gettext_lazy("kind"),
        widget=UnfoldAdminSelectWidget,
    )
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("amount (yuan)"), max_digits=12, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
    photo = forms.ImageField(label=gettext_lazy("photo"), required=False, widget=UnfoldAdminFileFieldWidget)


class DeductionForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=DeductionKind.choices, widget=UnfoldAdminSelectWidget)
    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=gettext_lazy("installer"), widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)

    def __init__(self, job: Job, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = Partner.objects.filter(offers__job=job) | Partner.objects.filter(jobs=job)
        self.fields["partner"].queryset = asked.distinct().order_by("code")  # type: ignore[attr-defined]


@posted_from("job")
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-4: propose extra work from the job's page."""
    form = ExtraForm(request.POST, request.FILES, prefix="extra")
    where = reverse("job", args=[pk])
    if not form.is_valid():
        return trying(request, where, lambda: _refuse(form))
    data = form.cleaned_data
    wanted = extras.Wanted(data["kind"].pk, data["amount_yuan"], data["reason"], data["photo"])
    return trying(
        request, where, lambda: extras.propose(pk, wanted=wanted, by=actor_at(request), at=clock.now()), _("Proposed")
    )


@posted_from("job")
def deduct(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-5: propose a deduction by hand, with the reason."""
    row = visible(request, Job.objects.all(), pk, _("job"), right="aftersales.propose_deduction")
    form = DeductionForm(row, request.POST, prefix="deduct")
    where = reverse("job", args=[pk])
    if not form.is_valid():
        return trying(request, where, lambda: _refuse(form))
    data = form.cleaned_data
    said = {"partner_id": data["partner"].pk, "kind": data["kind"], "reason": data["reason"]}
    return trying(
        request, where, lambda: deductions.propose(pk, by=actor_at(request), at=clock.now(), **said), _("Proposed")
    )


def _refuse(form: forms.Form) -> None:
    errors = "；".join(f"{form.fields[name].label}: {' '.join(map(str, whys))}" for name, whys in form.errors.items())
    raise extras.Unclear(why=errors)


def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The picture of extra work, for who may see it."""
    row = visible(request, Extra.objects.exclude(photo=""), pk, _("photo"), right="aftersales.view_extra")
    return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


def section(job: Job, by: Actor) -> dict[str, Any]:
    """Return what the job's page shows of its money, to who may see it."""
    sees_fee = by.may("channels.view_entry")
    may_deduct = by.may("aftersales.propose_deduction")
    return {
        "visits": _visits(job, by) if sees_fee else [],
        "price": _price(job) if sees_fee and job.owner_id else None,
        "extras": Extra.objects.visible_to(by).filter(job=job).select_related("kind", "partner").order_by("pk")
        if by.may("aftersales.view_extra")
        else [],
        "deductions": Deduction.objects.visible_to(by).filter(job=job).select_related("partner").order_by("pk")
        if by.may("aftersales.view_deduction")
        else [],
        "extra_form": ExtraForm(prefix="extra")
        if by.may("aftersales.propose_extra") and job.owner_id and job.state in extras.WORKED_ON
        else None,
        "deduct_form": DeductionForm(job, prefix="deduct") if may_deduct and not by.partners else None,
    }


def _visits(job: Job, by: Actor) -> list[tuple[Visit, list[Entry]]]:
    """The visits of a job that this person may see, each with what was booked for it."""
    rows = Visit.objects.filter(job=job).select_related("partner").order_by("number")
    if by.partners and not by.company:
        rows = rows.filter(partner__in=Partner.objects.within(by.partners))
    booked: dict[int, list[Entry]] = {}
    for entry in Entry.objects.filter(source_type=queries.SOURCE, source_id__in=[row.pk for row in rows]).order_by(
        "pk"
    ):
        booked.setdefault(entry.source_id, []).append(entry)
    return [(row, booked.get(row.pk, [])) for row in rows]


def _price(job: Job) -> tuple[Any, str]:
    """What a visit of its installer pays, on the day it was done or today, and why."""
    assert job.owner_id is not None
    on = timezone.localdate(job.done_at or clock.now())
    found = rule.fee(queries.work_of(job, job.owner_id, on), queries.rows())
    return found.amount_yuan, reasons.sentence(found.because)
