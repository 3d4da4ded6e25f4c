"""AS-2, AS-3: to whom a job is offered, and why to nobody else. Plain Python."""

from bisect import bisect_right, insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from channels.rules.territory import Claim

THIRD_PARTY = 2
"""The rank of a claim by a partner that only installs and repairs."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job asks for: the skills of its products, and the working days (in order) left until its deadline."""

    skills: frozenset[str] = frozenset()
    due: date | None = None
    days: tuple[date, ...] = ()


@dataclass(slots=True)
class Network:
    """What is known of the partners that may be chosen among; `take` counts a job that one of them just got.

    `per_day`: jobs a working day (absent: unknown, nothing is refused); `due`: the days on which the jobs that each
    partner has fall due, in order; `certified`: partners with an installer certified for the skill.
    """

    per_day: Mapping[int, int] = field(default_factory=dict)
    due: dict[int, list[date]] = field(default_factory=dict)
    certified: Collection[tuple[int, str]] = frozenset()
    scores: Mapping[int, Decimal] = field(default_factory=dict)

    def free(self, partner: int, wanted: Wanted) -> int | None:
        """AS-2: return how many jobs the partner could still do by this deadline; None where nobody knows."""
        per_day = self.per_day.get(partner)
        if per_day is None or wanted.due is None:
            return None
        return per_day * len(wanted.days) - bisect_right(self.due.get(partner, ()), wanted.due)

    def take(self, partner: int, wanted: Wanted) -> None:
        """Count one more job of this partner, so that the next choice of the same batch knows of it."""
        if wanted.due is not None:
            insort(self.due.setdefault(partner, []), wanted.due)


_NOBODY_KNOWS = Network()
_ANYTHING = Wanted()


def ranked(claims: Sequence[Claim], network: Network) -> list[Claim]:
    """AS-2, AS-3: agents and the like as their territories rank them, then third parties by score, then nearness.

    Near is who claims the smaller region around the address; one without a score comes after those with one.
    """
    own = [claim for claim in claims if claim.rank < THIRD_PARTY]
    others = [claim for claim in claims if claim.rank >= THIRD_PARTY]
    scores = network.scores
    others.sort(key=lambda claim: (-scores.get(claim.partner, Decimal(-1)), -len(claim.region), claim.territory))
    return own + others


def against(claim: Claim, wanted: Wanted, network: Network, tried: Mapping[int, str]) -> tuple[str, ...]:
    """AS-2: return why this partner cannot be asked; nothing if it can."""
    if answer := tried.get(claim.partner):
        return (f"tried:{answer}",)
    missing = sorted(skill for skill in wanted.skills if (claim.partner, skill) not in network.certified)
    if missing:
        return tuple(f"no_certificate:{skill}" for skill in missing)
    free = network.free(claim.partner, wanted)
    if free is not None and free <= 0:
        return (f"full_until:{wanted.due}",)
    return ()


def known(claim: Claim, wanted: Wanted, network: Network) -> tuple[str, ...]:
    """Say what speaks for a partner as far as anybody knows it: its score (third parties), its free places."""
    score, free = network.scores.get(claim.partner), network.free(claim.partner, wanted)
    said = (f"score:{score}",) if score is not None and claim.rank >= THIRD_PARTY else ()
    return (*said, f"free:{free}") if free is not None and free > 0 else said


def choose(
    region: str,
    claims: Sequence[Claim],
    tried: Mapping[int, str],
    wanted: Wanted = _ANYTHING,
    network: Network = _NOBODY_KNOWS,
) -> Choice:
    """AS-2: return the first claim whose partner can make it and was not tried; `tried` says how they answered.

    Where everybody who may do it is full, the one with the fewest jobs too many gets it: late is better than never.
    """
    order = ranked(claims, network)
    refused = {claim.partner: against(claim, wanted, network, tried) for claim in order}
    chosen = next((claim for claim in order if not refused[claim.partner]), None)
    late = chosen is None
    chosen = chosen or _least_full([c for c in order if refused[c.partner][0].startswith("full")], wanted, network)
    rows = tuple(_row(claim, claim is chosen, refused[claim.partner], wanted, network) for claim in order)
    if chosen is None:
        return Choice(None, "", (_why_nobody(region, [why[0] for why in refused.values()]),), rows)
    said = next(row.because for row in rows if row.chosen)
    return Choice(chosen.partner, chosen.name, (*said, "nobody_in_time") if late else said, rows)


def take_over(
    claims: Sequence[Claim], owner: int, tried: Mapping[int, str], wanted: Wanted, network: Network
) -> Choice:
    """AS-3: return the third party that can still make it before the deadline; nobody rather than one who is full."""
    order = [c for c in ranked(claims, network) if c.rank >= THIRD_PARTY and c.partner != owner]
    refused = {claim.partner: against(claim, wanted, network, tried) for claim in order}
    chosen = next((claim for claim in order if not refused[claim.partner]), None)
    rows = tuple(_row(claim, claim is chosen, refused[claim.partner], wanted, network) for claim in order)
    if chosen is None:
        return Choice(None, "", (_why_nobody("-", [why[0] for why in refused.values()], "no_third_party"),), rows)
    return Choice(chosen.partner, chosen.name, next(row.because for row in rows if row.chosen), rows)


def _least_full(claims: Sequence[Claim], wanted: Wanted, network: Network) -> Claim | None:
    return max(claims, key=lambda claim: network.free(claim.partner, wanted) or 0, default=None)


def _row(claim: Claim, chosen: bool, refused: tuple[str, ...], wanted: Wanted, network: Network) -> Candidate:
    extra = refused or known(claim, wanted, network)
    after = () if chosen or refused else ("after_another",)
    return Candidate(claim.partner, claim.name, chosen, (*claim.because, *extra, *after))


def _why_nobody(region: str, reasons: Sequence[str], none: str = "no_territory") -> str:
    if not region:
        return "region_unknown"
    if not reasons:
        return none
    return "all_tried" if all(why.startswith("tried:") for why in reasons) else "nobody_can"
