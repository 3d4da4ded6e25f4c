from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.models import Deduction, Offer, Visit
from aftersales.operations import deductions
from aftersales.states.deduction import DEDUCTION
from channels.models import Entry
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.approvals.models import Approval
from opsdesk.console import reasons, timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import NotFound

VIEW = "aftersales.view_deduction"
RIGHTS = {
    "admit": "aftersales.answer_deduction",
    "contest": "aftersales.answer_deduction",
    "confirm": "aftersales.confirm_deduction",
    "drop": "aftersales.confirm_deduction",
}


def deduction(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-5: one deduction: the facts and where they stand, the partner's answer, who confirmed and signed."""
    rows = Deduction.objects.select_related("job__order", "partner")
    row = visible(request, rows, pk, _("deduction"), right=VIEW)
    by = actor_at(request)
    asked = Approval.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    approvals = list(asked.prefetch_related("signatures").order_by("pk")) if by.company or by.regions else []
    return page(
        request,
        "console/deduction.html",
        _("Deduction %(deduction)s") % {"deduction": row},
        deduction=row,
        facts=[reasons.sentence([fact]) for fact in row.facts],
        because=reasons.sentence(row.because),
        visits=Visit.objects.filter(job=row.job, partner=row.partner).order_by("number"),
        declined=Offer.objects.filter(job=row.job, partner=row.partner, answer="declined").order_by("round"),
        entries=Entry.objects.filter(source_type=row._meta.label_lower, source_id=row.pk).order_by("pk"),
        approvals=approvals,
        actions=_actions(row, by),
        timeline=timeline.of(row, *approvals),
        now=clock.now(),
    )


@posted_from("deduction")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """AS-5: answer, confirm or drop a deduction."""
    if action not in RIGHTS:
        raise NotFound(what=action)
    by, at, said = actor_at(request), clock.now(), request.POST.get("said", "")

    def run() -> Any:
        if action in ("admit", "contest"):
            return deductions.answer(pk, admits=action == "admit", answer=said, by=by, at=at)
        return getattr(deductions, action)(pk, reason=said, by=by, at=at)

    return trying(request, reverse("deduction", args=[pk]), run)


def _actions(row: Deduction, by: Actor) -> list[tuple[str, str]]:
    labels = {
        "admit": _("The facts are right"),
        "contest": _("Contest"),
        "confirm": _("Confirm the facts"),
        "drop": _("Drop"),
    }
    return [
        (action, labels[action]) for action in DEDUCTION.allowed(row) if action in RIGHTS and by.may(RIGHTS[action])
    ]
