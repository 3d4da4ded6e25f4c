"""What every page inherits: the actor of the request, and an answer instead of a traceback for a DeskError."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from opsdesk.actor import Actor
from opsdesk.errors import DeskError
from opsdesk.people.queries import actor_of


def actor_at(request: HttpRequest, *, door: str = "web") -> Actor:
    """Return the actor of this request, asked for once."""
    if not hasattr(request, "actor"):
        request.actor = actor_of(request.user, door=door)  # type: ignore[attr-defined,arg-type]
    return request.actor  # type: ignore[attr-defined,no-any-return]


def posted_from(page: str) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Mark a view that takes POST only with the page (of the same row) that its buttons stand on."""

    def mark(view: Callable[..., HttpResponse]) -> Any:
        marked: Any = require_POST(view)
        marked.posted_from = page  # whoever wraps a view passes its attributes on
        return marked

    return mark


class SayWhy:
    """Show a DeskError as a message where the user came from, or as a page with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, why: Exception) -> HttpResponse | None:
        if not isinstance(why, DeskError):
            return None
        if request.method == "POST" and request.user.is_authenticated:
            messages.error(request, str(why))
            return redirect(_came_from(request))
        return render(request, "console/refused.html", {"why": why}, status=why.status)


def _came_from(request: HttpRequest) -> str:
    """Name the page that a POST was sent from, never another host's and never one that answers POST only."""
    page, host = request.META.get("HTTP_REFERER", ""), {request.get_host()}
    if not url_has_allowed_host_and_scheme(page, host, require_https=request.is_secure()):
        page = request.get_full_path()
    try:
        view = resolve(urlsplit(page).path)
    except Resolver404:
        return reverse("admin:index")
    behind = getattr(view.func, "posted_from", "")
    return reverse(behind, args=[view.kwargs["pk"]]) if behind else page
