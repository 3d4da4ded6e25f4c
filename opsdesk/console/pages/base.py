"""What every page of the console shares: the admin's frame and its login."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from opsdesk import clock
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """Render a page within the admin's frame."""
    return render(request, template, {**admin.site.each_context(request), "title": title, **context})


def visible(request: HttpRequest, rows: Any, pk: int, what: str, *, right: str) -> Any:
    """Return a row that this person, having the right, may see; what is not visible does not exist."""
    by = actor_at(request)
    by.need(right)
    row = rows.visible_to(by).filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{what} {pk}")
    return row


def unmasked(request: HttpRequest, pk: int, show: Callable[..., Any], *, right: str) -> Any:
    """AU-2: return what an operation shows in clear, for the reason that was given; the operation writes it down."""
    by = actor_at(request)
    by.need(right)
    shown = show(pk, why=request.POST.get("why", ""), by=by, at=clock.now())
    messages.warning(request, _("Shown to you alone and written down on the timeline."))
    return shown


def done(request: HttpRequest, sentence: str, where: str) -> HttpResponse:
    """Say that it worked, and show the page again."""
    messages.success(request, sentence)
    return redirect(where)


def trying(request: HttpRequest, where: str, do: Callable[[], Any], sentence: Any = None) -> HttpResponse:
    """Run an operation behind a button: its refusal becomes the message, the page is shown again either way."""
    try:
        do()
    except DeskError as why:
        messages.error(request, str(why))
        return redirect(where)
    return done(request, str(sentence or _("Done.")), where)
