from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conflicts.models import Case, MeasureTaken, PayrollEntry
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Measure
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, queue_filter
from opsdesk.entry.excel import export
from opsdesk.entry.web import actor_at

PAYROLL_COLUMNS = (
    (_("employee"), 16),
    (_("user name"), 16),
    (_("counts for"), 12),
    (_("to be kept back (yuan)"), 14),
    (_("what for"), 60),
    (_("case"), 8),
    (_("ruling"), 10),
    (_("booked"), 17),
    (_("booked by"), 16),
)
MEASURE_COLUMNS = (
    (_("whom it is about"), 24),
    (_("measure"), 20),
    (_("case"), 8),
    (_("carried out"), 17),
    (_("taken back"), 17),
)


def _payroll_row(entry: PayrollEntry) -> tuple[Any, ...]:
    return (
        str(entry.employee),
        entry.employee.username,
        entry.booked_on,
        entry.amount_yuan,
        entry.text,
        str(entry.ruling.case),
        str(entry.ruling),
        entry.booked_at,
        entry.booked_by,
    )


@admin.register(PayrollEntry)
class PayrollEntryAdmin(ReadOnlyAdmin):
    """CF-14: what is kept back from pay, by month, with its counter-entries."""

    list_display = ("employee", "booked_on", "amount_yuan", "text", "case_shown", "reversed_shown", "booked_at")
    list_filter = (("employee", admin.RelatedOnlyFieldListFilter), FigureFilter)
    list_select_related = ("employee", "ruling__case", "reverses", "reversed_by")
    search_fields = ("employee__username__startswith", "employee__full_name__startswith", "text")
    search_help_text = _("employee or text")
    date_hierarchy = "booked_on"
    actions = (export("payrollentry", PAYROLL_COLUMNS, _payroll_row, right="conflicts.export_payrollentry"),)

    @display(description=_("case"))
    def case_shown(self, entry: Any) -> str:
        return _case_link(entry.ruling.case_id, str(entry.ruling.case)) if entry.opens else str(entry.ruling.case)

    @display(description=_("reversed"))
    def reversed_shown(self, entry: PayrollEntry) -> str:
        if entry.reverses_id:
            return str(_("counter-entry"))
        return str(_("reversed")) if hasattr(entry, "reversed_by") else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        cases = Case.objects.visible_to(actor_at(request)).filter(pk=OuterRef("ruling__case"))
        return super().get_queryset(request).annotate(opens=Exists(cases))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """CF-14: an entry is explained by its case; who may not see that reads the text of the entry."""
        return redirect("admin:conflicts_payrollentry_changelist")


def _case_link(pk: int, name: str) -> str:
    return format_html('<a class="text-primary-600" href="{}">{}</a>', reverse("case", args=[pk]), name)


def _whom(taken: MeasureTaken) -> str:
    parties = taken.ruling.case.parties.all()
    return next((str(party) for party in parties if party.role == PartyRole.ACCUSED), "–")


def _measure_row(taken: MeasureTaken) -> tuple[Any, ...]:
    return (
        _whom(taken),
        taken.get_measure_display(),
        str(taken.ruling.case),
        taken.taken_at,
        taken.taken_back_at,
    )


@admin.register(MeasureTaken)
class MeasureTakenAdmin(ReadOnlyAdmin):
    """CF-6, CF-7: demerits, dismissals and what else was ruled besides money, for who carries it out."""

    list_display = ("whom_shown", "measure_shown", "case_shown", "taken_at", "taken_back_at")
    list_filter = (
        queue_filter(
            staff=(_("of employees"), lambda rows: rows.of_staff()),
            held=(_("still in force"), lambda rows: rows.in_force()),
        ),
        "measure",
        FigureFilter,
    )
    list_select_related = ("ruling__case",)
    actions = (export("measuretaken", MEASURE_COLUMNS, _measure_row, right="conflicts.export_case"),)

    @display(description=_("whom it is about"))
    def whom_shown(self, taken: MeasureTaken) -> str:
        return _whom(taken)

    @display(
        description=_("measure"),
        label=Colours({Measure.DISMISSAL: "danger", Measure.REVOCATION: "danger", Measure.DEMERIT: "warning"}),
    )
    def measure_shown(self, taken: MeasureTaken) -> tuple[str, str]:
        return taken.measure, taken.get_measure_display()

    @display(description=_("case"))
    def case_shown(self, taken: MeasureTaken) -> str:
        return _case_link(taken.ruling.case_id, str(taken.ruling.case))

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.prefetch_related(
            "ruling__case__parties__shop", "ruling__case__parties__partner", "ruling__case__parties__employee"
        )

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:conflicts_measuretaken_changelist")
