"""PR-9: how the rewards of a brand day are divided among the platforms, against the share that each may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from channels.models import Platform
from opsdesk.money import ZERO
from promotions.models import BrandEvent, Claim, ClaimRule, ClaimShare, Pot
from promotions.queries.claims import OFFER
from promotions.queries.plan_figures import CLAIMED
from promotions.rules.claims import ShareRow, places
from promotions.states.claim import ClaimKind


@dataclass(frozen=True)
class Part:
    """What a platform's orders have of a kind of reward: how many, how much, of all; and how many it may have."""

    kind: str
    platform: str
    count: int
    yuan: Decimal
    percent: int | None
    most: int | None

    @property
    def label(self) -> str:
        """The kind, as people call it."""
        return str(ClaimKind(self.kind).label)


def parts_of(event: BrandEvent) -> list[Part]:
    """PR-9: return the parts of every kind that a dated row divides among platforms. Seven queries at the most."""
    shares = ClaimShare.objects.all().in_force(event.starts_on).select_related("platform").order_by("kind", "pk")
    by_kind: dict[str, dict[str, ShareRow]] = {}
    for row in shares:
        by_kind.setdefault(row.kind, {})[row.platform.code] = ShareRow(row.pk, row.platform.code, row.most_share)
    if not by_kind:
        return []
    names = dict(Platform.objects.values_list("code", "name"))
    allowed = dict(
        ClaimRule.objects.all().in_force(event.starts_on).filter(kind__in=by_kind).values_list("kind", "platforms")
    )
    offers = list(event.offers.values_list("pk", flat=True))
    live = Claim.objects.all().live().filter(pot__owner_type=OFFER, pot__owner_id__in=offers, kind__in=by_kind)
    rows = live.values_list("kind", "order__shop__platform__code").annotate(n=Count("pk"), yuan=Sum("amount_yuan"))
    given = {(kind, code): (n, yuan) for kind, code, n, yuan in rows.order_by()}
    quotas = _quotas(offers)
    return [
        _part(kind, code, given, names, row=limited.get(code), quota=quotas.get(kind))
        for kind, limited in by_kind.items()
        for code in _platforms(kind, allowed.get(kind) or (), limited, given)
    ]


def _quotas(offers: Sequence[int]) -> dict[str, int]:
    """The places of each kind of claim that has a quota; the purpose of an offer's pot is the offer's kind."""
    pots = Pot.objects.filter(owner_type=OFFER, owner_id__in=offers, limit_count__isnull=False)
    rows = pots.values_list("purpose").annotate(n=Sum("limit_count")).order_by()
    return {CLAIMED.get(purpose, purpose): places for purpose, places in rows}


def _platforms(kind: str, allowed: Sequence[str], limited: Mapping[str, Any], given: Mapping[Any, Any]) -> list[str]:
    """Those without a limit lead, then the limited ones."""
    there = dict.fromkeys([*allowed, *limited, *(code for one, code in given if one == kind)])
    return sorted(there, key=lambda code: (code in limited, code))


def _part(
    kind: str,
    code: str,
    given: Mapping[tuple[str, str], tuple[int, Decimal]],
    names: Mapping[str, str],
    *,
    row: ShareRow | None,
    quota: int | None,
) -> Part:
    count, yuan = given.get((kind, code), (0, ZERO))
    everywhere = sum(n for (one, _code), (n, _yuan) in given.items() if one == kind)
    return Part(
        kind,
        names.get(code, code),
        count,
        yuan,
        int(Decimal(count) / everywhere * 100) if everywhere else None,
        places(row, quota) if row and quota is not None else None,
    )


def frozen(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the parts as they are kept in a review."""
    return [{**vars(part), "yuan": str(part.yuan)} for part in parts]


def thawed(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return the parts that a review keeps."""
    return [Part(**{**row, "yuan": Decimal(row["yuan"])}) for row in rows]
