from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.admin.forms import ReasonForm
from aftersales.admin.refunds import left_in_words, urgency
from aftersales.models import Evidence, Refund
from aftersales.operations import refund_clocks, refund_money, refunds, returns
from aftersales.operations.refunds import Wish
from aftersales.queries import refunds as queries
from aftersales.queries.returns import decided
from aftersales.rules import refund_steps, refund_words
from aftersales.states.refund import LIVE, REFUND, RIGHTS, FreightPayer, Remedy
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import timeline
from opsdesk.console.pages import refund_forms as forms
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, wording
from orders.models import Order

VIEW = "aftersales.view_refund"


Button = tuple[Any, Callable[..., Any], type[Any] | None]
BUTTONS: dict[str, Button] = {
    "agree": (gettext_lazy("Agree"), refunds.agree, forms.AgreeForm),
    "prove": (gettext_lazy("Add evidence"), returns.prove, forms.ProveForm),
    "post": (gettext_lazy("Posted by the customer"), returns.post, forms.ParcelForm),
    "receive": (gettext_lazy("Goods arrived"), returns.receive, forms.ReceiveForm),
    "inspect": (gettext_lazy("Accept the goods"), returns.inspect, forms.InspectForm),
    "grant": (gettext_lazy("Grant"), refund_money.grant, forms.GrantForm),
    "pay": (gettext_lazy("Paid"), refund_money.pay, forms.PayForm),
    "send": (gettext_lazy("Replacement sent"), returns.send, forms.ParcelForm),
    "send_ahead": (gettext_lazy("Send the replacement ahead"), returns.send_ahead, forms.AheadForm),
    "choose": (gettext_lazy("The customer chooses otherwise"), returns.choose, forms.ChooseForm),
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
    row = visible(request, Refund.objects.all(), pk, _("refund"), right=VIEW)
    form = _form(form_class, row, action, request.POST, request.FILES) if form_class else None
    if form is not None and not form.is_valid():
        return _page(request, pk, bound={action: form})
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
    form = forms.AskForm(request.POST)
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


def parcel(request: HttpRequest) -> HttpResponse:
    """AS-8: turn away a parcel that came without notice."""
    by = actor_at(request)
    by.need("aftersales.receive_return")
    form = forms.TurnAwayForm(request.POST or None)
    if not form.is_valid():
        return page(request, "console/parcel.html", _("Turn a parcel away"), form=form)
    return trying(
        request,
        reverse("parcel"),
        lambda: returns.turn_away(by=by, at=clock.now(), **form.cleaned_data),
        _("Written down."),
    )


def proof(request: HttpRequest, pk: int) -> FileResponse:
    """A photo of the evidence, for who may see its refund."""
    row = visible(request, Evidence.objects.all(), pk, _("photo"), right=VIEW)
    return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


def _form(form_class: type[Any], row: Refund, action: str, *data: Any) -> Any:
    """A button's form, with what it has to know of the refund."""
    first = {"grant": {"amount_yuan": row.asked_yuan}, "pay": {"amount_yuan": row.open_yuan}}
    form = form_class(*data, prefix=action, initial=first.get(action))
    if hasattr(form, "about"):
        form.about(row)
    return form


def _possible(row: Refund) -> set[str]:
    """The moves of the machine that its kind has, and what moves nothing."""
    found = {*REFUND.allowed(row)} & refund_steps.actions(refund_clocks.facts_of(row))
    found |= {"prove"} if row.state in (*LIVE, "refused") else set()
    found |= {"send_ahead"} if returns.may_send_ahead(row) else set()
    return found | ({"choose"} if returns.may_choose(row) else set())


def _buttons(row: Refund, by: Actor, bound: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    possible = _possible(row)
    return [
        (action, label, bound.get(action) or (form and _form(form, row, action)))
        for action, (label, _operation, form) in BUTTONS.items()
        if action in possible and by.may(RIGHTS[action])
    ]


def _rules(row: Refund) -> dict[str, Any]:
    """AS-8: what applies and why, in words."""
    found = decided(row)
    conditions = {"intact": _("parts complete, tried is fine"), "resellable": _("complete and resellable")}
    options = [
        (
            Remedy(option.remedy).label,
            FreightPayer(option.freight_payer).label,
            conditions.get(option.condition),
            option,
        )
        for option in found.options
    ]
    return {"decision": found, "options": options}


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    rows = Refund.objects.select_related("order__shop__platform", "shop", "other_model")
    row = visible(request, rows, pk, _("refund"), right=VIEW)
    timers = list(row.timers().select_related("policy").order_by("pk"))
    return page(
        request,
        "console/refund.html",
        _("Refund %(refund)s") % {"refund": row},
        refund=row,
        lines=row.lines.order_by("pk"),
        evidence=row.evidence.order_by("pk"),
        receptions=row.receptions.prefetch_related("lines__line").order_by("number"),
        **_rules(row),
        payouts=row.payouts.order_by("pk"),
        slips=row.slips.order_by("-due_at"),
        money=queries.money_of([row.order_id])[row.order_id],
        ours=(urgency(row.step_due_at, row.state), left_in_words(row.step_due_at, row.state)),
        theirs=(urgency(row.platform_due_at, row.state), left_in_words(row.platform_due_at, row.state)),
        theirs_because=row.platform_because.split("|")[1:],
        words=refund_words.said(row.kind, row.state),
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers],
        buttons=_buttons(row, actor_at(request), bound or {}),
        timeline=timeline.of(row),
        may_show=False,
        now=clock.now(),
    )
