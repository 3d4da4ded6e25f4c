from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from opsdesk import clock
from opsdesk.entry.admin import Colours, ReadOnlyAdmin, bulk, queue_filter
from opsdesk.entry.excel import export
from promotions.admin.claims import ReasonForm
from promotions.models import Auction
from promotions.operations import auctions
from promotions.states.auction import AuctionState


@admin.register(Auction)
class AuctionAdmin(ReadOnlyAdmin):
    """PR-12: the weekly auctions, who won at which price, and what is to be handed out."""

    list_display = (
        "__str__", "shop", "product", "closes_at", "price_yuan", "floor_yuan", "bidder_masked", "order", "state_shown",
        "reference",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            to_record=(_("result to be entered"), lambda rows: rows.to_record(clock.now())),
            to_hand_out=(_("to be handed out"), lambda rows: rows.to_hand_out()),
            below_floor=(_("below the floor"), lambda rows: rows.below_floor()),
        ),
        "state",
    )
    list_select_related = ("shop", "product", "order")
    search_fields = ("=pk", "order__number__startswith", "shop__name__startswith", "product__code__startswith")
    search_help_text = _("order number, shop or model")
    date_hierarchy = "closes_at"
    actions = (
        bulk(_("Not sold"), auctions.fail, right="promotions.run_auction", form=ReasonForm),
        bulk(_("Call it off"), auctions.cancel, right="promotions.run_auction", form=ReasonForm),
        export(
            "auction",
            (
                (_("auction"), 16),
                (_("shop"), 24),
                (_("product"), 16),
                (_("until (exclusive)"), 17),
                (_("won at (yuan)"), 12),
                (_("floor (yuan)"), 12),
                (_("winner's account"), 16),
                (_("order of the winner"), 24),
                (_("state"), 12),
                (_("handed out with (tracking number)"), 20),
            ),
            lambda a: (
                str(a),
                a.shop.name,
                a.product.code,
                a.closes_at,
                a.price_yuan,
                a.floor_yuan,
                a.bidder_masked,
                a.order.number if a.order else "",
                a.get_state_display(),
                a.reference,
            ),
            right="promotions.export_claim",
        ),
    )

    @display(
        description=_("state"),
        label=Colours(
            {
                AuctionState.OPEN: "info",
                AuctionState.WON: "warning",
                AuctionState.HANDED_OUT: "success",
                AuctionState.TAKEN_BACK: "danger",
            }
        ),
    )
    def state_shown(self, auction: Auction) -> tuple[str, str]:
        return auction.state, auction.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("auction", object_id)
