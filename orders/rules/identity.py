"""OR-4: who is the same customer, how sure that is, and why. Plain Python."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

CONFIDENCE = {"phone": Decimal("0.99"), "name_address": Decimal("0.90"), "new": Decimal("1.00")}
"""A phone is shared within a family now and then; a name and address also by namesakes of one house."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Name, phone and address as a platform gives them, possibly masked."""

    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The customer that an order belongs to (None: a new one) and what it was recognised by."""

    customer: int | None
    basis: str
    confidence: Decimal


def is_masked(text: str) -> bool:
    """Say whether a platform has hidden part of this."""
    return "*" in text or text.startswith(("##", "$$", "~"))


def marks(receiver: Receiver, phone: str) -> tuple[tuple[str, str], ...]:
    """Return what a customer may be recognised by, the surest first: (basis, text to fingerprint).

    `phone` is the normalised number, "" when it is masked, virtual or absent.
    """
    found = [("phone", f"phone:{phone}")] if phone else []
    if receiver.name and receiver.address and not is_masked(receiver.name) and not is_masked(receiver.address):
        found.append(("name_address", f"name:{_folded(receiver.name)}|address:{_folded(receiver.address)}"))
    return tuple(found)


def match(found: tuple[tuple[str, bytes], ...], known: Mapping[bytes, int]) -> Match | None:
    """Return the customer whose surest mark is known, a new one if none is, None where there is nothing to go by."""
    for basis, mark in found:
        if mark in known:
            return Match(known[mark], basis, CONFIDENCE[basis])
    return Match(None, "new", CONFIDENCE["new"]) if found else None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
