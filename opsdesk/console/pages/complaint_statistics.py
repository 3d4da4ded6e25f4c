from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDateWidget

from aftersales.models import Complaint
from aftersales.queries.complaint_statistics import Line, Statistics, statistics
from opsdesk import clock
from opsdesk.audit import models as audit
from opsdesk.console.pages.base import page
from opsdesk.days import midnight
from opsdesk.entry.excel import workbook
from opsdesk.entry.web import actor_at
from opsdesk.people.models import User

VIEW, EXPORT = "aftersales.view_complaint", "aftersales.export_complaint"
COLUMNS = (
    (gettext_lazy("counted by"), 14),
    (gettext_lazy("name"), 30),
    (gettext_lazy("complaints"), 12),
    (gettext_lazy("founded"), 12),
    (gettext_lazy("unfounded"), 12),
    (gettext_lazy("open"), 12),
)


class SpanForm(forms.Form):
    """From which day to which day is counted."""

    first = forms.DateField(label=gettext_lazy("first day"), widget=UnfoldAdminDateWidget)
    last = forms.DateField(label=gettext_lazy("last day"), widget=UnfoldAdminDateWidget)


def span_of(request: HttpRequest) -> tuple[date, date]:
    """The days asked for, else the last twelve months."""
    form = SpanForm(request.GET)
    if form.is_valid() and form.cleaned_data["first"] <= form.cleaned_data["last"]:
        return form.cleaned_data["first"], form.cleaned_data["last"]
    today = clock.today()
    return (today - timedelta(days=364)).replace(day=1), today


def _counted(request: HttpRequest) -> tuple[Statistics, date, date]:
    by = actor_at(request)
    by.need(VIEW)
    first, last = span_of(request)
    start, end = midnight(first), midnight(last + timedelta(days=1))
    return statistics(by, start, end), first, last


def show(request: HttpRequest) -> HttpResponse:
    """AS-9: complaints by class, month and partner, as bars with their numbers."""
    found, first, last = _counted(request)
    groups = (
        (_("By class"), _bars(found.by_class, _("unclear"))),
        (_("By month"), _bars(found.by_month, "–")),
        (_("By partner"), _bars(found.by_partner, "–")),
    )
    return page(
        request,
        "console/complaint_statistics.html",
        _("Complaints by class"),
        groups=groups,
        total=found.total,
        form=SpanForm(initial={"first": first, "last": last}),
        first=first,
        last=last,
        may_export=actor_at(request).may(EXPORT),
    )


def excel(request: HttpRequest) -> FileResponse:
    """The same numbers as an Excel file; who took it is written down."""
    found, first, last = _counted(request)
    by, at = actor_at(request), clock.now()
    by.need(EXPORT)
    rows = [
        (title, line.name or nobody, line.total, line.founded, line.unfounded, line.open)
        for title, nobody, lines in (
            (_("By class"), _("unclear"), found.by_class),
            (_("By month"), "–", found.by_month),
            (_("By partner"), "–", found.by_partner),
        )
        for line in lines
    ]
    book = workbook(str(Complaint._meta.verbose_name_plural), COLUMNS, rows)
    assert isinstance(request.user, User)
    audit.record(request.user, "complaint.export", by=by, at=at, rows=len(rows), query=f"{first}–{last}")
    return FileResponse(book, as_attachment=True, filename=f"complaints-{first:%Y%m%d}-{last:%Y%m%d}.xlsx")


def _bars(lines: tuple[Line, ...], nobody: str) -> list[dict[str, Any]]:
    """Each line with the widths of its parts in percent of the longest."""
    longest = max((line.total for line in lines), default=1)
    return [
        {
            "name": line.name or nobody,
            "line": line,
            "founded": f"{100 * line.founded / longest:.1f}",
            "unfounded": f"{100 * line.unfounded / longest:.1f}",
            "rest": f"{100 * (line.total - line.judged) / longest:.1f}",
        }
        for line in lines
    ]
