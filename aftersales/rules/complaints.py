"""AS-9: who gets a complaint, who may pass it on, and who may approve it. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may own complaints, and how many he has open."""

    user: int
    open: int


def owner_of(candidates: Iterable[Candidate]) -> int | None:
    """AS-9: return who has the fewest open complaints, the one longest here first; None if there is nobody."""
    found = sorted(candidates, key=lambda one: (one.open, one.user))
    return found[0].user if found else None


def may_approve(*, name: str, proposed_by: str, user: int | None, at_fault: int | None) -> str:
    """AU-4: return "" if this person may approve, else why not.

    A head is a person, never who proposed it, and never the employee whom it is about.
    """
    if user is None:
        return "no_person"
    if name == proposed_by:
        return "own_proposal"
    return "own_fault" if user == at_fault else ""
