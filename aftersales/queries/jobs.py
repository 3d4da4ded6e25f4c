from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from aftersales.models import Job, Offer
from channels.queries import territories
from channels.rules.territory import Claim, claims
from channels.states import Duty
from opsdesk.actor import Actor
from opsdesk.errors import NotFound
from orders.models import Line, Order
from orders.states import OrderState

ARRIVED = (OrderState.SIGNED, OrderState.COMPLETED)


def changed_since(moment: datetime) -> Q:
    """Orders that the intake or a person has touched since."""
    return Q(changed_at__gte=moment)


def wanting_a_job(which: Q) -> Iterable[int]:
    """Return the orders among these whose goods have arrived and that have no installation job yet (AS-1).

    Orders of nothing but models that are not installed need none; an item not yet mapped counts as one that is.
    """
    lines = Line.objects.filter(order=OuterRef("pk"))
    installed = lines.filter(Q(listing__product=None, listing__ignored=False) | Q(listing__product__installed=True))
    wanted: Iterable[int] = (
        Order.objects.counted()
        .filter(which, state__in=ARRIVED)
        .filter(~Exists(Job.objects.filter(order=OuterRef("pk"))))
        .filter(~Exists(lines) | Exists(installed))
        .alias(arrived_at=Coalesce("signed_at", "completed_at"))
        .filter(Q(shop__installs_since=None) | Q(arrived_at=None) | Q(arrived_at__date__gte=F("shop__installs_since")))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return wanted


def claims_of(jobs: Sequence[Job], *, at: datetime) -> dict[str, tuple[Claim, ...]]:
    """Return who covers each of these jobs' regions, the winner first. One query."""
    regions = {job.region_id or "" for job in jobs}
    covers = territories.covers_of(regions, Duty.INSTALLATION, on=timezone.localdate(at))
    return {region: claims(region, covers[region]) for region in regions}


def tried_of(jobs: Sequence[Job]) -> dict[int, dict[int, str]]:
    """Return how each partner that was offered one of these jobs answered, by job. One query."""
    answers: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Offer.objects.filter(job__in=jobs, partner__isnull=False).order_by("round")
    for job, partner, answer in rows.values_list("job_id", "partner_id", "answer"):
        answers[job][partner] = answer
    return answers


def visible(pk: int, *, by: Actor) -> Job:
    """Return a job with what its page shows; one that is not visible does not exist."""
    job = Job.objects.visible_to(by).select_related("order__shop", "region", "owner").filter(pk=pk).first()
    if job is None:
        raise NotFound(what=f"{Job._meta.verbose_name} {pk}")
    return job  # type: ignore[no-any-return]
