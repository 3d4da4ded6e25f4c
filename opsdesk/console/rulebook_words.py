"""CF-1 … CF-12: a version of a rulebook as a document, its faults and its differences as people read them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from conflicts.models import PenaltyRow, RulebookVersion, SeatRule
from conflicts.operations.rulebooks import sentence
from conflicts.queries import versions
from conflicts.queries.rulebooks import row_of
from conflicts.queries.versions import Changed, Consequences, Judged
from conflicts.rules import rulebook as rules
from conflicts.rules.rulebook import ActFacts, Diff, SeatFacts
from conflicts.states.rulebook import OBJECTIONS, Clazz, Punished, Seat, Stage
from opsdesk.console import penalty_words
from opsdesk.people.roles import LABELS
from opsdesk.sla import wording
from opsdesk.sla.models import Policy


def document(version: RulebookVersion, today: date) -> dict[str, Any]:
    """Return what the page of a version shows. Seven queries."""
    acts = list(version.acts.select_related("clause").prefetch_related("penalties").order_by("pk"))
    by_class = [
        {"label": clazz.label, "acts": [(act, _penalties(act.penalties.all())) for act in acts if act.clazz == clazz]}
        for clazz in Clazz
    ]
    return {
        "clauses": list(version.clauses.order_by("position", "pk")),
        "classes": [one for one in by_class if one["acts"]],
        "seats": _seats(version),
        "limits": _limits(today),
        "in_force": version in RulebookVersion.objects.filter(pk=version.pk).in_force(today),
    }


def _penalties(rows: Iterable[PenaltyRow]) -> list[tuple[str, list[tuple[int, str]]]]:
    """What an act costs, by party, each number of times."""
    said: dict[str, list[tuple[int, str]]] = {}
    for row in sorted(rows, key=lambda row: (row.punished, row.times)):
        said.setdefault(row.punished, []).append((row.times, penalty_words.whole(row_of(row))))
    return [(str(punished.label), said[punished]) for punished in Punished if punished in said]


def _seats(version: RulebookVersion) -> list[dict[str, Any]]:
    """Who sits, a line per stage, a cell per class."""
    at: dict[tuple[str, str], list[SeatRule]] = {}
    for row in version.seats.order_by("pk"):
        at.setdefault((row.clazz, row.stage), []).append(row)
    classes = [clazz for clazz in Clazz if any(clazz == key[0] for key in at)]
    return [
        {"stage": stage.label, "cells": [(clazz.label, at.get((clazz, stage), [])) for clazz in classes]}
        for stage in Stage
        if any(stage == key[1] for key in at)
    ]


def _limits(today: date) -> list[tuple[str, str]]:
    """CF-15: how long each step of a case may take, as the policies say today."""
    rows = Policy.objects.in_force(today).filter(rule="CF-15").order_by("pk")
    return [(row.name, f"{wording.span_zh(row.amount)} · {row.get_counting_display()}") for row in rows]


def faults(version: RulebookVersion) -> list[str]:
    """Say what still stands against a draft."""
    found = rules.faults(versions.facts_of(version), versions.reviewed_acts(version))
    return [sentence(version, fault) for fault in found]


def changed_rows(diff: Diff) -> list[tuple[str, str, str]]:
    """Each penalty row that differs: which, what it said, what it says."""
    found = []
    for change in diff.rows:
        row = change.now or change.was
        assert row is not None
        which = f"{change.act} · {Punished(row.punished).label} · " + _("from the %(n)s. time on") % {"n": row.times}
        was, now = (penalty_words.whole(one) if one else "–" for one in (change.was, change.now))
        found.append((which, was, now))
    return found


def changed_acts(diff: Diff) -> list[dict[str, Any]]:
    """Each act that differs."""
    return [
        {
            "code": (change.now or change.was).code,  # type: ignore[union-attr]
            "was": _act(change.was),
            "now": _act(change.now),
            "text": change.text,
        }
        for change in diff.acts
    ]


def _act(act: ActFacts | None) -> str:
    if act is None:
        return "–"
    words = [str(Clazz(act.clazz).label), act.clause]
    return " · ".join([*words, _("about prices")] if act.price_rule else words)


def changed_seats(diff: Diff) -> list[tuple[str, str, str]]:
    """Each seat that differs: which, who sat, who sits."""
    found = []
    for change in diff.seats:
        one = change.now or change.was
        assert one is not None
        which = f"{Clazz(one.clazz).label} · {Stage(one.stage).label} · {Seat(one.seat).label}"
        found.append((which, _seat(change.was), _seat(change.now)))
    return found


def _seat(seat: SeatFacts | None) -> str:
    if seat is None:
        return "–"
    return _("%(role)s, otherwise %(instead)s") % {"role": LABELS[seat.role], "instead": LABELS[seat.instead]}


def changed_rulings(found: Consequences) -> list[dict[str, Any]]:
    """Each ruling that would differ: what was ruled, what the rule said, what it would say."""
    return [_ruling(row) for row in found.changed]


def _ruling(row: Changed) -> dict[str, Any]:
    ruled = [penalty_words.yuan(row.amount_yuan), penalty_words.measures(row.measures)]
    return {
        "row": row,
        "ruled": _(" and ").join(part for part in ruled if part),
        "was": judged(row.was),
        "now": judged(row.now) if row.now else _("not forbidden any more"),
        "wrong": [OBJECTIONS[why] for why in row.objections],
    }


def judged(one: Judged) -> str:
    """Say how an act is judged under a version."""
    facts = {
        "clazz": Clazz(one.clazz).label,
        "n": one.times,
        "penalty": penalty_words.whole(one.penalty) if one.penalty else _("no penalty for such a party"),
    }
    return _("%(clazz)s, the %(n)s. time: %(penalty)s") % facts
