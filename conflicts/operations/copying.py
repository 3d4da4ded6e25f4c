"""CF-11: how a version of a rulebook is copied, and what was changed of it said in a few words."""

from collections.abc import Iterable
from typing import Any

from conflicts.models import Act, Clause, PenaltyRow, RulebookVersion, SeatRule
from conflicts.rules.rulebook import Diff
from conflicts.states.rulebook import Clazz, Punished, Stage


def copy_rows(source: RulebookVersion, target: RulebookVersion) -> None:
    """Copy all clauses, acts, penalty rows and seats into another version, a draft. Eight statements."""
    clauses = list(source.clauses.order_by("position", "pk"))
    places = {old.pk: _again(old, version=target) for old in clauses}
    Clause.objects.bulk_create(places.values())
    acts = {old.pk: _again(old, version=target, clause=places[old.clause_id]) for old in source.acts.order_by("pk")}
    Act.objects.bulk_create(acts.values())
    rows = PenaltyRow.objects.filter(act__version=source).order_by("pk")
    PenaltyRow.objects.bulk_create([_again(row, act=acts[row.act_id]) for row in rows])
    SeatRule.objects.bulk_create([_again(seat, version=target) for seat in source.seats.order_by("pk")])


def _again(row: Any, **changes: Any) -> Any:
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    return type(row)(
        **{name: value for name, value in kept.items() if name.removesuffix("_id") not in changes}, **changes
    )


def said(fields: Iterable[str], diff: Diff) -> str:
    """Say what was changed of a draft, for its timeline: its own fields, articles, acts, rows, seats."""
    words = [str(getattr(RulebookVersion._meta.get_field(name), "verbose_name", name)) for name in fields]
    words += [clause.number for change in diff.clauses if (clause := change.now or change.was)]
    words += [act.code for act_change in diff.acts if (act := act_change.now or act_change.was)]
    words += [
        f"{row_change.act} {Punished(row.punished).label} ×{row.times}"
        for row_change in diff.rows
        if (row := row_change.now or row_change.was)
    ]
    words += [
        f"{Clazz(seat.clazz).label} {Stage(seat.stage).label}"
        for seat_change in diff.seats
        if (seat := seat_change.now or seat_change.was)
    ]
    return _short(words)


def _short(words: Iterable[str]) -> str:
    unique = list(dict.fromkeys(words))
    return "、".join(unique[:12]) + (" …" if len(unique) > 12 else "") or "–"
