"""CF-13: looks for conflicts: at what something touched, at a day, over the past. Looking again doubles nothing.

A detector's subjects are the rows whose signals follow from them alone: a lost order, a sale, a job, a price, an
inquiry. Each thousand of them is one transaction with a fixed number of statements, under a lock of the detector.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection, transaction

from conflicts.models import Look, Signal
from conflicts.operations import findings
from conflicts.operations.findings import Kept
from conflicts.queries import inquiries, installations, losses, prices, regions
from conflicts.rules.weighing import Outcome
from conflicts.states.signal import SignalKind
from opsdesk.actor import Actor

BATCH = 1000
LOCK = 740_100
_SHOWN = 20  # examples of what could not be looked at


@dataclass(frozen=True)
class Detector:
    """What is looked at: by which field a signal names it, how its keys begin, and how a day's rows are found."""

    kinds: tuple[SignalKind, ...]
    subject: str
    prefix: str
    look: Callable[[Sequence[int], datetime], Outcome]
    of_day: Callable[[date], list[int]]


def _plain(look: Callable[[Sequence[int]], Outcome]) -> Callable[[Sequence[int], datetime], Outcome]:
    return lambda pks, at: look(pks)


DETECTORS: Mapping[str, Detector] = {
    "losses": Detector(
        (SignalKind.POACHED, SignalKind.SABOTAGE), "first_order", "order:", _plain(losses.look), losses.of_day
    ),
    "sales": Detector(
        (SignalKind.CROSS_REGION,), "order", "order:", _plain(regions.look_at_sales), regions.sales_of_day
    ),
    "machines": Detector(
        (SignalKind.CROSS_REGION,), "job", "job:", _plain(regions.look_at_machines), regions.machines_of_day
    ),
    "prices": Detector((SignalKind.BELOW_FLOOR,), "price_signal", "price:", _plain(prices.look), prices.of_day),
    "inquiries": Detector((SignalKind.CLAIMED,), "inquiry", "inquiry:", _plain(inquiries.look), inquiries.of_day),
    "installations": Detector((SignalKind.BAD_INSTALLATION,), "job", "job:", installations.look, installations.of_day),
}


@dataclass
class Tally:
    """What a look came to."""

    looked: int = 0
    found: Counter[str] = field(default_factory=Counter)
    unlooked: dict[str, list[int]] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)

    def add(self, outcome: Outcome, kept: Kept) -> None:
        """Count what came of some rows."""
        self.looked += outcome.looked
        self.found.update(one.kind for one in outcome.findings)
        for why, pk in outcome.unlooked:
            self.unlooked.setdefault(why, []).append(pk)
        self.kept += kept


def look_at(name: str, pks: Iterable[int], *, by: Actor, at: datetime) -> Tally:
    """CF-13: look at these rows with one detector, a thousand a transaction."""
    rows, tally = sorted(set(pks)), Tally()
    for start in range(0, len(rows), BATCH):
        tally.add(*_look_some(name, rows[start : start + BATCH], by=by, at=at))
    return tally


@transaction.atomic
def _look_some(name: str, pks: Sequence[int], *, by: Actor, at: datetime) -> tuple[Outcome, Kept]:
    """Whoever looks with the same detector waits: what was found is kept before another one looks."""
    detector = DETECTORS[name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK + list(DETECTORS).index(name)])
    outcome = detector.look(pks, at)
    unseen = {pk for _why, pk in outcome.unlooked}
    seen = [pk for pk in pks if pk not in unseen]
    return outcome, findings.keep(_signals(detector, seen), outcome.findings, by=by, at=at)


def _signals(detector: Detector, pks: Sequence[int]) -> Any:
    """The signals that follow from these rows; what could not be looked at keeps its own."""
    rows = Signal.objects.filter(kind__in=detector.kinds, key__startswith=detector.prefix)
    return rows.filter(**{f"{detector.subject}__in": pks})


def look(day: date, *, by: Actor, at: datetime) -> dict[str, Tally]:
    """CF-13: look at all of a day with all detectors, and write down what could be looked at and what not, and why."""
    tallies = {name: look_at(name, one.of_day(day), by=by, at=at) for name, one in DETECTORS.items()}
    for kind in SignalKind:
        _note(kind, day, [tallies[name] for name, one in DETECTORS.items() if kind in one.kinds], at)
    return tallies


def look_over(since: date, until: date, *, by: Actor, at: datetime) -> dict[date, dict[str, Tally]]:
    """CF-13: look over the past, a day at a time; safe to stop and to repeat."""
    days = [since + timedelta(days=count) for count in range((until - since).days + 1)]
    return {day: look(day, by=by, at=at) for day in days}


def _note(kind: SignalKind, day: date, tallies: Sequence[Tally], at: datetime) -> None:
    why: dict[str, list[int]] = {}
    for reason, pks in chain.from_iterable(tally.unlooked.items() for tally in tallies):
        why.setdefault(reason, []).extend(pks)
    told = {
        "looked": sum(tally.looked for tally in tallies),
        "unlooked": sum(map(len, why.values())),
        "found": sum(tally.found[kind] for tally in tallies),
        "because": [{"why": one, "count": len(pks), "first": pks[:_SHOWN]} for one, pks in sorted(why.items())],
        "at": at,
    }
    Look.objects.update_or_create(kind=kind, day=day, defaults=told)
