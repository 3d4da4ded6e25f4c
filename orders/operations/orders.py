from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from orders.models import Order
from orders.operations import receivers
from orders.rules.identity import Receiver
from orders.states import ORDER


class SignedInFuture(Refused):
    code, sentence = (
        "signed_in_future",
        _("Order {order}: goods cannot have been signed for in the future ({signed_at})."),
    )


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("Say what you need the personal data of order {order} for.")


@transaction.atomic
def sign(order_id: int, *, signed_at: datetime, by: Actor, at: datetime) -> Order:
    """AS-1: record by hand that the goods were signed for; the installation job follows."""
    by.need("orders.sign_order")
    order = Order.objects.visible_to(by).for_change(order_id)
    if signed_at > at:
        raise SignedInFuture(order=order, signed_at=signed_at)
    ORDER.move(order, "sign", by=by, at=at, signed_at=signed_at, changed_at=at)
    return order  # type: ignore[no-any-return]


@transaction.atomic
def show(order_id: int, *, why: str, by: Actor, at: datetime) -> Receiver:
    """AU-2: return an order's personal data in clear, and write down who looked and what for."""
    by.need("orders.show_order")
    order = Order.objects.visible_to(by).for_change(order_id)
    if not why.strip():
        raise ReasonMissing(order=order)
    audit.record(order, "order.show", by=by, at=at, why=why.strip())
    return receivers.opened(order.receiver_sealed)
