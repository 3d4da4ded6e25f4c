from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from aftersales.admin.forms import PartnerForm, ReasonForm, TextForm
from aftersales.models import Job
from aftersales.operations import dispatch, hand_over, jobs, urges
from aftersales.states.job import JobState
from channels.queries import regions
from opsdesk import clock
from opsdesk.days import local, midnight
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, bulk, choice_filter, queue_filter
from opsdesk.entry.excel import export

STATE_COLOURS = Colours(
    {
        JobState.OPEN: "danger",
        JobState.OFFERED: "warning",
        JobState.ACCEPTED: "info",
        JobState.APPOINTED: "info",
        JobState.DONE: "success",
        JobState.FAILED: "danger",
    }
)
MARK_LABELS = {
    "frozen": _("frozen by refund"),
    "wanted": _("hand-over wanted"),
    "urged": _("customer urges"),
    "paused": _("customer absent"),
}
MARKS = Colours({"frozen": "danger", "wanted": "danger", "urged": "warning", "paused": "info"})


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """AS-1, AS-2: the work queues of installation."""

    list_display = (
        "__str__",
        "order",
        "state_shown",
        "marks_shown",
        "region",
        "owner",
        "installer",
        "due_shown",
        "appointed_at",
        "done_at",
    )
    list_filter = (
        queue_filter(
            overdue=(_("overdue"), lambda rows: rows.overdue(clock.now())),
            due_today=(
                _("due today"),
                lambda rows: rows.due_between(clock.now(), midnight(clock.today() + timedelta(days=1))),
            ),
            not_accepted=(_("not accepted"), lambda rows: rows.not_accepted()),
            no_agent=(_("no agent"), lambda rows: rows.without_agent()),
            hand_over_wanted=(_("hand-over wanted"), lambda rows: rows.hand_over_wanted()),
            frozen=(_("frozen by refund"), lambda rows: rows.frozen()),
            urged=(_("customer urges"), lambda rows: rows.urged()),
            appointed_today=(
                _("appointment today"),
                lambda rows: rows.appointed_between(
                    midnight(clock.today()), midnight(clock.today() + timedelta(days=1))
                ),
            ),
        ),
        "state",
        choice_filter(_("province"), "province", regions.provinces, "region__code__startswith"),
        ("due_at", RangeDateTimeFilter),
        FigureFilter,
    )
    list_select_related = ("order", "region", "owner", "installer")
    search_fields = ("=pk", "order__number__startswith", "owner__name__startswith", "serial_number__startswith")
    search_help_text = _("order number, agent or serial number")
    actions = (
        bulk(_("Dispatch again"), dispatch.dispatch, right="aftersales.dispatch_job"),
        bulk(_("Offer to …"), dispatch.assign, right="aftersales.dispatch_job", form=PartnerForm),
        bulk(_("Hand over"), hand_over.hand_over, right="aftersales.dispatch_job", form=ReasonForm),
        bulk(_("Urge"), urges.urge, right="aftersales.urge_job", form=TextForm),
        bulk(_("Accept"), jobs.accept, right="aftersales.accept_job"),
        bulk(_("Decline"), jobs.decline, right="aftersales.accept_job", form=ReasonForm),
        bulk(_("Cancel"), jobs.cancel, right="aftersales.cancel_job", form=ReasonForm),
        export(
            "job",
            (
                (_("job"), 8),
                (_("order number"), 24),
                (_("state"), 12),
                (_("region"), 30),
                (_("installer"), 24),
                (_("clock starts"), 17),
                (_("due"), 17),
                (_("appointed for"), 17),
                (_("done"), 17),
                (_("serial number"), 20),
            ),
            lambda j: (
                str(j),
                j.order.number,
                j.get_state_display(),
                j.region.full_name if j.region else "",
                j.owner.name if j.owner else "",
                j.starts_at,
                j.due_at,
                j.appointed_at,
                j.done_at,
                j.serial_number,
            ),
            right="aftersales.export_job",
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_shown(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @display(description=_("note"), label=MARKS)
    def marks_shown(self, job: Job) -> tuple[str, Any] | None:
        mark = jobs_mark(job)
        return (mark, MARK_LABELS[mark]) if mark else None

    @display(description=_("due"), ordering="due_at", label={"late": "danger", "soon": "warning", "": ""})
    def due_shown(self, job: Job) -> tuple[str, str]:
        return jobs_urgency(job), f"{local(job.due_at):%m-%d %H:%M}"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.order_by("due_at", "pk") if "queue" in request.GET else rows.order_by("-due_at", "-pk")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("job", object_id)


def jobs_mark(job: Job) -> str:
    """Name what is most pressing about a live job besides its deadline."""
    if job.state in (JobState.DONE, JobState.CANCELLED):
        return ""
    standing = {
        "frozen": job.frozen_at,
        "wanted": job.hand_over_wanted_at,
        "urged": job.urged_at,
        "paused": job.paused_until,
    }
    return next((name for name, since in standing.items() if since), "")


def jobs_urgency(job: Job) -> str:
    """Say how a job stands against its deadline, for its colour."""
    left = job.due_at - clock.now()
    if job.state in (JobState.DONE, JobState.CANCELLED):
        return ""
    return "late" if left < timedelta(0) else "soon" if left < timedelta(days=1) else ""
