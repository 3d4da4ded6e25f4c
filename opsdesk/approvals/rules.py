"""FI-2, FI-3, AU-4: who may decide alone, who may sign, and how many must. Plain Python."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A role's authority for one kind, in force on the day: alone up to `alone_yuan`, for others up to `sign_yuan`."""

    id: int
    role: str
    alone_yuan: Decimal
    sign_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """How an amount is decided: by the asker alone, or by so many signatures."""

    alone: bool
    signatures: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody may sign: in which role, for whom ("" for himself), and why or why not."""

    may: bool
    role: str
    stands_for: str
    because: str


def route(amount: Decimal, limits: Sequence[LimitRow], roles: Set[str], second_above: Decimal | None) -> Route:
    """FI-3: return how this amount is decided when somebody with these roles asks for it."""
    own = [row for row in limits if row.role in roles and amount <= row.alone_yuan]
    if own:
        best = min(own, key=lambda row: (row.alone_yuan, row.id))
        return Route(True, 0, (f"alone:{best.role}:{best.alone_yuan}:{best.id}",))
    two = second_above is not None and amount > second_above
    return Route(False, 2 if two else 1, (f"two_above:{second_above}",) if two else ("one_signature",))


def standing(
    amount: Decimal,
    limits: Sequence[LimitRow],
    roles: Mapping[str, Set[str]],
    *,
    signer: str,
    asker: str,
    signed: Set[str],
) -> Standing:
    """AU-4: return whether the signer may sign; `roles` are those he holds, by whom he stands for (himself: "").

    Nobody signs what he asked for, neither himself nor through a delegate, and nobody counts twice.
    """
    if signer == asker:
        return Standing(False, "", "", "own_request")
    if signer in signed:
        return Standing(False, "", "", "signed_already")
    found: list[tuple[bool, Decimal, str, str, int]] = []
    for person, held in roles.items():
        if person != asker and person not in signed:
            found += [
                (bool(person), row.sign_yuan, row.role, person, row.id)
                for row in limits
                if row.role in held and amount <= row.sign_yuan
            ]
    if not found:
        return Standing(False, "", "", "no_authority")
    _delegated, up_to, role, person, pk = min(found)
    return Standing(True, role, person, f"limit:{role}:{up_to}:{pk}")
