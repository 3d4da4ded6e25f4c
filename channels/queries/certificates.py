from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

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


Span = tuple[date, date | None]
"""Days, half-open; None: without end."""


def with_revocations(rows: QuerySet[Authorisation]) -> QuerySet[Authorisation]:
    """Fetch certificates together with what took them away and gave them back; one query more."""
    return rows.prefetch_related(Prefetch("revocations", Revocation.objects.select_related("lifting")))


def spans_of(row: Authorisation) -> list[Span]:
    """CH-4, CF-14: return the days on which a certificate holds: its validity less each revocation and suspension."""
    spans: list[Span] = [(row.valid_from, row.valid_to)]
    for gone in row.revocations.all():
        lifting = getattr(gone, "lifting", None)
        back = min((day for day in (gone.until, lifting and lifting.lifted_on) if day), default=None)
        spans = [part for span in spans for part in _less(span, (gone.revoked_on, back))]
    return spans


def _less(span: Span, gone: Span) -> list[Span]:
    """What is left of a span when another is taken out of it: nothing, one part, or two."""
    (since, until), (start, back) = span, gone
    if back is not None and back <= start:
        return [span]
    before: Span = (since, start if until is None else min(until, start))
    after: list[Span] = [] if back is None else [(max(since, back), until)]
    return [part for part in (before, *after) if part[1] is None or part[0] < part[1]]
