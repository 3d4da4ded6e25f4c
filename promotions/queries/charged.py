"""PR-16: whether list prices have really been charged, for many models in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Max, OuterRef, Subquery

from channels.models import ListPrice
from opsdesk.days import local
from orders.models import Line
from promotions.models import ListPriceProof
from promotions.models.price_rule import span_of
from promotions.rules.facts import ListPriceRow
from promotions.rules.prices import Charged, charged, crossed_out


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the list price of a model was really charged, and the most that was paid for one while it stood."""

    charged: Charged
    best: Decimal | None

    def against(self, crossed: Decimal) -> str:
        """PR-16: return what speaks against a struck-through price; empty: nothing."""
        return crossed_out(crossed, self.charged, self.best)


def proofs(product_ids: Collection[int], at: datetime) -> dict[int, Proof]:
    """PR-16: say for each of these models whether its list price had really been charged by a moment. Three queries."""
    if not product_ids:
        return {}
    prices: defaultdict[int, list[ListPriceRow]] = defaultdict(list)
    for row in ListPrice.objects.filter(product__in=product_ids).order_by("valid_from"):
        prices[row.product_id].append(ListPriceRow(row.price_yuan, **span_of(row)))
    proof = ListPriceProof.objects.in_force(local(at).date()).first()
    least_days, best = proof.least_days if proof else 0, _best_paid(product_ids, at)
    found = {}
    for pk in product_ids:
        sales = [(at, paid)] if (paid := best.get(pk)) is not None else []
        found[pk] = Proof(charged(prices[pk], sales, at, least_days=least_days), best.get(pk))
    return found


def _best_paid(product_ids: Collection[int], at: datetime) -> dict[int, Decimal | None]:
    """The most that was paid for a piece of each model while its list price of that moment stood."""
    lines = Line.objects.filter(
        listing__product=OuterRef("product"),
        quantity__gt=0,
        paid_yuan__gt=0,
        order__paid_at__isnull=False,
        order__superseded=False,
        order__ordered_at__lte=at,
        order__ordered_at__date__gte=OuterRef("valid_from"),
    )
    best = lines.values("listing__product").annotate(best=Max(F("paid_yuan") / F("quantity"))).order_by().values("best")
    rows = ListPrice.objects.in_force(local(at).date()).filter(product__in=product_ids)
    return dict(rows.annotate(best=Subquery(best)).values_list("product_id", "best"))
