from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from aftersales.operations import callbacks
from aftersales.queries import callbacks as queries
from aftersales.rules.questionnaires import SCALE, Asked
from aftersales.states.callback import MISSES, OPEN, QuestionKind, Satisfaction
from opsdesk import clock
from opsdesk.console import timeline
from opsdesk.console.pages.base import page
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError, Invalid

VIEW = "aftersales.view_callback"


class AnswerForm(forms.Form):
    """Everything that a call asks for, on one page, in the order of the script; fields have the browser's own keys."""

    why = forms.CharField(
        label=gettext_lazy("why"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "desk-input"}),
    )
    suggestion = forms.CharField(
        label=gettext_lazy("suggestion"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "desk-input"}),
    )

    def __init__(self, *args: Any, questions: tuple[Asked, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {f"q-{one.key}": _field_of(one) for one in questions}
        satisfaction = forms.ChoiceField(
            label=gettext_lazy("How content is the customer?"), choices=Satisfaction.choices, widget=forms.RadioSelect
        )
        self.fields = own | {"satisfaction": satisfaction} | self.fields  # type: ignore[assignment]
        for place, field in enumerate(self.fields.values()):
            field.label_suffix = ""
            field.widget.attrs |= {} if place else {"autofocus": True}

    def said(self) -> callbacks.Said:
        """What the operation is told."""
        data = self.cleaned_data
        answers = {name[2:]: value for name, value in data.items() if name.startswith("q-")}
        return callbacks.Said(data["satisfaction"], data["why"], data["suggestion"], answers)


def _field_of(one: Asked) -> forms.Field:
    if one.kind == QuestionKind.TEXT:
        widget = forms.Textarea(attrs={"rows": 2, "class": "desk-input"})
        return forms.CharField(label=one.text, required=one.required, max_length=500, widget=widget)
    offered = SCALE if one.kind == QuestionKind.SCALE else one.choices
    choices = [(text, text) for text in offered]
    return forms.ChoiceField(label=one.text, required=one.required, choices=choices, widget=forms.RadioSelect)


class AppointForm(forms.Form):
    appointed_at = forms.DateTimeField(
        label=gettext_lazy("call at"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "desk-input"}),
    )


def callback(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-10: one call-back: whom to call, what to ask, what was said."""
    return _page(request, pk)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take the next customer from the queue, or say when it goes on."""
    try:
        one = callbacks.take_next(by=actor_at(request), at=clock.now())
    except DeskError as why:
        messages.warning(request, str(why))
        return redirect(f"{reverse('admin:aftersales_callback_changelist')}?queue=due")
    return redirect("callback", one.pk)


@posted_from("callback")
def dial(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the page with the customer's name and phone, for this call; written down."""
    by = actor_at(request)
    by.need(VIEW)
    receiver = callbacks.dial(pk, by=by, at=clock.now())
    return _page(request, pk, receiver=receiver)


@posted_from("callback")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the whole answer, and go on with the next customer if wanted."""
    _script, questions = queries.script_at(clock.now())
    form = AnswerForm(request.POST, questions=questions)
    if not form.is_valid():
        return _page(request, pk, form=form)
    try:
        callbacks.answer(pk, form.said(), by=actor_at(request), at=clock.now())
    except Invalid as why:
        form.add_error(None, str(why))
        return _page(request, pk, form=form)
    messages.success(request, _("Answer saved."))
    return _onward(request, pk)


@posted_from("callback")
def miss(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that the customer was not reached, and go on."""
    callbacks.miss(pk, outcome=request.POST.get("outcome", ""), by=actor_at(request), at=clock.now())
    messages.success(request, _("Noted: not reached."))
    return _onward(request, pk)


@posted_from("callback")
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down the time that the customer chose, and go on."""
    form = AppointForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, appoint_form=form)
    when = form.cleaned_data["appointed_at"]
    callbacks.appoint(pk, appointed_at=when, by=actor_at(request), at=clock.now())
    messages.success(request, _("Appointment noted."))
    return _onward(request, pk)


@posted_from("callback")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the page with the customer's own words; written down with the reason."""
    by = actor_at(request)
    by.need(VIEW)
    words = callbacks.show(pk, why=request.POST.get("why", ""), by=by, at=clock.now())
    return _page(request, pk, words=words or "–")


def _onward(request: HttpRequest, pk: int) -> HttpResponse:
    """A hundred calls a day: after one the next, unless the caller wants to stay."""
    return take(request) if "next" in request.POST else redirect("callback", pk)


def _page(request: HttpRequest, pk: int, **shown: Any) -> HttpResponse:
    by = actor_at(request)
    by.need(VIEW)
    one = queries.visible(pk, by=by)
    script, questions = queries.script_at(clock.now())
    may_call = by.may(callbacks.RIGHT) and one.state in OPEN
    calls = list(one.calls.select_related("caller").order_by("-number"))
    calling = [call for call in calls if call.outcome == "calling"]
    context = {
        "one": one,
        "job": one.job,
        "order": one.job.order,
        "script": script,
        "form": AnswerForm(questions=questions) if may_call else None,
        "appoint_form": AppointForm() if may_call else None,
        "calls": calls,
        "calling": bool(calling),
        "misses": MISSES,
        "answers": one.answers.select_related("question").order_by("question__position", "pk"),
        "complaint": getattr(one, "complaint", None),
        "timeline": timeline.of(one),
        "may_call": may_call,
        "may_show": by.may("aftersales.show_complaint") and one.words_sealed,
        "now": clock.now(),
    }
    title = _("Call-back %(callback)s") % {"callback": one}
    return page(request, "console/callback.html", title, **context | shown)
