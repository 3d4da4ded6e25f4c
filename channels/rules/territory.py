"""CH-6: whose territory an address lies in. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass

_LEVELS = {2: "province", 4: "city", 6: "county", 9: "town"}


@dataclass(frozen=True, slots=True)
class Cover:
    """A partner's territory as far as the choice needs it; `rank` orders kinds of partners (agents first)."""

    territory: int
    partner: int
    name: str
    region: str
    rank: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A partner whose territory holds the address, and by which row."""

    partner: int
    name: str
    territory: int
    region: str
    because: tuple[str, ...]
    rank: int = 0


def claims(region: str, covers: Iterable[Cover]) -> tuple[Claim, ...]:
    """CH-6: return who covers a region, the winner first: agents, then others; town before county, city, province.

    Among equals the older row wins; `because` names the level, the region and how many others claim it.
    """
    holding = [cover for cover in covers if region.startswith(cover.region)]
    holding.sort(key=lambda cover: (cover.rank, -len(cover.region), cover.territory))
    found: dict[int, Claim] = {}
    for cover in holding:
        equals = sum(1 for other in holding if _equals(other, cover))
        because = [f"territory:{_LEVELS[len(cover.region)]}:{cover.region}"]
        if equals:
            because.append(f"overlap:{equals}")
        claim = Claim(cover.partner, cover.name, cover.territory, cover.region, tuple(because), cover.rank)
        found.setdefault(cover.partner, claim)
    return tuple(found.values())


def _equals(other: Cover, cover: Cover) -> bool:
    """Whether neither level nor kind of partner decides between the two."""
    return (other.region, other.rank) == (cover.region, cover.rank) and other.partner != cover.partner
