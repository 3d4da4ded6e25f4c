"""CF-13: one signal with its facts side by side, and the registration of inquiries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from aftersales.models import Offer
from aftersales.states.refund import Reason
from channels.models import Product, Region, Shop
from conflicts.admin.findings import ReasonForm
from conflicts.models import Inquiry, Signal
from conflicts.operations import findings, inquiries
from conflicts.operations.inquiries import Asked
from conflicts.states import signal_words as words
from conflicts.states.signal import SIGNAL
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import timeline
from opsdesk.console.pages.base import done, page, visible
from opsdesk.console.pages.buttons import Button, act, shown
from opsdesk.days import local
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError
from orders.models import Order

VIEW = "conflicts.view_signal"
JUDGE = "conflicts.judge_signal"
REGISTER = "conflicts.register_inquiry"
BUTTONS = {"dismiss": Button(gettext_lazy("Dismiss the signal"), findings.dismiss, JUDGE, ReasonForm)}
_LINKS = (
    "shop", "partner", "harmed_shop", "product", "first_order__shop", "first_order__region", "order__shop",
    "order__region", "refund", "job__owner", "job__region", "price_signal", "inquiry__shop", "inquiry__product",
)  # fmt: skip


_PLACES = frozenset(
    {"outside", "other_city", "other_province", "customer_inside", "same_city", "masked", "masked_city"}
    | {"serial_elsewhere"}
)
_CODE = re.compile(r"\d{2,9}")


@dataclass(frozen=True)
class Happened:
    """One line of what happened when."""

    at: datetime
    what: Any
    who: Any = ""


def signal(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-13: the lost order, the refund, the order won instead, what happened when, and why it may be a violation."""
    return _page(request, pk)


@posted_from("signal")
def do(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Decide on a signal from its page."""
    visible(request, Signal.objects.all(), pk, _("signal"), right=VIEW)
    return act(request, BUTTONS, action, pk, reverse("signal", args=[pk]), lambda bound: _page(request, pk, bound))


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    row = visible(request, Signal.objects.select_related(*_LINKS), pk, _("signal"), right=VIEW)
    by = actor_at(request)
    orders = [(_("Order that was lost"), row.first_order), (_("Order that was won"), row.order)]
    return page(
        request,
        "console/signal.html",
        str(row),
        row=row,
        sides=[(title, order, _lines(order)) for title, order in orders if order],
        parts=_said(row.parts, words.PARTS),
        against=_said(row.against, words.AGAINST),
        happened=sorted(_happened(row), key=lambda one: one.at),
        buttons=shown(BUTTONS, SIGNAL.allowed(row), by, bound or {}),
        may_file=by.may(JUDGE) and row.state == "open" and bool(row.act),
        timeline=timeline.of(row),
    )


def _lines(order: Order) -> list[Any]:
    return list(order.lines.select_related("listing__product").order_by("pk")[:20])


def _said(rows: list[dict[str, str]], known: dict[str, Any]) -> list[tuple[str, str, str]]:
    codes = {code for row in rows if row["code"] in _PLACES for code in _CODE.findall(row["said"])}
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "full_name")) if codes else {}
    return [(words.said(row["code"], known), row["weight"], _seen(row, names)) for row in rows]


def _seen(row: dict[str, str], names: dict[str, str]) -> str:
    """What was seen, as people read it: places by name, moments in local time, reasons by their label."""
    text = row["said"]
    if row["code"] in _PLACES:
        return _CODE.sub(lambda found: names.get(found[0], found[0]), text)
    if text in Reason.values:
        return str(Reason(text).label)
    moment = parse_datetime(text) if len(text) > 15 else None
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment and moment.tzinfo else text


def _happened(row: Signal) -> Iterator[Happened]:
    """What the records say of both orders, the refund, the job and the inquiry."""
    if row.inquiry:
        yield Happened(row.inquiry.registered_at, _("inquiry registered"), row.inquiry.shop)
    if row.first_order:
        yield from _of_order(row.first_order, _("first order placed"), _("first order signed for"))
    if row.order:
        yield from _of_order(row.order, _("order placed"), _("order signed for"))
    if row.refund:
        yield Happened(row.refund.asked_at, _("refund asked for"), row.refund.get_reason_display())
        if row.refund.ended_at:
            yield Happened(row.refund.ended_at, row.refund.get_state_display(), f"¥{row.refund.paid_yuan}")
    yield from _of_jobs(row)
    if row.price_signal:
        yield Happened(row.price_signal.moment, _("price below the floor"), f"¥{row.price_signal.net_yuan}")


def _of_order(order: Order, placed: str, signed: str) -> Iterator[Happened]:
    if order.ordered_at:
        yield Happened(order.ordered_at, placed, order.shop)
    if order.signed_at:
        yield Happened(order.signed_at, signed, order.shop)


def _of_jobs(row: Signal) -> Iterator[Happened]:
    order_ids = [pk for pk in (row.first_order_id, row.job and row.job.order_id) if pk]
    offers = Offer.objects.filter(job__order__in=order_ids, partner__isnull=False).select_related("partner")
    for offer in offers.order_by("pk"):
        yield Happened(offer.offered_at, _("installation offered"), offer.partner)
        if offer.answered_at:
            yield Happened(offer.answered_at, offer.get_answer_display(), f"{offer.partner} {offer.reason}")
    if row.job:
        for at, what in (
            (row.job.due_at, _("installation due")),
            (row.job.done_at, _("installed")),
            (row.job.cancelled_at, _("installation called off")),
        ):
            if at:
                yield Happened(at, what, row.job.owner or "")


class InquiryForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("shop"), widget=UnfoldAdminSelectWidget)
    phone = forms.CharField(label=gettext_lazy("phone"), max_length=30, widget=UnfoldAdminTextInputWidget)
    name = forms.CharField(
        label=gettext_lazy("customer"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    product = forms.ModelChoiceField(
        Product.objects.filter(active=True, installed=True).order_by("code"), label=gettext_lazy("product"),
        required=False, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("note"), max_length=500, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def narrow(self, by: Actor) -> "InquiryForm":
        """CH-5: nobody registers for a shop that is not his."""
        mine = Shop.objects.visible_to(by).filter(active=True)
        self.fields["shop"].queryset = mine.select_related("platform").order_by("name")  # type: ignore[attr-defined]
        return self


def register(request: HttpRequest) -> HttpResponse:
    """CF-2, CF-13: register a customer who asked; first come, first served."""
    by = actor_at(request)
    by.need(REGISTER)
    form = InquiryForm(request.POST or None).narrow(by)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        asked = Asked(said["phone"], said["name"], said["product"] and said["product"].pk, said["note"])
        try:
            row = inquiries.register(said["shop"].pk, asked, by=by, at=clock.now())
        except DeskError as why:
            form.add_error("phone", str(why))
        else:
            sentence = _("Registered: %(phone)s is protected until %(until)s.")
            return done(
                request, sentence % {"phone": row.phone_masked, "until": f"{row.until:%Y-%m-%d}"}, "inquiry_new"
            )
    mine = Inquiry.objects.visible_to(by).select_related("shop", "product").order_by("-pk")[:20]
    return page(request, "console/inquiry_new.html", _("Register an inquiry"), form=form, rows=mine, now=clock.now())
