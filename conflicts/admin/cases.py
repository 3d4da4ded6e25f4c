from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from channels.queries import regions
from conflicts.models import Case, Party, Ruling
from conflicts.models.case import handles
from conflicts.queries import waiting
from conflicts.states.case import OPEN, CaseState, PartyRole, RulingState
from conflicts.states.rulebook import Clazz
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, choice_filter, own_queue_filter
from opsdesk.entry.excel import export
from opsdesk.entry.web import actor_at

STATE_COLOURS = Colours(
    {
        CaseState.FILED: "danger",
        CaseState.ANSWERING: "warning",
        CaseState.NEGOTIATING: "warning",
        CaseState.INVESTIGATING: "warning",
        CaseState.SIGNING: "danger",
        CaseState.IN_FORCE: "info",
        CaseState.APPEALED: "danger",
        CaseState.SETTLED: "success",
        CaseState.CLEARED: "success",
        CaseState.FINAL: "success",
    }
)
RULING_COLOURS = Colours(
    {RulingState.DRAFTED: "warning", RulingState.IN_FORCE: "success", RulingState.REFUSED: "danger"}
)
CLASS_COLOURS = Colours({Clazz.SERIOUS: "warning", Clazz.SEVERE: "danger"})
COLUMNS = (
    (_("case"), 8),
    (_("subject of the case"), 40),
    (_("state"), 18),
    (_("class"), 12),
    (_("rulebook"), 30),
    (_("clause"), 18),
    (_("act"), 8),
    (_("day of the act"), 12),
    (_("filed by"), 24),
    (_("accused"), 24),
    (_("region"), 30),
    (_("money at stake (yuan)"), 14),
    (_("filed"), 17),
    (_("step due"), 17),
    (_("penalty in force (yuan)"), 14),
    (_("closed"), 17),
)


def _classes() -> list[tuple[str, str]]:
    return [(clazz.value, str(clazz.label)) for clazz in Clazz]


Narrow = Callable[[Any, Actor, datetime], Any]
QUEUES: tuple[tuple[str, Any, Narrow], ...] = (
    ("mine", _("mine to act"), lambda rows, by, at: rows.filter(pk__in=waiting.mine(by, at=at))),
    ("to_accept", _("to accept"), lambda rows, by, at: rows.to_accept()),
    ("answers", _("answers due"), lambda rows, by, at: rows.answers_due()),
    ("negotiating", _("negotiating"), lambda rows, by, at: rows.to_negotiate()),
    ("office", _("with the GM office"), lambda rows, by, at: rows.to_investigate()),
    ("to_sign", _("to sign"), lambda rows, by, at: rows.to_sign()),
    ("appeals", _("appeals"), lambda rows, by, at: rows.appeals()),
    ("overdue", _("over time"), lambda rows, by, at: rows.overdue(at)),
    ("open", _("all open"), lambda rows, by, at: rows.open()),
)


CaseQueue = own_queue_filter(QUEUES)


class AccusedFilter(admin.SimpleListFilter):
    """Cases against one partner, as the statistics and its page link to them."""

    title, parameter_name = _("accused partner"), "accused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Party.objects.filter(role=PartyRole.ACCUSED, partner__isnull=False, case__in=self._seen(request))
        names = rows.values_list("partner_id", "partner__name").distinct().order_by("partner__name")[:500]
        return [(str(pk), name) for pk, name in names]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        return queryset.against_partner(int(value)) if value.isdigit() else queryset

    def _seen(self, request: HttpRequest) -> Any:
        return Case.objects.visible_to(actor_at(request)).values("pk")


def _row(case: Any) -> tuple[Any, ...]:
    """A row of the Excel file; `of_reader`: it is against the reader himself, who is not told who filed it."""
    shown = {party.role: party for party in case.parties.all()}
    holds = [ruling for ruling in case.rulings.all() if ruling.state == "in_force"]
    return (
        str(case),
        case.title,
        case.get_state_display(),
        case.act.get_clazz_display(),
        str(case.version),
        case.act.clause.number,
        case.act.code,
        case.acted_on,
        "" if case.of_reader else str(shown.get(PartyRole.FILER, "")),
        str(shown.get(PartyRole.ACCUSED, "")),
        case.region.full_name if case.region else "",
        None if case.of_reader else case.money_yuan,
        case.filed_at,
        case.due_at,
        holds[0].amount_yuan if holds else None,
        case.closed_at,
    )


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """CF-9, CF-15: the queues of cases, by deadline."""

    list_display = (
        "__str__", "title", "class_shown", "state_shown", "accused_shown", "act_shown", "due_shown", "filed_at",
    )  # fmt: skip
    list_filter = (
        CaseQueue,
        "state",
        choice_filter(_("class"), "class", _classes, "act__clazz"),
        ("act__clause", admin.RelatedOnlyFieldListFilter),
        AccusedFilter,
        choice_filter(_("province"), "province", regions.provinces, "region__code__startswith"),
        ("filed_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("act__clause", "version__rulebook", "region")
    search_fields = ("=pk", "title", "orders__number__startswith")
    search_help_text = _("case number, title or order number")
    actions = (export("case", COLUMNS, _row, right="conflicts.export_case"),)

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Orders are sought by who handles cases: a party could find out by them what it is not shown."""
        found = super().get_search_fields(request)
        return found if handles(actor_at(request)) else [name for name in found if not name.startswith("orders")]

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, case: Case) -> tuple[str, str]:
        return case.state, case.get_state_display()

    @display(description=_("class"), label=CLASS_COLOURS)
    def class_shown(self, case: Case) -> tuple[str, str]:
        return case.act.clazz, case.act.get_clazz_display()

    @display(description=_("accused"))
    def accused_shown(self, case: Case) -> str:
        return next((str(party) for party in case.parties.all() if party.role == PartyRole.ACCUSED), "–")

    @display(description=_("act"), ordering="act__code")
    def act_shown(self, case: Case) -> str:
        return f"{case.act.clause.number}（{case.act.code}）"

    @display(description=_("step due"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, case: Case) -> tuple[str, str]:
        if case.state not in OPEN or case.due_at is None:
            return "", "–"
        left = case.due_at - clock.now()
        late = left < timedelta(0) and case.state != CaseState.IN_FORCE
        how = "late" if late else "soon" if left < timedelta(days=1) else ""
        return how, f"{local(case.due_at):%m-%d %H:%M}"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """A case is asked for as people write it: K12."""
        term = search_term.strip()
        asked = term[1:] if term[:1] in ("K", "k") and term[1:].isdigit() else term
        return super().get_search_results(request, queryset, asked)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With whether a case is against the reader himself, who is not told who filed it."""
        accused = Party.objects.filter(case=OuterRef("pk"), role=PartyRole.ACCUSED).of(actor_at(request))
        rows = super().get_queryset(request).annotate(of_reader=Exists(accused))
        rows = rows.prefetch_related("parties__shop", "parties__partner", "parties__employee", "rulings")
        return rows.order_by("due_at", "pk") if "queue" in request.GET else rows

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("case", object_id)


@admin.register(Ruling)
class RulingAdmin(ReadOnlyAdmin):
    """CF-10: rulings with what they cost, for the figures; each is read on the page of its case."""

    list_display = ("__str__", "state_shown", "title_shown", "act_shown", "times", "amount_yuan", "in_force_at")
    list_filter = ("state", choice_filter(_("class"), "class", _classes, "act__clazz"), FigureFilter)
    list_select_related = ("case", "act__clause")
    search_fields = ("=case__pk", "case__title")

    @display(description=_("state"), label=RULING_COLOURS)
    def state_shown(self, ruling: Ruling) -> tuple[str, str]:
        return ruling.state, ruling.get_state_display()

    @display(description=_("subject of the case"))
    def title_shown(self, ruling: Ruling) -> str:
        return ruling.case.title

    @display(description=_("act"))
    def act_shown(self, ruling: Ruling) -> str:
        return f"{ruling.act.clause.number}（{ruling.act.code}）" if ruling.act else "–"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        return redirect("case", row.case_id) if row else redirect("admin:conflicts_ruling_changelist")
