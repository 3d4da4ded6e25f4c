"""CF-1 … CF-12: the rulebooks that the company starts with (data/conflicts_rulebook.json). Safe to repeat."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from conflicts.models import Act, Clause, PenaltyRow, Rulebook, RulebookVersion, SeatRule
from conflicts.states.rulebook import VERSION
from opsdesk.actor import SYSTEM
from opsdesk.days import midnight


def load(data: Mapping[str, list[Any]]) -> None:
    """Enter each rulebook that is not there yet, its first version in force; what people have made since stays."""
    known = set(Rulebook.objects.values_list("code", flat=True))
    for row in data["rulebooks"]:
        if row["code"] not in known:
            _rulebook(row)


def _rulebook(row: Mapping[str, Any]) -> None:
    """Its rows are written while it is a draft: the database takes none into what is adopted."""
    valid_from = date.fromisoformat(row["valid_from"])
    at = midnight(valid_from)
    version = RulebookVersion.objects.create(
        rulebook=Rulebook.objects.create(code=row["code"], name=row["name"]),
        number=row["number"],
        valid_from=valid_from,
        repeat_days=row["repeat_days"],
        preamble=row["preamble"],
        drafted_by=SYSTEM.name,
        drafted_at=at,
        edited_at=at,
    )
    _rows(version, row)
    version = RulebookVersion.objects.for_change(version.pk)
    for move in ("propose", "adopt"):
        VERSION.move(version, move, by=SYSTEM, at=at, facts={"valid_from": valid_from, "reason": "–"})


def _rows(version: RulebookVersion, row: Mapping[str, Any]) -> None:
    clauses = Clause.objects.bulk_create(
        Clause(version=version, position=place, number=number, title=title, text=text)
        for place, (number, title, text) in enumerate(row["clauses"], 1)
    )
    of = {clause.number: clause for clause in clauses}
    for number, code, clazz, text, price_rule, penalties in row["acts"]:
        act = Act.objects.create(
            version=version, clause=of[number], code=code, clazz=clazz, text=text, price_rule=price_rule
        )
        PenaltyRow.objects.bulk_create(
            PenaltyRow(
                act=act,
                punished=punished,
                times=times,
                least_yuan=Decimal(least),
                usual_yuan=Decimal(usual),
                most_yuan=None if most is None else Decimal(most),
                measures=measures,
                instead=instead,
            )
            for punished, times, least, usual, most, measures, instead in penalties
        )
    SeatRule.objects.bulk_create(
        SeatRule(version=version, clazz=clazz, stage=stage, seat=seat, role=role, instead=instead)
        for clazz, stage, seat, role, instead in row["seats"]
    )
