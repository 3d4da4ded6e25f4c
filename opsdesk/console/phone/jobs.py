"""The day's list and the page of one job: every button is an operation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from aftersales.models import Job, Urge, Visit
from aftersales.operations import jobs, urges
from aftersales.queries import agenda
from aftersales.queries import allowed as moves
from aftersales.states.job import LIVE, RIGHTS, JobState
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.phone import forms as asked
from opsdesk.console.phone.frame import phone
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound

SHORT, LONG = 8, 60
Button = tuple[Any, Callable[..., Any], type[forms.Form] | None]
BUTTONS: dict[str, Button] = {
    "accept": (gettext_lazy("Accept"), jobs.accept, None),
    "decline": (gettext_lazy("Decline"), jobs.decline, asked.DeclineForm),
    "arrive": (gettext_lazy("I have arrived"), jobs.arrive, None),
    "appoint": (gettext_lazy("Make an appointment"), jobs.appoint, asked.AppointForm),
    "absent": (gettext_lazy("Nobody at home"), jobs.absent, asked.AbsentForm),
    "fail": (gettext_lazy("Cannot be installed"), jobs.fail, asked.FailForm),
    "reply": (gettext_lazy("Reply to the customer"), urges.reply, asked.ReplyForm),
    "assign_installer": (gettext_lazy("Who goes"), jobs.assign_installer, asked.AssignForm),
}
"""What may be done with a job on a phone: label, operation, what it asks for."""
_ALONE, _BEFORE = ("reply", "arrive"), frozenset({"arrive", "appoint"})
_DRIVES = frozenset({"accept", "arrive", "appoint", "complete"})


@phone
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """AS-1: what is to be answered and done today, the most pressing first; one group alone in full."""
    by, at = actor_at(request), clock.now()
    found, only = agenda.agenda(by=by, at=at), request.GET.get("only", "")
    most = LONG if only else SHORT
    groups = [(group, group.jobs[:most], len(group.jobs)) for group in found.groups if only in ("", group.name)]
    context = {"groups": groups, "only": only, "most": most, "done": found.done, "by": by, "now": at}
    return render(request, "phone/today.html", context | {"office": by.may("aftersales.assign_installer")})


@phone
@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-1: one job: where, what, until when, and what may be done with it now."""
    return page(request, pk)


@phone
@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a job; a refusal is said on the same page, with what was typed still there."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    row, at = visible(request, pk), clock.now()
    form = _form(form_class, action, row, at=at, data=request.POST)
    if form is not None and not form.is_valid():
        return page(request, pk, bound={action: form}, status=422)
    try:
        operation(pk, by=actor_at(request), at=at, **(form.cleaned_data if form else {}))
    except NotFound:
        raise
    except DeskError as why:
        return page(request, pk, bound={action: form}, status=why.status, error=str(why))
    messages.success(request, _("%(what)s: saved.") % {"what": label})
    gone = not Job.objects.visible_to(actor_at(request)).filter(pk=pk).exists()
    return redirect("phone") if gone else redirect("phone_job", pk)


@phone
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: show whom to call and where to go, to who has the job; written down each time."""
    visible(request, pk)
    try:
        receiver = jobs.show(pk, why=_("phone call"), by=actor_at(request), at=clock.now())
    except NotFound:
        raise
    except DeskError as why:
        return page(request, pk, status=why.status, error=str(why))
    return page(request, pk, receiver=receiver, tel=receiver.phone.replace("-", ","))


def visible(request: HttpRequest, pk: int) -> Any:
    """Return a job that this person may see; what is not visible does not exist."""
    by = actor_at(request)
    by.need("aftersales.view_job")
    row = agenda.with_goods(Job.objects.visible_to(by)).filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{_('job')} {pk}")
    return row


def page(
    request: HttpRequest, pk: int, *, bound: dict[str, Any] | None = None, status: int = 200, **shown: object
) -> HttpResponse:
    """Render a job's page."""
    by, at, row = actor_at(request), clock.now(), visible(request, pk)
    visit = Visit.objects.planned().filter(job=row).first()
    possible = allowed(row, by) - (_BEFORE if visit and visit.arrived_at else set())
    buttons = [
        (name, label, (bound or {}).get(name) or _form(form, name, row, at=at), name in (bound or {}))
        for name, (label, _operation, form) in BUTTONS.items()
        if name in possible
    ]
    context = {
        "job": row,
        "now": at,
        "buttons": [button for button in buttons if button[0] not in _ALONE],
        **{name: next((button for button in buttons if button[0] == name), None) for name in _ALONE},
        "urge": Urge.objects.visible_to(by).unanswered().filter(job=row).first() if row.urged_at else None,
        "visit": visit,
        "may_call": row.state in LIVE and row.state not in (JobState.OPEN, JobState.OFFERED) and "report" in possible,
        "may_report": "complete" in possible,
    }
    return render(request, "phone/job.html", context | shown, status=status)


def allowed(row: Any, by: Actor) -> set[str]:
    """Name what this person may do with the job now; "report" stands for working on it at all."""
    names = {name for name in moves.allowed(row, by=by) if by.may(RIGHTS.get(name, "-"))}
    if moves.holds(row, by=by) and by.may("aftersales.work_job"):
        names |= {"report"}
    return names - (_DRIVES if row.frozen_at else set())


def _form(form: Any, name: str, row: Any, *, at: Any, data: Any = None) -> forms.Form | None:
    if form is None:
        return None
    made: forms.Form = form(data, prefix=name)
    if hasattr(made, "fit"):
        made.fit(row, at=at)
    return made
