"""OR-2: taking orders in, beside a bare COPY of the very rows it writes and beside what the ORM offers."""

from datetime import UTC, datetime
from itertools import count as numbers

from django.db import transaction

from channels.connectors.base import PlatformOrder
from channels.models import Shop
from channels.queries import regions
from opsdesk.actor import SYSTEM
from orders.models import Import
from orders.operations import batch, imports
from tests import make
from tests.bench import baselines, database, samples
from tests.bench.stopwatch import in_turns, line, seconds, share

AT = datetime(2020, 2, 18, tzinfo=UTC)
_names = numbers(1)


def run(*, full: bool) -> None:
    count = 100_000 if full else 20_000
    content = samples.export(count)
    orders = samples.orders(content)
    database.empty()
    write(orders)
    rows = baselines.taken_out()
    works = {
        "copy": lambda: baselines.copy(rows),
        "write": lambda: write(orders),
        "file": lambda: take(content),
    }
    taken = in_turns(works, times=5, before=database.empty)
    rate = {name: count / duration for name, duration in taken.items()}
    size = f"n={count:,}"
    line("intake.bare_copy", rate["copy"], "orders/s", f"{size}, five tables with indexes and foreign keys")
    line("intake.write", rate["write"], "orders/s", share(rate["write"], rate["copy"], "bare COPY", 60), size)
    line("intake.file_to_commit", rate["file"], "orders/s", share(rate["file"], rate["copy"], "bare COPY", 40), size)
    _again(content, count, rate["copy"])
    _orm(rate["copy"])


def _again(content: bytes, count: int, copy: float) -> None:
    """An unchanged file once more."""
    before = database.written()
    rate = count / seconds(lambda: take(content))
    assert database.written() == before, "the import of an unchanged file has written"
    line("intake.unchanged_file", rate, "orders/s", share(rate, copy, "bare COPY"), "nothing was written")


def _orm(copy: float) -> None:
    many, few = baselines.as_objects(5000), baselines.as_objects(300)
    for name, rows, work in (
        ("bulk_create", many, lambda: baselines.bulk_create(many)),
        ("update_or_create", few, lambda: baselines.update_or_create(few)),
    ):
        count = len(rows.orders)
        rate = count / seconds(work, times=1, before=database.empty)
        line(f"intake.{name}", rate, "orders/s", share(rate, copy, "bare COPY"), f"n={count:,}, from ready objects")


def shop() -> Shop:
    return make.shop("bench")


def write(orders: list[PlatformOrder]) -> None:
    """From orders to the commit."""
    source = Import.objects.create(
        shop=shop(), name=f"{next(_names)}.csv", sha256="", size=0, entered_by="", entered_at=AT
    )
    intake = batch.Intake(source, regions.gazetteer(), SYSTEM, AT)
    for start in range(0, len(orders), imports.BATCH):
        with transaction.atomic():
            batch.write(intake, orders[start : start + imports.BATCH])


def take(content: bytes) -> Import:
    """From the bytes of a file to the commit."""
    source = imports.receive(shop().pk, name=f"{next(_names)}.csv", content=content, by=SYSTEM, at=AT)
    source = imports.run(source.pk, by=SYSTEM, at=AT)
    imports.must_be_done(source)
    assert source.rejected == 0
    return source
