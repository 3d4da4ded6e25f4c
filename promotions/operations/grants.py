"""DS-11: prices that a shop may go down to for a while: given whole, ended early with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from promotions.models import PriceGrant


@dataclass(frozen=True)
class Grant:
    """DS-11: what a source allows: a shop (none: every shop) may sell a model down to a price for a while."""

    kind: str
    shop_id: int | None
    product_id: int
    price_yuan: Decimal
    starts_at: datetime
    ends_at: datetime
    source: tuple[str, int]
    because: Any = ()


@transaction.atomic
def give_many(grants: Sequence[Grant], *, by: Actor, at: datetime) -> list[PriceGrant]:
    """DS-11: write these grants, each once per source, shop and model. Return those that are new."""
    sources = {grant.source for grant in grants}
    known = {
        (row.source_type, row.source_id, row.shop_id, row.product_id)
        for row in PriceGrant.objects.filter(
            source_type__in={kind for kind, _pk in sources}, source_id__in={pk for _kind, pk in sources}
        )
    }
    fresh = PriceGrant.objects.bulk_create(
        PriceGrant(
            kind=grant.kind,
            shop_id=grant.shop_id,
            product_id=grant.product_id,
            price_yuan=grant.price_yuan,
            starts_at=grant.starts_at,
            ends_at=grant.ends_at,
            source_type=grant.source[0],
            source_id=grant.source[1],
            because=list(grant.because),
        )
        for grant in grants
        if (*grant.source, grant.shop_id, grant.product_id) not in known
    )
    told = [
        (
            row,
            {
                "kind": row.kind,
                "product": row.product_id,
                "price_yuan": row.price_yuan,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
            },
        )
        for row in fresh
    ]
    audit.record_many(told, "pricegrant.give", by=by, at=at)
    return fresh


@transaction.atomic
def end(source: tuple[str, int], *, reason: str, by: Actor, at: datetime) -> int:
    """DS-11: let no price of this source hold any longer; what has ended stays as it was. Return how many ended."""
    rows = list(
        PriceGrant.objects.filter(source_type=source[0], source_id=source[1], ends_at__gt=at)
        .order_by("pk")
        .select_for_update()
    )
    for row in rows:
        row.ends_at = max(at, row.starts_at)
    PriceGrant.objects.bulk_update(rows, ["ends_at"])
    audit.record_many([(row, {"reason": reason}) for row in rows], "pricegrant.end", by=by, at=at)
    return len(rows)
