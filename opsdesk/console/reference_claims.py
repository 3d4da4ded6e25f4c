"""PR-8 … PR-11: what claims pay at the start."""

from datetime import date
from decimal import Decimal
from typing import Any

from channels.models import Platform
from promotions.models import ClaimRule, ClaimShare

_SINCE = date(2010, 1, 1)


def load(data: dict[str, list[Any]]) -> None:
    """Enter the rule of a kind that has none yet, and PR-9's share of a platform likewise."""
    known = set(ClaimRule.objects.values_list("kind", flat=True))
    for kind, least, most, platforms, days, after_arrival, at_checkout in data["claim_rules"]:
        if kind not in known:
            ClaimRule.objects.create(
                kind=kind,
                least_yuan=Decimal(least),
                most_yuan=Decimal(most),
                platforms=platforms,
                days=days,
                after_arrival=after_arrival,
                at_checkout=at_checkout,
                valid_from=_SINCE,
            )
    shared = set(ClaimShare.objects.values_list("kind", "platform__code"))
    for kind, platform, most in data["claim_shares"]:
        if (kind, platform) not in shared:
            where = Platform.objects.get(code=platform)
            ClaimShare.objects.create(kind=kind, platform=where, most_share=Decimal(most), valid_from=_SINCE)
