"""COPY: the fastest way into PostgreSQL, for thousands of rows at a time (docs/adr/0008)."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows by COPY; values may be None, str, int, Decimal, bool, aware datetime, bytes or list of str."""
    body = "\n".join("\t".join(map(_text, row)) for row in rows)
    if not body:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(body + "\n"))


def reserve_ids(table: str, how_many: int) -> list[int]:
    """Return that many new primary keys of a table."""
    if not how_many:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, how_many]
        )
        return [key for (key,) in cursor.fetchall()]


def update_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update rows by primary key in one statement; each row is (id, value, …) in the order of `columns`."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    sets = ", ".join(f'"{name}" = s."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT id, {names} FROM "{table}" WHERE false')
        copy_rows("staged", ("id", *columns), rows)
        cursor.execute(f'UPDATE "{table}" t SET {sets} FROM staged s WHERE t.id = s.id')
        cursor.execute("DROP TABLE staged")


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is str:
        return value.translate(_ESCAPES) if not value.isalnum() else value
    if kind is bytes:
        return "\\\\x" + value.hex()
    if kind is bool:
        return "t" if value else "f"
    if kind is datetime:
        return value.isoformat()
    if kind is tuple or kind is list:
        return (
            "{" + ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value) + "}"
        ).translate(_ESCAPES)
    return str(value)
