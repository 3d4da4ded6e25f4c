from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from aftersales.admin.forms import ReasonForm
from aftersales.models import Payout, Reception, Refund, Slip
from aftersales.operations import refunds, slips
from aftersales.states.refund import LIVE, RefundState
from channels.models import Platform
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, bulk, choice_filter, queue_filter
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        RefundState.ASKED: "warning",
        RefundState.AGREED: "info",
        RefundState.RETURNING: "info",
        RefundState.RECEIVED: "warning",
        RefundState.INSPECTED: "info",
        RefundState.GRANTED: "warning",
        RefundState.PAID: "success",
        RefundState.SENT: "success",
        RefundState.REFUSED: "danger",
    }
)
URGENCY = Colours({"late": "danger", "soon": "warning", "": ""})
_SOON = timedelta(hours=6)


class HowForm(forms.Form):
    how = forms.CharField(label=_("told how"), max_length=60, widget=UnfoldAdminTextInputWidget)


PlatformFilter = choice_filter(
    _("platform"),
    "platform",
    lambda: Platform.objects.order_by("pk").values_list("code", "name"),
    "shop__platform__code",
)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """AS-6: the work queues of refunds, what burns first on top."""

    list_display = (
        "__str__",
        "order",
        "kind",
        "state_shown",
        "asked_yuan",
        "granted_yuan",
        "countdown",
        "ours_shown",
        "platform_shown",
    )
    list_filter = (
        queue_filter(
            burning=(_("burning"), lambda rows: rows.burning(clock.now())),
            late=(_("late"), lambda rows: rows.late(clock.now())),
            to_review=(_("to review"), lambda rows: rows.to_review()),
            goods_back=(_("goods back"), lambda rows: rows.goods_back()),
            to_pay=(_("to pay"), lambda rows: rows.to_pay()),
            to_send=(_("to send"), lambda rows: rows.to_send()),
        ),
        "state",
        "kind",
        "reason",
        PlatformFilter,
        ("asked_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("order", "shop")
    search_fields = ("number__startswith", "order__number__startswith")
    search_help_text = _("refund number or order number")
    actions = (
        bulk(_("Agree"), refunds.agree, right="aftersales.review_refund"),
        bulk(_("Refuse"), refunds.refuse, right="aftersales.review_refund", form=ReasonForm),
        bulk(_("Withdrawn by the customer"), refunds.withdraw, right="aftersales.review_refund", form=ReasonForm),
        bulk(_("Close"), refunds.close, right="aftersales.review_refund", form=ReasonForm),
        export(
            "refund",
            (
                (_("refund number"), 20),
                (_("order number"), 24),
                (_("shop"), 20),
                (_("kind"), 12),
                (_("state"), 14),
                (_("why"), 14),
                (_("asked (yuan)"), 12),
                (_("granted (yuan)"), 12),
                (_("paid back (yuan)"), 12),
                (_("asked"), 17),
                (_("our deadline"), 17),
                (_("platform's deadline"), 17),
                (_("ended"), 17),
            ),
            lambda r: (
                str(r),
                r.order.number,
                r.shop.name,
                r.get_kind_display(),
                r.get_state_display(),
                r.get_reason_display(),
                r.asked_yuan,
                r.granted_yuan,
                r.paid_yuan,
                r.asked_at,
                r.step_due_at,
                r.platform_due_at,
                r.ended_at,
            ),
            right="aftersales.export_refund",
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, refund: Refund) -> tuple[str, str]:
        return refund.state, refund.get_state_display()

    @display(description=_("burns in"), ordering="burns_at", label=URGENCY)
    def countdown(self, refund: Refund) -> tuple[str, str]:
        return urgency(refund.burns_at, refund.state), left_in_words(refund.burns_at, refund.state)

    @display(description=_("our deadline"), ordering="step_due_at")
    def ours_shown(self, refund: Refund) -> str:
        return f"{local(refund.step_due_at):%m-%d %H:%M}" if refund.step_due_at else "–"

    @display(description=_("platform's deadline"), ordering="platform_due_at")
    def platform_shown(self, refund: Refund) -> str:
        return f"{local(refund.platform_due_at):%m-%d %H:%M}" if refund.platform_due_at else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        """What burns first on top; the list of all has the latest on top."""
        rows = super().get_queryset(request)
        return rows.order_by("burns_at", "pk") if "queue" in request.GET else rows.order_by("-asked_at", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("refund", object_id)


def urgency(due: datetime | None, state: str) -> str:
    """Say how a deadline stands, for its colour."""
    if due is None or state not in LIVE:
        return ""
    left = due - clock.now()
    return "late" if left < timedelta(0) else "soon" if left < _SOON else ""


def left_in_words(due: datetime | None, state: str) -> str:
    """Say how long is left, or how long it is over."""
    if due is None or state not in LIVE:
        return "–"
    left = due - clock.now()
    minutes = int(abs(left).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = {"days": days, "hours": hours, "minutes": rest}
    if left < timedelta(0):
        said = _("%(days)d d %(hours)d h late") if days else _("%(hours)d h %(minutes)d min late")
    else:
        said = _("%(days)d d %(hours)d h left") if days else _("%(hours)d h %(minutes)d min left")
    return str(said % parts)


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    """AS-6: money that went back."""

    list_display = ("refund_shown", "order_shown", "amount_yuan", "through", "reference", "paid_at", "paid_by")
    list_display_links = None
    list_filter = ("through", ("paid_at", RangeDateTimeFilter), FigureFilter)
    list_select_related = ("refund__order",)
    search_fields = ("reference__startswith", "refund__number__startswith", "refund__order__number__startswith")
    actions = (
        export(
            "payout",
            (
                (_("refund number"), 20),
                (_("order number"), 24),
                (_("amount (yuan)"), 12),
                (_("how"), 12),
                (_("reference"), 24),
                (_("paid"), 17),
                (_("paid by"), 12),
            ),
            lambda p: (
                str(p.refund),
                p.refund.order.number,
                p.amount_yuan,
                p.get_through_display(),
                p.reference,
                p.paid_at,
                p.paid_by,
            ),
            right="aftersales.export_refund",
        ),
    )

    @display(description=_("refund"))
    def refund_shown(self, payout: Payout) -> str:
        return str(payout.refund)

    @display(description=_("order"))
    def order_shown(self, payout: Payout) -> str:
        return payout.refund.order.number


@admin.register(Slip)
class SlipAdmin(ReadOnlyAdmin):
    """AS-6: deadlines that slipped: whom to tell, with the words ready to be sent."""

    list_display = ("refund_shown", "order_shown", "limit", "step", "due_at", "text", "told_at", "told_by", "how")
    list_display_links = None
    list_filter = (
        queue_filter(to_tell=(_("tell the customer"), lambda rows: rows.to_tell())),
        "limit",
        "step",
        ("due_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("refund__order",)
    search_fields = ("refund__number__startswith", "refund__order__number__startswith")
    actions = (bulk(_("Customer was told"), slips.tell, right="aftersales.tell_customer", form=HowForm),)

    @display(description=_("refund"))
    def refund_shown(self, slip: Slip) -> str:
        return str(slip.refund)

    @display(description=_("order"))
    def order_shown(self, slip: Slip) -> str:
        return slip.refund.order.number

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.order_by("noted_at", "pk") if "queue" in request.GET else rows


@admin.register(Reception)
class ReceptionAdmin(ReadOnlyAdmin):
    """AS-8: parcels that came back; those of no refund came without notice and were not accepted."""

    list_display = ("tracking", "refund", "order", "arrived_at", "received_by", "note")
    list_display_links = None
    list_filter = (
        queue_filter(turned_away=(_("turned away"), lambda rows: rows.turned_away())),
        ("arrived_at", RangeDateTimeFilter),
    )
    list_select_related = ("refund", "order")
    search_fields = ("tracking__startswith", "refund__number__startswith", "order__number__startswith")
