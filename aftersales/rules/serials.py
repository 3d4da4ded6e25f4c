"""AS-1: which of the codes on a type plate is the serial number. Plain Python."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SHOP_CODES = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E"})
_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9\-]{4,39}")
_NAMED = re.compile(r"(?:SN|S/N|SERIAL|序列号|机号|条码)\s*[:=：]\s*([A-Z0-9\-]{5,40})")


@dataclass(frozen=True)
class Code:
    """A code found in a picture: its kind and what it says."""

    kind: str
    text: str


@dataclass(frozen=True)
class Read:
    """The serial number, or "" where none of the codes is one, and why."""

    serial_number: str
    because: str


def normal(text: str) -> str:
    """Return a serial number as it is stored: half-width capitals, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def chosen(codes: Sequence[Code]) -> Read:
    """AS-1: choose the serial number: one that a code calls so, or the only one that looks like one; never a guess
    between two, and never the article number of the shop (EAN)."""
    for code in codes:
        if named := _NAMED.search(normal(code.text)):
            return Read(named[1], "named")
    likely = {text for code in codes if code.kind not in _SHOP_CODES and _SERIAL.fullmatch(text := normal(code.text))}
    if len(likely) == 1:
        return Read(likely.pop(), "only_one")
    return Read("", "several" if likely else "none")
