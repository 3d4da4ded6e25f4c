"""Tells agents by mail what they were offered (AS-2); no customer's name, phone or street in it (AU-2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftersales.models import Job, Offer
from aftersales.states import Answer
from opsdesk.actor import Actor
from opsdesk.audit.models import Event
from opsdesk.notify import outbox


@transaction.atomic
def tell_agents(event_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """AS-2: put one mail per agent into the outbox for what these offers brought him; return how many mails."""
    jobs = Event.objects.filter(pk__in=event_ids, subject_type=Job._meta.label_lower).values("subject_id")
    offers = (
        Offer.objects.filter(job_id__in=jobs, answer=Answer.WAITING, partner__email__gt="")
        .select_related("partner", "job__region", "job__order")
        .order_by("job__due_at", "pk")
    )
    by_partner = defaultdict(list)
    for offer in offers:
        if offer.partner:
            by_partner[offer.partner].append(offer)
    letters = []
    for partner, own in by_partner.items():
        context = {"partner": partner, "offers": own, "site": settings.SITE_URL}
        letters.append(
            outbox.Letter(
                key=f"offers:{own[0].pk}-{own[-1].pk}:{partner.code}",
                to=partner.email,
                subject=_("%(count)d installation jobs wait for your answer") % {"count": len(own)},
                text=render_to_string("aftersales/offers.txt", context),
                html=render_to_string("aftersales/offers.html", context),
            )
        )
    return outbox.put_many(letters, at=at)
