from collections.abc import Callable
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from channels.admin.accounts import SettleForm
from channels.models import Statement, StatementLine
from channels.operations import corrections, statements
from channels.queries import accounts
from channels.states import STATEMENT, LineState, StatementState
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.console import reasons, sources, statement_files, timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound
from opsdesk.sla import deadlines, wording

VIEW, TAKE_OUT = "channels.view_statement", "channels.export_statement"


class ProofForm(forms.Form):
    proof = forms.CharField(
        label=gettext_lazy("confirmed by what (signed paper, mail …)"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
    )


def _confirm_form(by: Actor) -> type[forms.Form] | None:
    return None if by.partners else ProofForm


Button = tuple[Any, Callable[..., Statement], Callable[[Actor], type[forms.Form] | None], str]
BUTTONS: dict[str, Button] = {
    "send": (gettext_lazy("Send to the partner"), statements.send, lambda by: None, "channels.send_statement"),
    "confirm": (gettext_lazy("Confirm"), statements.confirm, _confirm_form, "channels.answer_statement"),
    "settle": (gettext_lazy("Settle"), statements.settle, lambda by: SettleForm, "channels.settle_statement"),
}
"""What a person may do with a whole statement: label, operation, what it asks for, right."""


def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-12: a partner's month: every line with its source, and what is to be done now."""
    return _page(request, pk)


@posted_from("statement")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a statement from its page."""
    if action not in BUTTONS:
        raise NotFound(what=action)
    by = actor_at(request)
    label, operation, form_for, _right = BUTTONS[action]
    form_class = form_for(by)
    form = form_class(request.POST, prefix=action) if form_class else None
    if form is not None and not form.is_valid():
        return _page(request, pk, {action: form})
    values = form.cleaned_data if form else {}
    where = reverse("statement", args=[pk])
    return trying(request, where, lambda: operation(pk, by=by, at=clock.now(), **values), label)


@posted_from("statement")
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-12: the partner says what is wrong with some lines."""
    by, where = actor_at(request), reverse("statement", args=[pk])
    said = {
        int(name.removeprefix("line-")): str(reason)
        for name, reason in request.POST.items()
        if name.startswith("line-") and name[5:].isdecimal() and str(reason).strip()
    }
    return trying(request, where, lambda: statements.dispute(pk, lines=said, by=by, at=clock.now()), _("Disputed"))


@posted_from("statement")
def answer(request: HttpRequest, pk: int, line: int, action: str) -> HttpResponse:
    """AS-12: finance keeps a disputed line, or asks for it to be taken back."""
    operation = {"keep": statements.keep, "take_back": corrections.take_back_line}.get(action)
    found = visible(request, StatementLine.objects.filter(statement=pk), line, _("statement line"), right=VIEW)
    if operation is None:
        raise NotFound(what=action)
    said, by = request.POST.get("answer", ""), actor_at(request)
    done = _("Kept") if action == "keep" else _("Sent for a signature")
    return trying(
        request,
        reverse("statement", args=[pk]),
        lambda: operation(found.pk, answer=said, by=by, at=clock.now()),
        done,
    )


def excel(request: HttpRequest, pk: int) -> FileResponse:
    """AS-12: the statement as a workbook: summary and lines."""
    row = _taken_out(request, pk, "Excel")
    lines = _lines(row)
    book = statement_files.workbook(row, lines, sources.of([line.entry for line in lines]))
    return FileResponse(book, as_attachment=True, filename=f"{row}.xlsx")


def pdf(request: HttpRequest, pk: int) -> FileResponse:
    """AS-12: the statement on paper, to be signed."""
    row = _taken_out(request, pk, "PDF")
    lines = _lines(row)
    paper = statement_files.paper(row, lines, sources.of([line.entry for line in lines]), at=clock.now())
    return FileResponse(paper, as_attachment=True, filename=f"{row}.pdf", content_type="application/pdf")


def _taken_out(request: HttpRequest, pk: int, form: str) -> Statement:
    row: Statement = visible(request, Statement.objects.select_related("partner"), pk, _("statement"), right=TAKE_OUT)
    audit.record(row, "statement.export", by=actor_at(request), at=clock.now(), format=form)
    return row


def _lines(row: Statement) -> list[StatementLine]:
    return list(row.lines.select_related("entry__reversed_by").order_by("number"))


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    row = visible(request, Statement.objects.select_related("partner"), pk, _("statement"), right=VIEW)
    by, lines = actor_at(request), _lines(row)
    where = sources.of([line.entry for line in lines])
    timers = row.timers().select_related("policy").order_by("pk")
    may_answer = by.may("channels.answer_statement") and row.state in (StatementState.SENT, StatementState.DISPUTED)
    return page(
        request,
        "console/statement.html",
        _("Statement %(statement)s") % {"statement": row},
        statement=row,
        lines=[(line, where[line.entry_id], reasons.sentence(line.entry.because)) for line in lines],
        shares=accounts.shares_of(row),
        clocks=[(timer, wording.explain_zh(deadlines.from_because(timer.because))) for timer in timers],
        buttons=_buttons(row, by, bound or {}),
        may_dispute=may_answer and bool(by.partners) and any(line.state == LineState.LISTED for line in lines),
        may_answer_lines=by.may("channels.send_statement"),
        may_take_out=by.may(TAKE_OUT),
        timeline=timeline.of(row, *(line for line in lines if line.state != LineState.LISTED)),
        now=clock.now(),
    )


def _buttons(row: Statement, by: Actor, bound: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    allowed = STATEMENT.allowed(row)
    return [
        (action, label, bound.get(action) or (form(prefix=action) if (form := form_for(by)) else None))
        for action, (label, _operation, form_for, right) in BUTTONS.items()
        if action in allowed and by.may(right)
    ]
