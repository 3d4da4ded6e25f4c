from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.admin.forms import ReasonForm
from opsdesk import clock
from opsdesk.audit import models as audit
from opsdesk.console import brand_day, timeline
from opsdesk.console.pages import buttons
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.console.pages.buttons import Button
from opsdesk.console.pages.plan_forms import EventForm, ExtendForm, OfferForm, ReviewForm, StopForm
from opsdesk.console.pages.plans import may_edit
from opsdesk.entry.excel import workbook
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import Invalid
from promotions.models import BrandEvent, ShopTarget
from promotions.operations import drafting, events
from promotions.queries import plan_facts
from promotions.states.plan import BRAND_EVENT, EventState

VIEW, RUN, STOP = "promotions.view_brandevent", "promotions.run_brandevent", "promotions.stop_brandevent"
REFRESH = 60  # seconds

BUTTONS: dict[str, Button] = {
    "stock": Button(gettext_lazy("Stock is settled"), events.settle_stock, RUN),
    "apply": Button(gettext_lazy("Apply for the festival"), events.apply, drafting.RIGHT, ReasonForm),
    "review": Button(gettext_lazy("Finish the review"), events.review, RUN, ReviewForm),
    "extend": Button(gettext_lazy("Extend"), events.extend, RUN, ExtendForm, plain=True),
    "stop": Button(gettext_lazy("Stop at once"), events.stop, STOP, StopForm, plain=True),
    "offer": Button(gettext_lazy("Add an offer"), drafting.add_offer, drafting.RIGHT, OfferForm),
    "change": Button(gettext_lazy("Change the brand day"), drafting.change_event, drafting.RIGHT, EventForm),
}


class NotANumber(Invalid):
    code, sentence = "target_not_a_number", gettext_lazy("“{value}” is no amount in yuan.")


def event(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-19: a brand day: what it offers; while it runs, sales, quota and budget; afterwards, its review."""
    return _page(request, pk)


@posted_from("brand_day")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a brand day from its page."""
    where = reverse("brand_day", args=[pk])
    return buttons.act(request, BUTTONS, action, pk, where, lambda bound: _page(request, pk, bound))


@posted_from("brand_day")
def targets(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-15: write the targets of all shops at once."""
    by = actor_at(request)

    def run() -> None:
        named = {int(name[5:]): value for name, value in request.POST.items() if name.startswith("shop-") and value}
        drafting.set_targets(pk, {shop: _yuan(str(value)) for shop, value in named.items()}, by=by, at=clock.now())

    return trying(request, reverse("brand_day", args=[pk]), run, _("Targets saved."))


def _yuan(value: str) -> Decimal:
    try:
        amount = Decimal(value.replace(",", "").strip())
    except InvalidOperation:
        raise NotANumber(value=value) from None
    if not amount.is_finite() or not 0 <= amount < 10**10:
        raise NotANumber(value=value)
    return amount


@posted_from("brand_day")
def unoffer(request: HttpRequest, pk: int, offer: int) -> HttpResponse:
    """Take an offer out of a draft."""
    by, where = actor_at(request), reverse("brand_day", args=[pk])
    return trying(request, where, lambda: drafting.remove_offer(offer, by=by, at=clock.now()), _("Offer taken out."))


@posted_from("brand_day")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a brand day out of a draft; its plan is shown afterwards."""
    row = visible(request, BrandEvent.objects.all(), pk, _("brand day"), right=VIEW)
    drafting.drop_event(pk, by=actor_at(request), at=clock.now())
    return redirect("plan", row.plan_id)


def export(request: HttpRequest, pk: int) -> FileResponse:
    """PR-19: the numbers of a brand day by shop, as Excel; written down."""
    row = visible(request, BrandEvent.objects.all(), pk, _("brand day"), right=VIEW)
    by, at = actor_at(request), clock.now()
    columns = ((_("shop"), 28), (_("platform"), 14), (_("target (yuan)"), 16), (_("sales (yuan)"), 16),
               (_("of target (%)"), 12), (_("orders"), 10))  # fmt: skip
    rows = [
        (place.shop, place.platform, place.target, place.sales, place.percent, place.orders)
        for place in brand_day.places_of(row)
    ]
    audit.record(row, "brandevent.export", by=by, at=at, rows=len(rows))
    name = f"brand-day-{row.starts_on:%Y%m%d}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx"
    return FileResponse(workbook(str(row), columns, rows), as_attachment=True, filename=name)


def _possible(row: BrandEvent, editing: bool) -> set[str]:
    moves = {action for action in BRAND_EVENT.allowed(row) if action in ("stop", "review")}
    if editing:
        moves |= {"offer", "change"}
    if row.state in (EventState.APPROVED, EventState.RUNNING) and not row.extended_at:
        moves.add("extend")
    if row.state in (EventState.PLANNED, EventState.APPROVED) and not row.stock_settled_at and row.plan.approved_at:
        moves.add("stock")
    if row.state == EventState.PLANNED and row.own_application and row.plan.approved_at:
        moves.add("apply")
    return moves


def _initial(row: BrandEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EventForm.base_fields}


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    row: BrandEvent = visible(
        request, BrandEvent.objects.select_related("plan", "reviewed"), pk, _("brand day"), right=VIEW
    )
    by, at, forms = actor_at(request), clock.now(), dict(bound or {})
    editing = may_edit(row, by)
    if editing:
        forms.setdefault("change", EventForm(prefix="change", initial=_initial(row)))
    return page(
        request,
        "console/brand_day.html",
        str(row),
        event=row,
        editing=editing,
        refresh=REFRESH if row.state == EventState.RUNNING and not bound else 0,
        offers=row.offers.select_related("product").prefetch_related("places__shop").order_by("kind", "pk"),
        shops=_shops(row) if editing else [],
        board=brand_day.board(row, at=at),
        now=at,
        buttons=buttons.shown(BUTTONS, _possible(row, editing), by, forms),
        timeline=timeline.of(row),
    )


def _shops(row: BrandEvent) -> list[tuple[Any, Any]]:
    held = dict(ShopTarget.objects.filter(event=row).values_list("shop_id", "target_yuan"))
    return [(shop, held.get(shop.pk)) for shop in plan_facts.selling_shops()]
