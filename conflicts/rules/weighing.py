"""CF-13: how sure a signal is: what speaks for it and against it, each with its weight. Plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Figures = Mapping[str, Decimal]
Reasons = Iterable[tuple[str, str]]  # (code, what was seen)
MOST = Decimal("0.990")  # nothing that a machine finds is certain
FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Part:
    """One reason with its weight; `said` is what was seen, in words of the data."""

    code: str
    weight: Decimal
    said: str = ""

    def plain(self) -> dict[str, str]:
        """As it is kept with the signal."""
        return {"code": self.code, "weight": f"{self.weight:.2f}", "said": self.said}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector found: its natural key within its kind, the act it may be, the reasons, and what it links to."""

    kind: str
    key: str
    act: str
    parts: tuple[Part, ...]
    against: tuple[Part, ...]
    money_yuan: Decimal
    happened_at: datetime
    links: Mapping[str, int | None]
    facts: Mapping[str, Any]

    @property
    def confidence(self) -> Decimal:
        """What speaks for it less what speaks against it, between nothing and almost certain."""
        return confidence(self.parts, self.against)


@dataclass
class Outcome:
    """What came of a look at some rows: how many could be looked at, why not the others, and what was found."""

    looked: int = 0
    unlooked: list[tuple[str, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, pk: int, answer: "Finding | str | None") -> None:
        """Count one row: a finding, nothing, or the reason why it could not be looked at."""
        if isinstance(answer, str):
            self.unlooked.append((answer, pk))
            return
        self.looked += 1
        if answer is not None:
            self.findings.append(answer)


def weighed(figures: Figures, reasons: Reasons) -> tuple[Part, ...]:
    """Give each reason its weight of that day."""
    return tuple(Part(code, figures[code], said) for code, said in reasons)


def confidence(parts: Iterable[Part], against: Iterable[Part]) -> Decimal:
    """Add up what speaks for it, take off what speaks against it."""
    total = sum((part.weight for part in parts), Decimal(0)) - sum((part.weight for part in against), Decimal(0))
    return min(max(total, Decimal(0)), MOST)


def enough(finding: Finding, figures: Figures) -> Finding | None:
    """Keep what is sure enough to be shown to a person."""
    return finding if finding.confidence >= figures["least"] else None


def yuan(amount: Decimal | None) -> str:
    """An amount as it stands among the facts; "" when it is unknown."""
    return "" if amount is None else f"{amount.quantize(FEN)}"
