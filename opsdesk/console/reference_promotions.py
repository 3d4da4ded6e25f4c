"""The price policy that the company starts with (handbook, sections 6 and 7). Safe to repeat."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from channels.models import Platform
from opsdesk.days import midnight
from promotions.models import CampaignWindow, GrantLimit, ListPriceProof, PriceRule

_SINCE = date(2010, 1, 1)
STANDING = "standing_plan"


def load(data: Mapping[str, Sequence[Any]]) -> None:
    """DS-11: enter the rules, limits and brand days that are not there yet; what people changed stays as it is."""
    _rules(data["price_rules"])
    known = set(GrantLimit.objects.values_list("kind", flat=True))
    for row in data["grant_limits"]:
        if row["kind"] not in known:
            GrantLimit.objects.create(valid_from=_SINCE, **row)
    if not ListPriceProof.objects.exists():
        for days in data["list_price_proof"]:
            ListPriceProof.objects.create(valid_from=_SINCE, least_days=days)
    for row in data["brand_days"]:
        CampaignWindow.objects.bulk_create(_brand_days(row), ignore_conflicts=True)


def _rules(rows: Sequence[Mapping[str, Any]]) -> None:
    known, platforms = (
        set(PriceRule.objects.values_list("code", flat=True)),
        Platform.objects.in_bulk(field_name="code"),
    )
    for row in rows:
        if row["code"] not in known:
            named = {name: platforms[row[name]] for name in ("platform", "of_platform") if row.get(name)}
            rule = PriceRule(valid_from=_SINCE, **{**row, **named})
            rule.full_clean()
            rule.save()


def _brand_days(row: Mapping[str, Any]) -> list[CampaignWindow]:
    """PR-1: every month on the 9th, 10th and 11th, in all shops."""
    return [
        CampaignWindow(
            name=f"{row['name']} {year}-{month:02d}",
            starts_at=midnight(date(year, month, row["first"])),
            ends_at=midnight(date(year, month, row["last"]) + timedelta(days=1)),
            source_type=STANDING,
            source_id=year * 100 + month,
        )
        for year in range(row["from"], row["until"] + 1)
        for month in range(1, 13)
    ]
