"""The first formula of service scores. Safe to repeat."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from aftersales.models import ScoreFormula, ScoreWeight


def load(data: Mapping[str, list[Any]], since: date) -> None:
    """AS-11: enter the formula where there is none; formulas that people have made stay as they are."""
    if ScoreFormula.objects.exists():
        return
    for row in data["score_formulas"]:
        formula = ScoreFormula.objects.create(name=row["name"], contest_days=row["contest_days"], valid_from=since)
        ScoreWeight.objects.bulk_create(
            [
                ScoreWeight(
                    formula=formula,
                    measure=measure,
                    weight=Decimal(weight),
                    zero_at=Decimal(zero),
                    full_at=Decimal(full),
                )
                for measure, weight, zero, full in row["weights"]
            ]
        )
