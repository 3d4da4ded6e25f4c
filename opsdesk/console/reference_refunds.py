"""AS-6, AS-8: the first rows of platforms' timers, return policies and customers' rights; what is there stays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aftersales.models import CustomerRight, PlatformTimer, ReturnPolicy
from channels.models import Platform

_SINCE = date(2010, 1, 1)
_TIMER = ("step", "kind", "hours", "if_missed", "source", "standing")
_POLICY = (
    "evidence_needed", "freight_payer", "contact_hours", "post_hours", "resellable_needed", "remedies", "words",
)  # fmt: skip
_RIGHT = (
    "name", "source", "platform", "reasons", "days", "day_after", "remedies", "freight_payer", "intact_needed",
    "reference", "standing",
)  # fmt: skip


def load(data: Mapping[str, list[Any]]) -> None:
    """Enter the rows of a platform, a reason or a right that has none yet."""
    platforms = {platform.code: platform for platform in Platform.objects.all()}
    timed = set(PlatformTimer.objects.values_list("platform__code", flat=True))
    for code, *values in data["platform_timers"]:
        if code not in timed:
            fields = dict(zip(_TIMER, values, strict=True))
            PlatformTimer.objects.create(platform=platforms[code], valid_from=_SINCE, **fields)
    ruled = set(ReturnPolicy.objects.values_list("reason", flat=True))
    for reason, *values in data["return_policies"]:
        if reason not in ruled:
            ReturnPolicy.objects.create(reason=reason, valid_from=_SINCE, **dict(zip(_POLICY, values, strict=True)))
    known = set(CustomerRight.objects.values_list("code", flat=True))
    for code, *values in data["customer_rights"]:
        fields = dict(zip(_RIGHT, values, strict=True))
        fields["platform"] = platforms.get(fields["platform"])
        if code not in known:
            CustomerRight.objects.create(code=code, valid_from=_SINCE, **fields)
