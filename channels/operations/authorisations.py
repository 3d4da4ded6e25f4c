from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels.models import Authorisation, Revocation
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused


class RevokedAlready(Refused):
    code, sentence = "revoked_already", _("{number} has been revoked already.")


@transaction.atomic
def revoke(authorisation_id: int, *, revoked_on: date, reason: str, by: Actor, at: datetime) -> Authorisation:
    """CH-4: end a certificate before its time, from a day on, with the reason; the public page says so at once."""
    by.need("channels.add_revocation")
    row = Authorisation.objects.visible_to(by).for_change(authorisation_id)
    if Revocation.objects.filter(authorisation=row).exists():
        raise RevokedAlready(number=row.number)
    Revocation.objects.create(authorisation=row, revoked_on=revoked_on, reason=reason)
    audit.record(row, "authorisation.revoke", by=by, at=at, revoked_on=revoked_on, reason=reason)
    return row  # type: ignore[no-any-return]
