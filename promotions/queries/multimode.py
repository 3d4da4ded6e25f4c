"""DS-9: how much of what a shop sells are multi-mode models."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, NullIf, TruncDate

from channels.models import Shop
from opsdesk.days import midnight
from opsdesk.money import ZERO
from orders.models import Line
from orders.states import OrderState
from promotions.models import ProductTag
from promotions.queries import sold
from promotions.rules.supports import Mix
from promotions.states.price_rule import Tag

_YUAN = DecimalField(max_digits=16, decimal_places=4)


def mix_of(shop: Shop, *, until: date, days: int) -> Mix:
    """DS-9: return what a shop was paid and kept in the days before `until`, and what of it for multi-mode models.

    What came back counts not at all: a line's own refund where its source says so, else its part of the order's. A
    model counts as multi-mode if it was marked so on the day of the sale. Three queries.
    """
    orders = sold.paid_orders(midnight(until - timedelta(days=days)), midnight(until)).filter(shop=shop)
    orders = orders.exclude(state=OrderState.CLOSED)
    lines = _lines(orders)
    known = lines.filter(listing__product__isnull=False, got_yuan__gt=0)
    parted = known.annotate(kept=_kept(), multimode=_multimode()).values("kept", "multimode")
    sums = parted.aggregate(all=Sum("kept"), some=Sum("kept", filter=Q(multimode=True)))
    unlooked = lines.count() - known.count() + sold.without_items(orders).count()
    return Mix(sums["some"] or ZERO, sums["all"] or ZERO, unlooked)


def _lines(orders: Any) -> Any:
    """What was sold, no gifts and nothing that is none of ours: what was paid for each as its source says, or, of an
    order of one item, its total without freight; and on which day."""
    ours = Line.objects.filter(Q(listing=None) | Q(listing__ignored=False), order__in=orders.values("pk"))
    beside = Line.objects.filter(order=OuterRef("order")).exclude(pk=OuterRef("pk")).exclude(price_yuan=0)
    whole = Coalesce("order__total_yuan", "order__paid_yuan") - Coalesce("order__freight_yuan", ZERO)
    return ours.exclude(price_yuan=0).annotate(
        got_yuan=Case(When(paid_yuan__isnull=False, then=F("paid_yuan")), When(~Exists(beside), then=whole)),
        sold_on=TruncDate(Coalesce("order__ordered_at", "order__paid_at")),
    )


def _kept() -> Greatest:
    """What was paid for a line and did not go back."""
    whole = NullIf(Coalesce("order__total_yuan", "order__paid_yuan", ZERO), Value(ZERO))
    part = ExpressionWrapper(
        F("got_yuan") * (Value(1) - Coalesce(F("order__refunded_yuan") / whole, Value(0), output_field=_YUAN)),
        output_field=_YUAN,
    )
    own = ExpressionWrapper(F("got_yuan") - F("refunded_yuan"), output_field=_YUAN)
    return Greatest(Case(When(refunded_yuan__isnull=False, then=own), default=part), Value(ZERO), output_field=_YUAN)


def _multimode() -> Exists:
    marks = ProductTag.objects.filter(product=OuterRef("listing__product"), tag=Tag.MULTIMODE)
    holds = Q(valid_to=None) | Q(valid_to__gt=OuterRef("sold_on"))
    return Exists(marks.filter(holds, valid_from__lte=OuterRef("sold_on")))
