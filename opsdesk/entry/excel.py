"""Excel out: any list as a workbook, written row by row; who exported what is written down (AU-2)."""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.contrib import admin
from django.db.models import Model
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opsdesk import clock
from opsdesk.audit import models as audit
from opsdesk.entry.web import actor_at
from opsdesk.errors import Refused

MOST_ROWS = 100_000
_AS_TEXT = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")


class TooManyRows(Refused):
    code, sentence = "too_many_rows", _("An export holds at most {most} rows; narrow the list by filters first.")


def workbook(sheet: str, columns: Sequence[tuple[Any, int]], rows: Iterable[Sequence[Any]]) -> io.BytesIO:
    """Return an .xlsx of these columns (title, width) and rows; text that looks like a formula stays text."""
    return workbook_of([(sheet, columns, rows)])


Sheet = tuple[str, Sequence[tuple[Any, int]], Iterable[Sequence[Any]]]


def workbook_of(sheets: Sequence[Sheet]) -> io.BytesIO:
    """Return an .xlsx of several sheets: each its name, columns (title, width) and rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True} | dict.fromkeys(_AS_TEXT, False))
    bold = book.add_format({"bold": True, "bg_color": "#EFF6FF"})
    formats = {name: book.add_format({"num_format": text}) for name, text in _FORMATS.items()}
    for sheet, columns, rows in sheets:
        page = book.add_worksheet(sheet[:31])
        page.freeze_panes(1, 0)
        for index, (title, width) in enumerate(columns):
            page.set_column(index, index, width)
            page.write_string(0, index, str(title), bold)
        for line, row in enumerate(rows, 1):
            for index, value in enumerate(row):
                _write(page, line, index, value, formats)
    book.close()
    out.seek(0)
    return out


_FORMATS = {"moment": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd", "money": "#,##0.00"}


def _write(page: Any, line: int, index: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        page.write_datetime(line, index, timezone.localtime(value).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(line, index, datetime.combine(value, time.min), formats["day"])
    elif isinstance(value, Decimal):
        page.write_number(line, index, value, formats["money"])
    elif isinstance(value, bool | str) or hasattr(value, "_proxy____args"):
        page.write_string(line, index, str(value))
    else:
        page.write_number(line, index, value)


def _person(request: HttpRequest) -> Model:
    assert isinstance(request.user, Model)
    return request.user


def export(name: str, columns: Sequence[tuple[Any, int]], row: Callable[[Any], Sequence[Any]], *, right: str) -> Any:
    """Make an admin action that answers with the selected rows as an Excel file, in this order of columns."""

    @admin.action(description=_("Export to Excel"))
    def run(model_admin: Any, request: HttpRequest, queryset: Any) -> FileResponse:
        by, at = actor_at(request), clock.now()
        by.need(right)
        how_many = queryset.order_by()[: MOST_ROWS + 1].count()
        if how_many > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        sheet = str(model_admin.model._meta.verbose_name_plural)
        book = workbook(sheet, columns, (row(obj) for obj in queryset.order_by("-pk").iterator(chunk_size=2000)))
        audit.record(
            _person(request), f"{name}.export", by=by, at=at, rows=how_many, query=request.META["QUERY_STRING"]
        )
        return FileResponse(book, as_attachment=True, filename=f"{name}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx")

    run.__name__ = "export"
    run.right = right  # type: ignore[attr-defined]
    return run
