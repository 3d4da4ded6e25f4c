from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from conflicts.models import Inquiry
from conflicts.queries import figures, inquiries
from conflicts.states.signal import SignalKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Misconfigured, NotFound, Refused
from opsdesk.privacy import fingerprint, mask_name, mask_phone, normal_phone

LOCK = 740_120


class NoPhone(Invalid):
    code, sentence = "no_phone", _("This is no whole phone number. A masked or virtual number registers nobody.")


class AlreadyRegistered(Refused):
    code, sentence = (
        "already_registered",
        _("This customer is registered already, until {until}: first come, first served."),
    )


class ProtectionUnknown(Misconfigured):
    code, sentence = "protection_unknown", _("Nobody has entered how long a registered inquiry is protected on {day}.")


class EndedAlready(Refused):
    code, sentence = "inquiry_ended", _("{inquiry}: this registration has ended already.")


class ReasonMissing(Refused):
    code, sentence = "reason_missing", _("{inquiry}: say why.")


@dataclass(frozen=True)
class Asked:
    """Who asked, for what."""

    phone: str
    name: str = ""
    product_id: int | None = None
    note: str = ""


@transaction.atomic
def register(shop_id: int, asked: Asked, *, by: Actor, at: datetime) -> Inquiry:
    """CF-2, CF-13: register a customer who asked in a shop; the first one has him, for as long as the rule of the day
    says. Only a fingerprint of his phone is kept, and what may be shown of it."""
    by.need("conflicts.register_inquiry")
    shop = Shop.objects.visible_to(by).filter(pk=shop_id, active=True).first()
    if shop is None:
        raise NotFound(what=f"shop {shop_id}")
    phone = normal_phone(asked.phone)
    if not phone:
        raise NoPhone
    product = Product.objects.filter(pk=asked.product_id).first() if asked.product_id else None
    mark = fingerprint(f"phone:{phone}")
    with connection.cursor() as cursor:  # two shops at once: one of them comes first
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, int.from_bytes(mark[:3], "big")])
    if held := inquiries.holding(mark, at):
        raise AlreadyRegistered(until=f"{local(held.until):%Y-%m-%d %H:%M}")
    inquiry = Inquiry.objects.create(
        shop=shop,
        mark=mark,
        name_masked=mask_name(asked.name.strip()),
        phone_masked=mask_phone(phone),
        note=asked.note.strip()[:500],
        product=product,
        registered_at=at,
        registered_by=by.name,
        until=at + _protection(at),
    )
    audit.record(inquiry, "inquiry.register", by=by, at=at, shop=shop.name, until=inquiry.until)
    return inquiry


def _protection(at: datetime) -> timedelta:
    day = local(at).date()
    held = figures.book().on(SignalKind.CLAIMED, day)
    if held is None:
        raise ProtectionUnknown(day=day)
    return timedelta(days=int(held["protection_days"]))


@transaction.atomic
def end(inquiry_id: int, *, reason: str, by: Actor, at: datetime) -> Inquiry:
    """CF-13: end an inquiry before its time: the customer has bought, or wants nothing any more."""
    by.need("conflicts.register_inquiry")
    inquiry: Inquiry = Inquiry.objects.visible_to(by).for_change(inquiry_id)
    if not reason.strip():
        raise ReasonMissing(inquiry=inquiry)
    if inquiry.ended_at is not None:
        raise EndedAlready(inquiry=inquiry)
    inquiry.ended_at, inquiry.reason = at, reason.strip()[:200]
    inquiry.save(update_fields=["ended_at", "reason"])
    audit.record(inquiry, "inquiry.end", by=by, at=at, reason=inquiry.reason)
    return inquiry
