"""What an administrative division is, and what became of old ones (GB/T 2260)."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Codes are trimmed: a province has 2 digits, a city 4, a county 6, a town 9.
PROVINCE, CITY, COUNTY, TOWN = 2, 4, 6, 9
# Province and city in one: where a single code is wanted, the province's stands for both.
MUNICIPALITIES = frozenset({"11", "12", "31", "50", "81", "82"})


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city, county or town; a county may answer to its province directly."""

    code: str
    name: str
    parent: str  # "" for a province


@dataclass(frozen=True, slots=True)
class Rename:
    """A name that went out of use, or now covers less than it did, and what bears its places today."""

    old: tuple[str, ...]  # province, city, county; "" where the name had no such level
    codes: tuple[str, ...]  # more than one: the old place was divided
    year: int
    kind: str  # renamed upgraded merged moved zone | mostly (the first code took most of it) | split

    @property
    def path(self) -> tuple[str, ...]:
        """The levels that the old name had: ("安徽省", "巢湖市")."""
        return tuple(name for name in self.old if name)


def read_divisions(lines: Iterable[str]) -> Iterator[Division]:
    """Read divisions.csv."""
    rows = csv.reader(lines)
    next(rows)
    return (Division(code, name, parent) for code, name, parent in rows)


def read_renames(lines: Iterable[str]) -> Iterator[Rename]:
    """Read renames.csv."""
    for row in csv.DictReader(lines):
        old = (row["province"], row["city"], row["county"])
        yield Rename(old, tuple(row["codes"].split()), int(row["year"]), row["kind"])


def is_zone(code: str) -> bool:
    """Say whether a county code is one the statisticians keep for a development zone; GB/T 2260 has none."""
    return len(code) == COUNTY and "71" <= code[4:] <= "79"
