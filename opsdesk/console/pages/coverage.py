from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from channels.queries import territories
from channels.states import Duty
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.pages.base import page
from opsdesk.entry.web import actor_at
from opsdesk.errors import NotFound


def coverage(request: HttpRequest, duty: str) -> HttpResponse:
    """CH-6: gaps and overlaps of the territories of a duty, today, for who deals them out."""
    by = actor_at(request)
    by.need("channels.change_territory")
    if duty not in Duty.values:
        raise NotFound(what=duty)
    found = _within(territories.coverage(Duty(duty), on=clock.today()), by)
    title = _("Territories: %(duty)s") % {"duty": Duty(duty).label}
    return page(request, "console/coverage.html", title, found=found, duty=duty, duties=Duty.choices)


def _within(found: territories.Coverage, by: Actor) -> territories.Coverage:
    """CH-5: leave what lies in the regions of this person; nobody is told of other partners without one."""
    if by.company:
        return found
    there = tuple(by.regions)
    return territories.Coverage(
        gaps=tuple(region for region in found.gaps if region.code.startswith(there)),
        overlaps=tuple((region, names) for region, names in found.overlaps if region.code.startswith(there)),
    )
