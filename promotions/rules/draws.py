"""PR-12: a draw that anybody can check afterwards. Plain Python.

Before: the SHA-256 of a secret seed is published. Then the entries are fixed, and the SHA-256 of their list, too.
After: the seed is published; each entry's lot is SHA-256(seed + ":" + entry), the smallest lots win. The seed can no
longer be changed when the entries become known, nor the entries when the seed does.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The winners in the order of their lots, and every entry's lot for who wants to check."""

    winners: tuple[str, ...]
    lots: tuple[tuple[str, str], ...]


def seed_print(seed: str) -> str:
    """Return what is published of a seed before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def entries_print(entries: Iterable[str]) -> str:
    """Return the fingerprint of a list of entries; their order and repeats do not matter."""
    return hashlib.sha256("\n".join(sorted(set(entries))).encode()).hexdigest()


def draw(seed: str, entries: Sequence[str], places: int) -> Outcome:
    """PR-12: return the winners: the smallest lots, as many as there are places; each entry has one lot."""
    lots = sorted((hashlib.sha256(f"{seed}:{entry}".encode()).hexdigest(), entry) for entry in set(entries))
    return Outcome(tuple(entry for _lot, entry in lots[:places]), tuple((entry, lot) for lot, entry in lots))


def holds(published_print: str, seed: str, entries: Sequence[str], winners: Sequence[str]) -> bool:
    """Say whether a published draw is what its seed and entries make it."""
    return seed_print(seed) == published_print and draw(seed, entries, len(winners)).winners == tuple(winners)
