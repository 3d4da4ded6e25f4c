from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from aftersales.models import Job, Offer
from aftersales.states.job import Answer
from channels.queries import territories
from channels.rules.territory import Claim, claims
from channels.states import Duty
from opsdesk.actor import Actor
from opsdesk.audit.models import Event
from opsdesk.errors import NotFound
from orders.models import Import, Line, Order
from orders.states import OrderState

ARRIVED = (OrderState.SIGNED, OrderState.COMPLETED)


def touched_by_imports(event_ids: Sequence[int]) -> Q:
    """Orders that these imports may have touched: changed since the first of them began."""
    imports = Event.objects.filter(pk__in=event_ids).values("subject_id")
    began = Import.objects.filter(pk__in=imports).aggregate(first=Min("started_at"))["first"]
    return Q(changed_at__gte=began) if began else Q(pk__in=())


def signed_in(event_ids: Sequence[int]) -> Q:
    """Orders whose signature a person recorded."""
    return Q(pk__in=list(Event.objects.filter(pk__in=event_ids).values_list("subject_id", flat=True)))


def with_items(event_ids: Sequence[int]) -> Q:
    """Orders with a line of the listings that these events are about."""
    listings = Event.objects.filter(pk__in=event_ids).values("subject_id")
    return Q(pk__in=Line.objects.filter(listing__in=listings).values("order_id"))


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
    """Return which partners declined, kept silent, or had the job and lost it since the asking began. One query."""
    answers: dict[int, dict[int, str]] = defaultdict(dict)
    gone = (Answer.DECLINED, Answer.SILENT, Answer.ACCEPTED)
    rows = Offer.objects.filter(job__in=jobs, answer__in=gone).order_by("round")
    asked_since = Q(job__asked_since=None) | Q(offered_at__gte=F("job__asked_since"))
    for job, partner, answer in rows.filter(asked_since).values_list("job_id", "partner_id", "answer"):
        answers[job][partner] = answer
    return answers


def visible(pk: int, *, by: Actor) -> Job:
    """Return a job with what its page shows; one that is not visible does not exist."""
    job = Job.objects.visible_to(by).select_related("order__shop", "region", "owner", "installer").filter(pk=pk).first()
    if job is None:
        raise NotFound(what=f"{Job._meta.verbose_name} {pk}")
    return job  # type: ignore[no-any-return]
