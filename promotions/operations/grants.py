"""DS-11: grants that open a price floor for a while. Who approves a plan or a support calls these; they are legal
only as a part of such an approval, which is their source.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Refused
from promotions.models import GrantLimit, PriceGrant
from promotions.queries import floors
from promotions.rules.floors import floor
from promotions.rules.grants import Grant as Grant
from promotions.rules.rulebook import GrantBounds, Wish, beyond
from promotions.states.price import GrantKind

_DAY = timedelta(days=1)
_SAME = ("kind", "price_yuan", "starts_at", "ends_at")


class GrantSpan(Invalid):
    code, sentence = "grant_span", _("{product}: a grant ends after it begins.")


class GrantBeyond(Refused):
    code, sentence = (
        "grant_beyond_limits",
        _("{kind}, {shop}, {product}: ¥{yuan} goes beyond the limits of such grants ({broken})."),
    )


class GrantDiffers(Refused):
    code, sentence = (
        "grant_differs",
        _("{product}: this source has given another price or time already; end that grant first."),
    )


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("Say why the price no longer holds.")


@transaction.atomic
def give_many(grants: Sequence[Grant], *, by: Actor, at: datetime) -> list[PriceGrant]:
    """DS-11: let shops sell models down to a price for a while; one grant per source, shop and model, once.

    Given again unchanged, it stays as it is. Refused whole where one goes beyond its kind's limits (DS-1, DS-6).
    """
    known = _known(grants)
    fresh = [grant for grant in grants if _key(grant) not in known]
    for grant in grants:
        _check(grant, known.get(_key(grant)))
    _within_limits(fresh)
    made = PriceGrant.objects.bulk_create([_row(grant) for grant in fresh])
    products = Product.objects.in_bulk({grant.product_id for grant in fresh})
    facts = [
        (row, {"kind": row.kind, "product": products[row.product_id].code, "price_yuan": row.price_yuan,
               "starts_at": row.starts_at, "ends_at": row.ends_at})
        for row in made
    ]  # fmt: skip
    audit.record_many(facts, "pricegrant.give", by=by, at=at)
    known |= {(row.source_type, row.source_id, row.shop_id, row.product_id): row for row in made}
    return [known[_key(grant)] for grant in grants]


@transaction.atomic
def end(source: tuple[str, int], *, reason: str, by: Actor, at: datetime) -> list[PriceGrant]:
    """DS-11: end what a source has given from now on; what was sold until now keeps its floor. Safe to repeat."""
    if not reason.strip():
        raise ReasonMissing()
    given = PriceGrant.objects.filter(source_type=source[0], source_id=source[1], ends_at__gt=at)
    rows: list[PriceGrant] = PriceGrant.objects.for_change_many(list(given.values_list("pk", flat=True)))
    was = [row.ends_at for row in rows]
    for row in rows:
        row.ends_at = max(at, row.starts_at)
    PriceGrant.objects.bulk_update(rows, ["ends_at"], batch_size=1000)
    facts = [
        (row, {"reason": reason.strip(), **audit.changed({"ends_at": old}, {"ends_at": row.ends_at})})
        for row, old in zip(rows, was, strict=True)
    ]
    audit.record_many(facts, "pricegrant.end", by=by, at=at)
    return rows


_Key = tuple[str, int, int | None, int]


def _key(grant: Grant) -> _Key:
    return (*grant.source, grant.shop_id, grant.product_id)


def _known(grants: Sequence[Grant]) -> dict[_Key, PriceGrant]:
    which = Q(pk__in=())
    for kind, pk in {grant.source for grant in grants}:
        which |= Q(source_type=kind, source_id=pk)
    rows = PriceGrant.objects.filter(which)
    return {(row.source_type, row.source_id, row.shop_id, row.product_id): row for row in rows}


def _check(grant: Grant, known: PriceGrant | None) -> None:
    if grant.ends_at <= grant.starts_at:
        raise GrantSpan(product=grant.product_id)
    if known is not None and any(getattr(known, name) != getattr(grant, name) for name in _SAME):
        raise GrantDiffers(product=known.product)


def _row(grant: Grant) -> PriceGrant:
    return PriceGrant(
        kind=GrantKind(grant.kind),
        shop_id=grant.shop_id,
        product_id=grant.product_id,
        price_yuan=grant.price_yuan,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        source_type=grant.source[0],
        source_id=grant.source[1],
        because=list(grant.because),
    )


def _within_limits(grants: Sequence[Grant]) -> None:
    """DS-1, DS-6: refuse a grant of one shop that goes beyond what rows say of its kind."""
    limits = list(GrantLimit.objects.filter(kind__in={grant.kind for grant in grants}))
    bounded = [(grant, bounds) for grant in grants if grant.shop_id and (bounds := _bounds(grant, limits))]
    if not bounded:
        return
    Shop.objects.for_change_many({grant.shop_id for grant, _bounds in bounded if grant.shop_id})
    first, last = (pick(grant.starts_at for grant, _bounds in bounded) for pick in (min, max))
    book = floors.gather(
        {grant.shop_id for grant, _bounds in bounded if grant.shop_id},
        {grant.product_id for grant, _bounds in bounded},
        first,
        last,
    )
    for grant, bounds in bounded:
        assert grant.shop_id is not None
        facts = book.facts(grant.shop_id, grant.product_id, grant.starts_at)
        ordinary = floor(replace(facts, grants=())).yuan
        wish = Wish(grant.price_yuan, _days(grant), facts.shop.mode, ordinary, len(_models(grant, grants)))
        if broken := beyond(wish, bounds):
            raise GrantBeyond(
                kind=GrantKind(grant.kind).label, shop=facts.shop.code, product=facts.product.code,
                yuan=grant.price_yuan, broken=", ".join(str(BROKEN[why]) for why in broken),
            )  # fmt: skip


BROKEN = {
    "too_low": _("the price is too low"),
    "too_long": _("the time is too long"),
    "too_many": _("too many models at the same time"),
    "wrong_mode": _("not for this kind of shop"),
}


def _bounds(grant: Grant, limits: Sequence[GrantLimit]) -> GrantBounds | None:
    day = local(grant.starts_at).date()
    for row in limits:
        if row.kind == grant.kind and row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return GrantBounds(row.lowest_share, row.most_days, row.most_models, row.mode)
    return None


def _days(grant: Grant) -> Decimal:
    return Decimal((grant.ends_at - grant.starts_at).total_seconds()) / Decimal(_DAY.total_seconds())


def _models(grant: Grant, beside: Sequence[Grant]) -> set[int]:
    """Return the models that have a grant of this kind in this shop at some time of it, this one included."""
    there = PriceGrant.objects.filter(
        kind=grant.kind, shop=grant.shop_id, starts_at__lt=grant.ends_at, ends_at__gt=grant.starts_at
    )
    also = defaultdict(set)
    for one in beside:
        if one.starts_at < grant.ends_at and grant.starts_at < one.ends_at:
            also[one.kind, one.shop_id].add(one.product_id)
    return set(there.values_list("product_id", flat=True)) | also[grant.kind, grant.shop_id]
