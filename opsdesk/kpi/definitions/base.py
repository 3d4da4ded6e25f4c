"""KP-3: every figure is defined once, in this folder: which rows, and what is counted of them.

The value, the list behind it, the mail, the start page and the API all come from the same definition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Model, Q, Sum
from django.db.models.functions import Coalesce

from opsdesk.kpi.spans import Span
from opsdesk.money import ZERO


@dataclass(frozen=True)
class Definition:
    """One figure. `where` says which rows of `model` in a span; `measure` what is made of them (a count if nothing).

    A rate is the share of its rows (of their `measure`, if any) that also fulfil `part`; `mean` is a span of time,
    averaged in days. `better` is "high", "low" or "" (neither).
    """

    key: str
    label: Any
    unit: str
    model: type[Model]
    where: Callable[[Span], Q]
    text: Any
    measure: str = ""
    part: Q | None = None
    better: str = ""
    group: str = "sales"
    mean: Any = None

    def rows(self, rows: Any, span: Span) -> Any:
        """Narrow a QuerySet of the model (already narrowed to what may be seen) to this figure's rows."""
        return rows.filter(self.where(span))

    def aggregate(self) -> dict[str, Any]:
        """Return what to ask the database for."""
        if self.mean is not None:
            return {"value": Avg(self.mean)}
        if self.measure and self.part is not None:
            return {"value": Coalesce(Sum(self.measure, filter=self.part), ZERO), "of": Sum(self.measure)}
        if self.measure:
            return {"value": Sum(self.measure)}
        if self.part is not None:
            return {"value": Count("pk", filter=self.part), "of": Count("pk")}
        return {"value": Count("pk")}
