from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.admin.forms import ReasonForm
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import findings, timeline
from opsdesk.console.pages import buttons
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.console.pages.buttons import Button
from opsdesk.console.pages.plan_forms import CopyForm, EventForm, PlanForm
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.money import ZERO
from promotions.models import BrandEvent, YearPlan
from promotions.operations import drafting, plans, templates
from promotions.queries import event_sales, plan_facts
from promotions.rules import plan_checks
from promotions.rules.plan import PlanFacts
from promotions.states.plan import EDITABLE, PLAN, EventState

VIEW = "promotions.view_yearplan"

BUTTONS: dict[str, Button] = {
    "submit": Button(gettext_lazy("Submit for approval"), plans.submit, drafting.RIGHT, ReasonForm),
    "generate": Button(gettext_lazy("Fill the months from the standing plan"), templates.generate, drafting.RIGHT),
    "event": Button(gettext_lazy("Plan a brand day"), drafting.add_event, drafting.RIGHT, EventForm, plain=True),
    "copy": Button(gettext_lazy("Copy into another year"), templates.copy_year, drafting.RIGHT, CopyForm, plain=True),
    "close": Button(gettext_lazy("Close the year"), plans.close, drafting.RIGHT, plain=True),
}


def overview(request: HttpRequest) -> HttpResponse:
    """PR-14: every year's plan, and a form to begin another."""
    return _overview(request, PlanForm(prefix="begin"))


@posted_from("plans")
def begin(request: HttpRequest) -> HttpResponse:
    """PR-14: begin the plan of a year."""
    form, by = PlanForm(request.POST, prefix="begin"), actor_at(request)
    if not form.is_valid():
        return _overview(request, form)
    begun: list[YearPlan] = []

    def run() -> None:
        begun.append(plans.begin(form.cleaned_data["draft"], by=by, at=clock.now()))

    answer = trying(request, reverse("plans"), run)
    return redirect("plan", begun[0].pk) if begun else answer


def _overview(request: HttpRequest, form: PlanForm) -> HttpResponse:
    by = actor_at(request)
    by.need(VIEW)
    rows = YearPlan.objects.visible_to(by).order_by("-year")
    return page(
        request, "console/plans.html", _("Brand days by year"), plans=rows, form=form, may=by.may(drafting.RIGHT)
    )


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-14: a year's plan: its calendar, what the checker says of it, and what may be done with it now."""
    return _page(request, pk)


@posted_from("plan")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a plan from its page."""
    where = reverse("plan", args=[pk])
    return buttons.act(request, BUTTONS, action, pk, where, lambda bound: _page(request, pk, bound))


def _possible(row: YearPlan) -> set[str]:
    own = {"generate", "event"} if row.state in EDITABLE else set()
    return {*PLAN.allowed(row), *own, "copy"}


def _months(row: YearPlan, events: list[Any], today: date) -> list[dict[str, Any]]:
    """The calendar: each month of the plan with its brand days; a month without one is a gap."""
    return [
        {
            "month": month,
            "events": [event for event in events if event.starts_on.month == month],
            "now": (row.year, month) == (today.year, today.month),
        }
        for month in range(1, 13)
        if month >= row.first_month or any(event.starts_on.month == month for event in events)
    ]


def _sums(events: list[Any]) -> dict[str, Any]:
    kept = [event for event in events if event.state != EventState.DROPPED]
    return {
        "target": sum((event.target_yuan for event in kept), ZERO),
        "sales": sum((event.sales_yuan for event in kept if event.started_at), ZERO),
        "given": sum((event.budget_yuan for event in kept), ZERO),
    }


def _checked(row: YearPlan, at: Any) -> tuple[PlanFacts | None, list[findings.Verdict], str]:
    """What the checker says; if its rules are not entered, that."""
    try:
        facts = plan_facts.facts_of(row, at=at)
    except plan_facts.RuleMissing as why:
        return None, [], str(why)
    return facts, findings.explained(facts, plan_checks.check(facts)), ""


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    row: YearPlan = visible(request, YearPlan.objects.all(), pk, _("year's plan"), right=VIEW)
    by, at = actor_at(request), clock.now()
    events = list(event_sales.with_numbers(BrandEvent.objects.filter(plan=row)).order_by("starts_on", "pk"))
    _facts, verdicts, missing = _checked(row, at)
    sums = _sums(events)
    return page(
        request,
        "console/plan.html",
        str(row),
        plan=row,
        months=_months(row, events, clock.today()),
        events=events,
        verdicts=verdicts,
        missing=missing,
        stops=sum(line.level == "stop" for one in verdicts for line in one.lines),
        warnings=sum(line.level == "warn" for one in verdicts for line in one.lines),
        share=_percent(sums["sales"], row.goal_yuan),
        buttons=buttons.shown(BUTTONS, _possible(row), by, bound or {}),
        timeline=timeline.of(row),
        **sums,
    )


def _percent(part: Decimal, whole: Decimal) -> int:
    return int(part / whole * 100) if whole else 0


def may_edit(event: BrandEvent, by: Actor) -> bool:
    """Whether this person may change a brand day now: only in a draft."""
    return event.plan.state in EDITABLE and event.state == EventState.PLANNED and by.may(drafting.RIGHT)
