from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from conflicts.models import Signal
from conflicts.queries import figures
from conflicts.rules import floors as rule
from conflicts.rules.weighing import Outcome
from conflicts.states.signal import SignalKind
from conflicts.states.signal import SignalState as State
from opsdesk.days import local, midnight
from promotions.models import PriceSignal, SellerStanding
from promotions.states.price_rule import Seller
from promotions.states.price_signal import SignalKind as PriceKind
from promotions.states.price_signal import SignalState


def look(price_ids: Sequence[int]) -> Outcome:
    """CF-13, DS-11, DS-12: look at prices that the price policy found below their floor. Three queries."""
    book, outcome = figures.book(), Outcome()
    rows = list(_below(Q(pk__in=price_ids)).select_related("shop", "line"))
    standings = _standings({row.shop_id for row in rows})
    for row in rows:
        day = local(row.moment).date()
        weights = book.on("below_floor", day)
        if weights is None or row.floor_yuan is None:
            outcome.note(row.pk, "no_figures" if weights is None else "floor_unknown")
            continue
        held = (
            seller for seller, since, end in standings.get(row.shop_id, ()) if since <= day and (not end or day < end)
        )
        usual = Seller.OWN_SHOP if row.shop.operator_id is None else Seller.INDEPENDENT
        line = row.line
        price = rule.Price(
            row.pk, row.shop_id, row.shop.operator_id, row.product_id, line.order_id if line else None,
            (line.quantity if line else 1) or 1, row.net_yuan, row.floor_yuan, row.moment, next(held, usual),
        )  # fmt: skip
        outcome.note(row.pk, rule.judge(price, weights))
    return outcome


def _below(which: Q) -> Any:
    return PriceSignal.objects.filter(which, kind=PriceKind.BELOW_FLOOR, state=SignalState.OPEN).order_by("pk")


def _standings(shops: set[int]) -> dict[int, list[tuple[str, date, date | None]]]:
    found: dict[int, list[tuple[str, date, date | None]]] = {}
    for shop, *row in (
        SellerStanding.objects.filter(shop__in=shops)
        .order_by("pk")
        .values_list("shop_id", "seller", "valid_from", "valid_to")
    ):
        found.setdefault(shop, []).append((row[0], row[1], row[2]))
    return found


def of_day(day: date) -> list[int]:
    """Return the prices found below their floor on a day."""
    span = Q(found_at__gte=midnight(day), found_at__lt=midnight(day + timedelta(days=1)))
    return list(_below(span).values_list("pk", flat=True))


def unseen() -> list[int]:
    """Return the open ones that no signal stands for, and those whose signal is open while they are not."""
    ours = Signal.objects.filter(kind=SignalKind.BELOW_FLOOR, price_signal=OuterRef("pk"))
    fresh = _below(Q()).filter(~Exists(ours))
    ended = PriceSignal.objects.exclude(state=SignalState.OPEN).filter(Exists(ours.filter(state=State.OPEN)))
    again = _below(Q()).filter(Exists(ours.filter(state=State.GONE)))
    return sorted({pk for rows in (fresh, ended, again) for pk in rows.values_list("pk", flat=True)})
