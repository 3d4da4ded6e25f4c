from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, bulk, queue_filter
from opsdesk.entry.excel import export
from promotions.models import PriceSignal, PriceSweep
from promotions.operations import price_signals
from promotions.states.price_signal import NOT_CHARGED, SignalKind, SignalState


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


_COLUMNS = (
    (_("kind"), 20), (_("state"), 10), (_("shop"), 30), (_("model"), 18), (_("item"), 40), (_("price (yuan)"), 12),
    (_("net price (yuan)"), 12), (_("floor (yuan)"), 12), (_("below by (yuan)"), 12), (_("moment of the price"), 17),
    (_("found at"), 17),
    (_("reason"), 40),
)  # fmt: skip


def _row(signal: PriceSignal) -> tuple[Any, ...]:
    return (
        str(signal.get_kind_display()), str(signal.get_state_display()), signal.shop.name, signal.product.code,
        str(signal.listing), signal.price_yuan, signal.net_yuan, signal.floor_yuan, signal.gap_yuan, signal.moment,
        signal.found_at, signal.reason,
    )  # fmt: skip


@admin.register(PriceSignal)
class PriceSignalAdmin(ReadOnlyAdmin):
    """DS-11, CH-7, PR-16: prices below their floor, models sold where they may not be, list prices never charged."""

    list_display = (
        "kind_shown", "shop", "product", "state_shown", "sale_shown", "net_shown", "floor_yuan", "gap_yuan",
        "moment", "why_link",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            waiting=(_("to look at"), lambda rows: rows.waiting()),
            below_floor=(_("below the floor"), lambda rows: rows.below_floor()),
            not_allowed=(_("sold where not allowed"), lambda rows: rows.not_allowed()),
            list_price=(_("list price never charged"), lambda rows: rows.list_price()),
            sold=(_("really sold"), lambda rows: rows.sold()),
        ),
        "kind",
        "state",
        "shop__platform",
        FigureFilter,
    )
    list_select_related = ("shop", "product", "listing", "line__order")
    search_fields = ("product__code", "shop__name", "listing__title")
    actions = (
        bulk(_("Dismiss"), price_signals.dismiss, right="promotions.dismiss_pricesignal", form=ReasonForm),
        export("price-signals", _COLUMNS, _row, right="promotions.view_pricesignal"),
    )

    @display(
        description=_("state"),
        label=Colours({SignalState.OPEN: "danger", SignalState.DISMISSED: "info", SignalState.GONE: "success"}),
    )
    def state_shown(self, signal: PriceSignal) -> tuple[str, str]:
        return signal.state, signal.get_state_display()

    @display(description=_("kind"), ordering="kind")
    def kind_shown(self, signal: PriceSignal) -> str:
        """With what speaks against a struck-through price, which is no net price."""
        if signal.kind != SignalKind.LIST_PRICE:
            return signal.get_kind_display()
        why = NOT_CHARGED[signal.because[0]["why"]]
        return f"{signal.get_kind_display()} · ¥{signal.price_yuan} · {why}"

    @display(description=_("net price (yuan)"), ordering="net_yuan", empty_value="–")
    def net_shown(self, signal: PriceSignal) -> Any:
        return None if signal.kind == SignalKind.LIST_PRICE else signal.net_yuan

    @display(description=_("order"))
    def sale_shown(self, signal: PriceSignal) -> str:
        return signal.line.order.number if signal.line else "–"

    @display(description=_("explanation"))
    def why_link(self, signal: PriceSignal) -> str:
        when = local(signal.moment)
        asked = {"shop": signal.shop_id, "product": signal.product_id, "at_0": f"{when:%Y-%m-%d}", "at_1": f"{when:%X}"}
        if signal.line_id:
            asked["line"] = signal.line_id
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}?{}">{}</a>',
            reverse("price_floor"), urlencode(asked), _("Why this price?"),
        )  # fmt: skip


@admin.register(PriceSweep)
class PriceSweepAdmin(ReadOnlyAdmin):
    """What was looked at, and what could not be."""

    list_display = ("day", "what", "looked", "unlooked", "found", "at")
    list_filter = ("what",)
