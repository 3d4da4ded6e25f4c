"""CF-9, CF-15: the accused is told by mail when his clock starts, and how the case ended."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from conflicts.models import Case, Party
from conflicts.states.case import CaseState, PartyRole
from opsdesk.notify import outbox

TOLD = (
    CaseState.ANSWERING,
    CaseState.IN_FORCE,
    CaseState.SETTLED,
    CaseState.CLEARED,
    CaseState.WITHDRAWN,
    CaseState.FINAL,
)
"""The states of which the accused is told at once: he has to answer, he may appeal, it is over."""


def tell_accused(case: Case, *, at: datetime) -> None:
    """Put a letter to the accused into the outbox; a part of the move that it tells of. It names nobody else."""
    if case.state not in TOLD or case.accepted_at is None:
        return
    appealed = case.appealed_at is not None
    if (case.state == CaseState.IN_FORCE and appealed) or (case.state == CaseState.FINAL and not appealed):
        return  # decided on appeal it is final in the same moment; what nobody appealed ends by itself
    accused: Party = case.parties.select_related("partner", "employee").get(role=PartyRole.ACCUSED)
    who = accused.employee or accused.partner
    if who is None or not who.email:
        return
    context = {"case": case, "link": f"{settings.SITE_URL}{reverse('case', args=[case.pk])}"}
    letter = outbox.Letter(
        key=f"case:{case.pk}:told:{case.state}:{at:%Y%m%d%H%M}",
        to=who.email,
        subject=_("Case %(case)s against you: %(state)s") % {"case": case, "state": case.get_state_display()},
        text=render_to_string("conflicts/told.txt", context),
        html=render_to_string("conflicts/told.html", context),
    )
    outbox.put_many([letter], at=at)
