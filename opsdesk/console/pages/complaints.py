from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from aftersales.admin.complaints import ClassForm, OwnerForm, responsible_of
from aftersales.admin.forms import ReasonForm
from aftersales.models import Complaint, Job
from aftersales.operations import complaint_classing, complaint_register, complaints
from aftersales.queries import complaints as queries
from aftersales.states.complaint import COMPLAINT, HEAD, OPEN, RIGHTS, WORK, Department, Source
from channels.models import Partner, Product
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.approvals.models import Approval
from opsdesk.console import timeline
from opsdesk.console.pages.base import page, trying, unmasked
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError, NotFound
from opsdesk.people.models import User
from opsdesk.people.queries import names_of
from opsdesk.sla import deadlines, wording
from orders.models import Order

VIEW = "aftersales.view_complaint"


def _text(name: str, label: Any) -> type[forms.Form]:
    """Make a form that asks for one text, named as the operation calls it."""
    field = forms.CharField(label=label, max_length=300, widget=UnfoldAdminTextInputWidget)
    return type(f"{name.title()}Form", (forms.Form,), {name: field})


class InvestigateForm(forms.Form):
    cause = forms.CharField(label=gettext_lazy("cause found"), max_length=300, widget=UnfoldAdminTextInputWidget)
    department = forms.ChoiceField(
        label=gettext_lazy("department responsible"),
        required=False,
        choices=[("", "–"), *Department.choices],
        widget=UnfoldAdminSelectWidget,
    )
    employee = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True).order_by("username"),
        label=gettext_lazy("or employee"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    partner = forms.ModelChoiceField(
        Partner.objects.filter(active=True).order_by("code"),
        label=gettext_lazy("or partner"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        employee, partner = data.pop("employee", None), data.pop("partner", None)
        department = data.pop("department", "")
        blame = complaints.Blame(department, employee and employee.pk, partner and partner.pk)
        return data | {"blame": blame}


class ProposeForm(forms.Form):
    measures = forms.CharField(label=gettext_lazy("measures"), max_length=300, widget=UnfoldAdminTextInputWidget)
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("compensation (yuan)"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        initial=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )


Button = tuple[Any, Callable[..., Complaint], type[forms.Form] | None]

BUTTONS: dict[str, Button] = {
    "uphold": (gettext_lazy("Judge it founded"), complaints.uphold, _text("judgement", gettext_lazy("judgement"))),
    "dismiss": (gettext_lazy("Judge it unfounded"), complaints.dismiss, _text("judgement", gettext_lazy("judgement"))),
    "answer_kindly": (
        gettext_lazy("Answer kindly and close"),
        complaints.answer_kindly,
        _text("answer", gettext_lazy("answer to the customer")),
    ),
    "investigate": (gettext_lazy("Write down cause and responsibility"), complaints.investigate, InvestigateForm),
    "propose": (gettext_lazy("Propose measures"), complaints.propose, ProposeForm),
    "approve": (gettext_lazy("Approve"), complaints.approve, None),
    "send_back": (gettext_lazy("Send back"), complaints.send_back, ReasonForm),
    "carry_out": (gettext_lazy("Carried out"), complaints.carry_out, _text("result", gettext_lazy("result"))),
    "confirm": (
        gettext_lazy("The customer is content"),
        complaints.confirm,
        _text("words", gettext_lazy("what the customer said")),
    ),
    "reopen": (gettext_lazy("The customer is not content"), complaints.reopen, ReasonForm),
    "close": (
        gettext_lazy("Sum up and close"),
        complaints.close,
        _text("summary", gettext_lazy("what we learn of it")),
    ),
    "hand_over": (gettext_lazy("Hand over"), complaints.hand_over, OwnerForm),
    "correct": (gettext_lazy("Correct the class"), complaint_classing.correct, ClassForm),
}
"""What a person may do on the complaint's page: label, operation, what it asks for. The last two move nothing."""


class RegisterForm(forms.Form):
    """A new complaint; order, job and partner are named as people know them."""

    words = forms.CharField(
        label=gettext_lazy("the customer's own words"),
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("source"), choices=Source.choices, initial=Source.PHONE, widget=UnfoldAdminSelectWidget
    )
    order = forms.CharField(
        label=gettext_lazy("order number"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )
    refund_number = forms.CharField(
        label=gettext_lazy("refund number"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        label=gettext_lazy("partner concerned"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    product = forms.ModelChoiceField(
        Product.objects.filter(active=True).order_by("code"),
        label=gettext_lazy("product"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["partner"].queryset = Partner.objects.visible_to(by).filter(active=True).order_by("code")  # type: ignore[attr-defined]

    def clean_order(self) -> Order | None:
        number = self.cleaned_data["order"].strip()
        if not number:
            return None
        found = Order.objects.visible_to(self.by).filter(number=number).order_by("-pk").first()
        if found is None:
            raise forms.ValidationError(_("No order with this number."))
        return found  # type: ignore[no-any-return]

    def said(self) -> complaint_register.Said:
        """What the operation is told; the job is the order's last one."""
        data = dict(self.cleaned_data)
        order = data["order"]
        job = Job.objects.visible_to(self.by).filter(order=order).order_by("-visit").first() if order else None
        return complaint_register.Said(**data, job=job)


def register(request: HttpRequest) -> HttpResponse:
    """AS-9: register a complaint."""
    by = actor_at(request)
    by.need("aftersales.add_complaint")
    form = RegisterForm(request.POST or None, by=by, initial={"order": request.GET.get("order", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = complaint_register.register(form.said(), by=by, at=clock.now())
        except DeskError as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Complaint registered."))
            return redirect("complaint", made.pk)
    return page(request, "console/complaint_new.html", _("Register a complaint"), form=form)


def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-9: one complaint: its owner, its step and clock, what was found, and what may be done now."""
    return _page(request, pk)


@posted_from("complaint")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a complaint from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    form = form_class(request.POST, prefix=action) if form_class else None
    if form is not None and not form.is_valid():
        return _page(request, pk, forms={action: form})
    values = form.cleaned_data if form else {}
    return trying(
        request,
        reverse("complaint", args=[pk]),
        lambda: operation(pk, by=actor_at(request), at=clock.now(), **values),
        label,
    )


@posted_from("complaint")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the page with the customer's own words; written down with the reason."""
    return _page(request, pk, words=unmasked(request, pk, complaints.show, right=VIEW))


def _buttons(row: Complaint, by: Actor, bound: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """What this person may do now: the owner works, a head decides and may help; nobody decides on his own."""
    possible = set(COMPLAINT.allowed(row)) | {"correct"} | ({"hand_over"} if row.state in OPEN else set())
    owns = row.owner_id == by.user_id or by.may(HEAD)
    if row.proposed_by == by.name or row.employee_id == by.user_id:
        possible -= {"approve", "send_back"}
    return [
        (action, label, bound.get(action) or (form and form(prefix=action)))
        for action, (label, _operation, form) in BUTTONS.items()
        if action in possible and _may(by, action, owns)
    ]


def _may(by: Actor, action: str, owns: bool) -> bool:
    if action == "correct":
        return by.may(WORK)
    return by.may(HEAD) if RIGHTS.get(action) == HEAD else owns and (by.may(WORK) or by.may(HEAD))


def _page(request: HttpRequest, pk: int, forms: dict[str, Any] | None = None, **shown: object) -> HttpResponse:
    by = actor_at(request)
    by.need(VIEW)
    row = queries.visible(pk, by=by)
    clocks = list(row.timers().select_related("policy").order_by("-pk"))
    approvals = list(Approval.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk).order_by("-pk"))
    names = names_of([row.proposed_by, row.kind_by])
    return page(
        request,
        "console/complaint.html",
        _("Complaint %(complaint)s") % {"complaint": row},
        row=row,
        responsible=responsible_of(row),
        proposer=names.get(row.proposed_by, row.proposed_by),
        corrector=names.get(row.kind_by, row.kind_by),
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in clocks],
        buttons=_buttons(row, by, forms or {}),
        handovers=row.handovers.select_related("was", "now").order_by("-pk"),
        approvals=approvals,
        timeline=timeline.of(row, *approvals),
        may_show=by.may("aftersales.show_complaint"),
        now=clock.now(),
        **shown,
    )
