"""AS-9: a step that stays late goes to the heads of department, by mail and in a queue of their own."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.models import Complaint
from aftersales.operations.complaint_register import SUBJECT
from aftersales.queries import complaints as queries
from aftersales.states.complaint import STEPS
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.notify import outbox
from opsdesk.sla.models import Timer

MOST = 500


@transaction.atomic
def escalate_all_due(*, by: Actor, at: datetime) -> int:
    """AS-9: tell the heads of the complaints whose clock has climbed its last rung; once each. Return how many."""
    climbed = Timer.objects.filter(
        subject_type=SUBJECT,
        subject_id=OuterRef("pk"),
        policy__code__in=STEPS.values(),
        next_at=None,
        missed_at__isnull=False,
    ).open()
    due = Complaint.objects.open().filter(Exists(climbed), escalated_at=None).order_by("pk")
    complaints = due.select_related("owner").free_for_change(MOST)
    for complaint in complaints:
        complaint.escalated_at = at
    Complaint.objects.bulk_update(complaints, ["escalated_at"])
    audit.record_many([(one, {"owner": str(one.owner)}) for one in complaints], "complaint.escalate", by=by, at=at)
    outbox.put_many([letter for one in complaints for letter in _letters(one, at)], at=at)
    return len(complaints)


def _letters(complaint: Complaint, at: datetime) -> list[outbox.Letter]:
    link = f"{settings.SITE_URL}{reverse('complaint', args=[complaint.pk])}"
    context = {"complaint": complaint, "link": link}
    return [
        outbox.Letter(
            key=f"complaint:{complaint.pk}:{complaint.state}:{at:%Y%m%d%H%M}:{head.pk}",
            to=head.email,
            subject=str(_("Complaint {complaint} is late: {state}")).format(
                complaint=complaint, state=complaint.get_state_display()
            ),
            text=render_to_string("aftersales/complaint_late.txt", context),
            html=render_to_string("aftersales/complaint_late.html", context),
        )
        for head in queries.heads(complaint.region_id or "")
        if head.email
    ]
