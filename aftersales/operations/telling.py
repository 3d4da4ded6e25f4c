"""Tells agents by mail what they were offered (AS-2); no customer's name, phone or street in it (AU-2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftersales.models import Offer
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
