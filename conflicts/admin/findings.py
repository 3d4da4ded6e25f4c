from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from channels.models import Partner, Shop
from conflicts.models import DetectorFigure, Look, Signal
from conflicts.operations import findings
from conflicts.states import signal_words as words
from conflicts.states.signal import SignalState
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, VersionedAdmin, bulk, choice_filter, queue_filter
from opsdesk.entry.excel import export

STATES = Colours(
    {SignalState.OPEN: "danger", SignalState.TAKEN_UP: "warning", SignalState.DISMISSED: "info", SignalState.GONE: ""}
)
SURE = 0.85


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


_COLUMNS = (
    (_("signal"), 10), (_("kind"), 22), (_("state"), 12), (_("act it may be"), 10), (_("confidence"), 10),
    (_("money at stake (yuan)"), 14), (_("shop that may have done it"), 24), (_("partner that may have done it"), 24),
    (_("shop that lost by it"), 24), (_("order that was lost"), 22), (_("order that was won"), 22), (_("product"), 18),
    (_("confidence because"), 60), (_("what speaks against it"), 40), (_("happened"), 17), (_("found"), 17),
    (_("reason"), 30),
)  # fmt: skip


def _row(signal: Signal) -> tuple[Any, ...]:
    return (
        str(signal), str(signal.get_kind_display()), str(signal.get_state_display()), signal.act, signal.confidence,
        signal.money_yuan, str(signal.shop or ""), str(signal.partner or ""), str(signal.harmed_shop or ""),
        str(signal.first_order or ""), str(signal.order or ""), signal.product.code if signal.product else "",
        _in_words(signal.parts, words.PARTS), _in_words(signal.against, words.AGAINST), signal.happened_at,
        signal.found_at, signal.reason,
    )  # fmt: skip


def _in_words(rows: list[dict[str, str]], said: dict[str, Any]) -> str:
    return "；".join(f"{words.said(row['code'], said)} {row['weight']}" for row in rows)


def _accused(model: type[Any], lookup: str) -> Any:
    """The shops or partners that some signal is about."""
    return lambda: [(str(pk), str(name)) for pk, name in model.objects.filter(
        pk__in=Signal.objects.order_by().values(lookup)).order_by("name").values_list("pk", "name")]  # fmt: skip


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    """CF-13: signals, the surest and dearest first."""

    list_display = (
        "__str__", "state_shown", "sure_shown", "money_yuan", "act", "shop", "partner", "harmed_shop", "order",
        "against_shown", "happened_at",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            waiting=(_("to look at"), lambda rows: rows.waiting()),
            sure=(_("almost sure"), lambda rows: rows.waiting().filter(confidence__gte=SURE)),
        ),
        "kind",
        "state",
        choice_filter(_("shop that may have done it"), "shop", _accused(Shop, "shop"), "shop"),
        choice_filter(_("partner that may have done it"), "partner", _accused(Partner, "partner"), "partner"),
        FigureFilter,
    )
    list_select_related = ("shop", "partner", "harmed_shop", "first_order", "order", "product")
    search_fields = ("=first_order__number", "=order__number", "=pk")
    search_help_text = _("order number")
    actions = (
        bulk(_("Dismiss the signal"), findings.dismiss, right="conflicts.judge_signal", form=ReasonForm),
        export("signals", _COLUMNS, _row, right="conflicts.export_signal"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).dear()

    @display(description=_("state"), label=STATES)
    def state_shown(self, signal: Signal) -> tuple[str, str]:
        return signal.state, signal.get_state_display()

    @display(description=_("confidence"), ordering="confidence", label={"sure": "danger", "": ""})
    def sure_shown(self, signal: Signal) -> tuple[str, str]:
        return ("sure" if signal.confidence >= SURE else ""), f"{signal.confidence:.2f}"

    @display(description=_("what speaks against it"))
    def against_shown(self, signal: Signal) -> str:
        return "；".join(words.said(row["code"], words.AGAINST) for row in signal.against) or "–"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("signal", object_id)


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """CF-13: what was looked at on a day and what could not be: nothing found is not the same as no look."""

    list_display = ("day", "kind", "looked", "unlooked", "found_shown", "because_shown", "at")
    list_filter = (
        queue_filter(unlooked=(_("could not be looked at"), lambda rows: rows.unlooked_at())),
        "kind",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-day", "kind")

    @display(description=_("signals found"), ordering="found")
    def found_shown(self, row: Look) -> int:
        return row.found

    @display(description=_("why not"))
    def because_shown(self, row: Look) -> str:
        return "；".join(f"{words.said(one['why'], words.UNLOOKED)} × {one['count']}" for one in row.because) or "–"


@admin.register(DetectorFigure)
class DetectorFigureAdmin(VersionedAdmin):
    """CF-13: what the detectors go by; a change is a new row from a day on."""

    list_display = ("kind", "said", "name", "value", "valid_from", "valid_to")
    list_filter = ("kind",)
    search_fields = ("name",)

    @display(description=_("figure"))
    def said(self, row: DetectorFigure) -> str:
        return words.said(row.name, words.FIGURES)
