"""AS-6: writes what a part of a file says of refunds: new ones, moves, payments, and what follows for installations."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aftersales.models import Payout, Refund, RefundLine
from aftersales.operations import freezing, refund_clocks, refund_money, refunds, slips
from aftersales.queries import refunds as queries
from aftersales.rules import refund_freshness, refund_steps
from aftersales.rules.refund_money import ZERO
from aftersales.states.refund import LIVE, REFUND, RefundState, Through
from channels.connectors.base import PlatformRefund, RefundProgress
from opsdesk.audit import models as audit
from opsdesk.copying import reserve_ids, save_rows
from opsdesk.money import to_fen

if TYPE_CHECKING:
    from aftersales.operations.refund_intake import Batch

Pair = tuple[PlatformRefund, Refund]
ENDS = (RefundProgress.PAID, RefundProgress.SENT, RefundProgress.CLOSED, RefundProgress.REFUSED)
PLATFORM = "platform"
TAKEN_BACK = "平台已另行退款，原核准金额放不下，请重新核准"
_SAID = ("carrier", "tracking", "said", "posted_at", "agreed_at", "reason")
_FILLED = (*_SAID, "kind", "asked_yuan", "as_of")


def state_of(item: PlatformRefund, ended_at: datetime | None) -> dict[str, Any]:
    """Return the state that a new refund is entered in, and what belongs to it."""
    found: dict[str, Any] = {"state": item.progress or RefundProgress.ASKED}
    if item.progress == RefundProgress.PAID:
        amount = to_fen(item.amount_yuan or ZERO)
        found |= {"granted_yuan": amount, "paid_yuan": amount, "granted_at": ended_at, "granted_by": PLATFORM}
    return found


def make_room(batch: "Batch", refund: Refund) -> Decimal:
    """Take back what else was granted for this order and is not paid at all; return how much that frees."""
    rows = Refund.objects.filter(order_id=refund.order_id, state=RefundState.GRANTED, paid_yuan=ZERO)
    own = {row.pk: row for row in batch.known.values()}
    other = [pk for pk in rows.values_list("pk", flat=True) if pk != refund.pk and not _is_settled(own.get(pk))]
    locked = Refund.objects.select_related("order__shop").for_change_many(other)
    granted = [own.get(row.pk, row) for row in locked]
    freed = sum((row.granted_yuan for row in granted), ZERO)
    if granted:
        refund_money.take_back(granted, because=TAKEN_BACK, by=batch.by, at=batch.at)
    return freed


def _is_settled(refund: Refund | None) -> bool:
    """Whether a refund of this file is granted no more, though the database says so still."""
    return refund is not None and refund.state != RefundState.GRANTED


def enter(batch: "Batch") -> None:
    """Write a sorted batch: new refunds, moves, gaps filled, payments, and what follows of clocks and installations."""
    by, at = batch.by, batch.at
    _enter_new(batch)
    moved = [pair for pairs in batch.moved.values() for pair in pairs]
    slips.note_outer([refund for _item, refund in moved], at=at)
    for action, pairs in batch.moved.items():
        _move(batch, action, pairs)
    filled = _fill(batch)
    _pay(batch, [*batch.entered, *moved])
    fresh = [*batch.entered, *moved, *filled]
    name = batch.source.name
    said = {
        refund.pk: (item.due_at, name)
        for item, refund in fresh
        if item.due_at and refund.state in LIVE and refund_steps.outer_step(refund_clocks.facts_of(refund))
    }
    refund_clocks.follow_many([refund for _item, refund in fresh], by=by, at=at, said=said)
    _follow_installations(batch, fresh)
    batch.tally.new += len(batch.entered)
    batch.tally.updated += len(moved) + len(filled)
    batch.tally.unchanged += len(batch.filled) - len(filled)


def _enter_new(batch: "Batch") -> None:
    pairs = batch.entered
    if not pairs:
        return
    for (_item, refund), pk in zip(pairs, reserve_ids(Refund, len(pairs)), strict=True):
        refund.pk = pk
    Refund.objects.bulk_create([refund for _item, refund in pairs], batch_size=1000)
    items_of = queries.items_of({refund.order_id for _item, refund in pairs})
    RefundLine.objects.bulk_create(
        [
            RefundLine(refund=refund, line=line, quantity=line.quantity or 1, title=str(line)[:200])
            for item, refund in pairs
            for line in _meant(item, items_of[refund.order_id])
        ],
        batch_size=1000,
    )
    records = [(refund, {**_facts(batch, item), "kind": refund.kind}) for item, refund in pairs]
    audit.record_many(records, "refund.enter", by=batch.by, at=batch.at)


def _meant(item: PlatformRefund, lines: Sequence[Any]) -> list[Any]:
    """The order lines that a refund is about: the child that it names, else all."""
    named = [line for line in lines if line.key in (item.line_key, item.order_number)]
    return named or list(lines)


def _facts(batch: "Batch", item: PlatformRefund) -> dict[str, Any]:
    asked = f"{item.amount_yuan:,.2f}" if item.amount_yuan is not None else "–"
    return {"file": batch.source.name, "import": batch.source.pk, "line": item.line, "asked_yuan": asked}


def _move(batch: "Batch", action: str, pairs: Sequence[Pair]) -> None:
    changes = [{**_news(batch, *pair), **_ending(batch, action, *pair)} for pair in pairs]
    facts = [{**_facts(batch, item), "paid_yuan": _said(item)} for item, _refund in pairs]
    REFUND.move_many(
        [refund for _item, refund in pairs], action, by=batch.by, at=batch.at, changes=changes, facts=facts
    )


def _said(item: PlatformRefund) -> str:
    return f"{item.amount_yuan:,.2f}" if item.amount_yuan is not None else "–"


def _ending(batch: "Batch", action: str, item: PlatformRefund, refund: Refund) -> dict[str, Any]:
    """The fields that a move brings with it besides what the file says."""
    ended = item.ended_at or batch.source.as_of or batch.at
    if action == "see_paid":
        amount = max(to_fen(item.amount_yuan or ZERO), refund.paid_yuan)
        by = refund.granted_by or PLATFORM
        granted = {"granted_yuan": amount, "granted_at": refund.granted_at or ended, "granted_by": by}
        return {"ended_at": ended, "paid_yuan": amount, **granted}
    if action in ("see_closed", "see_sent"):
        return {"ended_at": ended, "granted_yuan": refund.paid_yuan}
    return {"ended_at": ended if action == "see_refused" else None}


def _news(batch: "Batch", item: PlatformRefund, refund: Refund) -> dict[str, Any]:
    """What a file says of a known refund and we do not know; an older picture only where nothing was known."""
    as_of = item.as_of or batch.source.as_of
    earlier = refund_freshness.is_earlier(as_of, refund.as_of)
    said: dict[str, Any] = {name: getattr(item, name) for name in _SAID}
    if earlier or refund.state not in (RefundState.ASKED, RefundState.REFUSED):
        said |= {"kind": None, "asked_yuan": None}
    else:
        said |= {"kind": item.kind, "asked_yuan": item.amount_yuan}
    if item.reason == "other":
        said["reason"] = None
    empty = (None, "", "other")
    news = {
        name: value
        for name, value in said.items()
        if value not in (None, "") and value != getattr(refund, name)
        if not earlier or getattr(refund, name) in empty
    }
    return news | ({"as_of": as_of} if as_of and not earlier and as_of != refund.as_of else {})


def _fill(batch: "Batch") -> list[Pair]:
    """Write what files add to refunds that do not move; a new deadline of the platform counts as news."""
    told: list[Pair] = []
    records = []
    for item, refund in batch.filled:
        news, due = _news(batch, item, refund), item.due_at if refund.state in LIVE else None
        if news.keys() <= {"as_of"} and (due is None or due == refund.platform_due_at):
            continue
        old = {name: getattr(refund, name) for name in news}
        for name, value in news.items():
            setattr(refund, name, value)
        told.append((item, refund))
        records.append((refund, {**_facts(batch, item), **audit.changed(old, news)}))
    save_rows(_FILLED, [refund for _item, refund in told])
    audit.record_many(records, "refund.update", by=batch.by, at=batch.at)
    return told


def _pay(batch: "Batch", pairs: Sequence[Pair]) -> None:
    """FI-1: what the platform paid becomes payouts under the refund's own number, shared out over its lines."""
    paid = [(item, refund) for item, refund in pairs if refund.state == RefundState.PAID]
    before = queries.paid_of([refund.pk for _item, refund in paid])
    payouts = [
        Payout(
            refund=refund,
            amount_yuan=refund.paid_yuan - before.get(refund.pk, ZERO),
            through=Through.PLATFORM,
            reference=refund.number,
            paid_at=refund.ended_at or batch.at,
            paid_by=PLATFORM,
            entered_at=batch.at,
        )
        for _item, refund in paid
        if refund.paid_yuan > before.get(refund.pk, ZERO)
    ]
    Payout.objects.bulk_create(payouts, batch_size=1000)
    refund_money.allocate(
        [refund for _item, refund in paid], {refund.pk: refund.granted_yuan for _item, refund in paid}
    )
    emptied = [
        refund.pk for refunds_of in batch.moved.values() for _item, refund in refunds_of if not refund.granted_yuan
    ]
    RefundLine.objects.filter(refund_id__in=emptied, granted_yuan__gt=0).update(granted_yuan=ZERO)


def _follow_installations(batch: "Batch", pairs: Sequence[Pair]) -> None:
    """AS-6: what is asked back is not installed meanwhile; what is settled is cancelled or goes on."""
    by, at = batch.by, batch.at
    live = {row.order_id for _item, row in pairs if row.state in LIVE and row.kind in refund_steps.FREEZING}
    freezing.freeze_many(sorted(live), because=refunds.FROZEN, by=by, at=at)
    paid = [row for _item, row in pairs if row.state == RefundState.PAID]
    if paid:
        refund_money.settle(paid, by=by, at=at)
    over = (RefundState.CLOSED, RefundState.REFUSED, RefundState.SENT)
    refunds.thaw([row for _item, row in pairs if row.state in over], because="平台已结束退款", by=by, at=at)
