"""AU-2: what of a customer's free words may be shown in lists: short, with whatever looks like a number masked."""

import re

_SPOKEN = "零〇一二三四五六七八九幺两"
_DIGITS = re.compile(rf"[0-9{_SPOKEN}](?:[\s\-—_.·()（）转]*[0-9{_SPOKEN}]){{6,}}")
_HOUSE = r"\d+(?:号楼|号院|号|栋|幢|座|弄|单元|室|楼)[\d\-号楼栋幢座单元室层]*"
_STREET = r"[\u4e00-\u9fff]{1,6}(?:小区|花园|家园|公寓|大厦|苑|村|路|街|大道|巷|弄)"
_ADDRESS = re.compile(rf"{_STREET}\s*{_HOUSE}|\d+(?:号楼|号院|栋|幢|单元)[\d\-号楼栋幢座单元室层]*|\d{{3,4}}室")
_NARROW = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF20)
}
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MOST = 120


def masked(text: str) -> str:
    """Return the text on one line with phone-like numbers, house numbers and e-mail addresses replaced by ****.

    Seven digits or more in a row count, however they are written (full width, with blanks or dashes, in characters).
    """
    plain = " ".join(text.translate(_NARROW).split())
    for pattern in (_MAIL, _ADDRESS, _DIGITS):
        plain = pattern.sub("****", plain)
    return plain


def excerpt(text: str, most: int = MOST) -> str:
    """Return the masked beginning of a text."""
    short = masked(text)
    return short if len(short) <= most else f"{short[: most - 1]}…"
