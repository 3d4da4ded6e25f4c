"""CH-4, CF-14: authorisations end before their time, are suspended, and come back; nothing is edited."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels.models import Authorisation, Lifting, Revocation
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused


class RevokedAlready(Refused):
    code, sentence = "revoked_already", _("{number} has been revoked already.")


@transaction.atomic
def revoke(authorisation_id: int, *, revoked_on: date, reason: str, by: Actor, at: datetime) -> Authorisation:
    """CH-4: end a certificate before its time, from a day on, with the reason; the public page says so at once."""
    by.need("channels.add_revocation")
    row: Authorisation = Authorisation.objects.visible_to(by).for_change(authorisation_id)
    if Revocation.objects.holding(revoked_on).filter(authorisation=row, until=None).exists():
        raise RevokedAlready(number=row.number)
    _take_away(row, revoked_on, None, reason, by=by, at=at)
    return row


def take_away_all(
    partner_id: int, *, on: date, until: date | None, reason: str, by: Actor, at: datetime
) -> list[Revocation]:
    """CF-7, CF-12: revoke (or suspend `until` a day) every certificate of a partner that holds on that day or later.

    A part of the operation that has the right to. Whatever else has taken a certificate away already, this stands
    beside it: when one is given back, the other still holds.
    """
    rows = Authorisation.objects.filter(partner=partner_id).exclude(valid_to__lte=on)
    held = Authorisation.objects.for_change_many(list(rows.order_by("pk").values_list("pk", flat=True)))
    return [_take_away(row, on, until, reason, by=by, at=at) for row in held]


def _take_away(row: Authorisation, on: date, until: date | None, reason: str, *, by: Actor, at: datetime) -> Revocation:
    made = Revocation.objects.create(authorisation=row, revoked_on=on, until=until, reason=reason[:300])
    if until is None:
        audit.record(row, "authorisation.revoke", by=by, at=at, revoked_on=on, reason=reason)
    else:
        audit.record(row, "authorisation.suspend", by=by, at=at, revoked_on=on, until=until, reason=reason)
    return made


def lift_all(revocations: Sequence[Revocation], *, on: date, reason: str, by: Actor, at: datetime) -> None:
    """CF-14: give certificates back from a day on; the revocations stay. A part of the operation that decides it."""
    for revocation in revocations:
        Lifting.objects.create(revocation=revocation, lifted_on=on, reason=reason[:300])
        audit.record(revocation.authorisation, "authorisation.lift", by=by, at=at, lifted_on=on, reason=reason)
