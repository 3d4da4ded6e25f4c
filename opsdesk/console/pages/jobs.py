from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from aftersales.admin.forms import ReasonForm
from aftersales.models import Job
from aftersales.operations import dispatch, jobs
from aftersales.states.job import JOB, LIVE, RIGHTS
from channels.models import Partner
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import reasons, timeline
from opsdesk.console.pages import extras
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, wording
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState

VIEW = "aftersales.view_job"


class AppointForm(forms.Form):
    appointed_at = forms.SplitDateTimeField(label=gettext_lazy("appointed for"), widget=UnfoldAdminSplitDateTimeWidget)


class LaterForm(ReasonForm):
    starts_at = forms.SplitDateTimeField(label=gettext_lazy("from when"), widget=UnfoldAdminSplitDateTimeWidget)


class CompleteForm(forms.Form):
    serial_number = forms.CharField(
        label=gettext_lazy("serial number"), max_length=80, widget=UnfoldAdminTextInputWidget
    )
    photo = forms.ImageField(label=gettext_lazy("photo"), widget=UnfoldAdminFileFieldWidget)


Button = tuple[Any, Callable[..., Job], type[forms.Form] | None]

BUTTONS: dict[str, Button] = {
    "accept": (gettext_lazy("Accept"), jobs.accept, None),
    "decline": (gettext_lazy("Decline"), jobs.decline, ReasonForm),
    "appoint": (gettext_lazy("Make an appointment"), jobs.appoint, AppointForm),
    "complete": (gettext_lazy("Report completion"), jobs.complete, CompleteForm),
    "fail": (gettext_lazy("Report failure"), jobs.fail, ReasonForm),
    "offer": (gettext_lazy("Dispatch again"), dispatch.dispatch, None),
    "reopen": (gettext_lazy("Open again"), jobs.reopen, ReasonForm),
    "start_later": (gettext_lazy("Customer wants it later"), jobs.start_later, LaterForm),
    "pause": (gettext_lazy("Pause the clock"), jobs.pause, ReasonForm),
    "resume": (gettext_lazy("Let the clock go on"), jobs.resume, None),
    "cancel": (gettext_lazy("Cancel"), jobs.cancel, ReasonForm),
}
"""What a person may do on the job's page: label, operation, what it asks for. Three move the clock only."""


def job(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-1: one job: its clock, its candidates, its story, and what may be done with it now."""
    return _page(request, pk)


@posted_from("job")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a job from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    form = form_class(request.POST, request.FILES, prefix=action) if form_class else None
    if form is not None and not form.is_valid():
        return _page(request, pk, forms={action: form})
    values = form.cleaned_data if form else {}
    return trying(
        request, reverse("job", args=[pk]), lambda: operation(pk, by=actor_at(request), at=clock.now(), **values), label
    )


@posted_from("job")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the job's page with the customer's name, phone and address, for who has the job; written down."""
    by = actor_at(request)
    by.need(VIEW)
    receiver = jobs.show(pk, why=request.POST.get("why", ""), by=by, at=clock.now())
    messages.warning(request, _("Shown to you alone and written down on the timeline."))
    return _page(request, pk, receiver=receiver)


def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo of a completion report, for who may see the job."""
    row = visible(request, Job.objects.exclude(photo=""), pk, _("photo"), right=VIEW)
    return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


def _with_the_clock(row: Job, timers: list[Timer]) -> tuple[str, ...]:
    """What may be done with the clock of a job that is still to be done."""
    states = {timer.state for timer in timers if timer.policy.code == "installation"}
    if row.state not in LIVE:
        return ()
    return ("resume",) if TimerState.PAUSED in states else ("start_later", "pause")


def _story(row: Job, by: Actor) -> dict[str, Any]:
    """Who was asked and what happened; a partner is told of itself only (CH-5: never sideways)."""
    offers = row.offers.select_related("partner").order_by("-round")
    if by.company or not by.partners:
        return {"offers": [reasons.explained(offer) for offer in offers], "timeline": timeline.of(row)}
    own = list(offers.filter(partner__in=Partner.objects.within(by.partners)))
    since = min((offer.offered_at for offer in own), default=None)
    told = [entry for entry in timeline.of(row) if since and entry.at >= since]
    return {"offers": [replace(reasons.explained(offer), candidates=()) for offer in own], "timeline": told}


def _buttons(row: Job, by: Actor, bound: dict[str, Any], timers: list[Timer]) -> list[tuple[str, Any, Any]]:
    """What this person may do with the job now: action, label, form (as it was filled in, if it had errors)."""
    possible = {*JOB.allowed(row), *_with_the_clock(row, timers)}
    return [
        (action, label, bound.get(action) or (form and form(prefix=action)))
        for action, (label, _operation, form) in BUTTONS.items()
        if action in possible and by.may(RIGHTS[action])
    ]


def _page(request: HttpRequest, pk: int, forms: dict[str, Any] | None = None, **shown: object) -> HttpResponse:
    rows = Job.objects.select_related("order__shop__platform", "owner", "region")
    row = visible(request, rows, pk, _("job"), right=VIEW)
    by = actor_at(request)
    timers = list(row.timers().select_related("policy").order_by("pk"))
    return page(
        request,
        "console/job.html",
        _("Installation job %(job)s") % {"job": row},
        job=row,
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers],
        buttons=_buttons(row, by, forms or {}, timers),
        **_story(row, by),
        may_show=by.may("orders.show_order") or by.may("aftersales.work_job"),
        money=extras.section(row, by),
        now=clock.now(),
        **shown,
    )
