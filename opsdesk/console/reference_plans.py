"""PR-1 … PR-17: enters the figures of the plan's rules; what people have changed or ended since stays."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from promotions.models import PlanRule

_SINCE = date(2010, 1, 1)


def load(data: Mapping[str, list[Any]]) -> None:
    """Enter each rule of planning that has never been there."""
    known = set(PlanRule.objects.values_list("code", "platform", "mode"))
    PlanRule.objects.bulk_create(
        PlanRule(
            code=code,
            rule=rule,
            platform=platform,
            mode=mode,
            number=Decimal(number),
            text=text,
            valid_from=_SINCE,
        )
        for code, rule, platform, mode, number, text in data["plan_rules"]
        if (code, platform, mode) not in known
    )
