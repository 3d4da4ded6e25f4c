"""Where customers live: real counties and towns, drawn by how many customers a province has."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from channels.queries.regions import divisions
from channels.rules.divisions import CITY, COUNTY, PROVINCE, TOWN, Division, is_zone
from opsdesk.console.demo import catalogue

_LARGE_CITY = 4


@dataclass(frozen=True)
class Home:
    """A county and one of its towns, with the names of all that contain it."""

    code: str
    province: str
    city: str
    county: str
    town: str


@cache
def _counties() -> tuple[tuple[Division, ...], tuple[float, ...]]:
    """Return all counties that addresses lie in, with their running weights."""
    inside: dict[str, list[Division]] = defaultdict(list)
    for division in divisions():
        if len(division.code) == COUNTY and not is_zone(division.code):
            inside[division.code[:PROVINCE]].append(division)
    large = {region[:CITY] for _code, _name, region in catalogue.data()["cities"]}
    found: list[Division] = []
    weights: list[float] = []
    for province, weight in catalogue.data()["weights"].items():
        parts = [_LARGE_CITY if county.code[:CITY] in large else 1 for county in inside[province]]
        found += inside[province]
        weights += [weight * part / sum(parts) for part in parts]
    return tuple(found), tuple(accumulate(weights))


@cache
def _names() -> dict[str, str]:
    return {division.code: division.name for division in divisions()}


@cache
def _towns() -> dict[str, list[str]]:
    towns: dict[str, list[str]] = defaultdict(list)
    for division in divisions():
        if len(division.code) == TOWN:
            towns[division.parent].append(division.name)
    return towns


def drawn(rng: Random) -> Home:
    """Return a home somewhere in the mainland."""
    counties, weights = _counties()
    [county] = rng.choices(counties, cum_weights=weights)
    return _home(rng, county)


def within(rng: Random, region: str) -> Home:
    """Return a home in a region."""
    return _home(rng, rng.choice([county for county in _counties()[0] if county.code.startswith(region)]))


def _home(rng: Random, county: Division) -> Home:
    names = _names()
    city = names.get(county.parent, "") if len(county.parent) == CITY else county.name
    towns = _towns().get(county.code)
    return Home(county.code, names[county.code[:PROVINCE]], city, county.name, rng.choice(towns) if towns else "")
