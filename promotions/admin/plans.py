from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from opsdesk import clock
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, VersionedAdmin, queue_filter
from promotions.models import (
    BrandEvent,
    PlanRule,
    Pot,
    PotEntry,
    StandingOffer,
    StandingTarget,
    YearPlan,
)
from promotions.operations.drafting import STOCK_WEEK
from promotions.states.plan import EventState, PlanState


@admin.register(YearPlan)
class YearPlanAdmin(ReadOnlyAdmin):
    """PR-14: the years; work is done on the plan's page."""

    list_display = ("__str__", "state_shown", "goal_yuan", "budget_yuan", "drawn_up_by", "submitted_at", "approved_at")

    @display(
        description=_("state"),
        label=Colours({PlanState.SUBMITTED: "warning", PlanState.APPROVED: "success", PlanState.RETURNED: "danger"}),
    )
    def state_shown(self, plan: YearPlan) -> tuple[str, str]:
        return plan.state, plan.get_state_display()

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("plan", object_id)


@admin.register(BrandEvent)
class BrandEventAdmin(ReadOnlyAdmin):
    """PR-1, PR-19: brand days of all years; work is done on their own page."""

    list_display = ("name", "theme", "starts_on", "last_day", "state_shown", "festival", "budget_yuan")
    list_filter = (
        queue_filter(
            stock=(_("stock not settled"), lambda rows: rows.stock_open(clock.today() + STOCK_WEEK)),
            review=(_("to be reviewed"), lambda rows: rows.to_review()),
        ),
        "state",
        "festival",
    )
    search_fields = ("name", "theme")

    @display(
        description=_("state"),
        label=Colours(
            {
                EventState.APPROVED: "info",
                EventState.RUNNING: "success",
                EventState.STOPPED: "danger",
                EventState.ENDED: "warning",
            }
        ),
    )
    def state_shown(self, event: BrandEvent) -> tuple[str, str]:
        return event.state, event.get_state_display()

    @display(description=_("last day"))
    def last_day(self, event: BrandEvent) -> Any:
        return event.last_day

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-starts_on", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("brand_day", object_id)


@admin.register(Pot)
class PotAdmin(ReadOnlyAdmin):
    """PR-3: budgets and quotas, how much of each is promised and spent."""

    list_display = (
        "title", "limit_yuan", "reserved_yuan", "committed_yuan", "limit_count", "reserved_count", "committed_count",
    )  # fmt: skip
    list_filter = ("purpose",)
    search_fields = ("title",)


@admin.register(PotEntry)
class PotEntryAdmin(ReadOnlyAdmin):
    """PR-18: every movement of every budget."""

    list_display = ("pot", "kind", "amount_yuan", "count", "at")
    list_filter = ("kind", FigureFilter)
    list_select_related = ("pot",)
    search_fields = ("pot__title",)


@admin.register(PlanRule)
class PlanRuleAdmin(VersionedAdmin):
    list_display = ("rule", "text", "number", "platform", "mode", "valid_from", "valid_to")
    list_filter = ("rule",)
    search_fields = ("text", "code")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("pk")


@admin.register(StandingOffer)
class StandingOfferAdmin(VersionedAdmin):
    """PR-14: the standing plan; every ordinary brand day is drawn up from it."""

    list_display = (
        "kind", "product", "list_share", "amount_yuan", "quota", "budget_yuan", "stock_need", "most_shops",
        "valid_from", "valid_to",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("product",)
    autocomplete_fields = ("product",)


@admin.register(StandingTarget)
class StandingTargetAdmin(VersionedAdmin):
    list_display = ("shop", "target_yuan", "valid_from", "valid_to")
    list_select_related = ("shop",)
