"""Rows that could not be read: kept as they stood, given back as a file to be mended and imported again."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from channels.connectors import cells
from channels.connectors.base import Unreadable

ADDED = ("行号", "原因")  # the columns that `rejected_csv` puts first; the reader passes over them
_SHOWN = 12
_QUOTED = frozenset({"bad_date", "bad_amount", "bad_quantity", "unknown_state", "bad_number", "lost_digits"})
_LONG_NUMBER = re.compile(r"\d{5,}")
# In a row that has shifted, an address, a phone or a name stands where a state or an amount should.
_PERSONAL = re.compile(r"[省市区县镇乡村路街号栋楼室]|\d{7}|1[3-9]\d([ \-]?\d{4}){2}|先生|女士|小姐")
_NAME = re.compile(
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧]"
    "[\u4e00-\u9fff*＊]{1,3}"
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # what Excel takes for a formula


def unreadable(line: int, raw: str, row: Sequence[str], columns: Sequence[str], bad: cells.Bad) -> Unreadable:
    """Keep a bad row with where it stood, what it said and what to do about it."""
    kept = {column: cell for column, cell in zip(columns, row, strict=False) if column not in ADDED}
    kept |= {_beyond(count): cell for count, cell in enumerate(row[len(columns) :], start=1)}
    field, said = ("", "") if bad.index is None else (columns[bad.index], _quotable(row[bad.index], bad))
    reason = f"{field}{f'“{said}”' if said else ''}{bad.why}，再重新导入"
    return Unreadable(line=line, raw=raw, code=bad.code, reason=reason, field=field, cells=kept)


def _beyond(count: int) -> str:
    return f"（多出的第 {count} 格）"


def _quotable(cell: str, bad: cells.Bad) -> str:
    """Return of a cell what may stand in a reason that everybody reads: nothing that may be personal."""
    said = " ".join(cell.split())
    if bad.code not in _QUOTED or _PERSONAL.search(said) or _NAME.fullmatch(cells.text(said)):
        return ""
    said = _LONG_NUMBER.sub("****", said)
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "…"


def rejected_csv(columns: Sequence[str], rejects: Iterable[Unreadable]) -> bytes:
    """Return rejects as a CSV with the header of their file, to be mended and imported again as it is.

    Long numbers are guarded as Excel would otherwise round them, and what Excel would run is made text; a row
    with too few or too many cells stays as it was.
    """
    own = [column for column in columns if column not in ADDED]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*ADDED, *own])
    for reject in rejects:
        row = _row(own, reject.cells) if reject.cells is not None else [reject.raw]
        writer.writerow([reject.line, reject.reason, *map(_guarded, row)])
    return out.getvalue().encode("utf-8-sig")


def _row(columns: list[str], kept: Mapping[str, str]) -> list[str]:
    row = [kept.get(column, "") for column in columns]
    while row and columns[len(row) - 1] not in kept:
        row.pop()
    count = 1
    while _beyond(count) in kept:
        row.append(kept[_beyond(count)])
        count += 1
    return row


def _guarded(cell: str) -> str:
    bare = cells.text(cell)
    if len(bare) > 11 and bare.isdigit():
        return f'="{bare}"'
    if cell.lstrip(" ").startswith(_DANGEROUS) and bare:
        return f"'{cell}" if not cell.startswith('="') or not bare.isalnum() else cell
    return cell
