from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.models import Partner, Shop
from channels.states import PartnerKind
from opsdesk.days import midnight
from opsdesk.money import ZERO
from orders.models import Order
from promotions.models import RebateTier, ShopTrait, SupportApplication, SupportPolicy
from promotions.rules import supports as rule
from promotions.states.support import SupportKind, Trait


@dataclass(frozen=True)
class Left:
    """What a shop may still ask for: the kind, its terms in force, and the answer with reasons."""

    kind: str
    label: str
    policy: SupportPolicy | None
    answer: rule.Eligibility
    reasons: tuple[str, ...]


def terms_of(kind: str, *, on: date) -> tuple[SupportPolicy, rule.Terms] | None:
    """Return a support's terms in force on a day. One query."""
    row = SupportPolicy.objects.all().in_force(on).filter(kind=kind).first()
    return (row, _terms(row)) if row else None


def _terms(row: SupportPolicy) -> rule.Terms:
    return rule.Terms(
        id=row.pk,
        kind=row.kind,
        share=row.share,
        most_yuan=row.most_yuan,
        price_share=row.price_share,
        days=row.days,
        at_once=row.at_once,
        in_all=row.in_all,
        opened_within_days=row.opened_within_days,
        needs_trait=row.needs_trait,
        platforms=frozenset(row.platforms),
    )


def facts_of(shop: Shop, kind: str, *, on: date) -> rule.ShopFacts:
    """Return what a decision on a kind needs to know of a shop. Three queries."""
    spans = shop.authorisations.all().not_revoked(on).values_list("valid_from", "valid_to")
    traits = ShopTrait.objects.all().in_force(on).filter(shop=shop).values_list("trait", flat=True)
    taken = SupportApplication.objects.all().counting().filter(shop=shop, kind=kind)
    return rule.ShopFacts(
        platform=shop.platform.code,
        authorised_on=rule.authorised_since(list(spans), on),
        traits=frozenset(traits),
        taken=tuple(taken.order_by("starts_on").values_list("starts_on", "ends_on")),
    )


def left_of(shop: Shop, *, at: datetime) -> list[Left]:
    """DS-1 … DS-7: return for each support whether the shop may ask for it from tomorrow on, and why or why not."""
    start = timezone.localdate(at) + timedelta(days=1)
    found = []
    for kind, label in SupportKind.choices:
        terms = terms_of(kind, on=start)
        if terms is None:
            answer = rule.Eligibility(False, None, None, ("no_policy",))
        else:
            facts = facts_of(shop, kind, on=start)
            answer = rule.eligibility(terms[1], facts, start, min(terms[1].days, 1))
        found.append(Left(kind, str(label), terms and terms[0], answer, tuple(map(why, answer.because))))
    return found


def why(because: str) -> str:
    """Say a reason as a person would."""
    kind, _colon, rest = because.partition(":")
    words: dict[str, Any] = {
        "policy": _("the terms allow it"),
        "no_policy": _("there are no terms for it today"),
        "not_authorised": _("the shop has no authorisation in force"),
        "platform": _("not for shops on this platform"),
        "needs": _("only for shops that are: %(trait)s") % {"trait": dict(Trait.choices).get(rest, rest)},
        "too_late": _("it would last beyond what the opening allows (from %(day)s on)") % {"day": rest},
        "opened_before": _("the shop opened too long ago (asked for until %(day)s)") % {"day": rest},
        "too_long": _("at most %(days)s days") % {"days": rest},
        "at_once": _("only %(n)s at the same time") % {"n": rest},
        "used_up": _("all %(n)s have been used") % {"n": rest},
    }
    return str(words.get(kind, because))


def moments(starts_on: date, ends_on: date) -> tuple[datetime, datetime]:
    """Return when a span of days begins and ends."""
    return midnight(starts_on), midnight(ends_on)


def rebate_sales(starts_on: date, ends_on: date, partners: Iterable[int] | None = None) -> dict[int, Decimal]:
    """FI-4: return what each distributor's shops were paid in a period and did not give back, in yuan. One query."""
    rows = Order.objects.counted().paid_between(midnight(starts_on), midnight(ends_on))
    rows = rows.filter(shop__operator__kind=PartnerKind.DISTRIBUTOR)
    if partners is not None:
        rows = rows.filter(shop__operator__in=list(partners))
    kept = Coalesce(F("total_yuan"), F("paid_yuan"), ZERO) - Coalesce(F("refunded_yuan"), ZERO)
    sums = rows.exclude(state="closed").values("shop__operator").annotate(kept=Sum(kept))
    return {row["shop__operator"]: row["kept"] for row in sums if row["kept"] > 0}


def tiers_of(period: str, *, on: date) -> list[rule.Tier]:
    """Return the rebate tiers of a period's first day. One query."""
    rows = RebateTier.objects.all().in_force(on).filter(period=period).order_by("from_yuan")
    return [rule.Tier(row.pk, row.from_yuan, row.share) for row in rows]


def named(partners: Iterable[int]) -> dict[int, Partner]:
    """Return partners by key."""
    return Partner.objects.in_bulk(list(partners))
