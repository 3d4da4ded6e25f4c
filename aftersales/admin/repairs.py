from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from aftersales.admin.forms import ReasonForm
from aftersales.models import ExchangeRule, FaultCode, LoanUnit, Repair, RepairLeg, RetestCheck, WarrantyTerm
from aftersales.operations import repairs
from aftersales.states.repair import Covered, RepairState
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import (
    Colours,
    FigureFilter,
    MasterDataAdmin,
    ReadOnlyAdmin,
    VersionedAdmin,
    bulk,
    queue_filter,
)
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        RepairState.ANNOUNCED: "info",
        RepairState.INBOUND: "info",
        RepairState.RECEIVED: "warning",
        RepairState.INSPECTED: "warning",
        RepairState.QUOTED: "warning",
        RepairState.APPROVED: "warning",
        RepairState.REPAIRING: "warning",
        RepairState.RETESTED: "success",
        RepairState.RETURNED: "success",
    }
)


@admin.register(Repair)
class RepairAdmin(ReadOnlyAdmin):
    """AS-7: the work queues of repair; end users before agents' stock, then by the customer's deadline."""

    list_display = (
        "__str__", "serial_number", "product", "state_shown", "rank_shown", "holder", "warranty_shown",
        "due_shown", "total_shown",
    )  # fmt: skip
    list_filter = (
        queue_filter(
            to_receive=(_("to receive"), lambda rows: rows.to_receive()),
            bench=(_("on the bench"), lambda rows: rows.on_bench()),
            parts=(_("waiting for parts"), lambda rows: rows.waiting_for_parts()),
            customer=(_("waiting for the customer"), lambda rows: rows.waiting_for_customer()),
            outbound=(_("outbound"), lambda rows: rows.going_out()),
            overdue=(_("over time"), lambda rows: rows.overdue(clock.now())),
        ),
        "state",
        "warranty",
        "end_user",
        ("registered_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("product", "holder_user", "holder_partner")
    search_fields = ("=pk", "serial_number__startswith", "order__number__startswith", "tracking_in", "tracking_out")
    search_help_text = _("serial number, order number or tracking number")
    actions = (
        bulk(_("Receive"), repairs.receive, right="aftersales.receive_repair"),
        bulk(_("Customer has it back"), repairs.deliver, right="aftersales.receive_repair"),
        bulk(_("Cancel"), repairs.cancel, right="aftersales.register_repair", form=ReasonForm),
        export(
            "repair",
            (
                (_("repair"), 8),
                (_("serial number"), 20),
                (_("product"), 30),
                (_("state"), 18),
                (_("result"), 12),
                (_("sent in by"), 24),
                (_("end user's machine"), 12),
                (_("held by"), 16),
                (_("warranty"), 12),
                (_("registered"), 17),
                (_("received"), 17),
                (_("ready to go back"), 17),
                (_("ended"), 17),
                (_("due"), 17),
                (_("promised back by"), 17),
            ),
            lambda r: (
                str(r),
                r.serial_number,
                str(r.product or ""),
                r.get_state_display(),
                r.get_result_display(),
                str(r.partner or ""),
                str(_("yes") if r.end_user else _("no")),
                r.holder,
                r.get_warranty_display(),
                r.registered_at,
                r.received_at,
                r.ready_at,
                r.ended_at,
                r.due_at,
                r.total_due_at,
            ),
            right="aftersales.export_repair",
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, repair: Repair) -> tuple[str, str]:
        return repair.state, repair.get_state_display()

    @display(description=_("whose"), ordering="rank", label={"user": "info", "stock": ""})
    def rank_shown(self, repair: Repair) -> tuple[str, str]:
        return ("user", str(_("end user"))) if repair.end_user else ("stock", str(_("agent's stock")))

    @display(description=_("held by"))
    def holder(self, repair: Repair) -> str:
        return repair.holder

    @display(
        description=_("warranty"), label={Covered.IN: "success", Covered.OUT: "warning", Covered.UNKNOWN: "danger"}
    )
    def warranty_shown(self, repair: Repair) -> tuple[str, str]:
        return repair.warranty, repair.get_warranty_display()

    @display(description=_("step due"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, repair: Repair) -> tuple[str, str]:
        return _due(repair.due_at)

    @display(
        description=_("promised back by"), ordering="total_due_at", label={"late": "danger", "soon": "warning", "": ""}
    )
    def total_shown(self, repair: Repair) -> tuple[str, str]:
        if repair.paused_at:
            return "", str(_("waits for the customer"))
        return _due(repair.total_due_at if not repair.ended_at else None)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("partner")
        return rows.in_turn() if "queue" in request.GET else rows.order_by("-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("repair", object_id)


def _due(moment: Any) -> tuple[str, str]:
    if moment is None:
        return "", "–"
    left = moment - clock.now()
    how = "late" if left < timedelta(0) else "soon" if left < timedelta(days=1) else ""
    return how, f"{local(moment):%m-%d %H:%M}"


@admin.register(RepairLeg)
class RepairLegAdmin(ReadOnlyAdmin):
    """AS-7: who had which machine how long: behind the average days of each leg."""

    list_display = ("repair", "leg", "holder", "started_at", "ended_at")
    list_filter = ("leg", FigureFilter)
    list_select_related = ("repair", "holder_user", "holder_partner")

    @display(description=_("held by"))
    def holder(self, leg: RepairLeg) -> str:
        return leg.holder

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        leg = self.get_queryset(request).filter(pk=object_id).first()
        return redirect("repair", leg.repair_id) if leg else redirect("admin:aftersales_repairleg_changelist")


@admin.register(LoanUnit)
class LoanUnitAdmin(ReadOnlyAdmin):
    """AS-7: loan units that are out, and since when they should be back."""

    list_display = ("serial_number", "repair", "out_at", "due_shown", "back_at", "note")
    list_filter = (
        queue_filter(
            out=(_("given out"), lambda rows: rows.out()),
            overdue=(_("late"), lambda rows: rows.overdue(clock.now())),
        ),
    )
    list_select_related = ("repair",)
    search_fields = ("serial_number__startswith",)

    @display(description=_("due back"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, loan: LoanUnit) -> tuple[str, str]:
        return _due(None if loan.back_at else loan.due_at)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        loan = self.get_queryset(request).filter(pk=object_id).first()
        return redirect("repair", loan.repair_id) if loan else redirect("admin:aftersales_loanunit_changelist")


@admin.register(FaultCode)
class FaultCodeAdmin(MasterDataAdmin):
    list_display = ("name", "code", "component", "active")
    search_fields = ("name", "code")


@admin.register(RetestCheck)
class RetestCheckAdmin(MasterDataAdmin):
    list_display = ("name", "code", "active")


@admin.register(WarrantyTerm)
class WarrantyTermAdmin(VersionedAdmin):
    list_display = ("product", "component", "months", "valid_from", "valid_to")
    list_select_related = ("product",)
    autocomplete_fields = ("product",)


@admin.register(ExchangeRule)
class ExchangeRuleAdmin(VersionedAdmin):
    list_display = ("code", "figure", "source", "valid_from", "valid_to")
