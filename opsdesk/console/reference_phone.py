"""The dated row of phone links that the company starts with; a table that has rows already is left as it is."""

from collections.abc import Mapping
from typing import Any

from aftersales.models import PhoneRule


def load(data: Mapping[str, list[Any]]) -> None:
    """AS-11: enter how long a phone link holds."""
    if not PhoneRule.objects.exists():
        PhoneRule.objects.bulk_create(PhoneRule(**row) for row in data["phone_rules"])
