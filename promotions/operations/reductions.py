"""PR-10, PR-11, FI-3: reductions of the price shown: an approved brand day's, and those that staff enter by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, Refused
from promotions.models import PriceCut
from promotions.states.price_cut import CUT, CutKind, CutState


class CutRefused(Invalid):
    code, sentence = "price_cut_refused", _("{name}: {why}")


class CutSpan(Invalid):
    code, sentence = "price_cut_span", _("{name}: a reduction ends after it begins.")


class CutOver(Refused):
    code, sentence = "price_cut_over", _("{cut} is no longer in force.")


class EndsWithEvent(Refused):
    code, sentence = (
        "price_cut_of_event",
        _("{cut} is a brand day's: it ends with it, or when the brand day is stopped."),
    )


class ReasonMissing(Refused):
    code, sentence = "price_cut_reason_missing", _("{cut}: say why.")


@dataclass(frozen=True, slots=True)
class Reduction:
    """What an offer takes off in a shop, from when until when; `source` is (model's label, key)."""

    kind: str
    name: str
    shop_id: int
    product_id: int | None
    amount_yuan: Decimal
    per_yuan: Decimal | None
    handed_out_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    source: tuple[str, int]

    @property
    def key(self) -> tuple[str, int, int | None]:
        """What it is found again by."""
        return (*self.source, self.shop_id)


@transaction.atomic
def announce_many(reductions: Sequence[Reduction], *, by: Actor, at: datetime, reason: str = "") -> list[PriceCut]:
    """PR-10, PR-11: let these reductions hold for their days; a part of an approval, an extension or a stop.

    One row per offer and shop, once: announced again only its end can move, with the `reason` where that is a stop.
    """
    known = _known(reductions)
    made = PriceCut.objects.bulk_create([_row(one) for one in reductions if one.key not in known])
    moved = []
    for one in reductions:
        row = known.get(one.key)
        if row is not None and row.ends_at != one.ends_at:
            moved.append((row, audit.changed({"ends_at": row.ends_at}, {"ends_at": one.ends_at})))
            row.ends_at = one.ends_at
    PriceCut.objects.bulk_update([row for row, _facts in moved], ["ends_at"], batch_size=1000)
    audit.record_many([(row, _facts_of(row)) for row in made], "pricecut.announce", by=by, at=at)
    action, more = ("pricecut.end", {"reason": reason}) if reason else ("pricecut.announce", {})
    audit.record_many([(row, _facts_of(row) | facts | more) for row, facts in moved], action, by=by, at=at)
    return [*made, *(row for row, _facts in moved)]


def _known(reductions: Sequence[Reduction]) -> dict[tuple[str, int, int | None], PriceCut]:
    which = Q(pk__in=())
    for label in {one.source[0] for one in reductions}:
        which |= Q(source_type=label, source_id__in={one.source[1] for one in reductions if one.source[0] == label})
    rows = PriceCut.objects.filter(which).order_by("pk").select_for_update()
    return {(row.source_type, row.source_id, row.shop_id): row for row in rows}


def _row(one: Reduction) -> PriceCut:
    return PriceCut(
        kind=CutKind(one.kind),
        name=one.name[:80],
        state=CutState.AGREED,
        shop_id=one.shop_id,
        product_id=one.product_id,
        amount_yuan=one.amount_yuan,
        per_yuan=one.per_yuan,
        handed_out_at=one.handed_out_at,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        source_type=one.source[0],
        source_id=one.source[1],
    )


def _facts_of(row: PriceCut) -> dict[str, object]:
    return {"name": row.name, "amount_yuan": row.amount_yuan, "starts_at": row.starts_at, "ends_at": row.ends_at}


@transaction.atomic
def ask(cut: PriceCut, *, reason: str, by: Actor, at: datetime) -> PriceCut:
    """FI-3: ask for a reduction or a gift; within one's own limit it holds at once, above it somebody signs."""
    by.need("promotions.add_pricecut")
    if cut.ends_at <= cut.starts_at:
        raise CutSpan(name=cut.name)
    try:
        cut.full_clean()
    except ValidationError as why:
        raise CutRefused(name=cut.name, why=" ".join(why.messages)) from why
    cut.save(force_insert=True)
    audit.record(cut, "pricecut.ask", by=by, at=at, name=cut.name, amount_yuan=cut.amount_yuan)
    kind = Kind.GIFT if cut.kind == CutKind.GIFT else Kind.REDUCTION
    approvals.ask(approvals.Question(kind, cut, cut.amount_yuan, reason), by=by, at=at)
    return PriceCut.objects.get(pk=cut.pk)


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-3: what a decision on a reduction does; called in its transaction (opsdesk.reactions.DECIDED)."""
    cut = PriceCut.objects.for_change(approval.subject_id)
    if approval.state == ApprovalState.GRANTED:
        CUT.move(cut, "agree", by=by, at=at, facts={"because": approval.because})
    elif cut.state == CutState.ASKED:
        CUT.move(cut, "refuse", by=by, at=at, facts={"reason": str(approval.get_state_display())})


@transaction.atomic
def end(cut_id: int, *, reason: str, by: Actor, at: datetime) -> PriceCut:
    """PR-10: end a reduction entered by hand from now on; what was sold until now keeps its price."""
    by.need("promotions.change_pricecut")
    cut: PriceCut = PriceCut.objects.visible_to(by).for_change(cut_id)
    if not reason.strip():
        raise ReasonMissing(cut=cut)
    if cut.source_type:
        raise EndsWithEvent(cut=cut)
    if cut.ends_at <= at or cut.state == CutState.REFUSED:
        raise CutOver(cut=cut)
    was, cut.ends_at = cut.ends_at, max(at, cut.starts_at)
    cut.save(update_fields=["ends_at"])
    facts = audit.changed({"ends_at": was}, {"ends_at": cut.ends_at})
    audit.record(cut, "pricecut.end", by=by, at=at, reason=reason.strip(), **facts)
    approvals.withdraw_all(cut, reason=reason.strip(), by=by, at=at)
    return cut
