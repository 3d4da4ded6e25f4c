"""AS-11: a partner's office makes and revokes its people's phone links, on a phone as well."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aftersales.models import Installer, PhoneLink
from aftersales.operations import installers as people
from opsdesk import clock
from opsdesk.console.phone.frame import phone
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound

MOST = 60


@phone
@require_http_methods(["GET", "POST"])
def installers(request: HttpRequest) -> HttpResponse:
    """AS-11: the people who work, and a link for each; a new link is shown once, to who made it."""
    by, at = actor_at(request), clock.now()
    by.need("aftersales.link_installer")
    shown: dict[str, object] = {}
    if request.method == "POST":
        try:
            if "revoke" in request.POST:
                people.revoke(_number(request.POST["revoke"]), by=by, at=at)
                return redirect("phone_installers")
            made = people.link(_number(request.POST.get("link", "")), by=by, at=at)
            address = request.build_absolute_uri(reverse("phone_enter", args=[made.token]))
            shown = {"made": made, "address": address}
        except NotFound:
            raise
        except DeskError as why:
            shown = {"error": str(why)}
    rows = Installer.objects.visible_to(by).active().select_related("partner").order_by("partner", "name", "pk")
    linked = set(rows.filter(links__in=PhoneLink.objects.usable(at)).values_list("pk", flat=True))
    return render(request, "phone/installers.html", {"rows": rows[:MOST], "linked": linked, **shown})


def _number(text: str) -> int:
    if not text.isdecimal():
        raise NotFound(what=text)
    return int(text)
