from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from aftersales.models import Offer, Urge, Visit
from aftersales.states.job import Answer, Outcome
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, queue_filter

OUTCOMES = Colours(
    {Outcome.DONE: "success", Outcome.FAILED: "danger", Outcome.ABSENT: "warning", Outcome.PLANNED: "info"}
)
ANSWERS = Colours(
    {Answer.ACCEPTED: "success", Answer.DECLINED: "danger", Answer.SILENT: "danger", Answer.WAITING: "warning"}
)


class OfAJob(ReadOnlyAdmin):
    """A list of what belongs to jobs: each row leads to the page of its job."""

    list_select_related: tuple[str, ...] = ("job", "partner")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        return redirect("job", row.job_id) if row else redirect("admin:index")


@admin.register(Visit)
class VisitAdmin(OfAJob):
    """AS-1, AS-4: all visits: planned, made, failed; who pays."""

    list_display = ("__str__", "partner", "installer", "outcome_shown", "planned_at", "ended_at", "cause", "payer")
    list_filter = ("outcome", "payer", ("planned_at", RangeDateTimeFilter), FigureFilter)
    list_select_related = ("job", "partner", "installer")
    search_fields = ("=job__pk", "partner__name__startswith")

    @display(description=_("outcome"), label=OUTCOMES)
    def outcome_shown(self, row: Visit) -> tuple[str, str]:
        return row.outcome, row.get_outcome_display()


@admin.register(Offer)
class OfferAdmin(OfAJob):
    """AS-2, AS-3: all offers and hand-over offers, with their answers."""

    list_display = ("__str__", "kind", "partner", "answer_shown", "offered_at", "due_at", "answered_at", "reason")
    list_filter = ("kind", "answer", ("offered_at", RangeDateTimeFilter), FigureFilter)
    search_fields = ("=job__pk", "partner__name__startswith")

    @display(description=_("answer"), label=ANSWERS)
    def answer_shown(self, row: Offer) -> tuple[str, str]:
        return row.answer, row.get_answer_display()


@admin.register(Urge)
class UrgeAdmin(OfAJob):
    """AS-1: what customers urged, and what the partners replied."""

    list_display = ("__str__", "partner", "text", "urged_at", "due_at", "replied_at", "reply")
    list_filter = (queue_filter(waiting=(_("no reply yet"), lambda rows: rows.unanswered())),)
    search_fields = ("=job__pk", "partner__name__startswith")
