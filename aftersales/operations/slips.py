"""AS-6: deadlines that slipped, ours and the platforms', and telling the customer of them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Refund, Slip
from aftersales.queries import refunds as queries
from aftersales.rules import refund_steps, refund_words
from aftersales.states.refund import Limit
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from opsdesk.sla.models import Timer


class ToldAlready(Refused):
    code, sentence = "told_already", _("{slip}: {by} has told the customer already.")


class HowMissing(Invalid):
    code, sentence = "how_missing", _("{slip}: say how the customer was told (chat, phone …).")


def note_all_due(*, by: Actor, at: datetime) -> int:
    """AS-6: note every deadline that slipped since, ours and the platforms'; return how many. Safe to repeat."""
    inside = queries.slipped_inside()
    refunds = {row.pk: row for row in Refund.objects.filter(pk__in={clock.subject_id for clock in inside})}
    found = [_inner(refunds[clock.subject_id], clock, at) for clock in inside]
    found += [_outer(refund, at) for refund in queries.slipped_outside(at)]
    return _note(found)


def note_ended(refund_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """AS-6: note what these refunds' clocks missed before they ended; a part of the operation that ended them."""
    inside = queries.slipped_inside(refund_ids)
    if inside:
        refunds = {row.pk: row for row in Refund.objects.filter(pk__in=refund_ids)}
        _note([_inner(refunds[clock.subject_id], clock, at) for clock in inside])


def note_outer(refunds: Iterable[Refund], *, at: datetime) -> None:
    """AS-6: note platforms' deadlines that had passed when something was done at last; part of that operation."""
    _note([_outer(row, at) for row in refunds if row.platform_due_at and row.platform_due_at < at])


@transaction.atomic
def _note(found: list[Slip]) -> int:
    """The unique key, not a look before, holds against a second worker."""
    if not found:
        return 0
    return len(Slip.objects.bulk_create(found, ignore_conflicts=True, batch_size=1000))


def _inner(refund: Refund, clock: Timer, at: datetime) -> Slip:
    step = clock.policy.code.removeprefix("refund_")
    text = refund_words.slipped(refund.kind, step)
    return Slip(refund=refund, limit=Limit.INNER, step=step, due_at=clock.due_at, noted_at=at, text=text)


def _outer(refund: Refund, at: datetime) -> Slip:
    facts = refund_steps.Facts(refund.kind, refund.state, bool(refund.accepted_at), refund.shipped)
    step = refund.platform_because.partition("|")[0] or refund_steps.step(facts) or "review"
    text = refund_words.slipped(refund.kind, step)
    assert refund.platform_due_at
    return Slip(refund=refund, limit=Limit.OUTER, step=step, due_at=refund.platform_due_at, noted_at=at, text=text)


@transaction.atomic
def tell(slip_id: int, *, how: str, by: Actor, at: datetime) -> Slip:
    """AS-6: write down that the customer was told, by whom and how."""
    by.need("aftersales.tell_customer")
    slip: Slip = Slip.objects.visible_to(by).for_change(slip_id)
    if slip.told_at:
        raise ToldAlready(slip=slip, by=slip.told_by)
    if not how.strip():
        raise HowMissing(slip=slip)
    slip.told_at, slip.told_by, slip.how = at, by.name, how.strip()[:60]
    slip.save(update_fields=["told_at", "told_by", "how"])
    audit.record(slip.refund, "slip.tell", by=by, at=at, how=slip.how, step=slip.step)
    return slip
