"""How good a detector is against a story that is known."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """How many of what was found is true, how many of what is true was found."""

    right: int
    found: int
    true: int
    caught: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.caught / self.true if self.true else 1.0


def score(found: set[Any], true: set[Any]) -> Score:
    """Compare what was found with what is so."""
    return Score(len(found & true), len(found), len(true), len(found & true))
