"""What every phone page shares: who is there (by login or by link), a strict policy, refusals as a short page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from aftersales.operations import links
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError

LINK = "phone_link"
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "blob:", "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
View = Callable[..., HttpResponseBase]


def strict(view: View) -> Any:
    """Answer with the phone pages' policy, never from a cache."""
    return csp(POLICY)(never_cache(view))


def phone(view: View) -> Any:
    """Mark a page for partners' people: `request.actor` is who came in by login or by link."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            by = _who(request)
            if by is None:
                return redirect("phone_login")
            if not by.partners:
                return redirect("admin:index")
            return view(request, *args, **kwargs)
        except DeskError as why:
            return refused(request, why)

    return strict(guarded)


def _who(request: HttpRequest) -> Actor | None:
    """Ask the link's row at every request: one that was revoked ends its session at once."""
    link = request.session.get(LINK)
    if link is not None:
        try:
            by = links.actor_of(link, at=clock.now())
        except links.LinkEnded:
            request.session.flush()
            raise
    elif request.user.is_authenticated:
        by = links.as_person(actor_at(request, door=links.DOOR))
    else:
        return None
    request.actor = by  # type: ignore[attr-defined]
    return by


def refused(request: HttpRequest, why: DeskError) -> HttpResponse:
    """Say in one sentence why not, with a way back."""
    return render(request, "phone/refused.html", {"why": why}, status=why.status)


def lands_on_the_phone(by: Actor) -> bool:
    """Say whether the phone pages are this person's home: a partner's, with nothing else to look after."""
    return bool(by.partners) and not (by.company or by.regions or by.shops) and by.may("aftersales.work_job")
