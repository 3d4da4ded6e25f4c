from dataclasses import dataclass
from datetime import date

from channels.models import Authorisation
from channels.states import CertificateState


@dataclass(frozen=True)
class Certificate:
    """CH-4: what the public may know of a certificate number."""

    number: str
    state: CertificateState
    partner: str = ""
    scope: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    revoked_on: date | None = None


def verify(number: str, *, on: date) -> Certificate:
    """CH-4: answer for a certificate number: valid, expired, revoked, not yet in force or unknown. One query."""
    rows = Authorisation.objects.select_related("partner", "shop", "region", "revocation")
    row = rows.filter(number=number.strip().upper()).first() or rows.filter(number=number.strip()).first()
    if row is None:
        return Certificate(number.strip(), CertificateState.UNKNOWN)
    revoked = getattr(row, "revocation", None)
    scope = row.shop.name if row.shop else row.region.full_name
    return Certificate(
        row.number,
        state_of(row, on=on),
        row.partner.name,
        scope,
        row.valid_from,
        row.valid_to,
        revoked and revoked.revoked_on,
    )


def state_of(row: Authorisation, *, on: date) -> CertificateState:
    """Return the state of a certificate on a day; its revocation must have been fetched with it."""
    revoked = getattr(row, "revocation", None)
    if revoked and revoked.revoked_on <= on:
        return CertificateState.REVOKED
    if on < row.valid_from:
        return CertificateState.NOT_YET
    return CertificateState.EXPIRED if row.valid_to and row.valid_to <= on else CertificateState.VALID
