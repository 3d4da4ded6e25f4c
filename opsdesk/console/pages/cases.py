"""CF-4 … CF-15: the page of a case: its story, its clocks, who must act now, what it may cost, and the buttons."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conflicts.models import Case
from conflicts.operations import appeals, archive, cases, evidence, rulings, steps, witnesses
from conflicts.queries import possible
from conflicts.states.case import HANDLE, VIEW
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.case_view import View, view_of
from opsdesk.console.pages import case_forms
from opsdesk.console.pages.base import done, page, visible
from opsdesk.console.pages.buttons import Button
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError, NotFound

INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "application/pdf", "text/plain")
_FILE = "conflicts.file_case"
BUTTONS: dict[str, Button] = {
    "accept": Button(gettext_lazy("Accept the case"), cases.accept, HANDLE, case_forms.AcceptForm),
    "answer": Button(gettext_lazy("Answer"), cases.answer, "conflicts.answer_case", case_forms.AnswerForm),
    "sign": Button(gettext_lazy("Sign this ruling"), rulings.sign, "conflicts.sign_ruling"),
    "object": Button(
        gettext_lazy("Refuse to sign"), rulings.refuse, "conflicts.sign_ruling", case_forms.ReasonForm, True
    ),
    "rule": Button(gettext_lazy("Draft the ruling"), rulings.rule, VIEW, case_forms.VerdictForm),
    "redraft": Button(gettext_lazy("Change the ruling"), rulings.redraft, VIEW, case_forms.VerdictForm),
    "appeal": Button(gettext_lazy("Appeal"), appeals.appeal, "conflicts.answer_case", case_forms.AppealForm),
    "uphold": Button(gettext_lazy("The ruling stands"), appeals.uphold, "conflicts.sign_ruling", case_forms.UpholdForm),
    "agree": Button(gettext_lazy("Agree to settle"), cases.agree, VIEW, case_forms.AgreeForm),
    "settle": Button(gettext_lazy("Close as settled"), cases.settle, HANDLE, case_forms.ReasonForm),
    "speak": Button(gettext_lazy("State a position"), cases.speak, VIEW, case_forms.SpeakForm),
    "escalate": Button(gettext_lazy("Hand to the GM office"), cases.escalate, HANDLE, case_forms.ReasonForm),
    "add_evidence": Button(gettext_lazy("Hand in evidence"), evidence.add_all, VIEW, case_forms.ExhibitForm),
    "add_witness": Button(gettext_lazy("Name a witness"), witnesses.add, VIEW, case_forms.WitnessForm),
    "reject": Button(gettext_lazy("Do not accept"), cases.reject, HANDLE, case_forms.ReasonForm),
    "withdraw": Button(gettext_lazy("Withdraw the case"), cases.withdraw, _FILE, case_forms.ReasonForm),
}
"""What may be done on the page of a case; who may, `possible` says."""
OVER_THE_TEXT = ("sign", "object")
"""These say which text was read."""


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-9: one case, as this person may see it, and what he may do now."""
    return _page(request, _row(request, pk))


@posted_from("case")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do what a button stands for; a refusal is said above the form, which keeps what was typed."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    row = _row(request, pk)
    form = _form(action, _view(request, row), request.POST, request.FILES)
    if form is not None and not form.is_valid():
        return _page(request, row, {action: form})
    values = dict(form.cleaned_data) if form is not None else {}
    if action in OVER_THE_TEXT:
        values["text_sha256"] = request.POST.get("text_sha256", "")
    try:
        BUTTONS[action].run(pk, by=actor_at(request), at=clock.now(), **values)
    except DeskError as why:
        if form is None:
            messages.error(request, str(why))
            return redirect("case", pk)
        form.add_error(None, str(why))
        return _page(request, _row(request, pk), {action: form})
    return _after(request, pk, str(BUTTONS[action].label))


@posted_from("case")
def show_witness(request: HttpRequest, pk: int, party: int) -> HttpResponse:
    """AU-2: the page with the data of one witness; written down with the reason."""
    row = _row(request, pk)
    by, why = actor_at(request), request.POST.get("why", "")
    shown = cases.show_witness(party, why=why, by=by, at=clock.now())
    messages.warning(request, _("Shown to you alone and written down on the timeline."))
    return _page(request, row, witness=(party, shown))


@posted_from("case")
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-8: the case as an archive that verifies without us."""
    row, at = _row(request, pk), clock.now()
    packed = archive.take_out(pk, why=request.POST.get("why", ""), by=actor_at(request), at=at)
    return _file(packed, f"{row}.zip", "application/zip")


def exhibit(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-8: a file of the evidence, as it was handed in; every look is written down."""
    by = actor_at(request)
    by.need(VIEW)
    row, content = evidence.look(pk, by=by, at=clock.now())
    return _file(content, row.name, row.media_type)


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    """Pictures, recordings and papers open in the browser, as what they are; the rest is saved."""
    text = "; charset=utf-8" if media_type == "text/plain" else ""
    answer = HttpResponse(content, content_type=media_type + text)
    inline = media_type.startswith(INLINE)
    answer.headers["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _after(request: HttpRequest, pk: int, sentence: str) -> HttpResponse:
    """Show the case again; who may see it no longer (it is withdrawn from him) sees the list."""
    still = Case.objects.visible_to(actor_at(request)).filter(pk=pk).exists()
    return done(
        request,
        _("Done: %(what)s") % {"what": sentence},
        reverse("case", args=[pk]) if still else reverse("admin:conflicts_case_changelist"),
    )


def _row(request: HttpRequest, pk: int) -> Case:
    rows = Case.objects.select_related("act__clause", "version__rulebook", "region", "signal", "filed_by")
    row: Case = visible(request, rows, pk, _("case"), right=VIEW)
    return row


def _view(request: HttpRequest, row: Case) -> View:
    at = clock.now()
    return view_of(row, actor_at(request), at=at, overdue=steps.is_overdue(row))


def _form(action: str, view: View, posted: Any = None, files: Any = None) -> forms.Form | None:
    """Return a button's form with what it has to know of the case; None: it asks for nothing."""
    kind = BUTTONS[action].form
    if action == "accept" and (view.accused.partner_id or view.accused.employee_id):
        kind = None
    if action == "add_evidence" and view.who.accused:
        kind = case_forms.OwnExhibitForm
    if action == "add_witness" and not view.who.official:
        kind = case_forms.OutsideWitnessForm
    if kind is None:
        return None
    if kind is not case_forms.VerdictForm:
        return kind(posted, files, prefix=action)
    form = case_forms.VerdictForm(posted, files, prefix=action, initial=_first(action, view))
    form.about(view.prospects)
    return form


def _first(action: str, view: View) -> dict[str, Any]:
    """What a verdict starts with: the draft that is to be changed, or the usual penalty of the alleged act."""
    if action == "redraft" and view.drafted:
        names = ("amount_yuan", "measures", "suspended_days", "reasoning", "unusual")
        return {"act": str(view.drafted.act_id or "")} | {name: getattr(view.drafted, name) for name in names}
    return case_forms.first_verdict(view.prospects, view.case.act)


def _page(
    request: HttpRequest,
    row: Case,
    bound: Mapping[str, Any] | None = None,
    witness: tuple[int, str] | None = None,
) -> HttpResponse:
    view, by = _view(request, row), actor_at(request)
    return page(
        request,
        "console/case.html",
        f"{row} {row.title}",
        row=row,
        view=view,
        buttons=_buttons(view, bound or {}),
        witness=witness,
        may_show_witness=possible.may_show_witness(view.who, by),
        may_take_out="take_out" in view.possible.actions,
        may_look=_may_look(view, by),
        now=clock.now(),
    )


def _may_look(view: View, by: Actor) -> bool:
    return not view.who.official or by.may("conflicts.look_evidence")


def _buttons(view: View, bound: Mapping[str, Any]) -> list[tuple[str, Button, Any]]:
    """The buttons that this person has now, with their forms; one that was filled in stays as it was."""
    actions = view.possible.actions | set(bound)
    return [
        (action, button, bound.get(action) or _form(action, view))
        for action, button in BUTTONS.items()
        if action in actions
    ]
