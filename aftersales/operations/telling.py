"""Tells partners by mail what they were offered (AS-2), what was taken over by another one (AS-3) or frozen (AS-6).

No customer's name, phone or street stands in any of these mails (AU-2).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftersales.models import Job, Offer
from aftersales.states.job import Answer
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.notify import outbox

MOST = 2000  # offers a transaction


@transaction.atomic
def tell_all_due(*, by: Actor, at: datetime) -> int:
    """AS-2: put one mail per agent into the outbox for the offers he has not been told of; return how many mails."""
    untold = Offer.objects.filter(answer=Answer.WAITING, told_at=None, partner__email__gt="")
    offers = list(
        untold.select_related("partner", "job__region", "job__order")
        .order_by("job__due_at", "pk")
        .select_for_update(of=("self",), skip_locked=True)[:MOST]
    )
    by_partner: dict[Partner, list[Offer]] = defaultdict(list)
    for offer in offers:
        if offer.partner:
            by_partner[offer.partner].append(offer)
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(told_at=at)
    return outbox.put_many([_letter(partner, own) for partner, own in by_partner.items()], at=at)


def _letter(partner: Partner, offers: Sequence[Offer]) -> outbox.Letter:
    context = {"partner": partner, "offers": offers, "site": settings.SITE_URL}
    return outbox.Letter(
        key=f"offers:{partner.code}:{min(offer.pk for offer in offers)}",
        to=partner.email,
        subject=_("%(count)d installation jobs wait for your answer") % {"count": len(offers)},
        text=render_to_string("aftersales/offers.txt", context),
        html=render_to_string("aftersales/offers.html", context),
    )


def tell_taken(job: Job, was: Partner | None, offer: Offer, *, at: datetime) -> None:
    """AS-3: tell the partner that a job is no longer its own, and nobody needs to go; a part of taking it over."""
    if was is not None and was.email:
        subject = _("%(job)s was handed over: please do not go there") % {"job": job}
        outbox.put_many([_notice(f"taken:{job.pk}:{offer.round}", was, subject, "aftersales/taken", [job])], at=at)


def tell_frozen(jobs: Sequence[Job], *, at: datetime) -> int:
    """AS-6: tell each partner at once which of its jobs are frozen, in one mail; a part of freezing them."""
    rows = Job.objects.filter(pk__in=[job.pk for job in jobs], owner__email__gt="").order_by("owner", "pk")
    by_partner: dict[Partner, list[Job]] = defaultdict(list)
    for job in rows.select_related("owner", "order", "region"):
        if job.owner:
            by_partner[job.owner].append(job)
    return outbox.put_many([_frozen_letter(partner, own) for partner, own in by_partner.items()], at=at)


def _frozen_letter(partner: Partner, jobs: Sequence[Job]) -> outbox.Letter:
    first = jobs[0]
    subject = _("%(count)d installation jobs are frozen: please do not go there") % {"count": len(jobs)}
    since = int(first.frozen_at.timestamp()) if first.frozen_at else 0
    return _notice(f"frozen:{partner.code}:{first.pk}:{since}", partner, subject, "aftersales/frozen", jobs)


def _notice(key: str, partner: Partner, subject: str, template: str, jobs: Sequence[Job]) -> outbox.Letter:
    context = {"partner": partner, "jobs": jobs, "site": settings.SITE_URL}
    return outbox.Letter(
        key=key,
        to=partner.email,
        subject=subject,
        text=render_to_string(f"{template}.txt", context),
        html=render_to_string(f"{template}.html", context),
    )
