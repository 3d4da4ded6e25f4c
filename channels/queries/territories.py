from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from channels.models import Region, Territory
from channels.rules.territory import Cover
from channels.states import Duty, PartnerKind, RegionLevel

RANK = {PartnerKind.AGENT: 0, PartnerKind.DISTRIBUTOR: 1, PartnerKind.INSTALLER: 2}
_PREFIXES = (2, 4, 6, 9)


def covers_of(regions: Iterable[str], duty: Duty, *, on: date) -> dict[str, list[Cover]]:
    """CH-6: return the territories in force that hold each of these regions. One query however many."""
    wanted = set(regions)
    prefixes = {code[:size] for code in wanted for size in _PREFIXES if size <= len(code)}
    rows = (
        Territory.objects.filter(duty=duty, region_id__in=prefixes, partner__active=True)
        .in_force(on)
        .values_list("pk", "partner_id", "partner__name", "region_id", "partner__kind")
    )
    by_region = defaultdict(list)
    for pk, partner, name, region, kind in rows:
        by_region[region].append(Cover(pk, partner, name, region, RANK[kind]))
    return {code: [c for size in _PREFIXES if size <= len(code) for c in by_region[code[:size]]] for code in wanted}


@dataclass(frozen=True)
class Coverage:
    """CH-6: how a duty is covered on a day: counties that nobody has, regions that several have at the same level."""

    gaps: tuple[Region, ...]
    overlaps: tuple[tuple[Region, tuple[str, ...]], ...]


def coverage(duty: Duty, *, on: date) -> Coverage:
    """Return the gaps and overlaps of a duty's territories. Two queries."""
    rows = list(
        Territory.objects.filter(duty=duty, partner__active=True)
        .in_force(on)
        .exclude(partner__kind=PartnerKind.INSTALLER)
        .order_by("pk")
        .values_list("region_id", "partner__name")
    )
    held = {region for region, _ in rows}
    partners = defaultdict(list)
    for region, name in rows:
        partners[region].append(name)
    doubled = {region for region, names in partners.items() if len(names) > 1}
    regions = Region.objects.filter(level=RegionLevel.COUNTY).order_by("code")
    gaps = [row for row in regions if not any(row.code[:size] in held for size in _PREFIXES)]
    doubles = Region.objects.filter(code__in=doubled).order_by("code")
    return Coverage(tuple(gaps), tuple((row, tuple(partners[row.code])) for row in doubles))
