import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from opsdesk.console import scopes
from opsdesk.entry.command import DeskCommand
from opsdesk.kpi import report
from opsdesk.kpi.figures import Figure, Number


class Command(DeskCommand):
    help = (
        "Print every figure of a business day (KP-1), for the whole company or one shop; as frozen, if it was (KP-3)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="business day, YYYY-MM-DD (default: yesterday)")
        parser.add_argument("--shop", metavar="CODE")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def run(self, **options: Any) -> str:
        day = options["date"] or timezone.localdate(self.at) - timedelta(days=1)
        by = scopes.of_shop(options["shop"]) if options["shop"] else self.by
        told, now = report.as_told(by, day, at=self.at), report.build(by, day, at=self.at)
        changed = report.restated(told, now)
        rows = [_row(figure, changed) for figure in told.figures]
        if options["json"]:
            frozen = told.frozen_at.isoformat() if told.frozen_at else None
            content = {
                "date": day.isoformat(),
                "scope": told.scope,
                "frozen_at": frozen,
                "figures": [r for r in rows if r["period"] == "day"],
                "periods": rows,
            }
            return json.dumps(content | {"doubts": [doubt.text for doubt in told.doubts]}, ensure_ascii=False)
        return "\n".join(f"{r['key']}\t{r['period']}\t{r['value']}\t{r['unit']}\t{r['target'] or ''}" for r in rows)


def _row(figure: Figure, changed: dict[tuple[str, str], Any]) -> dict[str, Any]:
    row = {
        "key": figure.key,
        "label": str(figure.definition.label),
        "period": figure.period,
        "value": _plain(figure.value),
        "unit": figure.definition.unit,
        "target": None if figure.target is None else f"{figure.target.normalize():f}",
        "href": figure.href,
    }
    if (figure.key, figure.period) in changed:
        row["restated"] = _plain(changed[figure.key, figure.period])
    return row


def _plain(value: Number) -> int | str | None:
    return str(value) if isinstance(value, Decimal) else value
