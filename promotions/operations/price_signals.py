from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.errors import Refused
from promotions.models import PriceSignal
from promotions.states.price_signal import SIGNAL


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
