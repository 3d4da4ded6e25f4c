"""FI-1: what an entry was booked for, with a link to its page. A fixed number of queries for any number of entries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.models import Deduction, Extra, Visit
from channels.models import Correction, Entry, Statement
from conflicts.models import Ruling


@dataclass(frozen=True)
class Source:
    """What an entry comes from: its name and its page ("" where this person may not open one)."""

    label: str
    href: str


def _visits(pks: set[int]) -> dict[int, Source]:
    rows = Visit.objects.filter(pk__in=pks).select_related("job")
    return {row.pk: Source(f"{row.job} · {row.number}", reverse("job", args=[row.job_id])) for row in rows}


def _extras(pks: set[int]) -> dict[int, Source]:
    rows = Extra.objects.filter(pk__in=pks).select_related("job", "kind")
    return {row.pk: Source(str(row), reverse("job", args=[row.job_id])) for row in rows}


def _deductions(pks: set[int]) -> dict[int, Source]:
    rows = Deduction.objects.filter(pk__in=pks).select_related("job")
    return {row.pk: Source(f"{row} · {row.job}", reverse("deduction", args=[row.pk])) for row in rows}


def _corrections(pks: set[int]) -> dict[int, Source]:
    rows = Correction.objects.filter(pk__in=pks)
    label = _("correction")
    return {row.pk: Source(f"{label} {row.pk}", reverse("correction", args=[row.pk])) for row in rows}


def _statements(pks: set[int]) -> dict[int, Source]:
    rows = Statement.objects.filter(pk__in=pks)
    return {row.pk: Source(str(row), reverse("statement", args=[row.pk])) for row in rows}


def _rulings(pks: set[int]) -> dict[int, Source]:
    rows = Ruling.objects.filter(pk__in=pks)
    label = _("ruling")
    return {
        row.pk: Source(f"{label} {row}", reverse("case", args=[row.case_id])) for row in rows.select_related("case")
    }


_READERS: dict[str, Callable[[set[int]], dict[int, Source]]] = {
    "aftersales.visit": _visits,
    "aftersales.extra": _extras,
    "aftersales.deduction": _deductions,
    "channels.correction": _corrections,
    "channels.statement": _statements,
    "conflicts.ruling": _rulings,
}
"""By kind of record; whoever books from another kind adds its reader here."""


def of(entries: Iterable[Entry]) -> Mapping[int, Source]:
    """Return the source of each entry, by the entry's key; one or two queries a kind of source."""
    entries = list(entries)
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        wanted.setdefault(entry.source_type, set()).add(entry.source_id)
    found: dict[str, dict[int, Source]] = {
        name: _READERS[name](pks) if name in _READERS else {} for name, pks in wanted.items()
    }
    return {entry.pk: found[entry.source_type].get(entry.source_id, _unknown(entry)) for entry in entries}


def _unknown(entry: Any) -> Source:
    return Source(f"{entry.source_type} {entry.source_id}", "")
