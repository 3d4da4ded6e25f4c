"""CF-13: what becomes of findings: kept once, changed while nobody has decided, closed and opened again with their
facts; dismissed by a person with the reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Signal
from conflicts.rules.weighing import Finding
from conflicts.states.signal import SIGNAL, SignalState
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.copying import update_rows
from opsdesk.errors import Refused

FACTS = ("act", "confidence", "parts", "against", "facts", "money_yuan", "happened_at")
LINKS = (
    "shop_id", "partner_id", "harmed_shop_id", "customer_id", "product_id", "first_order_id", "refund_id", "order_id",
    "job_id", "price_signal_id", "inquiry_id",
)  # fmt: skip
VANISHED = "线索所依据的事实已不成立"


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("{signal}: say why.")


@dataclass(frozen=True)
class Kept:
    """What became of the findings of a look."""

    new: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(*(getattr(self, name) + getattr(other, name) for name in ("new", "changed", "closed", "reopened")))


def keep(there: Any, findings: Iterable[Finding], *, by: Actor, at: datetime) -> Kept:
    """CF-13: bring the signals of the rows that were looked at (`there`) to what was found; inside the look's
    transaction and under its lock, so that two workers double nothing. What a person has decided stays as it is."""
    found = {(one.kind, one.key): _values(one) for one in findings}
    known = {(row.kind, row.key): row for row in _held(there)}
    fresh = [
        Signal(kind=kind, key=key, found_at=at, looked_at=at, **values)
        for (kind, key), values in found.items()
        if (kind, key) not in known
    ]
    Signal.objects.bulk_create(fresh, batch_size=1000)
    told = [(row, {"kind": row.get_kind_display(), "confidence": f"{row.confidence:.2f}"}) for row in fresh]
    audit.record_many(told, "signal.find", by=by, at=at)
    lost = _move(known, lambda row, new: row.state == SignalState.OPEN and new is None, found, "close", by=by, at=at)
    back = _move(known, lambda row, new: row.state == SignalState.GONE and bool(new), found, "reopen", by=by, at=at)
    changed = _change(known, found, at)
    return Kept(len(fresh), changed, lost, back)


def _held(there: Any) -> list[Signal]:
    """The signals that there are, locked: nobody decides on one while it changes."""
    rows: list[Signal] = list(there.order_by("pk").select_for_update(of=("self",)))
    for row in rows:
        vars(row)["locked"] = True
    return rows


def _values(one: Finding) -> dict[str, Any]:
    return {
        **dict.fromkeys(LINKS),
        **one.links,
        "act": one.act,
        "confidence": one.confidence.quantize(Decimal("0.001")),
        "parts": [part.plain() for part in one.parts],
        "against": [part.plain() for part in one.against],
        "facts": dict(one.facts),
        "money_yuan": one.money_yuan.quantize(Decimal("0.01")),
        "happened_at": one.happened_at,
    }


Known = Mapping[tuple[str, str], Signal]
Found = Mapping[tuple[str, str], dict[str, Any]]


def _change(known: Known, found: Found, at: datetime) -> int:
    """Write anew what is open and has other facts now."""
    changed = []
    for key, row in known.items():
        values = found.get(key)
        if values is None or row.state != SignalState.OPEN:
            continue
        if any(getattr(row, name) != value for name, value in values.items()):
            changed.append([row.pk, at, *(_text(name, values[name]) for name in (*FACTS, *LINKS))])
    update_rows(Signal, ("looked_at", *FACTS, *LINKS), changed)
    return len(changed)


def _text(name: str, value: Any) -> Any:
    """JSON goes into COPY as text."""
    return audit.as_json(value) if name in ("parts", "against", "facts") else value


def _move(
    known: Known,
    which: Callable[[Signal, dict[str, Any] | None], bool],
    found: Found,
    action: str,
    *,
    by: Actor,
    at: datetime,
) -> int:
    rows = [row for key, row in known.items() if which(row, found.get(key))]
    closing = action == "close"
    facts = {"because": VANISHED} if closing else {}
    changes = {"looked_at": at, "ended_at": at if closing else None}
    SIGNAL.move_many(rows, action, by=by, at=at, changes=[changes] * len(rows), facts=[facts] * len(rows))
    return len(rows)


@transaction.atomic
def dismiss(signal_id: int, *, reason: str, by: Actor, at: datetime) -> Signal:
    """CF-13: say that a signal is nothing to pursue, with the reason; the same finding never comes back."""
    by.need("conflicts.judge_signal")
    signal: Signal = Signal.objects.visible_to(by).for_change(signal_id)
    if not reason.strip():
        raise ReasonMissing(signal=signal)
    SIGNAL.move(signal, "dismiss", by=by, at=at, reason=reason.strip()[:300], ended_at=at)
    return signal
