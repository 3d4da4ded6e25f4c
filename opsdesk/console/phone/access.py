"""Ways in and out: the ordinary login led on by role, a light login for phones, and the signed link."""

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_GET, require_POST

from aftersales.operations import links
from opsdesk import clock
from opsdesk.console.phone.frame import LINK, lands_on_the_phone, refused, strict
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError

login = strict(LoginView.as_view(template_name="phone/login.html", next_page=reverse_lazy("phone")))


def desk_login(request: HttpRequest) -> HttpResponse:
    """AU-1: the ordinary login; a partner's person who would come to the start page comes to the phone pages."""
    answer = admin.site.login(request)
    if answer.status_code == 302 and answer["Location"] == reverse("admin:index") and _is_partners(request):
        return redirect("phone")
    return answer


def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to his home page."""
    return redirect("phone" if _is_partners(request) else "admin:index")


def _is_partners(request: HttpRequest) -> bool:
    return request.user.is_authenticated and lands_on_the_phone(actor_at(request))


@strict
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """AS-11: exchange a signed link for a session of the phone pages; whoever was logged in before is not any more."""
    try:
        link = links.enter(token, at=clock.now())
    except DeskError as why:
        return refused(request, why)
    request.session.flush()
    request.session[LINK] = link.pk
    request.session.set_expiry(link.expires_at)
    return redirect("phone")


@strict
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session, however it began."""
    request.session.flush()
    return redirect("phone_login")
