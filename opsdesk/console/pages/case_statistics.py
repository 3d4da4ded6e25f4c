from datetime import date, timedelta
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conflicts.queries.statistics import Line, Statistics, statistics
from conflicts.states.case import EXPORT, HANDLE
from opsdesk import clock
from opsdesk.audit import models as audit
from opsdesk.console.pages.base import page
from opsdesk.console.pages.complaint_statistics import SpanForm, span_of
from opsdesk.days import midnight
from opsdesk.entry.excel import workbook_of
from opsdesk.entry.web import actor_at
from opsdesk.people.models import User

COLUMNS = (
    (gettext_lazy("counted by"), 14),
    (gettext_lazy("name"), 36),
    (gettext_lazy("cases"), 10),
    (gettext_lazy("with a penalty"), 12),
    (gettext_lazy("without a penalty"), 12),
    (gettext_lazy("open"), 10),
    (gettext_lazy("penalty in force (yuan)"), 14),
)
OFFENDERS = (
    (gettext_lazy("party"), 30),
    (gettext_lazy("act"), 8),
    (gettext_lazy("what it is"), 50),
    (gettext_lazy("times"), 8),
    (gettext_lazy("last time"), 12),
    (gettext_lazy("penalty in force (yuan)"), 14),
)


def _counted(request: HttpRequest) -> tuple[Statistics, date, date]:
    by = actor_at(request)
    by.need(HANDLE)
    first, last = span_of(request)
    return statistics(by, midnight(first), midnight(last + timedelta(days=1))), first, last


def show(request: HttpRequest) -> HttpResponse:
    """CF-11: cases by accused, clause, region and month, as bars with their numbers; who did the same again."""
    found, first, last = _counted(request)
    groups = [(title, _bars(lines, nobody)) for title, nobody, lines in _groups(found)]
    return page(
        request,
        "console/case_statistics.html",
        _("Statistics of cases"),
        groups=groups,
        found=found,
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
        (title, line.name or nobody, line.total, line.penalised, line.without, line.open, line.amount)
        for title, nobody, lines in _groups(found)
        for line in lines
    ]
    again = [(one.who, one.act, one.text, one.times, one.last, one.amount) for one in found.offenders]
    book = workbook_of([(_("Statistics of cases"), COLUMNS, rows), (_("Repeat offenders"), OFFENDERS, again)])
    assert isinstance(request.user, User)
    audit.record(request.user, "case.export_many", by=by, at=at, rows=len(rows), query=f"{first}–{last}")
    return FileResponse(book, as_attachment=True, filename=f"cases-{first:%Y%m%d}-{last:%Y%m%d}.xlsx")


def _groups(found: Statistics) -> tuple[tuple[str, str, tuple[Line, ...]], ...]:
    return (
        (_("By accused"), "–", found.by_party),
        (_("By clause"), "–", found.by_clause),
        (_("By region"), _("no order named"), found.by_region),
        (_("By month"), "–", found.by_month),
    )


def _bars(lines: tuple[Line, ...], nobody: str) -> list[dict[str, Any]]:
    """Each line with the widths of its parts in percent of the longest."""
    longest = max((line.total for line in lines), default=1)
    return [
        {
            "name": line.name or nobody,
            "line": line,
            "penalised": f"{100 * line.penalised / longest:.1f}",
            "without": f"{100 * line.without / longest:.1f}",
            "open": f"{100 * line.open / longest:.1f}",
        }
        for line in lines
    ]
