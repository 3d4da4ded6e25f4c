"""COPY: the fastest way into PostgreSQL, for thousands of rows at a time (docs/adr/0008)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import OperationalError, connection, models

from opsdesk.privacy import sealed_text

Row = Sequence[Any]
Column = tuple[Callable[[Any], str], str]  # what renders a value in COPY's text format, what stands for None

RESERVE = """
WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS ids)
SELECT nextval(ids) FROM own, generate_series(1, %s)
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
_CHUNK = 250  # rows: enough to keep PostgreSQL busy while the next ones are rendered


def copy_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    same: Mapping[str, Any] | None = None,
    into: str = "",
) -> None:
    """Write rows into a model's table (or `into` one like it) by COPY; `same` holds what is the same in all of them.

    None stands for a column's default. JSON is given as text. Rows may come from a generator: each is made while
    PostgreSQL is busy with those before it.
    """
    same = same or {}
    ways = [_column(model._meta.get_field(name)) for name in columns]
    tail = "".join(f"\t{_rendered(_column(model._meta.get_field(name)), (value,))[0]}" for name, value in same.items())
    names = ", ".join(f'"{name}"' for name in (*columns, *same))
    stream = _Stream(_chunks(ways, iter(rows), tail + "\n"))
    try:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(f'COPY "{into or model._meta.db_table}" ({names}) FROM STDIN', stream)
    except OperationalError:
        if stream.failure:
            raise stream.failure from None
        raise


class _Stream:
    """Text as the file that COPY reads; keeps what went wrong in making it, for which psycopg2 has only one error."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.failure: Exception | None = None
        self._chunks = chunks

    def read(self, _size: int) -> str:
        try:
            return next(self._chunks, "")
        except Exception as failure:
            self.failure = failure
            raise


def _chunks(ways: Sequence[Column], rows: Iterator[Row], end: str) -> Iterator[str]:
    """Render rows some hundreds at a time and column by column: half the work of value by value."""
    while chunk := list(islice(rows, _CHUNK)):
        columns = map(_rendered, ways, zip(*chunk, strict=True))
        yield end.join(map("\t".join, zip(*columns, strict=True))) + end


def _rendered(way: Column, values: Iterable[Any]) -> list[str]:
    render, missing = way
    return [missing if value is None else render(value) for value in values]


def reserve_ids(model: type[models.Model], how_many: int) -> list[int]:
    """Return that many new primary keys of a table."""
    if not how_many:
        return []
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [model._meta.db_table, how_many])
        return [key for (key,) in cursor.fetchall()]


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows by primary key in one statement; each row is (id, value, …) in the order of `columns`."""
    if not rows:
        return
    table = model._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    sets = ", ".join(f'"{name}" = s."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT id, {names} FROM "{table}" WHERE false')
        copy_rows(model, ("id", *columns), rows, into="staged")
        cursor.execute(f'UPDATE "{table}" t SET {sets} FROM staged s WHERE t.id = s.id')
        cursor.execute("DROP TABLE staged")


def save_rows(columns: Sequence[str], objs: Sequence[models.Model]) -> None:
    """Save these columns of objects that are there already; one statement for many, where bulk_update takes seconds."""
    if len(objs) == 1:
        objs[0].save(update_fields=columns)
    elif objs:
        update_rows(type(objs[0]), columns, [[obj.pk, *(getattr(obj, name) for name in columns)] for obj in objs])


def _column(field: Any) -> Column:
    unsaid = None if field.null or field.is_relation else field.get_default()
    while field.is_relation:
        field = field.target_field
    kind = field.get_internal_type()
    render = _RENDER.get(kind, _text)
    unsaid = None if kind == "JSONField" else unsaid
    return render, "\\N" if unsaid is None else render(unsaid)


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


def array(values: Collection[str] | Collection[bytes] | Collection[int]) -> str:
    """Return values of one type as PostgreSQL writes an array: far quicker to send than thousands of parameters."""
    item = _ITEMS[type(next(iter(values), ""))]
    return "{" + ",".join([item(value) for value in values]) + "}"


_ITEMS: dict[type, Callable[[Any], str]] = {
    str: lambda value: '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"',
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    int: str,
}


@lru_cache(maxsize=4096)
def _array(values: tuple[str, ...]) -> str:
    return _text(array(values))


_RENDER: dict[str, Callable[[Any], str]] = {
    "ArrayField": lambda values: _array(tuple(values)),
    "BinaryField": lambda value: "\\\\x" + bytes(value).hex(),
    "BooleanField": {True: "t", False: "f"}.__getitem__,
    "DateTimeField": datetime.isoformat,
    "SealedTextField": lambda text: "\\\\x" + sealed_text(text).hex(),
    **dict.fromkeys(("BigAutoField", "BigIntegerField", "DateField", "DecimalField", "IntegerField"), str),
    **dict.fromkeys(("PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField"), str),
}
"""By kind of column; any other holds text."""
