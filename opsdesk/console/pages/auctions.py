from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget

from channels.models import Listing, Shop
from opsdesk import clock
from opsdesk.console import timeline
from opsdesk.console.pages import buttons
from opsdesk.console.pages.base import page, visible
from opsdesk.console.pages.buttons import Button
from opsdesk.console.pages.plan_forms import money, text
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError
from promotions.admin.claims import ReasonForm
from promotions.models import Auction, Pot
from promotions.operations import auctions
from promotions.states.auction import AUCTION, AuctionState
from promotions.states.plan import OfferKind
from promotions.states.price_rule import OUTCOMES

VIEW, RUN, SHOW = "promotions.view_auction", "promotions.run_auction", "promotions.show_auction"


class AuctionForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("shop"), widget=UnfoldAdminSelectWidget)
    item = text(gettext_lazy("item of the shop (platform item id or key)"), 80)
    pot = forms.ModelChoiceField(
        Pot.objects.none(), label=gettext_lazy("budget and quota"), widget=UnfoldAdminSelectWidget
    )
    cost_yuan = money(gettext_lazy("of the budget (yuan)"))
    closes_at = forms.SplitDateTimeField(label=gettext_lazy("until (exclusive)"), widget=UnfoldAdminSplitDateTimeWidget)

    def clean(self) -> dict[str, Any]:
        """Find the one item that is meant."""
        data = super().clean() or {}
        if self.errors:
            return data
        said, own = data["item"].strip(), Listing.objects.filter(shop=data["shop"])
        found = list((own.filter(key=said) | own.filter(item_id=said)).order_by("pk")[:2])
        if len(found) != 1:
            self.add_error("item", _("No item, or more than one, is known by this in the shop."))
            return data
        return {**data, "listing": found[0].pk}


class ResultForm(forms.Form):
    price_yuan = money(gettext_lazy("won at (yuan)"))
    number = text(gettext_lazy("order number of the winner"), 60, required=False)
    bidder = text(gettext_lazy("or, until there is an order, the winner's account"), 80, required=False)


class HandOutForm(forms.Form):
    reference = text(gettext_lazy("handed out with (tracking number)"), 80)


class OrderForm(forms.Form):
    number = text(gettext_lazy("order number of the winner"), 60)


BUTTONS: dict[str, Button] = {
    "record": Button(gettext_lazy("Enter the result"), auctions.record, RUN, ResultForm),
    "order": Button(gettext_lazy("Enter the winner's order"), auctions.name_order, RUN, OrderForm),
    "hand_out": Button(
        gettext_lazy("Hand out"), auctions.hand_out, "promotions.hand_out_auction", HandOutForm
    ),
    "fail": Button(gettext_lazy("Not sold"), auctions.fail, RUN, ReasonForm, plain=True),
    "take_back": Button(gettext_lazy("Take back"), auctions.take_back, RUN, ReasonForm, plain=True),
    "cancel": Button(gettext_lazy("Call it off"), auctions.cancel, RUN, ReasonForm, plain=True),
}  # fmt: skip


def open_auction(request: HttpRequest) -> HttpResponse:
    """PR-12: open the auction of a week; its place in quota and budget is held from now on."""
    by = actor_at(request)
    by.need(RUN)
    form = AuctionForm(request.POST or None)
    form.fields["shop"].queryset = Shop.objects.visible_to(by).filter(active=True).order_by("name")  # type: ignore[attr-defined]
    pots = Pot.objects.visible_to(by).meant_for(OfferKind.AUCTION).not_shut()
    form.fields["pot"].queryset = pots.order_by("-pk")  # type: ignore[attr-defined]
    if form.is_valid() and (made := _opened(form, request)):
        return redirect("auction", made.pk)
    return page(request, "console/auction_new.html", _("Open an auction"), form=form)


def _opened(form: AuctionForm, request: HttpRequest) -> Auction | None:
    data = form.cleaned_data
    planned = auctions.Planned(data["listing"], data["pot"].pk, data["cost_yuan"], data["closes_at"])
    try:
        return auctions.open_auction(planned, by=actor_at(request), at=clock.now())
    except DeskError as why:
        form.add_error(None, str(why))
        return None


def auction(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-12: an auction: its item and budget, who won at which price, against which floor, and what became of it."""
    return _page(request, pk)


@posted_from("auction")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the same page with the winner's account in clear; who looked and why is on the timeline."""
    by = actor_at(request)
    by.need(VIEW)
    account = auctions.show(pk, why=request.POST.get("why", ""), by=by, at=clock.now())
    return _page(request, pk, account=account)


@posted_from("auction")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of an auction from its page."""
    where = reverse("auction", args=[pk])
    return buttons.act(request, BUTTONS, action, pk, where, lambda bound: _page(request, pk, bound))


def _possible(row: Auction) -> set[str]:
    moves = set(AUCTION.allowed(row))
    if row.state == AuctionState.WON and row.order_id is None:
        moves |= {"order"}
    if row.order_id is None:
        moves -= {"hand_out"}
    return moves if row.closes_at <= clock.now() else moves - {"record"}


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None, **shown: Any) -> HttpResponse:
    rows = Auction.objects.select_related("shop", "product", "listing", "order", "pot", "signal")
    row: Auction = visible(request, rows, pk, _("auction"), right=VIEW)
    by = actor_at(request)
    return page(
        request,
        "console/auction.html",
        str(row),
        auction=row,
        below=row.price_yuan is not None and row.floor_yuan is not None and row.price_yuan < row.floor_yuan,
        reasons=[{**one, "outcome": OUTCOMES[one["outcome"]]} for one in row.because],
        may_show=by.may(SHOW) and bool(row.bidder_masked),
        buttons=buttons.shown(BUTTONS, _possible(row), by, bound or {}),
        timeline=timeline.of(row),
        **shown,
    )
