from dataclasses import dataclass
from datetime import date

from channels.models import Authorisation, Revocation
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
    suspended_until: date | None = None


def verify(number: str, *, on: date) -> Certificate:
    """CH-4: answer for a certificate number: valid, expired, revoked, suspended, not yet in force or unknown."""
    rows = Authorisation.objects.select_related("partner", "shop", "region")
    row = rows.filter(number=number.strip().upper()).first() or rows.filter(number=number.strip()).first()
    if row is None:
        return Certificate(number.strip(), CertificateState.UNKNOWN)
    gone = _gone(row, on)
    scope = row.shop.name if row.shop else row.region.full_name
    return Certificate(
        row.number,
        state_of(row, on=on),
        row.partner.name,
        scope,
        row.valid_from,
        row.valid_to,
        gone.revoked_on if gone else None,
        gone.until if gone else None,
    )


def _gone(row: Authorisation, on: date) -> Revocation | None:
    """What takes the certificate away on that day, the lasting before the passing; asks nothing where it is fetched."""
    holding = [
        gone
        for gone in row.revocations.all()
        if gone.revoked_on <= on and (gone.until is None or gone.until > on) and not _lifted(gone, on)
    ]
    return min(holding, key=lambda gone: (gone.until is not None, gone.revoked_on), default=None)


def _lifted(gone: Revocation, on: date) -> bool:
    lifting = getattr(gone, "lifting", None)
    return lifting is not None and lifting.lifted_on <= on


def state_of(row: Authorisation, *, on: date) -> CertificateState:
    """Return the state of a certificate on a day; lists prefetch "revocations__lifting"."""
    if gone := _gone(row, on):
        return CertificateState.REVOKED if gone.until is None else CertificateState.SUSPENDED
    if on < row.valid_from:
        return CertificateState.NOT_YET
    return CertificateState.EXPIRED if row.valid_to and row.valid_to <= on else CertificateState.VALID
