"""An amount shared out over lines, exact to the fen (FI-1). Plain Python."""

from collections.abc import Sequence
from decimal import Decimal

FEN = Decimal("0.01")


def shares(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """FI-1: share an amount out by weight; what is left in fen goes to the largest remainders, earlier lines first.

    The shares add up to the amount. Where all weights are nothing, all lines count the same.
    """
    if not weights:
        return []
    fen = int(amount / FEN)
    if amount < 0 or fen * FEN != amount or min(weights) < 0:
        raise ValueError(amount, list(weights))
    parts = list(weights) if any(weights) else [Decimal(1)] * len(weights)
    whole = sum(parts, Decimal(0))
    exact = [fen * _fraction(part) for part in parts]
    unit = _fraction(whole)
    own = [value // unit for value in exact]
    left = fen - sum(own)
    for place in sorted(range(len(parts)), key=lambda place: (-(exact[place] % unit), place))[:left]:
        own[place] += 1
    return [count * FEN for count in own]


def _fraction(weight: Decimal) -> int:
    """A weight in ten-thousandths of a yuan: whole numbers divide without loss."""
    return int(weight * 10_000)
