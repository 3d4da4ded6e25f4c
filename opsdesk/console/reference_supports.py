"""DS-1 … DS-7, DS-9, FI-4: the terms of support and the rebate tiers at the start."""

from datetime import date
from decimal import Decimal
from typing import Any

from promotions.models import MoreSupport, RebateTier, SupportPolicy

_SINCE = date(2010, 1, 1)
_DECIMALS = ("share", "most_yuan", "price_share")


def load(data: dict[str, list[Any]]) -> None:
    """Enter what has no row yet; what people have replaced stays."""
    known = set(SupportPolicy.objects.values_list("kind", flat=True))
    for row in data["support_policies"]:
        if row["kind"] not in known:
            exact = {name: Decimal(row[name]) for name in _DECIMALS if name in row}
            SupportPolicy.objects.create(**{**row, **exact}, valid_from=_SINCE)
    raised = set(MoreSupport.objects.values_list("kind", flat=True))
    for row in data["more_support"]:
        if row["kind"] not in raised:
            exact = {name: Decimal(row[name]) for name in ("least_share", "more_share", "more_yuan")}
            MoreSupport.objects.create(**{**row, **exact}, valid_from=_SINCE)
    if not RebateTier.objects.exists():
        for period, start, share in data["rebate_tiers"]:
            RebateTier.objects.create(period=period, from_yuan=Decimal(start), share=Decimal(share), valid_from=_SINCE)
