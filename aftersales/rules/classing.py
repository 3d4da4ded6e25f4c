"""AS-9: what class a complaint belongs to, by the words that people have entered for it. Plain Python."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_NEGATIONS = ("没有", "没", "不是", "并不", "不", "未", "无")
_NOT_AT_ALL = ("有没有", "是不是", "不得不", "无不")


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase in force that speaks for a class."""

    id: int
    kind: str
    word: str
    weight: int


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found in a text, and where."""

    id: int
    kind: str
    word: str
    weight: int
    start: int


@dataclass(frozen=True, slots=True)
class Classing:
    """The class ("" = unclear), the share of all weight that speaks for it, and the words found, in order."""

    kind: str
    confidence: Decimal
    found: tuple[Found, ...]


def class_of(text: str, words: Sequence[Word]) -> Classing:
    """AS-9: return the class whose words weigh most; a tie, or no word at all, is unclear.

    The longer phrase wins over the shorter within it (不热情 is no 不热), each phrase counts once,
    and one that is denied directly before (没有漏水) does not count.
    """
    found = _found(_plain(text), words)
    weights: dict[str, int] = defaultdict(int)
    for one in found:
        weights[one.kind] += one.weight
    if not weights:
        return Classing("", Decimal("0.00"), ())
    best = max(weights.values())
    leading = [kind for kind, weight in weights.items() if weight == best]
    if len(leading) > 1:
        return Classing("", Decimal("0.00"), found)
    share = (Decimal(best) / sum(weights.values())).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Classing(leading[0], share, found)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _found(text: str, words: Sequence[Word]) -> tuple[Found, ...]:
    """Find each phrase's first place that no longer phrase covers and that is not denied."""
    taken = [False] * len(text)
    found: list[Found] = []
    for word in sorted(words, key=lambda word: (-len(word.word), word.id)):
        plain, start, counted = _plain(word.word), 0, False
        while plain and (start := text.find(plain, start)) >= 0:
            end = start + len(plain)
            if not any(taken[start:end]):
                if not counted and not _denied(text, start):
                    found.append(Found(word.id, word.kind, word.word, word.weight, start))
                    counted = True
                taken[start:end] = [True] * len(plain)
            start = end
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def _denied(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start]
    return before.endswith(_NEGATIONS) and not before.endswith(_NOT_AT_ALL)
