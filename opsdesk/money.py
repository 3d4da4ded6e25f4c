"""FI-1: decimal yuan, exact to the fen, rounded once, here."""

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def to_fen(amount: Decimal) -> Decimal:
    """Round an amount in yuan to the fen, half up, as an invoice would."""
    return amount.quantize(FEN, ROUND_HALF_UP)
