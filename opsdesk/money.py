"""FI-1: decimal yuan, exact to the fen, rounded once, here."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def to_fen(amount: Decimal) -> Decimal:
    """Round an amount in yuan to the fen, half up, as an invoice would."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def shares(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount out by weights, to the fen and without a rest: the largest remainders get the last fens.

    Of equal remainders the first gets it; without any weight all weigh the same.
    """
    whole = sum(weights)
    exact = [amount * weight / whole if whole else amount / len(weights) for weight in weights]
    given = [part.quantize(FEN, ROUND_FLOOR) for part in exact]
    left = int((amount - sum(given, ZERO)) / FEN)
    for place in sorted(range(len(given)), key=lambda place: given[place] - exact[place])[:left]:
        given[place] += FEN
    return given


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def capital(amount: Decimal) -> str:
    """Write an amount in Chinese capital numerals, as on a receipt: 1234.50 → 壹仟贰佰叁拾肆元伍角整."""
    fen = int(to_fen(abs(amount)) * 100)
    yuan, jiao, fen = fen // 100, fen // 10 % 10, fen % 10
    whole = f"{_yuan(yuan)}元" if yuan else ""
    if jiao:
        rest = f"{_DIGITS[jiao]}角" + (f"{_DIGITS[fen]}分" if fen else "整")
    elif fen:
        rest = ("零" if yuan else "") + f"{_DIGITS[fen]}分"
    else:
        rest = "整" if yuan else "零元整"
    return ("负" if amount < 0 else "") + whole + rest


def _yuan(number: int) -> str:
    """Write a whole number, four digits a group; zeros within it are said once, at its end not at all."""
    said, zero = "", False
    for group in range(len(_GROUPS) - 1, -1, -1):
        four = number // 10 ** (4 * group) % 10_000
        for place in (3, 2, 1, 0):
            digit = four // 10**place % 10
            if digit:
                said += ("零" if zero and said else "") + _DIGITS[digit] + _PLACES[place]
                zero = False
            else:
                zero = True
        if four:
            said += _GROUPS[group]
            zero = four % 10 == 0 and zero
    return said
