"""AS-11: the register of the persons who install, and what is known of them."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.models import Installer
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.privacy import mask_phone, seal, unseal


class SayWhy(Refused):
    code, sentence = "show_without_reason", _("{installer}: say why you need the phone.")


def seal_phone(installer: Installer, phone: str) -> None:
    """AU-2: put a phone into a row sealed and masked; who saves the row saves it."""
    installer.phone_sealed, installer.phone_masked = seal(phone.strip().encode()), mask_phone(phone.strip())


def lapsing(certificates: Any, *, on: date) -> Any:
    """AS-11: narrow to certificates in force today that end within a month."""
    return certificates.usable(on).filter(valid_to__lte=on + timedelta(days=31))


@transaction.atomic
def show_phone(installer_id: int, *, why: str, by: Actor, at: datetime) -> str:
    """AU-2: return an installer's phone; every look is written down with the reason."""
    by.need("aftersales.show_installer")
    installer: Installer = Installer.objects.visible_to(by).for_change(installer_id)
    if not why.strip():
        raise SayWhy(installer=installer)
    audit.record(installer, "installer.show", by=by, at=at, why=why.strip())
    return unseal(installer.phone_sealed).decode() if installer.phone_sealed else ""
