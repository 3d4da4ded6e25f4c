import gc
import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from channels.rules.addresses import Gazetteer
from channels.rules.divisions import Division, read_divisions, read_renames
from channels.states import RegionLevel

_DATA = Path(__file__).parent.parent / "data"
_LEVELS = {2: RegionLevel.PROVINCE, 4: RegionLevel.CITY, 6: RegionLevel.COUNTY, 9: RegionLevel.TOWN}


@cache
def divisions() -> tuple[Division, ...]:
    """Return the administrative divisions (channels/data/README.md), provinces first."""
    with gzip.open(_DATA / "divisions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return tuple(read_divisions(file))


@cache
def gazetteer() -> Gazetteer:
    """Return the index that addresses are located with; made once per process, and kept out of garbage collection.

    It never becomes garbage, and looking through its 370,000 objects again and again takes a fifth of an import.
    """
    with (_DATA / "renames.csv").open(encoding="utf-8", newline="") as file:
        index = Gazetteer.build(divisions(), tuple(read_renames(file)))
    gc.collect()
    gc.freeze()
    return index


def provinces() -> list[tuple[str, str]]:
    """Return the provinces, code and name."""
    return [(division.code, division.name) for division in divisions() if not division.parent]


def rows() -> Iterator[tuple[str, str, str, int, str | None]]:
    """Yield the rows of the region table; a full name leaves out a level that repeats the one above it."""
    full: dict[str, tuple[str, ...]] = {"": ()}
    for division in divisions():
        above = full[division.parent]
        full[division.code] = above if above and above[-1] == division.name else (*above, division.name)
        name = " ".join(full[division.code])
        yield division.code, division.name, name, _LEVELS[len(division.code)], division.parent or None
