from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.admin.forms import ReasonForm, TextForm
from aftersales.models import Job, Urge, Visit, VisitCause
from aftersales.operations import dispatch, hand_over, jobs, urges
from aftersales.queries import forecasts
from aftersales.queries.allowed import allowed, holds
from aftersales.states.job import LIVE, RIGHTS
from channels.models import Partner
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import reasons, timeline
from opsdesk.console.pages import care, extras
from opsdesk.console.pages.base import page, trying, unmasked, visible
from opsdesk.console.pages.job_forms import (
    AbsentForm,
    AppointForm,
    CompleteForm,
    FailForm,
    HandOverForm,
    InstallerForm,
    LaterForm,
    SignForm,
)
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, wording
from opsdesk.sla.models import Timer
from opsdesk.sla.states import TimerState

VIEW = "aftersales.view_job"


Button = tuple[Any, Callable[..., Any], type[forms.Form] | None]

BUTTONS: dict[str, Button] = {
    "accept": (gettext_lazy("Accept"), jobs.accept, None),
    "decline": (gettext_lazy("Decline"), jobs.decline, ReasonForm),
    "appoint": (gettext_lazy("Make an appointment"), jobs.appoint, AppointForm),
    "assign_installer": (gettext_lazy("Who goes"), jobs.assign_installer, InstallerForm),
    "arrive": (gettext_lazy("Has arrived"), jobs.arrive, None),
    "sign": (gettext_lazy("Customer signs"), jobs.sign, SignForm),
    "complete": (gettext_lazy("Report completion"), jobs.complete, CompleteForm),
    "absent": (gettext_lazy("Customer absent"), jobs.absent, AbsentForm),
    "fail": (gettext_lazy("Report failure"), jobs.fail, FailForm),
    "reply": (gettext_lazy("Reply to the customer’s urging"), urges.reply, TextForm),
    "urge": (gettext_lazy("Urge"), urges.urge, TextForm),
    "hand_over": (gettext_lazy("Hand over"), hand_over.hand_over, HandOverForm),
    "offer": (gettext_lazy("Dispatch again"), dispatch.dispatch, None),
    "reopen": (gettext_lazy("Open again"), jobs.reopen, ReasonForm),
    "start_later": (gettext_lazy("Customer wants it later"), jobs.start_later, LaterForm),
    "pause": (gettext_lazy("Pause the clock"), jobs.pause, ReasonForm),
    "resume": (gettext_lazy("Let the clock go on"), jobs.resume, None),
    "cancel": (gettext_lazy("Cancel"), jobs.cancel, ReasonForm),
}
"""What a person may do on the job's page: label, operation, what it asks for. Three move the clock only."""


SIDEWAYS = frozenset({"job.offer_hand_over", "job.decline_hand_over", "job.want_hand_over", "job.take_over"})
"""Events that name another partner, or say what is thought of this one."""


def job(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-1: one job: its clock, its candidates, its story, and what may be done with it now."""
    return _page(request, pk)


@posted_from("job")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a job from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    form = None
    if form_class:
        row = visible(request, Job.objects.all(), pk, _("job"), right=VIEW)
        form = _form(form_class, action, row, actor_at(request), request.POST, request.FILES)
    if form is not None and not form.is_valid():
        return _page(request, pk, forms={action: form})
    values = form.cleaned_data if form else {}
    return trying(
        request, reverse("job", args=[pk]), lambda: operation(pk, by=actor_at(request), at=clock.now(), **values), label
    )


def _form(form_class: Any, action: str, row: Job, by: Actor, *filled: Any) -> Any:
    """Make the form of a button, with the choices that this person has for this job."""
    form = form_class(*filled, prefix=action)
    if isinstance(form, InstallerForm):
        form.of(row)
    elif hasattr(form, "narrow"):
        form.narrow(by)
    return form


@posted_from("job")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the job's page with the customer's name, phone and address, for who has the job; written down."""
    return _page(request, pk, receiver=unmasked(request, pk, jobs.show, right=VIEW))


def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo of a completion report, for who may see the job."""
    row = visible(request, Job.objects.exclude(photo=""), pk, _("photo"), right=VIEW)
    return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


def further_photo(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """A further photo of a completion report, for who may see the job."""
    row = visible(request, Job.objects.all(), pk, _("photo"), right=VIEW)
    found = row.photos.filter(number=number).first()
    if found is None:
        raise NotFound(what=f"{_('photo')} {number}")
    return FileResponse(found.photo.open("rb"), content_type="image/jpeg")


def signature(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The customer's signature of a visit, for who may see that visit."""
    row = visible(request, Job.objects.all(), pk, _("job"), right=VIEW)
    found = Visit.objects.visible_to(actor_at(request)).filter(job=row, number=number).exclude(signature="").first()
    if found is None:
        raise NotFound(what=f"{row} · {number}")
    return FileResponse(found.signature.open("rb"), content_type="image/jpeg")


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
    since = row.handed_over_at or min((offer.offered_at for offer in own), default=None)
    since = since if holds(row, by=by) else None  # what another one did with it is not the asked one's business
    told = [entry for entry in timeline.of(row) if since and entry.at >= since and entry.action not in SIDEWAYS]
    return {"offers": [replace(reasons.explained(offer), candidates=()) for offer in own], "timeline": told}


def _buttons(row: Job, by: Actor, bound: dict[str, Any], timers: list[Timer]) -> list[tuple[str, Any, Any]]:
    """What this person may do with the job now: action, label, form (as it was filled in, if it had errors)."""
    waits = bool(hand_over.waiting_for(row, by=by))
    possible = allowed(row, by=by, to_take_over=waits) | set(_with_the_clock(row, timers))
    if "arrive" in possible and (there := row.visits.planned().filter(arrived_at__isnull=False).exists()):
        possible = possible - {"arrive", "appoint"} | ({"sign"} if there else set())
    return [
        (action, label, bound.get(action) or (form and _form(form, action, row, by)))
        for action, (label, _operation, form) in BUTTONS.items()
        if action in possible and by.may(RIGHTS[action])
    ]


def _visits(row: Job, by: Actor) -> dict[str, Any]:
    """The visits that this person may see, how often each was moved, and the urging that waits for a reply."""
    visits = Visit.objects.visible_to(by).filter(job=row).select_related("partner", "installer")
    causes = dict(VisitCause.objects.order_by("valid_from").values_list("code", "label"))
    rows = list(visits.prefetch_related("moves").order_by("number"))
    return {
        "visits": [(visit, causes.get(visit.cause, visit.cause)) for visit in rows],
        "photos": list(row.photos.exclude(number=1).order_by("number").values_list("number", flat=True)),
        "urges": list(Urge.objects.visible_to(by).filter(job=row).order_by("-number")),
    }


def _expected(row: Job, by: Actor) -> dict[str, Any]:
    """AS-3: when the partner will probably be done, for those who can give the job to somebody else."""
    if row.state not in forecasts.HELD or not by.may(RIGHTS["hand_over"]):
        return {}
    rule = forecasts.rule_on(clock.now())
    found = forecasts.forecasts_of([row], rule, at=clock.now()).get(row.pk) if rule else None
    return {"forecast": found, "forecast_because": reasons.sentence(found.because)} if found else {}


def _page(request: HttpRequest, pk: int, forms: dict[str, Any] | None = None, **shown: object) -> HttpResponse:
    rows = Job.objects.select_related("order__shop__platform", "owner", "region", "installer")
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
        **_visits(row, by),
        **_expected(row, by),
        may_dispatch=by.may(RIGHTS["hand_over"]),
        holds=holds(row, by=by),
        may_show=holds(row, by=by) and (by.may("orders.show_order") or by.may("aftersales.work_job")),
        **care.of(by, [row]),
        money=extras.section(row, by),
        now=clock.now(),
        **shown,
    )
