"""What one cell of an export says once the habits of platforms and of Excel are taken off it.

Every reader takes the cell's text; "" in gives "" for texts and None for times and amounts. What cannot be
read raises `Bad`; nothing is ever guessed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from channels.connectors.base import Progress
from opsdesk.money import to_fen

SHANGHAI = ZoneInfo("Asia/Shanghai")
Word = TypeVar("Word")

_BLANK = frozenset({"-", "--", "---", "—", "——", "null", "NULL", "Null", "None", "nan", "NaN", "\\N", "N/A", "#N/A"})
_INVISIBLE = (
    "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"  # come along when ids are pasted from a web page
)
_CIPHERS = ("##", "$$", "~Ag")  # Douyin's, and Pinduoduo's
_NEVER = ("0000", "0001-01-01", "1970-01-01", "1970/1/1")  # the zero dates of MySQL, Java and Unix
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:[日T\s]\s*(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2})(?:\.\d+)?)?)?日?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # Excel's days since 1899-12-30
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d+)\.0+")
_AMOUNT = re.compile(r"([-+]?)[¥￥]?\s*(\d{1,12}|\d{1,3}(?:[,，]\d{3}){1,3})(\.\d{0,20})?\s*元?")
_QUANTITY = re.compile(r"(\d{1,7})(?:\.0+)?\s*[件台个套]?")
_WAYBILL_MARKS = ("No:", "NO:", "No：")
_SEVERAL = re.compile(r"[\s,，;；、|]+")
_LARGEST_YUAN = Decimal(10) ** 10


class Bad(Exception):
    """A cell or row that cannot be read: `why` goes on where the column's name and the value end."""

    def __init__(self, code: str, why: str, *, index: int | None = None) -> None:
        super().__init__(code, why)
        self.code, self.why, self.index = code, why, index


def text(cell: str) -> str:
    """Return the words of a cell, without Excel's guards and without the marks that stand for "empty"."""
    cell = cell.strip()
    if cell and cell[0] in "='":
        cell = _unguarded(cell)
    return "" if len(cell) < 5 and cell in _BLANK else cell


def _unguarded(cell: str) -> str:
    if len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].replace('""', '"')
    return cell.removeprefix("'").strip()


def ident(cell: str) -> str:
    """Return an id, refused where Excel or pandas has rounded its digits away."""
    cell = text(cell)
    if not cell.isalnum():
        cell = cell.strip(_INVISIBLE)
        if "." in cell or "+" in cell:
            return _unrounded(cell)
    return cell


def _unrounded(cell: str) -> str:
    if _SCIENTIFIC.fullmatch(cell):
        raise Bad("lost_digits", "已被 Excel 写成科学计数，后面的数字丢失；请从后台重新导出，或照后台填上完整号码")
    whole = _WHOLE.fullmatch(cell)
    if not whole:
        return cell
    digits = whole[1]
    # Excel keeps 15 digits and puts zeros for the rest; a float is exact up to 2**53, which has 16.
    if len(digits) > 16 or (len(digits) == 16 and (digits[-1] == "0" or int(digits) > 2**53)):
        raise Bad("lost_digits", "是按数字存的，超过 15 位的部分可能已丢失；请从后台重新导出，或照后台填上完整号码")
    return digits


def number(cell: str) -> str:
    """Return an order number: an id of letters, digits, - and _."""
    bare = cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
    if bare.isalnum() and bare.isascii() and bare not in _BLANK:
        return bare
    cell = ident(cell)
    bare = cell.replace("-", "").replace("_", "")
    if cell and not (bare.isalnum() and bare.isascii()):
        raise Bad("bad_number", "不像订单号（只认字母、数字、- 和 _）；请照后台改正")
    return cell


def receiver(cell: str) -> str | None:
    """Return a name, phone or address; one that the platform has encrypted says nothing."""
    words = text(cell)
    return None if words.startswith(_CIPHERS) else words


def waybill(cell: str) -> str:
    """Return a waybill number without `No:`; of several, each once with a comma between."""
    cell = text(cell)
    bare = cell.removeprefix("No:")
    if bare.isalnum():
        return bare
    for mark in _WAYBILL_MARKS:
        cell = cell.replace(mark, " ")
    parts = (ident(part) for part in _SEVERAL.split(cell))
    return ",".join(dict.fromkeys(part for part in parts if part))


def moment(cell: str) -> datetime | None:
    """Return a time, by the platform's clock (Asia/Shanghai) unless it names another."""
    try:
        stamp = datetime.fromisoformat(cell)
        if 1970 < stamp.year < 2100 and stamp.tzinfo is None:
            return datetime.combine(stamp, stamp.time(), SHANGHAI)  # ten times as fast as .replace(tzinfo=)
    except ValueError:
        pass
    return _unusual_moment(text(cell))


def _unusual_moment(cell: str) -> datetime | None:
    if not cell or cell.startswith(_NEVER):
        return None
    try:
        stamp = _stamp(cell)
    except (ValueError, OverflowError):
        stamp = None
    if stamp is None or not 1970 < stamp.year < 2100:
        raise Bad("bad_date", "不是日期时间；请改成 2020-02-17 23:59:53 的样子")
    return stamp.replace(tzinfo=SHANGHAI) if stamp.tzinfo is None else stamp.astimezone(SHANGHAI)


def _stamp(cell: str) -> datetime:
    if _SERIAL.fullmatch(cell):
        return datetime(1899, 12, 30) + timedelta(seconds=round(float(cell) * 86400))  # noqa: DTZ001
    if written := _DATE.fullmatch(cell):
        year, month, day, hour, minute, second = (int(part or 0) for part in written.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    return datetime.fromisoformat(cell)


@lru_cache(maxsize=8192)
def amount(cell: str) -> Decimal | None:
    """Return yuan to the fen (half up), with or without 元, ¥ and thousands separators."""
    cell = text(cell)
    if not cell:
        return None
    read = _AMOUNT.fullmatch(cell)
    bare = read[1] + read[2].replace(",", "").replace("，", "") + (read[3] or "") if read else ""
    yuan = to_fen(Decimal(bare)) if bare else None
    if yuan is None or abs(yuan) >= _LARGEST_YUAN:
        raise Bad("bad_amount", "不是金额；请改成 1234.50 的样子")
    return yuan


@lru_cache(maxsize=1024)
def quantity(cell: str) -> int | None:
    """Return a number of pieces."""
    cell = text(cell)
    if not cell:
        return None
    read = _QUANTITY.fullmatch(cell)
    if not read:
        raise Bad("bad_quantity", "不是件数；请改成整数")
    return int(read[1])


def states(table: Mapping[str, Progress]) -> Callable[[str], Progress | None]:
    """Make the reader of one platform's state texts; a text outside its table is refused, never guessed."""
    return chosen(table, "订单状态")


def chosen(table: Mapping[str, Word], what: str) -> Callable[[str], Word | None]:
    """Make the reader of a column with a closed set of texts; a text outside its table is refused, never guessed."""
    known = {_letters(words): meaning for words, meaning in table.items()}

    @lru_cache(maxsize=256)
    def meaning(cell: str) -> Word | None:
        words = _letters(text(cell))
        if words and words not in known:
            raise Bad("unknown_state", f"是没有见过的{what}；请管理员登记这个状态，或照后台改正")
        return known.get(words)

    return meaning


def _letters(words: str) -> str:
    """Leave out what exports write now this way, now that: blanks, commas and brackets' widths."""
    words = words.replace("（", "(").replace("）", ")")
    return "".join(letter for letter in words if letter.isalnum() or letter in "()")
