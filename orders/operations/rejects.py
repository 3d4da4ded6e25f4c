"""OR-3: rows that could not be read: kept, given back as a file, and closed once a later import brought them."""

import json
from collections.abc import Iterable, Iterator, Set
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels.connectors import cells, files
from channels.connectors.base import Unreadable
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.privacy import seal, unseal
from orders.models import Dismissal, Import, RejectedRow

_MOST_LOOKED_AT = 5000


class ClosedAlready(Refused):
    code, sentence = "rejected_row_closed", _("{row}: this row has been mended or dismissed already.")


class ReasonMissing(Refused):
    code, sentence = "dismissal_reason_missing", _("{row}: say why nobody needs this row.")


def keep(source: Import, rejects: Iterable[Unreadable]) -> None:
    """Keep rejected rows as they stood, sealed: they may hold personal data."""
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(
                source=source,
                line=reject.line,
                code=reject.code,
                field=reject.field,
                reason=reject.reason,
                row_sealed=seal(json.dumps([reject.raw, dict(reject.cells or {})], ensure_ascii=False).encode()),
            )
            for reject in rejects
        ],
        batch_size=1000,
    )


def opened(row: RejectedRow) -> Unreadable:
    """Return a rejected row as it was read."""
    raw, kept = json.loads(unseal(row.row_sealed))
    return Unreadable(row.line, raw, row.code, row.reason, row.field, kept or None)


def close_mended(source: Import, numbers: Set[str]) -> int:
    """Close earlier rejected rows of the shop whose order this import brought (or rejected again); return how many.

    Only a file of the same kind closes them: an order list does not bring what a row of an item list lacked.
    """
    earlier = RejectedRow.objects.filter(source__shop=source.shop_id, source__pk__lt=source.pk).open()
    rows = earlier.filter(source__format=source.format).order_by("-pk")[:_MOST_LOOKED_AT]
    named = {row.pk: _names(opened(row)) for row in rows}
    brought = set(numbers)
    for row in source.rejected_rows.all()[:_MOST_LOOKED_AT] if named else ():
        brought |= _names(opened(row))
    mended = [pk for pk, names in named.items() if not names.isdisjoint(brought)]
    RejectedRow.objects.filter(pk__in=mended).update(mended_by=source)
    return len(mended)


@transaction.atomic
def dismiss(row_id: int, *, reason: str, by: Actor, at: datetime) -> RejectedRow:
    """OR-3: say that a row is none of ours to mend (a test order, a repeat …), and why; it is kept."""
    by.need("orders.add_import")
    row: RejectedRow = RejectedRow.objects.visible_to(by).for_change(row_id)
    if row.mended_by_id or Dismissal.objects.filter(row=row).exists():
        raise ClosedAlready(row=row)
    if not reason.strip():
        raise ReasonMissing(row=row)
    Dismissal.objects.create(row=row, reason=reason.strip(), dismissed_by=by.name, dismissed_at=at)
    audit.record(row, "rejected.dismiss", by=by, at=at, reason=reason.strip())
    return row


def _names(reject: Unreadable) -> set[str]:
    """The texts of a row that may be its order's number: an id of six characters or more."""
    bare = (cells.text(cell) for cell in (reject.cells or {}).values())
    return {text for text in bare if len(text) >= 6 and text.replace("-", "").isalnum() and any(map(str.isdigit, text))}


@transaction.atomic
def as_file(import_id: int, *, by: Actor, at: datetime) -> bytes:
    """Return an import's open rejected rows as a CSV to be mended and imported again; the download is written down."""
    by.need("orders.add_import")
    source = Import.objects.visible_to(by).for_change(import_id)
    audit.record(source, "rejected.export", by=by, at=at)
    rows: Iterator[RejectedRow] = source.rejected_rows.all().open().order_by("line").iterator()
    return files.rejected_csv(source.columns, map(opened, rows))


@transaction.atomic
def original(import_id: int, *, by: Actor, at: datetime) -> bytes:
    """Return a file as it was handed in; the download is written down (AU-2)."""
    by.need("orders.add_import")
    source = Import.objects.visible_to(by).for_change(import_id)
    audit.record(source, "import.download", by=by, at=at)
    with source.sealed.open("rb") as kept:
        return unseal(kept.read())
