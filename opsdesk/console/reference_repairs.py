"""What repairs start with: rights to exchange, fault codes, the checklist of the retest. Safe to repeat."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aftersales.models import ExchangeRule, FaultCode, RetestCheck


def load(data: Mapping[str, list[Any]], since: date) -> None:
    """AS-7: enter what is missing; rows that people have changed or replaced since stay as they are."""
    for code, figure, source in data["exchange_rules"]:
        if not ExchangeRule.objects.filter(code=code).exists():
            ExchangeRule.objects.create(code=code, figure=figure, source=source, valid_from=since)
    faults = [FaultCode(code=code, name=name, component=part) for code, name, part in data["fault_codes"]]
    FaultCode.objects.bulk_create(faults, ignore_conflicts=True)
    checks = [RetestCheck(code=code, name=name) for code, name in data["retest_checks"]]
    RetestCheck.objects.bulk_create(checks, ignore_conflicts=True)
