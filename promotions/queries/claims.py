from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from opsdesk.money import ZERO
from orders.models import Order
from promotions.models import Claim, ClaimRule, EventOffer, Pot
from promotions.rules.claims import Bought, ClaimRow, Verdict, verdict

OFFER = "promotions.eventoffer"
_KIND_OF = {"cashback": "cash_back", "phone": "phone_order"}


def misfit(pot_id: int, order: Order, kind: str) -> str:
    """PR-8, PR-9: return why this pot is not for this order: an offer of a brand day is for its own kind, its shops and
    what was paid on its days; empty: it is. Two queries."""
    offer = EventOffer.objects.filter(pk__in=_offer_of(pot_id)).select_related("event").first()
    if offer is None:
        return ""
    if _KIND_OF.get(offer.kind, offer.kind) != kind:
        return "other_kind"
    if order.paid_at is None or not offer.event.opens_at <= order.paid_at < offer.event.closes_at:
        return "other_days"
    return "" if offer.places.filter(shop=order.shop_id).exists() else "other_shop"


def _offer_of(pot_id: int) -> QuerySet[Pot, dict[str, int]]:
    return Pot.objects.filter(pk=pot_id, owner_type=OFFER).values("owner_id")  # type: ignore[no-any-return]


def verdict_on(order: Order, kind: str, amount: Decimal, *, at: datetime) -> Verdict:
    """PR-18: return whether this order may claim now, under the rule in force today. Two queries."""
    rows = [
        ClaimRow(row.pk, row.least_yuan, row.most_yuan, frozenset(row.platforms), row.days, row.after_arrival)
        for row in ClaimRule.objects.all().in_force(timezone.localdate(at)).filter(kind=kind)
    ]
    bought = Bought(order.shop.platform.code, order.state, order.paid_at, order.refunded_yuan or ZERO)
    return verdict(bought, amount, rows, at=at)


def why_not(because: str) -> str:
    """Say what speaks against a claim as a person would."""
    kind, _colon, rest = because.partition(":")
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
        "amount": _("the amount must be %(span)s yuan") % {"span": rest.replace("-", " – ")},
    }
    return words.get(kind, because)


def refunded() -> list[int]:
    """Return the live claims whose order was closed or refunded."""
    return list(Claim.objects.all().refunded().order_by("pk").values_list("pk", flat=True))
