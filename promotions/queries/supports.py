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
from promotions.models import MoreSupport, RebateTier, ShopTrait, SupportApplication, SupportPolicy
from promotions.queries import multimode
from promotions.rules import supports as rule
from promotions.states.support import SupportKind, Trait


@dataclass(frozen=True)
class Left:
    """What a shop may still ask for: the kind, its terms in force, and the answer with reasons."""

    kind: str
    label: str
    terms: rule.Terms | None
    answer: rule.Eligibility
    reasons: tuple[str, ...]


def terms_of(kind: str, *, on: date) -> rule.Terms | None:
    """Return a support's terms in force on a day, the same for every shop. One query."""
    row = SupportPolicy.objects.all().in_force(on).filter(kind=kind).first()
    return _terms(row) if row else None


@dataclass(frozen=True)
class Offered:
    """The terms of a support as they hold for one shop, and what made them differ from the policy (DS-9)."""

    terms: rule.Terms
    because: tuple[str, ...]


def offered_to(shop: Shop, kind: str, *, on: date, asked_on: date) -> Offered | None:
    """DS-9: return a support's terms on a day for a shop, higher if it lives mainly on multi-mode models.

    Its sales are those before the day on which it asks, so that asking and verifying look at the same. Five queries.
    """
    terms = terms_of(kind, on=on)
    if terms is None:
        return None
    row = MoreSupport.objects.all().in_force(on).filter(kind=kind).first()
    more = rule.More(row.pk, row.days, row.least_share, row.more_share, row.more_yuan) if row else None
    mix = multimode.mix_of(shop, until=asked_on, days=more.days) if more else None
    return Offered(*rule.with_more(terms, more, mix))


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
    today = timezone.localdate(at)
    start = today + timedelta(days=1)
    found = []
    for kind, label in SupportKind.choices:
        offered = offered_to(shop, kind, on=start, asked_on=today)
        if offered is None:
            answer = rule.Eligibility(False, None, None, ("no_policy",))
            found.append(Left(kind, str(label), None, answer, tuple(map(why, answer.because))))
            continue
        answer = rule.eligibility(offered.terms, facts_of(shop, kind, on=start), start, min(offered.terms.days, 1))
        reasons = tuple(map(why, (*answer.because, *offered.because)))
        found.append(Left(kind, str(label), offered.terms, answer, reasons))
    return found


def why(because: str) -> str:
    """Say a reason as a person would."""
    kind, _colon, rest = because.partition(":")
    if kind.startswith("multimode"):
        return _why_more(kind, rest)
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


def _why_more(kind: str, rest: str) -> str:
    """DS-9: say what the share of multi-mode models did to a support."""
    if kind == "multimode_unknown":
        days, unlooked = rest.split(":")
        told = {"days": days, "unlooked": unlooked}
        return _("no sales of the last %(days)s days to look at (%(unlooked)s items or orders unknown)") % told
    names = ("share", "least", "days", "unlooked", "row", "more", "yuan")
    told = dict(zip(names, rest.split(":"), strict=False))
    if kind == "multimode_less":
        return _("%(share)s %% multi-mode models in %(days)s days, more support from %(least)s %% on") % told
    words = _(
        "%(share)s %% multi-mode models in %(days)s days (from %(least)s %%): %(more)s %% and up to ¥%(yuan)s more"
    )
    return words % told


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
