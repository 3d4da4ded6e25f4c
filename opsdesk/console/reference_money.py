"""What settlement starts with (data/money.json): rates, holds, terms and kinds of extra work. Safe to repeat."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from aftersales.models import DeductionRate, ExtraKind, FeeHold, FeeRate
from channels.models import StatementTerms


def load(data: dict[str, list[Any]]) -> None:
    """AS-4, AS-5, AS-12: enter what a table lacks altogether; rows that people have entered stay as they are."""
    _first(FeeRate, [{"channel": c, "amount_yuan": Decimal(a), "valid_from": _day(d)} for c, a, d in data["fee_rates"]])
    _first(FeeHold, [{"days": days, "valid_from": _day(d)} for days, d in data["fee_holds"]])
    rates = [{"kind": k, "amount_yuan": Decimal(a), "valid_from": _day(d)} for k, a, d in data["deduction_rates"]]
    _first(DeductionRate, rates)
    _first(StatementTerms, [{"draw_day": day, "valid_from": _day(d)} for day, d in data["statement_terms"]])
    kinds = [ExtraKind(code=code, name=name, hint=hint) for code, name, hint in data["extra_kinds"]]
    ExtraKind.objects.bulk_create(kinds, ignore_conflicts=True)


def _first(model: type[Model], rows: list[dict[str, Any]]) -> None:
    if not model._default_manager.exists():
        model._default_manager.bulk_create([model(**row) for row in rows])


def _day(text: str) -> date:
    return date.fromisoformat(text)
