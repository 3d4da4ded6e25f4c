from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.models import Platform
from opsdesk.money import ZERO
from orders.models import Order
from promotions.models import Claim, ClaimRule, ClaimShare, EventOffer, OfferShop, Pot
from promotions.models.pot import PotQuerySet
from promotions.queries.plan_figures import CLAIMED
from promotions.rules.claims import Bought, ClaimRow, Given, ShareRow, Verdict, verdict

OFFER = "promotions.eventoffer"


def misfit(pot_id: int, order: Order, kind: str) -> str:
    """PR-8, PR-9: return why this pot is not for this order: every pot is for its own kind; an offer's of a brand day
    for the offer's shops and what was paid on its days, too; empty: it is. Two queries."""
    pot = pots_for(kind).filter(pk=pot_id).first()
    if pot is None:
        return "other_kind"
    if pot.owner_type != OFFER:
        return ""
    here = Exists(OfferShop.objects.filter(offer=OuterRef("pk"), shop=order.shop_id))
    offer = EventOffer.objects.select_related("event").annotate(here=here).filter(pk=pot.owner_id).first()
    if offer is None or CLAIMED.get(offer.kind, offer.kind) != kind:
        return "other_kind"
    if order.paid_at is None or not offer.event.opens_at <= order.paid_at < offer.event.closes_at:
        return "other_days"
    return "" if offer.here else "other_shop"


def pots_for(*kinds: str) -> PotQuerySet:
    """PR-18: return the pots of which these kinds of claim may be paid: opened for the kind, or for its offer."""
    purposes = {*kinds, *(offer for offer, kind in CLAIMED.items() if kind in kinds)}
    return Pot.objects.all().meant_for(*purposes)


def verdict_on(order: Order, kind: str, amount: Decimal, *, at: datetime) -> Verdict:
    """PR-18: return whether this order may claim now, under the rule in force today. Two queries."""
    rows = [
        ClaimRow(
            row.pk,
            row.least_yuan,
            row.most_yuan,
            frozenset(row.platforms),
            row.days,
            row.after_arrival,
            row.at_checkout,
        )  # fmt: skip
        for row in ClaimRule.objects.all().in_force(timezone.localdate(at)).filter(kind=kind)
    ]
    bought = Bought(order.shop.platform.code, order.state, order.paid_at, order.refunded_yuan or ZERO)
    return verdict(bought, amount, rows, at=at)


def share_on(kind: str, platform_id: int, *, on: date) -> ShareRow | None:
    """PR-9: return the share that a platform may have of a kind of reward; None: it is not limited. One query."""
    rows = ClaimShare.objects.all().in_force(on).filter(kind=kind, platform=platform_id).select_related("platform")
    row = rows.first()
    return ShareRow(row.pk, row.platform.code, row.most_share) if row else None


def pots_beside(pot: Pot) -> Any:
    """Return the pots of the same kind in the same event, this one included; of no event, this one alone."""
    if pot.owner_type != OFFER:
        return Pot.objects.filter(pk=pot.pk)
    offer = EventOffer.objects.filter(pk=pot.owner_id).values("event", "kind")[:1]
    beside = EventOffer.objects.filter(event=offer.values("event"), kind=offer.values("kind"))
    return Pot.objects.filter(owner_type=OFFER, owner_id__in=beside.values("pk"), purpose=pot.purpose)


def given_of(pots: Collection[Pot], kind: str, platform_id: int) -> Given:
    """PR-9: return what these pots may give of a kind, and what a platform's orders have of it. One query."""
    here = Q(order__shop__platform=platform_id)
    live = Claim.objects.all().live().filter(pot__in=pots, kind=kind)
    sums = live.aggregate(count=Count("pk", here), yuan=Sum("amount_yuan", filter=here), all=Count("pk"))
    counts, amounts = [pot.limit_count for pot in pots], [pot.limit_yuan for pot in pots]
    return Given(
        None if None in counts else sum(count or 0 for count in counts),
        None if None in amounts else sum((amount or ZERO for amount in amounts), ZERO),
        sums["count"],
        sums["yuan"] or ZERO,
        sums["all"],
    )


def why_not(because: str) -> str:
    """Say what speaks against a claim as a person would."""
    kind, _colon, rest = because.partition(":")
    platform, _colon, more = rest.partition(":")
    most, _colon, limit = more.partition(":")
    shared = {"platform": dict(Platform.objects.values_list("code", "name")).get(platform, platform) if more else ""}
    shared |= {"most": most, "limit": limit}
    words = {
        "other_kind": _("this budget is for another kind of claim"),
        "other_days": _("it was not paid on the days of this brand day"),
        "other_shop": _("this offer does not hold in its shop"),
        "no_rule": _("no rule for this kind is in force today"),
        "not_paid": _("the order is not paid"),
        "refunded": _("the order was closed or refunded"),
        "platform": _("this kind is not paid on this platform"),
        "not_arrived": _("the goods have not arrived yet"),
        "too_late": _("it was paid more than %(days)s days ago") % {"days": rest},
        "share": _("of the %(limit)s places %(platform)s may have %(most)s, and they are taken") % shared,
        "share_yuan": _("of the ¥%(limit)s %(platform)s may have ¥%(most)s, and that is promised") % shared,
        "share_so_far": _("%(platform)s has %(most)s of %(limit)s already, and may only have a small part") % shared,
        "amount": _("the amount must be %(span)s yuan") % {"span": rest.replace("-", " – ")},
    }
    return words.get(kind, because)


def refunded() -> list[int]:
    """Return the live claims whose order was closed or refunded."""
    return list(Claim.objects.all().refunded().order_by("pk").values_list("pk", flat=True))
