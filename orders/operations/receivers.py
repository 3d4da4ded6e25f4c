"""The receiver of an order: sealed as one, compared by fingerprint, shown masked (AU-2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from channels.connectors.base import PlatformOrder
from channels.rules.addresses import Gazetteer, Located
from opsdesk.privacy import fingerprint, mask_name, mask_numbers, mask_phone, normal_phone, seal, unseal
from orders.operations import customers
from orders.queries.stored import Row
from orders.rules.identity import Match, Receiver, is_masked

COLUMNS = (
    "receiver_sealed", "receiver_print", "name_masked", "phone_masked",
    "region_id", "region_because", "customer_id", "customer_basis",
)  # fmt: skip
SECRET = frozenset({"receiver_sealed", "receiver_print"})
_FREE_TEXT = frozenset({"buyer_message", "seller_note"})
_SEPARATOR = "\x1f"


def read(order: PlatformOrder) -> Receiver:
    """Return the receiver as the platform gives it, what it does not say being empty."""
    return Receiver(order.receiver_name or "", order.receiver_phone or "", order.receiver_address or "")


def opened(sealed: bytes | memoryview | None) -> Receiver:
    """Unseal a stored receiver. Whoever shows it to a person logs that (orders.operations.showing)."""
    return Receiver(*unseal(sealed).decode().split(_SEPARATOR)) if sealed else Receiver()


def columns(receiver: Receiver) -> tuple[Any, ...]:
    """Return the four columns that hold a receiver: sealed, fingerprint, masked name, masked phone."""
    packed = _packed(receiver)
    if len(packed) == 2:
        return None, None, "", ""
    return seal(packed.encode()), fingerprint(packed), mask_name(receiver.name), mask_phone(receiver.phone)


def told(column: str, value: Any) -> Any:
    """Return a column's value as an event may hold it: free text with its phone numbers masked."""
    return mask_numbers(value) if column in _FREE_TEXT and value else value


def locate(gazetteer: Gazetteer, order: PlatformOrder) -> Located:
    """Return the region that an order's receiver lives in, as far as it is certain."""
    return gazetteer.locate(
        order.receiver_address or "",
        province=order.province or "",
        city=order.city or "",
        county=order.county or "",
    )


def differ(order: PlatformOrder, old: Row) -> bool:
    """Say whether this picture of an order may hold more of its receiver than is stored; nothing is unsealed for it."""
    if old["region_id"] is None and (order.province or order.city or order.county):
        return True
    packed = _packed(read(order))
    return len(packed) > 2 and (old["receiver_print"] is None or fingerprint(packed) != bytes(old["receiver_print"]))


def replace(moved: Iterable[tuple[PlatformOrder, Row, bool]], gazetteer: Gazetteer, *, at: datetime) -> dict[int, Row]:
    """Return the receiver columns of orders whose receiver really changed, by order; the flag: an earlier picture.

    What a platform has masked never replaces what was in clear, what it leaves out never blanks what is stored, an
    earlier picture only fills gaps. A new address that cannot be located makes the region unknown.
    """
    merged = []
    for order, old, earlier in moved:
        known = opened(old["receiver_sealed"])
        receiver = _merged(read(order), known, earlier=earlier)
        place = locate(gazetteer, order) if old["region_id"] is None or receiver.address != known.address else None
        if receiver != known or (place and place.code):
            merged.append((old, receiver, place))
    matches = customers.recognise([receiver for _, receiver, _ in merged], at=at)
    return {
        old["id"]: _changed(old, receiver, place, match)
        for (old, receiver, place), match in zip(merged, matches, strict=True)
    }


def _changed(old: Row, receiver: Receiver, place: Located | None, match: Match | None) -> Row:
    where = (place.code or None, list(place.because)) if place else (old["region_id"], old["region_because"])
    who = (match.customer, match.basis) if match else (old["customer_id"], old["customer_basis"])
    return dict(zip(COLUMNS, (*columns(receiver), *where, *who), strict=True))


def _merged(seen: Receiver, known: Receiver, *, earlier: bool) -> Receiver:
    if earlier:
        return Receiver(known.name or seen.name, known.phone or seen.phone, known.address or seen.address)
    phone = known.phone if normal_phone(known.phone) and not normal_phone(seen.phone) else seen.phone or known.phone
    return Receiver(_better(seen.name, known.name), phone, _better(seen.address, known.address))


def _packed(receiver: Receiver) -> str:
    return _SEPARATOR.join(part.replace(_SEPARATOR, " ") for part in (receiver.name, receiver.phone, receiver.address))


def _better(seen: str, known: str) -> str:
    return known if not seen or (known and is_masked(seen) and not is_masked(known)) else seen
