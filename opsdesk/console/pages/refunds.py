from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from aftersales.admin.forms import ReasonForm
from aftersales.admin.refunds import left_in_words, urgency
from aftersales.models import Refund
from aftersales.operations import refund_clocks, refund_money, refunds
from aftersales.operations.refund_money import Payment
from aftersales.operations.refunds import Wish
from aftersales.queries import refunds as queries
from aftersales.rules import refund_steps, refund_words
from aftersales.states.refund import REFUND, RIGHTS, Kind, Reason, Through
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, wording
from orders.models import Order

VIEW = "aftersales.view_refund"


def _yuan(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, min_value=0, widget=UnfoldAdminDecimalFieldWidget
    )


class AskForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=Kind, widget=UnfoldAdminSelectWidget)
    reason = forms.ChoiceField(label=gettext_lazy("why"), choices=Reason, widget=UnfoldAdminSelectWidget)
    amount_yuan = _yuan(gettext_lazy("asked (yuan)"))
    number = forms.CharField(
        label=gettext_lazy("refund number"), max_length=64, required=False, widget=UnfoldAdminTextInputWidget
    )


class GrantForm(forms.Form):
    amount_yuan = _yuan(gettext_lazy("amount (yuan)"))
    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget
    )


class PayForm(forms.Form):
    amount_yuan = _yuan(gettext_lazy("amount (yuan)"))
    reference = forms.CharField(label=gettext_lazy("reference"), max_length=80, widget=UnfoldAdminTextInputWidget)
    through = forms.ChoiceField(label=gettext_lazy("how"), choices=Through, widget=UnfoldAdminSelectWidget)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"payment": Payment(**data)} if len(data) == 3 else data


Button = tuple[Any, Callable[..., Any], type[forms.Form] | None]
BUTTONS: dict[str, Button] = {
    "agree": (gettext_lazy("Agree"), refunds.agree, None),
    "grant": (gettext_lazy("Grant"), refund_money.grant, GrantForm),
    "pay": (gettext_lazy("Paid"), refund_money.pay, PayForm),
    "retract": (gettext_lazy("Take the grant back"), refund_money.retract, ReasonForm),
    "refuse": (gettext_lazy("Refuse"), refunds.refuse, ReasonForm),
    "ask_again": (gettext_lazy("Asked again"), refunds.ask_again, ReasonForm),
    "withdraw": (gettext_lazy("Withdrawn by the customer"), refunds.withdraw, ReasonForm),
    "close": (gettext_lazy("Close"), refunds.close, ReasonForm),
}
"""What a person may do on a refund's page: label, operation, what it asks for."""


def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-6: one refund: its two deadlines, its money, its goods, its story, and what may be done with it now."""
    return _page(request, pk)


@posted_from("refund")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a refund from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    form = form_class(request.POST, request.FILES, prefix=action) if form_class else None
    if form is not None and not form.is_valid():
        return _page(request, pk, forms={action: form})
    values = form.cleaned_data if form else {}
    return trying(
        request,
        reverse("refund", args=[pk]),
        lambda: operation(pk, by=actor_at(request), at=clock.now(), **values),
        label,
    )


@posted_from("order")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-6: enter a refund from its order's page."""
    form = AskForm(request.POST)
    row = visible(request, Order.objects.all(), pk, _("order"), right="orders.view_order")
    if not form.is_valid():
        return page(request, "console/ask_refund.html", _("Enter a refund"), form=form, order=row)
    data = form.cleaned_data
    wish = Wish(data["kind"], data["reason"], data["amount_yuan"], number=data["number"])
    return trying(
        request,
        reverse("order", args=[pk]),
        lambda: refunds.ask(pk, wish, by=actor_at(request), at=clock.now()),
        _("Refund entered."),
    )


def _buttons(row: Refund, by: Actor, bound: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    possible = {*REFUND.allowed(row)} & refund_steps.actions(refund_clocks.facts_of(row))
    first = {
        "grant": {"amount_yuan": row.asked_yuan},
        "pay": {"amount_yuan": row.open_yuan},
    }
    return [
        (action, label, bound.get(action) or (form and form(prefix=action, initial=first.get(action))))
        for action, (label, _operation, form) in BUTTONS.items()
        if action in possible and by.may(RIGHTS[action])
    ]


def _page(request: HttpRequest, pk: int, forms: dict[str, Any] | None = None) -> HttpResponse:
    rows = Refund.objects.select_related("order__shop__platform", "shop", "other_model")
    row = visible(request, rows, pk, _("refund"), right=VIEW)
    timers = list(row.timers().select_related("policy").order_by("pk"))
    return page(
        request,
        "console/refund.html",
        _("Refund %(refund)s") % {"refund": row},
        refund=row,
        lines=row.lines.order_by("pk"),
        payouts=row.payouts.order_by("pk"),
        slips=row.slips.order_by("-due_at"),
        money=queries.money_of([row.order_id])[row.order_id],
        ours=(urgency(row.step_due_at, row.state), left_in_words(row.step_due_at, row.state)),
        theirs=(urgency(row.platform_due_at, row.state), left_in_words(row.platform_due_at, row.state)),
        theirs_because=row.platform_because.split("|")[1:],
        words=refund_words.said(row.kind, row.state),
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers],
        buttons=_buttons(row, actor_at(request), forms or {}),
        timeline=timeline.of(row),
        may_show=False,
        now=clock.now(),
    )
