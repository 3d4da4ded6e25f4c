from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from aftersales.admin.forms import ReasonForm
from aftersales.models import Score, ScoreContest, ScoreFormula, ScoreWeight
from aftersales.operations import scores
from aftersales.states.score import ScoreState
from opsdesk import clock
from opsdesk.entry.admin import Colours, ReadOnlyAdmin, VersionedAdmin, VersionsInline, bulk, queue_filter
from opsdesk.entry.excel import export

COLOURS = Colours({ScoreState.PUBLISHED: "info", ScoreState.CONTESTED: "warning", ScoreState.FINAL: "success"})


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    """AS-11: the league of a month, the best first; each score opens with its receipts."""

    list_display = ("partner", "kind_shown", "month_shown", "value", "state_shown", "version", "contest_until")
    list_filter = (
        queue_filter(
            current=(_("versions that hold"), lambda rows: rows.current()),
            contested=(_("contested"), lambda rows: rows.current().filter(state=ScoreState.CONTESTED)),
            contestable=(_("may still be contested"), lambda rows: rows.contestable(clock.now())),
        ),
        "month",
        "partner__kind",
        "state",
    )
    list_select_related = ("partner",)
    search_fields = ("partner__name__startswith", "partner__code__startswith")
    actions = (
        export(
            "score",
            (
                (_("partner"), 30),
                (_("kind"), 14),
                (_("month"), 10),
                (_("score"), 10),
                (_("state"), 18),
                (_("version"), 8),
            ),
            lambda s: (
                s.partner.name,
                s.partner.get_kind_display(),
                f"{s.month:%Y-%m}",
                s.value,
                s.get_state_display(),
                s.version,
            ),
            right="aftersales.export_score",
        ),
    )

    @display(description=_("kind"))
    def kind_shown(self, score: Score) -> str:
        return score.partner.get_kind_display()

    @display(description=_("month"), ordering="month")
    def month_shown(self, score: Score) -> str:
        return f"{score.month:%Y-%m}"

    @display(description=_("state"), label=COLOURS)
    def state_shown(self, score: Score) -> tuple[str, str]:
        return score.state, score.get_state_display()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-month", "-value", "partner_id", "-version")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("score", object_id)


@admin.register(ScoreContest)
class ScoreContestAdmin(ReadOnlyAdmin):
    """AS-11: what partners contest, to be decided by a person."""

    list_display = ("partner", "month", "measure", "reason", "state", "contested_by", "due_at", "decision")
    list_filter = (queue_filter(open=(_("to be decided"), lambda rows: rows.open())), "state", "measure")
    list_select_related = ("partner",)
    actions = (
        bulk(_("Uphold: does not count"), scores.uphold, right="aftersales.decide_score", form=ReasonForm),
        bulk(_("Reject: counts"), scores.reject, right="aftersales.decide_score", form=ReasonForm),
    )

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=object_id).first()
        found = row and Score.objects.current().filter(partner=row.partner_id, month=row.month).first()
        return redirect("score", found.pk) if found else redirect("admin:aftersales_scorecontest_changelist")


class WeightInline(VersionsInline):
    model = ScoreWeight

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Weights are entered with their formula; a change is a new formula."""
        return obj is None


@admin.register(ScoreFormula)
class ScoreFormulaAdmin(VersionedAdmin):
    list_display = ("name", "contest_days", "valid_from", "valid_to")
    inlines = (WeightInline,)
