"""A database of the benchmarks' own on the server of DATABASE_URL, dropped at the end; no other is touched."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

OURS = "made by OpsDesk's benchmarks, may be dropped"
INTAKE = ("orders_customer", "orders_mark", "orders_order", "orders_line", "audit_event")


@contextmanager
def own() -> Iterator[str]:
    """Make `<name>_bench` with all tables and the reference data, and be connected to it."""
    before = connection.settings_dict["NAME"]
    name = connection.settings_dict["TEST"]["NAME"] = f"{before}_bench"
    _create(name)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=True)
    try:
        call_command("load_reference")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")
        yield name
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _create(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        if found and found[0] != OURS:
            sys.exit(f"The database {name} exists and is not the benchmarks'; drop it or use another DATABASE_URL.")
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [OURS])


def empty() -> None:
    """Remove all orders and what hangs on them."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(INTAKE)} CASCADE")


def settle() -> None:
    """Do what autovacuum would have done by now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def written() -> dict[str, tuple[int, int]]:
    """Return for each table of the intake how many rows it has, and the latest transaction that wrote any of them.

    Of the events only the orders': that a file came in is written down whatever it holds.
    """
    found = {}
    with connection.cursor() as cursor:
        for table in INTAKE:
            which = " WHERE subject_type = 'orders.order'" if table == "audit_event" else ""
            cursor.execute(f"SELECT count(*), max(xmin::text::bigint) FROM {table}{which}")
            found[table] = cursor.fetchone()
    return found


def server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(version(), ' ', 2), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return f"PostgreSQL {version}, fsync {fsync}"
