"""Rows that could not be read: kept as they stood, given back as a file to be mended and imported again."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from channels.connectors import cells
from channels.connectors.base import Unreadable

ADDED = ("行号", "原因")  # the columns that `rejected_csv` puts first; the reader passes over them
_SHOWN = 40
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # what Excel takes for a formula


def unreadable(line: int, raw: str, row: Sequence[str], columns: Sequence[str], bad: cells.Bad) -> Unreadable:
    """Keep a bad row with where it stood, what it said and what to do about it."""
    kept = {column: cell for column, cell in zip(columns, row, strict=False) if column not in ADDED}
    kept |= {_beyond(count): cell for count, cell in enumerate(row[len(columns) :], start=1)}
    field, said = ("", "") if bad.index is None else (columns[bad.index], _short(row[bad.index]))
    reason = f"{field}{f'“{said}”' if said else ''}{bad.why}，再重新导入"
    return Unreadable(line=line, raw=raw, code=bad.code, reason=reason, field=field, cells=kept)


def _beyond(count: int) -> str:
    return f"（多出的第 {count} 格）"


def _short(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "…"


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
