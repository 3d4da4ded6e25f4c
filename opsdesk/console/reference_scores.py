"""The formulas of service scores as delivered. Safe to repeat."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from aftersales.models import ScoreFormula, ScoreWeight


def load(data: Mapping[str, list[Any]], since: date) -> None:
    """AS-11: enter each formula that follows a delivered one; formulas that people have made stay as they are.

    A later formula ends the one that it replaces on its first day: the months before are made as they were.
    """
    for row in data["score_formulas"]:
        valid_from = date.fromisoformat(row["valid_from"]) if "valid_from" in row else since
        if _follows(row, valid_from):
            _enter(row, valid_from)


def _follows(row: Mapping[str, Any], valid_from: date) -> bool:
    """Whether this formula is the next one: the first of all, or its forerunner is still the last one."""
    if "replaces" not in row:
        return not ScoreFormula.objects.exists()
    last = ScoreFormula.objects.order_by("-valid_from").first()
    if last is None or last.name != row["replaces"] or last.valid_to is not None or last.valid_from >= valid_from:
        return False
    ScoreFormula.objects.filter(pk=last.pk).update(valid_to=valid_from)
    return True


def _enter(row: Mapping[str, Any], valid_from: date) -> None:
    formula = ScoreFormula.objects.create(name=row["name"], contest_days=row["contest_days"], valid_from=valid_from)
    ScoreWeight.objects.bulk_create(
        [
            ScoreWeight(
                formula=formula, measure=measure, weight=Decimal(weight), zero_at=Decimal(zero), full_at=Decimal(full)
            )
            for measure, weight, zero, full in row["weights"]
        ]
    )
