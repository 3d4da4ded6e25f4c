"""AS-2: to whom a job is offered, and why to nobody else. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.rules.territory import Claim


@dataclass(frozen=True, slots=True)
class Candidate:
    """A partner that was looked at, with the reasons for or against."""

    partner: int
    name: str
    chosen: bool
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """AS-2: the partner that gets the offer (None: nobody can), all candidates, and the reason in short."""

    partner: int | None
    name: str
    because: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def choose(region: str, claims: Sequence[Claim], tried: Mapping[int, str]) -> Choice:
    """AS-2: return the first claim whose partner has not been tried for this job; `tried` says how they answered."""
    chosen: Claim | None = None
    candidates = []
    for claim in claims:
        answer = tried.get(claim.partner)
        first = chosen is None and answer is None
        chosen = claim if first else chosen
        against = (f"tried:{answer}",) if answer else () if first else ("after_another",)
        candidates.append(Candidate(claim.partner, claim.name, first, (*claim.because, *against)))
    if chosen is None:
        why = "region_unknown" if not region else "all_tried" if claims else "no_territory"
        return Choice(None, "", (why,), tuple(candidates))
    return Choice(chosen.partner, chosen.name, chosen.because, tuple(candidates))
