from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from opsdesk.money import ZERO
from orders.models import Order
from promotions.models import Claim, ClaimRule
from promotions.rules.claims import Bought, ClaimRow, Verdict, verdict


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


def why_not(because: str) -> str:
    """Say what speaks against a claim as a person would."""
    kind, _colon, rest = because.partition(":")
    words = {
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
