"""AU-2: personal data of customers is sealed at rest, found by fingerprint, shown masked."""

import base64
import hashlib
import hmac
import os
import re
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.errors import Misconfigured

_NONCE = 12
_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[ \-]?\d){6,12}(?!\d)")  # seven to thirteen digits: a phone, not an order number
_PUNCTUATION = re.compile(r"[\s\-()（）+_.]")


class KeyMissing(Misconfigured):
    code, sentence = "privacy_key_missing", _("The privacy key “{key}” is not in PRIVACY_KEYS; add it again.")


@lru_cache(maxsize=1)
def _ciphers() -> dict[str, AESGCM]:
    pairs = (entry.partition(":")[::2] for entry in settings.PRIVACY_KEYS)
    return {key: AESGCM(base64.b64decode(secret)) for key, secret in pairs}


def seal(data: bytes) -> bytes:
    """Encrypt under the first key (AES-GCM); the key's name stands in front, so that keys can be rotated."""
    key, cipher = next(iter(_ciphers().items()))
    nonce, name = os.urandom(_NONCE), key.encode()
    return bytes((len(name),)) + name + nonce + cipher.encrypt(nonce, data, name)


def unseal(sealed: bytes | memoryview) -> bytes:
    """Return what was sealed; raise KeyMissing when its key is no longer configured."""
    data = bytes(sealed)
    if len(data) < 2 + _NONCE:
        raise KeyMissing(key="–")
    name, rest = data[1 : 1 + data[0]], data[1 + data[0] :]
    cipher = _ciphers().get(name.decode())
    if cipher is None:
        raise KeyMissing(key=name.decode())
    try:
        return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], name)
    except InvalidTag:
        raise KeyMissing(key=f"{name.decode()} (changed)") from None


def fingerprint(value: str) -> bytes:
    """Return 16 bytes that are equal for equal values and say nothing without the key (blind index)."""
    keyed = _keyed().copy()
    keyed.update(value.encode())
    return keyed.digest()[:16]


@lru_cache(maxsize=1)
def _keyed() -> hmac.HMAC:
    return hmac.new(settings.FINGERPRINT_KEY, digestmod=hashlib.sha256)


def normal_phone(text: str) -> str:
    """OR-4: return the digits that identify a phone, or "" when it is masked, virtual or no phone at all.

    A leading 86/0086 is dropped; a virtual number (18877771111-123) belongs to an order, not to a person.
    """
    if len(text) == 11 and text.isdecimal() and text.isascii():
        return text
    if "*" in text or re.fullmatch(r"\s*1\d{10}[-转]\d+\s*", text):
        return ""
    digits = _PUNCTUATION.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        return ""
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            digits = digits[len(prefix) :]
    whole = digits.startswith("0") or len(digits) == 11  # without its area code a landline is many people's
    return digits if whole and 10 <= len(digits) <= 12 else ""


def mask_phone(text: str) -> str:
    """Show the first three and the last four digits; what is masked already stays so."""
    if "*" in text or not text:
        return text
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 9 else f"{text[:1]}****"


def mask_name(text: str) -> str:
    """Show the family name's first character only."""
    if "*" in text or not text:
        return text
    return text[0] + "*" * min(len(text) - 1, 2)


def mask_numbers(text: str) -> str:
    """Show free text with whatever may be a phone number masked; longer numbers are orders and parcels."""
    return _NUMBER.sub(lambda found: mask_phone(normal_phone(found[0]) or _PUNCTUATION.sub("", found[0])), text)


class SealedTextField(models.Field):  # type: ignore[type-arg]
    """AU-2: text that may name a person: clear in Python, sealed in the database; empty text is empty bytes.

    Sealed twice the same text differs: such a column is compared in Python and never searched.
    """

    empty_strings_allowed = True

    def get_internal_type(self) -> str:
        return "SealedTextField"

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_db_prep_value(self, value: str | None, connection: Any, prepared: bool = False) -> bytes | None:
        return None if value is None else sealed_text(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(value).decode() if len(value) else ""


def sealed_text(text: str) -> bytes:
    """Return a text as a sealed column holds it."""
    return seal(text.encode()) if text else b""
