from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.errors import Refused
from orders.models import Line
from promotions.models import Auction, PriceSignal
from promotions.states.price_signal import SIGNAL, SignalKind


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("{signal}: say why.")


@transaction.atomic
def dismiss(signal_id: int, *, reason: str, by: Actor, at: datetime) -> PriceSignal:
    """DS-11: say that a signal is nothing to pursue, with the reason; the same finding never comes back."""
    by.need("promotions.dismiss_pricesignal")
    signal: PriceSignal = PriceSignal.objects.visible_to(by).for_change(signal_id)
    if not reason.strip():
        raise ReasonMissing(signal=signal)
    SIGNAL.move(signal, "dismiss", by=by, at=at, reason=reason.strip()[:300], ended_at=at)
    return signal


def keep_below(line: Line, auction: Auction, *, at: datetime) -> PriceSignal:
    """DS-11: keep the signal of a sale below its floor; that of the sweep, if it was there first. A part of PR-12."""
    assert auction.price_yuan is not None and auction.floor_yuan is not None
    signal, _new = PriceSignal.objects.get_or_create(
        line=line,
        kind=SignalKind.BELOW_FLOOR,
        defaults={
            "shop_id": auction.shop_id,
            "product_id": auction.product_id,
            "listing": line.listing or auction.listing,
            "price_yuan": auction.price_yuan,
            "net_yuan": auction.price_yuan,
            "floor_yuan": auction.floor_yuan,
            "gap_yuan": auction.floor_yuan - auction.price_yuan,
            "moment": auction.closes_at,
            "found_at": at,
            "because": auction.because,
        },
    )
    return signal
