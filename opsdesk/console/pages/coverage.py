from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from channels.queries import territories
from channels.states import Duty
from opsdesk import clock
from opsdesk.console.pages.base import page
from opsdesk.entry.web import actor_at
from opsdesk.errors import NotFound


def coverage(request: HttpRequest, duty: str) -> HttpResponse:
    """CH-6: gaps and overlaps of the territories of a duty, today."""
    actor_at(request).need("channels.view_territory")
    if duty not in Duty.values:
        raise NotFound(what=duty)
    found = territories.coverage(Duty(duty), on=clock.today())
    title = _("Territories: %(duty)s") % {"duty": Duty(duty).label}
    return page(request, "console/coverage.html", title, found=found, duty=duty, duties=Duty.choices)
