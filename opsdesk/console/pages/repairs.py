from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.admin import repair_forms as forms
from aftersales.models import Repair
from aftersales.operations import bench, loans, parts, quotes, repairs
from aftersales.queries import warranty
from aftersales.rules import warranty as rule
from aftersales.states.repair import BENCH, LIVE, REPAIR, RIGHTS, PartState
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.approvals.models import Approval
from opsdesk.console import because, timeline
from opsdesk.console.pages.base import page, trying, unmasked, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError, NotFound
from opsdesk.sla import deadlines, wording

VIEW = "aftersales.view_repair"
Button = tuple[Any, Callable[..., Any], type[forms.RepairForm] | None]

BUTTONS: dict[str, Button] = {
    "post": (gettext_lazy("Posted"), repairs.post, forms.PostForm),
    "receive": (gettext_lazy("Receive"), repairs.receive, None),
    "inspect": (gettext_lazy("Write down the inspection"), bench.inspect, forms.InspectForm),
    "judge": (gettext_lazy("Decide the warranty by hand"), bench.judge, forms.JudgeForm),
    "approve": (gettext_lazy("Customer accepts"), quotes.approve, None),
    "begin": (gettext_lazy("Begin the repair"), bench.begin, None),
    "quote": (gettext_lazy("Send a quote"), quotes.quote, forms.QuoteForm),
    "part": (gettext_lazy("Ask for a part"), parts.ask, forms.PartForm),
    "unused": (gettext_lazy("Part not needed"), parts.withdraw, forms.UnusedPartForm),
    "retest": (gettext_lazy("Retest"), bench.retest, forms.RetestForm),
    "send": (gettext_lazy("Send back"), repairs.send, forms.PostForm),
    "deliver": (gettext_lazy("Customer has it back"), repairs.deliver, None),
    "hand_back": (gettext_lazy("Handed back in person"), repairs.hand_back, None),
    "replace": (gettext_lazy("Replace by another machine"), bench.replace, forms.ReplaceForm),
    "decline": (gettext_lazy("Customer does not want it repaired"), quotes.decline, forms.ReasonForm),
    "scrap": (gettext_lazy("Scrap"), bench.scrap, forms.ReasonForm),
    "hand_over": (gettext_lazy("Hand over to …"), repairs.hand_over, forms.HolderForm),
    "lend": (gettext_lazy("Give out a loan unit"), loans.lend, forms.LendForm),
    "take_back": (gettext_lazy("Loan unit is back"), loans.take_back, forms.BackForm),
    "cancel": (gettext_lazy("Cancel"), repairs.cancel, forms.ReasonForm),
}
"""What a person may do on the page of a repair: label, operation, what it asks for."""


def register(request: HttpRequest) -> HttpResponse:
    """AS-7: enter a machine by hand; from an order's page with its number filled in."""
    by = actor_at(request)
    by.need(RIGHTS["post"])
    form = forms.RequestForm(request.POST or None, initial={"order": request.GET.get("order", "")})
    form.narrow(by)
    if form.is_valid():
        try:
            made = repairs.register(form.request(), by=by, at=clock.now())
        except DeskError as why:
            messages.error(request, str(why))
        else:
            return redirect("repair", made.pk)
    return page(request, "console/repair_new.html", _("Register a repair"), form=form)


def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-7: one repair: who holds it, its clocks, what was found, and what may be done with it now."""
    return _page(request, pk)


@posted_from("repair")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a repair from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    label, operation, form_class = BUTTONS[action]
    by = actor_at(request)
    form = form_class(request.POST, prefix=action) if form_class else None
    if form is not None:
        form.narrow(visible(request, Repair.objects.all(), pk, _("repair"), right=VIEW))
        if not form.is_valid():
            return _page(request, pk, forms={action: form})
    values = form.cleaned_data if form else {}
    return trying(request, reverse("repair", args=[pk]), lambda: operation(pk, by=by, at=clock.now(), **values), label)


@posted_from("repair")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the page with the customer's words and data in clear; written down with the reason."""
    shown = unmasked(request, pk, repairs.show, right=VIEW)
    return _page(request, pk, complaint=shown.complaint, receiver=shown.contact)


def _possible(row: Repair, unused: bool, lent: bool) -> set[str]:
    """What the machine of states and the repair's own rows allow now."""
    found = set(REPAIR.allowed(row))
    if row.state in LIVE:
        found |= {"hand_over"} | (set() if lent else {"lend"})
    if row.state in BENCH and row.state != "received":
        found |= {"part"}
    if {"pass_retest", "fail_retest"} & found:
        found |= {"retest"}
    if {"begin", "inspect"} & found and row.state != "approved":
        found |= {"judge"}
    pays, _why = rule.charge(row.warranty, row.fault)
    found -= {"quote"} if pays is False else {"begin"} if row.state != "approved" and pays else set()
    return found | ({"unused"} if unused else set()) | ({"take_back"} if lent else set())


def _buttons(row: Repair, by: Actor, bound: dict[str, Any], *, unused: bool, lent: bool) -> list[tuple[str, Any, Any]]:
    """What this person may do now: action, label, form (as it was filled in, if it had errors)."""
    rights = RIGHTS | {"unused": RIGHTS["part"], "take_back": RIGHTS["lend"]}
    possible, shown = _possible(row, unused, lent), []
    for action, (label, _operation, form_class) in BUTTONS.items():
        if action not in possible or not by.may(rights[action]):
            continue
        form = bound.get(action)
        if form is None and form_class is not None:
            form = form_class(prefix=action)
            form.narrow(row)
        shown.append((action, label, form))
    return shown


def _page(request: HttpRequest, pk: int, forms: dict[str, Any] | None = None, **shown: object) -> HttpResponse:
    rows = Repair.objects.select_related(
        "order__shop__platform", "order__region", "product", "region", "partner", "holder_user", "holder_partner"
    )
    row = visible(request, rows, pk, _("repair"), right=VIEW)
    by, at = actor_at(request), clock.now()
    used = list(row.parts.select_related("product").order_by("number"))
    lent = list(row.loans.order_by("out_at", "pk"))
    timers = list(row.timers().select_related("policy").order_by("-state", "pk"))
    unused = any(part.state in (PartState.WAITING, PartState.GRANTED) for part in used)
    return page(
        request,
        "console/repair.html",
        _("Repair %(repair)s") % {"repair": row},
        repair=row,
        name_masked=row.name_masked or (row.order.name_masked if row.order else ""),
        phone_masked=row.phone_masked or (row.order.phone_masked if row.order else ""),
        warranty_because=because.said(row.warranty_because),
        rank_because=because.said(row.rank_because),
        rights=[because.said([one]) for one in warranty.rights_of(row, at=at)],
        legs=list(row.legs.select_related("holder_user", "holder_partner").order_by("number")),
        findings=list(row.findings.select_related("fault").order_by("fault__code")),
        parts=used,
        quotes=list(row.quotes.order_by("number")),
        retests=list(row.retests.order_by("number")),
        loans=lent,
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers],
        buttons=_buttons(row, by, forms or {}, unused=unused, lent=any(loan.back_at is None for loan in lent)),
        timeline=timeline.of(row, *used, *_approvals(used)),
        may_show=by.may("orders.show_order") or by.may("aftersales.work_repair"),
        may_order=by.may("orders.view_order"),
        now=at,
        **shown,
    )


def _approvals(used: list[Any]) -> list[Approval]:
    subject = "aftersales.repairpart"
    return list(Approval.objects.filter(subject_type=subject, subject_id__in=[part.pk for part in used]))
