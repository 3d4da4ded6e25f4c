"""OR-2, OR-3: takes an export file in: keeps it, enters the good rows, keeps the bad ones with their reason."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import ProgramLimitExceeded

from channels.connectors import files
from channels.connectors.base import PlatformOrder, Unreadable
from channels.connectors.files import Item
from channels.models import Shop
from channels.queries import regions
from opsdesk.actor import Actor
from opsdesk.errors import Invalid, Misconfigured, Refused
from opsdesk.later import later
from opsdesk.privacy import seal, unseal
from orders.models import Import
from orders.operations import batch
from orders.operations.rejects import close_mended, keep
from orders.queries.intake import SILENT
from orders.states import IMPORT, ImportState

MOST_ATTEMPTS = 5
BATCH = 5000  # orders and rejected rows a transaction
MOST_BYTES = 200 * 2**20


class TooLarge(Invalid):
    code, sentence = (
        "file_too_large",
        _("{name} is larger than 200 MB; export a shorter period and import it in parts."),
    )


class NoFile(Invalid):
    code, sentence = "no_file", _("{path} cannot be read: {why}")


class NotRead(Invalid):
    code, sentence = "import_failed", _("{error}")


class Overtaken(Refused):
    code, sentence = "import_overtaken", _("{name} is already being imported by another worker.")


@transaction.atomic
def hold(shop_id: int, *, name: str, content: bytes, by: Actor, at: datetime) -> Import:
    """OR-3: keep a file, sealed, before anything is read from it; nothing happens until it is started."""
    by.need("orders.add_import")
    shop = Shop.objects.visible_to(by).for_change(shop_id)
    if len(content) > MOST_BYTES:
        raise TooLarge(name=name)
    source = Import(
        shop=shop,
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        entered_by=by.name,
        entered_at=at,
    )
    source.sealed.save(f"{source.sha256[:16]}.sealed", ContentFile(seal(content)), save=False)
    source.save()
    return source


@transaction.atomic
def start(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Let a worker take a held file in."""
    by.need("orders.add_import")
    source = Import.objects.visible_to(by).for_change(import_id)
    IMPORT.move(source, "start", by=by, at=at)
    return source  # type: ignore[no-any-return]


@transaction.atomic
def discard(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Do not take a held file in after all."""
    by.need("orders.add_import")
    source = Import.objects.visible_to(by).for_change(import_id)
    IMPORT.move(source, "discard", by=by, at=at)
    return source  # type: ignore[no-any-return]


@transaction.atomic
def receive(shop_id: int, *, name: str, content: bytes, by: Actor, at: datetime) -> Import:
    """OR-3: keep a file and start its import, without a preview."""
    return start(hold(shop_id, name=name, content=content, by=by, at=at).pk, by=by, at=at)


def content_of(path: Path) -> bytes:
    """Return a file's bytes; raise NoFile saying why not."""
    try:
        return path.read_bytes()
    except OSError as why:
        raise NoFile(path=path, why=why.strerror) from why


def must_be_done(source: Import) -> None:
    """Raise NotRead with the reason when an import failed."""
    if source.state == ImportState.FAILED:
        raise NotRead(error=source.error)


def as_summary(source: Import) -> dict[str, Any]:
    """Return what became of an import, in numbers."""
    counts = {"new": source.new, "updated": source.updated, "unchanged": source.unchanged}
    refunds = files.brings_refunds(source.format)
    return {
        "rows": source.rows,
        "orders": dict.fromkeys(counts, 0) if refunds else counts,
        "refunds": counts if refunds else dict.fromkeys(counts, 0),
        "lines": source.lines,
        "rejected": source.rejected,
        "unmapped_items": source.unmapped_items,
    }


@transaction.atomic
def again(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Try an import again that failed; what it had already committed stays, it goes on behind that."""
    by.need("orders.add_import")
    source = Import.objects.visible_to(by).for_change(import_id)
    IMPORT.move(source, "retry", by=by, at=at, error="")
    later("orders.tasks.run_all_due")
    return source  # type: ignore[no-any-return]


def read(source: Import) -> bytes:
    """Return the file of an import as it was handed in."""
    with source.sealed.open("rb") as kept:
        return unseal(kept.read())


def run(import_id: int, *, by: Actor, at: datetime, tell: Callable[[int], None] = lambda rows: None) -> Import:
    """Read the file and enter what it holds, a transaction per batch; go on where an earlier run was killed.

    A file that cannot be read at all fails with its reason. `tell` hears the rows read so far.
    """
    source = _start(import_id, by=by, at=at)
    if source.attempts > MOST_ATTEMPTS:
        error = str(_("Given up after {n} attempts; see the log.")).format(n=MOST_ATTEMPTS)
        return _fail(import_id, error, by=by, at=at)
    try:
        export = files.open_export(read(source), name=source.name)
    except (Invalid, Misconfigured, OSError) as why:
        return _fail(import_id, str(why), by=by, at=at)
    source = _describe(import_id, export, at=at)
    intake = batch.Intake(source, regions.gazetteer(), by, at)
    items = iter(export)
    for _item in islice(items, source.cursor):
        pass
    while part := list(islice(items, BATCH)):
        source = _write(intake, part, rows=export.rows)
        tell(export.rows)
    return _finish(intake, rows=export.rows)


@transaction.atomic
def _start(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Take an import on: one that waits, or one whose worker has not been heard of for SILENT."""
    source = Import.objects.visible_to(by).for_change(import_id)
    if source.state != ImportState.RUNNING:
        IMPORT.move(source, "run", by=by, at=at, started_at=at, moved_at=at, attempts=1)
        return source  # type: ignore[no-any-return]
    if source.moved_at and source.moved_at > at - SILENT:
        raise Overtaken(name=source.name)
    source.moved_at, source.attempts = at, source.attempts + 1
    source.save(update_fields=["moved_at", "attempts"])
    return source  # type: ignore[no-any-return]


@transaction.atomic
def _describe(import_id: int, export: Any, *, at: datetime) -> Import:
    source = Import.objects.for_change(import_id)
    source.format, source.columns, source.as_of = export.format.code, list(export.columns), export.as_of
    source.save(update_fields=["format", "columns", "as_of"])
    return source  # type: ignore[no-any-return]


def _write(intake: batch.Intake, part: list[Item], *, rows: int) -> Import:
    """Commit one part with its counts and the cursor behind it: a kill leaves either all of it or nothing."""
    try:
        with transaction.atomic():
            return _write_part(intake, part, rows=rows)
    except (DataError, IntegrityError, OperationalError) as why:
        if isinstance(why, OperationalError) and not isinstance(why.__cause__, ProgramLimitExceeded):
            raise  # the database is away: nothing is wrong with the rows
        if len(part) == 1:
            return _write(intake, [_refused(part[0], why)], rows=rows)
    middle = len(part) // 2
    _write(intake, part[:middle], rows=rows)
    return _write(intake, part[middle:], rows=rows)


def _refused(item: Item, why: DatabaseError) -> Unreadable:
    """OR-3: what the database would not take is kept as a rejected row, too."""
    reason = str(_("The row holds a value that cannot be stored: {why}")).format(why=str(why).strip().splitlines()[0])
    return Unreadable(item.line, repr(item), "not_storable", reason)


def _write_part(intake: batch.Intake, part: list[Item], *, rows: int) -> Import:
    source = Import.objects.for_change(intake.source.pk)
    if source.cursor != intake.source.cursor:
        raise Overtaken(name=source.name)
    rejects = [item for item in part if isinstance(item, Unreadable)]
    orders = [item for item in part if isinstance(item, PlatformOrder)]
    others: list[Any] = [item for item in part if not isinstance(item, PlatformOrder | Unreadable)]
    tally = batch.write(intake, orders) if orders or not others else _hand_on(intake, others)
    rejects += tally.rejects
    refused = {item.line for item in tally.rejects}
    intake.numbers.update(item.number for item in [*others, *orders] if item.line not in refused)
    keep(source, rejects)
    source.new += tally.new
    source.updated += tally.updated
    source.unchanged += tally.unchanged
    source.lines += tally.lines
    source.rejected += len(rejects)
    source.cursor += len(part)
    source.rows = rows
    source.moved_at = intake.at + timedelta(seconds=monotonic() - intake.began)
    source.save(update_fields=["new", "updated", "unchanged", "lines", "rejected", "cursor", "rows", "moved_at"])
    intake.source.cursor = source.cursor
    return source  # type: ignore[no-any-return]


def _hand_on(intake: batch.Intake, items: list[Any]) -> batch.Tally:
    """Let the app that knows such items enter them (settings.INTAKES); a file holds one kind."""
    writer = import_module(settings.INTAKES[type(items[0]).__name__])
    tally: batch.Tally = writer.write(intake.source, items, by=intake.by, at=intake.at)
    return tally


@transaction.atomic
def _finish(intake: batch.Intake, *, rows: int) -> Import:
    source = Import.objects.for_change(intake.source.pk)
    close_mended(source, intake.numbers)
    unmapped = source.shop.listings.all().unmapped().count()
    at = intake.at + timedelta(seconds=monotonic() - intake.began)
    IMPORT.move(source, "finish", by=intake.by, at=at, finished_at=at, rows=rows, unmapped_items=unmapped)
    return source  # type: ignore[no-any-return]


@transaction.atomic
def _fail(import_id: int, error: str, *, by: Actor, at: datetime) -> Import:
    source = Import.objects.for_change(import_id)
    IMPORT.move(source, "fail", by=by, at=at, error=error[:500], finished_at=at)
    return source  # type: ignore[no-any-return]
