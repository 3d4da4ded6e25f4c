"""The dated rows of dispatch that the company starts with; a table that has rows already is left as it is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aftersales.models import DispatchRule, VisitCause

_SINCE = date(2010, 1, 1)


def load(data: Mapping[str, list[Any]]) -> None:
    """AS-3, AS-4: enter the figures of dispatch, and the causes of failed visits whose code is not there yet."""
    if not DispatchRule.objects.exists():
        DispatchRule.objects.bulk_create(DispatchRule(**row) for row in data["dispatch_rules"])
    known = set(VisitCause.objects.values_list("code", flat=True))
    VisitCause.objects.bulk_create(
        VisitCause(code=code, label=label, payer=payer, pauses_clock=pauses, valid_from=_SINCE)
        for code, label, payer, pauses in data["visit_causes"]
        if code not in known
    )
