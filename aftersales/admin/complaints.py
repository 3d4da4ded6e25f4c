from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from aftersales.admin.forms import ReasonForm
from aftersales.models import ClassWord, Complaint, ComplaintClass
from aftersales.operations import complaint_classing, complaints
from aftersales.queries import complaints as queries
from aftersales.states.complaint import HEAD, WORK, ComplaintState
from channels.queries import regions
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.days import local
from opsdesk.entry.admin import (
    Colours,
    FigureFilter,
    MasterDataAdmin,
    ReadOnlyAdmin,
    VersionedAdmin,
    bulk,
    choice_filter,
    own_queue_filter,
)
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        ComplaintState.REGISTERED: "danger",
        ComplaintState.UNFOUNDED: "warning",
        ComplaintState.INVESTIGATING: "warning",
        ComplaintState.PROPOSING: "warning",
        ComplaintState.PROPOSED: "danger",
        ComplaintState.APPROVED: "info",
        ComplaintState.CARRIED_OUT: "info",
        ComplaintState.CONFIRMED: "info",
        ComplaintState.CLOSED: "success",
    }
)
COLUMNS = (
    (_("complaint"), 8),
    (_("registered"), 17),
    (_("source"), 10),
    (_("class"), 16),
    (_("words that led to it"), 24),
    (_("what it is about"), 50),
    (_("order number"), 24),
    (_("region"), 30),
    (_("partner concerned"), 24),
    (_("state"), 18),
    (_("owner"), 12),
    (_("founded"), 8),
    (_("cause found"), 30),
    (_("responsible"), 20),
    (_("measures"), 30),
    (_("compensation (yuan)"), 12),
    (_("result"), 30),
    (_("closed"), 17),
)
Narrow = Callable[[Any, Actor, datetime], Any]
QUEUES: tuple[tuple[str, Any, Narrow], ...] = (
    ("to_judge", _("to judge"), lambda rows, by, at: rows.to_judge()),
    ("mine", _("mine"), lambda rows, by, at: rows.mine(by)),
    ("overdue", _("over time"), lambda rows, by, at: rows.overdue(at)),
    ("to_approve", _("to approve"), lambda rows, by, at: rows.to_approve()),
    ("to_confirm", _("to confirm"), lambda rows, by, at: rows.to_confirm()),
    ("escalated", _("with the head"), lambda rows, by, at: rows.escalated()),
    ("orphaned", _("owner has left"), lambda rows, by, at: rows.orphaned()),
    ("unclear", _("class unclear"), lambda rows, by, at: rows.unclear()),
)


class OwnerForm(ReasonForm):
    """To whom a complaint is handed over, and why."""

    to_id = forms.TypedChoiceField(label=_("new owner"), coerce=int, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_id"].choices = [(person.pk, str(person)) for person in queries.workers()]  # type: ignore[attr-defined]


class ClassForm(ReasonForm):
    """Which class is the right one, and why."""

    kind = forms.ChoiceField(label=_("right class"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = ComplaintClass.objects.filter(active=True).order_by("position", "pk")
        self.fields["kind"].choices = [(row.code, row.name) for row in rows]  # type: ignore[attr-defined]


ComplaintQueue = own_queue_filter(QUEUES)


def responsible_of(one: Complaint) -> str:
    """Name who is responsible, or a dash."""
    return str(one.employee or one.at_fault or one.get_department_display() or "–")


def _row(one: Complaint) -> tuple[Any, ...]:
    return (
        str(one),
        one.registered_at,
        one.get_source_display(),
        str(one.kind or _("unclear")),
        "、".join(word for _kind, word, _weight in one.found_words),
        one.excerpt,
        one.order.number if one.order else "",
        one.region.full_name if one.region else "",
        one.partner.name if one.partner else "",
        one.get_state_display(),
        str(one.owner),
        "" if one.founded is None else str(_("yes") if one.founded else _("no")),
        one.cause,
        responsible_of(one),
        one.measures,
        one.compensation_yuan,
        one.result,
        one.closed_at,
    )


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    """AS-9: the work queues of complaints."""

    list_display = (
        "__str__", "excerpt", "kind_shown", "state_shown", "owner", "due_shown", "source", "partner", "registered_at",
    )  # fmt: skip
    list_filter = (
        ComplaintQueue,
        "state",
        "source",
        ("kind", admin.RelatedOnlyFieldListFilter),
        "founded",
        choice_filter(_("province"), "province", regions.provinces, "region__code__startswith"),
        ("registered_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("kind", "owner", "partner", "order", "region", "employee", "at_fault")
    search_fields = (
        "=pk", "order__number__startswith", "partner__name__startswith", "refund_number__startswith", "excerpt",
    )  # fmt: skip
    search_help_text = _("order number, refund number, agent or words")
    actions = (
        bulk(_("Hand over"), complaints.hand_over, right=WORK, form=OwnerForm),
        bulk(_("Correct the class"), complaint_classing.correct, right=WORK, form=ClassForm),
        bulk(_("Class again by words"), complaint_classing.class_one_again, right=WORK),
        bulk(_("Approve"), complaints.approve, right=HEAD),
        bulk(_("Send back"), complaints.send_back, right=HEAD, form=ReasonForm),
        export("complaint", COLUMNS, _row, right="aftersales.export_complaint"),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, one: Complaint) -> tuple[str, str]:
        return one.state, one.get_state_display()

    @display(description=_("class"), ordering="kind")
    def kind_shown(self, one: Complaint) -> str:
        return str(one.kind or _("unclear"))

    @display(description=_("step due"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, one: Complaint) -> tuple[str, str]:
        if one.state == ComplaintState.CLOSED:
            return "", "–"
        left = one.due_at - clock.now()
        how = "late" if left < timedelta(0) else "soon" if left < timedelta(hours=12) else ""
        return how, f"{local(one.due_at):%m-%d %H:%M}"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.order_by("due_at", "pk") if "queue" in request.GET else rows

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("complaint", object_id)


@admin.register(ComplaintClass)
class ComplaintClassAdmin(MasterDataAdmin):
    list_display = ("name", "code", "position", "active")


@admin.register(ClassWord)
class ClassWordAdmin(VersionedAdmin):
    list_display = ("word", "kind", "weight", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("kind",)
    search_fields = ("word",)
