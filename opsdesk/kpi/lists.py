"""The list behind a figure: `?figure=<key>:<period>:<day>` narrows a page to exactly the rows that were counted."""

from datetime import date
from typing import Any

from opsdesk.errors import NotFound
from opsdesk.kpi.definitions import BY_KEY, Definition
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import Span, span


def parse(value: str) -> tuple[Definition, Span]:
    """Return the definition and the span that a link names; raise NotFound for anything else."""
    try:
        key, period, day = value.split(":")
        return BY_KEY[key], span(Period(period), date.fromisoformat(day))
    except (ValueError, KeyError):
        raise NotFound(what=value) from None


def narrow(rows: Any, value: str) -> Any:
    """KP-1: narrow a QuerySet of the figure's model to its rows."""
    definition, within = parse(value)
    if rows.model is not definition.model:
        raise NotFound(what=value)
    return definition.rows(rows, within)


def label(value: str) -> str:
    """Name the figure and the period."""
    definition, within = parse(value)
    return (
        f"{definition.label} {within.first}–{within.day}"
        if within.first != within.day
        else f"{definition.label} {within.day}"
    )
