"""AS-6: the two deadlines of a refund's step: our own policy inside, the platform's timer outside; both are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from aftersales.models import Refund
from aftersales.operations import slips
from aftersales.queries import refunds as queries
from aftersales.queries.refunds import SUBJECT
from aftersales.rules import refund_steps
from aftersales.states.refund import RefundState
from opsdesk.actor import Actor
from opsdesk.copying import save_rows
from opsdesk.sla import timers

Said = Mapping[int, tuple[datetime, str]]  # refund: the platform's own deadline, and the file that says it
_FIELDS = ("clock", "round", "step_due_at", "platform_due_at", "platform_because", "burns_at")
_NOBODY_WAITS = (RefundState.CLOSED, RefundState.WITHDRAWN)


@transaction.atomic
def follow_many(refunds: Sequence[Refund], *, by: Actor, at: datetime, said: Said | None = None) -> None:
    """AS-6: let the clocks of these refunds follow their states; a fixed number of statements however many."""
    if not refunds:
        return
    wanted = {refund.pk: refund_steps.policy(refund_steps.step(facts_of(refund))) for refund in refunds}
    turned = [refund for refund in refunds if wanted[refund.pk] != refund.clock]
    _end(turned, by=by, at=at)
    for refund in turned:
        refund.clock, refund.step_due_at = wanted[refund.pk], None
        refund.round += bool(refund.clock)
    _start([refund for refund in turned if refund.clock], by=by, at=at)
    _set_outer(refunds, said or {}, at)
    for refund in refunds:
        dues = [due for due in (refund.step_due_at, refund.platform_due_at) if due]
        refund.burns_at = min(dues, default=None)
    save_rows(_FIELDS, refunds)


def facts_of(refund: Refund) -> refund_steps.Facts:
    """Return what the rule of steps needs to know."""
    return refund_steps.Facts(refund.kind, refund.state, bool(refund.accepted_at), refund.shipped)


def _end(refunds: Sequence[Refund], *, by: Actor, at: datetime) -> None:
    running = [refund for refund in refunds if refund.clock]
    for policy in queries.POLICIES:
        mine = [refund for refund in running if refund.clock == policy]
        dropped = [refund.pk for refund in mine if refund.state in _NOBODY_WAITS]
        timers.drop_many(policy, SUBJECT, dropped, by=by, at=at) if dropped else None
        met = [refund.pk for refund in mine if refund.state not in _NOBODY_WAITS]
        timers.meet_many(policy, SUBJECT, met, by=by, at=at) if met else None
    if running:
        slips.note_ended([refund.pk for refund in running], by=by, at=at)


def _start(refunds: Sequence[Refund], *, by: Actor, at: datetime) -> None:
    def key(refund: Refund) -> tuple[str, int]:
        return refund.clock, refund.round

    for (policy, number), group in groupby(sorted(refunds, key=key), key=key):
        rows = list(group)
        starts = [(refund.pk, _since(refund, at)) for refund in rows]
        clocks = timers.start_many(policy, SUBJECT, starts, by=by, at=at, round=number)
        for refund, clock in zip(rows, clocks, strict=True):
            refund.step_due_at = clock.due_at


def _since(refund: Refund, at: datetime) -> datetime:
    """When the present step began, as far as anybody said; a step that is entered again begins now."""
    moments = {
        RefundState.ASKED: refund.asked_at if refund.round == 1 else None,
        RefundState.AGREED: refund.agreed_at,
        RefundState.RETURNING: refund.posted_at,
        RefundState.RECEIVED: refund.received_at,
        RefundState.INSPECTED: refund.accepted_at,
        RefundState.GRANTED: refund.granted_at,
    }
    return moments.get(RefundState(refund.state)) or at


def _set_outer(refunds: Sequence[Refund], said: Said, at: datetime) -> None:
    """AS-6: the platform's deadline: as its file says, else by its timers as dated rows; none for our own steps."""
    terms = queries.outer_terms(queries.day_of(at))
    for refund in refunds:
        step = refund_steps.outer_step(facts_of(refund))
        if refund.pk in said:
            due, name = said[refund.pk]
            refund.platform_due_at, refund.platform_because = due, f"{step}|file|{name}"[:200]
        elif not step or not refund.platform_because.startswith(f"{step}|"):
            platform, since = refund.order.shop.platform_id, _since(refund, at)
            term = terms.get((platform, step, refund.kind)) or terms.get((platform, step, ""))
            refund.platform_due_at = since + term.within if term else None
            refund.platform_because = f"{step}|{term.because}"[:200] if term else ""
