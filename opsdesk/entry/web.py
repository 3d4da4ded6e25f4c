"""What every page inherits: the actor of the request, and an answer instead of a traceback for a DeskError."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from opsdesk.actor import Actor
from opsdesk.errors import DeskError
from opsdesk.people.queries import actor_of


def actor_at(request: HttpRequest, *, door: str = "web") -> Actor:
    """Return the actor of this request, asked for once."""
    if not hasattr(request, "actor"):
        request.actor = actor_of(request.user, door=door)  # type: ignore[attr-defined,arg-type]
    return request.actor  # type: ignore[attr-defined,no-any-return]


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
            return redirect(request.get_full_path())
        return render(request, "console/refused.html", {"why": why}, status=why.status)
