"""PR-3, PR-18: budgets and quotas are checked before they are promised: one conditional UPDATE, and an entry beside it.

Safe in both directions under a rush: what does not fit changes nothing, what is given back can be taken by the next.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.copying import reserve_ids
from opsdesk.errors import NotFound, Refused
from promotions.models import Pot, PotEntry
from promotions.states.plan import OfferKind
from promotions.states.spending import Spending


class QuotaSpent(Refused):
    code, sentence = "quota_spent", _("{pot}: nothing is left of its quota or budget for ¥{amount}.")


class PotShut(QuotaSpent):
    code, sentence = "pot_shut", _("{pot} is shut: it promises nothing more.")


class OtherPurpose(Refused):
    code, sentence = "pot_other_purpose", _("{pot} is not for this; choose a budget opened for: {purpose}.")


class BelowSpent(Refused):
    code, sentence = (
        "limit_below_spent",
        _("{pot}: more than that is already promised or spent; choose a higher limit."),
    )


class NotReserved(Refused):
    code, sentence = "not_reserved", _("{pot}: nothing is reserved for this.")


Source = tuple[str, int]
"""What a movement is for: the model's label and the row's key."""


@transaction.atomic
def open_pot(
    owner: models.Model, purpose: str, title: str, *, limits: tuple[Decimal | None, int | None], by: Actor, at: datetime
) -> Pot:
    """PR-3: open the pot of an owner and purpose, or change its limits; never below what is promised already."""
    yuan, count = limits
    pot, new = Pot.objects.get_or_create(
        owner_type=owner._meta.label_lower,
        owner_id=owner.pk,
        purpose=purpose,
        defaults={"title": title[:120], "limit_yuan": yuan, "limit_count": count},
    )
    if not new:
        fits = Q(pk=pot.pk) & _fits(yuan, "yuan") & _fits(count, "count")
        if not Pot.objects.filter(fits).update(limit_yuan=yuan, limit_count=count, title=title[:120]):
            raise BelowSpent(pot=pot)
        pot.refresh_from_db()
    audit.record(pot, "pot.open", by=by, at=at, limit_yuan=yuan, limit_count=count)
    return pot


def _fits(limit: Decimal | int | None, unit: str) -> Q:
    if limit is None:
        return Q()
    return Q(**{f"reserved_{unit}__lte": limit - F(f"committed_{unit}")})


def need_purpose(pot_id: int, purpose: OfferKind) -> None:
    """PR-18: refuse a pot that was opened for something else, or is a brand day's own."""
    if not Pot.objects.all().meant_for(purpose).filter(pk=pot_id).exists():
        raise OtherPurpose(pot=_pot(pot_id), purpose=purpose.label)


@transaction.atomic
def reserve(pot_id: int, amount_yuan: Decimal, *, source: Source, at: datetime, count: int = 1) -> bool:
    """PR-18: promise an amount once for a source; refuse it whole where it does not fit. Return whether it is new."""
    room = (Q(limit_yuan=None) | Q(limit_yuan__gte=F("reserved_yuan") + F("committed_yuan") + amount_yuan)) & (
        Q(limit_count=None) | Q(limit_count__gte=F("reserved_count") + F("committed_count") + count)
    )
    if not _entered(pot_id, Spending.RESERVE, amount_yuan, count, source, at):
        return False
    moved = Pot.objects.filter(room, pk=pot_id, shut_at=None).update(
        reserved_yuan=F("reserved_yuan") + amount_yuan, reserved_count=F("reserved_count") + count
    )
    if not moved:
        raise _full(_pot(pot_id), amount_yuan)
    return True


def _full(pot: Pot, amount: Decimal) -> QuotaSpent:
    return PotShut(pot=pot) if pot.shut_at else QuotaSpent(pot=pot, amount=amount)


@transaction.atomic
def commit(pot_id: int, *, source: Source, at: datetime) -> bool:
    """PR-18: spend for good what was reserved for a source, once. Return whether it is new."""
    return _settle(pot_id, Spending.COMMIT, source, at)


@transaction.atomic
def release(pot_id: int, *, source: Source, at: datetime) -> bool:
    """PR-18: give back what was reserved for a source, once; the next one may have it. Return whether it is new."""
    return _settle(pot_id, Spending.RELEASE, source, at)


@transaction.atomic
def take_back(pot_id: int, *, source: Source, at: datetime) -> bool:
    """PR-18: put back what was spent for a source and came back (its order was refunded), once; True if it is new."""
    row = (
        PotEntry.objects.filter(pot=pot_id, source_type=source[0], source_id=source[1], kind=Spending.COMMIT)
        .select_for_update()
        .first()
    )
    if row is None:
        raise NotReserved(pot=_pot(pot_id))
    if not _entered(pot_id, Spending.RETURN, row.amount_yuan, row.count, source, at):
        return False
    Pot.objects.filter(pk=pot_id).update(
        committed_yuan=F("committed_yuan") - row.amount_yuan, committed_count=F("committed_count") - row.count
    )
    return True


@transaction.atomic
def shut_many(owners: Sequence[Source], *, reason: str, by: Actor, at: datetime) -> int:
    """PR-19: let the pots of these owners promise nothing more; what is promised already stays. Return how many."""
    which = Q(pk__in=())
    for owner_type, owner_id in owners:
        which |= Q(owner_type=owner_type, owner_id=owner_id)
    pots = list(Pot.objects.filter(which).order_by("pk").select_for_update())
    Pot.objects.filter(pk__in=[pot.pk for pot in pots], shut_at=None).update(shut_at=at)
    audit.record_many([(pot, {"reason": reason}) for pot in pots], "pot.shut", by=by, at=at)
    return len(pots)


def _settle(pot_id: int, kind: Spending, source: Source, at: datetime) -> bool:
    held = PotEntry.objects.filter(pot=pot_id, source_type=source[0], source_id=source[1])
    row = held.filter(kind=Spending.RESERVE).select_for_update().first()
    other = Spending.RELEASE if kind == Spending.COMMIT else Spending.COMMIT
    if row is None or held.filter(kind=other).exists():
        raise NotReserved(pot=_pot(pot_id))
    if not _entered(pot_id, kind, row.amount_yuan, row.count, source, at):
        return False
    spent = kind == Spending.COMMIT
    Pot.objects.filter(pk=pot_id).update(
        reserved_yuan=F("reserved_yuan") - row.amount_yuan,
        reserved_count=F("reserved_count") - row.count,
        committed_yuan=F("committed_yuan") + (row.amount_yuan if spent else 0),
        committed_count=F("committed_count") + (row.count if spent else 0),
    )
    return True


def _entered(pot_id: int, kind: Spending, amount: Decimal, count: int, source: Source, at: datetime) -> bool:
    """Write the movement; False where this source has made it before. A refused one is rolled back with its caller."""
    [pk] = reserve_ids(PotEntry, 1)
    entry = PotEntry(pk=pk, pot_id=pot_id, kind=kind, amount_yuan=amount, count=count, at=at)
    entry.source_type, entry.source_id = source
    PotEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return PotEntry.objects.filter(pk=pk).exists()


def _pot(pot_id: int) -> Pot:
    pot: Pot | None = Pot.objects.filter(pk=pot_id).first()
    if pot is None:
        raise NotFound(what=f"{Pot._meta.verbose_name} {pot_id}")
    return pot
