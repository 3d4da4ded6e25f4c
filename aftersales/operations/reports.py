"""AS-1: a completion report piece by piece, over a line that breaks: what has arrived stays until it is handed in."""

import hashlib
import io
from datetime import datetime
from functools import partial
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Draft, DraftPhoto, Job
from aftersales.operations import visits
from aftersales.operations.holding import held, not_frozen
from aftersales.operations.opening import BATCH
from aftersales.operations.visits import MOST_PHOTOS, RIGHT, NothingReported, TooManyPhotos
from aftersales.rules import serials
from aftersales.states.job import JOB, JobState
from opsdesk import codes
from opsdesk.actor import Actor
from opsdesk.errors import NotFound, Refused
from opsdesk.photos import cleaned


class ReportedAlready(Refused):
    code = "reported_already"
    sentence = _("{job} was reported done at {done_at} already; you need not send it again.")


class NoCode(Refused):
    code = "no_code"
    sentence = _("No serial number could be read in this photo; go closer, avoid reflections, or type it.")


class SeveralCodes(Refused):
    code = "several_codes"
    sentence = _("There are several codes in this photo; take only the one of the serial number, or type it.")


@transaction.atomic
def keep_photo(job_id: int, *, photo: IO[bytes], by: Actor, at: datetime) -> DraftPhoto:
    """AS-1: keep a photo for the report, cleaned; the same file sent again is the one that is there already."""
    job, draft = _draft(job_id, by=by, at=at)
    content = photo.read()
    sha256 = hashlib.sha256(content).hexdigest()
    known: DraftPhoto | None = draft.photos.filter(sha256=sha256).first()
    if known is not None:
        return known
    if draft.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos(job=job, most=MOST_PHOTOS)
    again = io.BytesIO(content)
    again.name = getattr(photo, "name", "") or ""
    row = DraftPhoto(draft=draft, sha256=sha256, sent_at=at)
    row.photo.save(f"{job.pk}-{sha256[:12]}.jpg", cleaned(again), save=False)
    row.save()
    return row


@transaction.atomic
def drop_photo(job_id: int, *, photo_id: int, by: Actor, at: datetime) -> None:
    """AS-1: leave a photo out of the report again; one that is gone already is no error."""
    _job, draft = _draft(job_id, by=by, at=at)
    _forget(list(draft.photos.filter(pk=photo_id)))


@transaction.atomic
def scan(job_id: int, *, photo: IO[bytes], by: Actor, at: datetime) -> str:
    """AS-1: read the serial number from a photo of the type plate, and keep it for the report."""
    _job, draft = _draft(job_id, by=by, at=at)
    read = serials.chosen([serials.Code(kind, text) for kind, text in codes.read(photo)])
    if not read.serial_number:
        raise SeveralCodes() if read.because == "several" else NoCode()
    draft.serial_number, draft.scanned = read.serial_number, True
    draft.save(update_fields=["serial_number", "scanned"])
    return read.serial_number


@transaction.atomic
def keep_serial(job_id: int, *, serial_number: str, by: Actor, at: datetime) -> str:
    """AS-1: keep a typed serial number for the report; nothing typed changes nothing."""
    _job, draft = _draft(job_id, by=by, at=at)
    typed = serials.normal(serial_number)[:80]
    if typed and typed != draft.serial_number:
        draft.serial_number, draft.scanned = typed, False
        draft.save(update_fields=["serial_number", "scanned"])
    return draft.serial_number


@transaction.atomic
def finish(job_id: int, *, serial_number: str, by: Actor, at: datetime) -> Job:
    """AS-1: hand the report in with all photos that have arrived; done a second time, it changes nothing."""
    job, draft = _draft(job_id, by=by, at=at)
    serial = serials.normal(serial_number) or draft.serial_number
    photos = list(draft.photos.order_by("pk"))
    if not serial or not photos:
        raise NothingReported(job=job)
    files = [_opened(row) for row in photos]
    done = visits.complete(job.pk, serial_number=serial, photo=files[0], photos=files[1:], by=by, at=at)
    _forget(photos)
    draft.delete()
    return done


@transaction.atomic
def clear_stale(*, by: Actor, at: datetime) -> int:
    """AU-2: forget drafts that nobody will hand in: of jobs done, cancelled or passed on; return how many."""
    rows = Draft.objects.stale().order_by("pk").free_for_change(BATCH)
    _forget(list(DraftPhoto.objects.filter(draft__in=rows).order_by("pk")))
    for row in rows:
        row.delete()
    return len(rows)


def photo_of(job_id: int, photo_id: int, *, by: Actor) -> DraftPhoto:
    """Return a photo of a draft that this person may work on; another's does not exist."""
    row = DraftPhoto.objects.filter(draft__in=Draft.objects.visible_to(by), draft__job=job_id, pk=photo_id).first()
    if row is None:
        raise NotFound(what=f"{DraftPhoto._meta.verbose_name} {photo_id}")
    return row


def _draft(job_id: int, *, by: Actor, at: datetime) -> tuple[Job, Draft]:
    """Return the job, locked, with its draft; a job that cannot be reported has none."""
    job = held(job_id, RIGHT, by=by)
    if job.state == JobState.DONE:
        raise ReportedAlready(job=job, done_at=f"{timezone.localtime(job.done_at):%m-%d %H:%M}")
    JOB.check(job, "complete")
    not_frozen(job)
    assert job.owner_id is not None  # only who has it reports it
    draft, _new = Draft.objects.update_or_create(job=job, partner_id=job.owner_id, defaults={"changed_at": at})
    return job, draft


def _opened(row: DraftPhoto) -> io.BytesIO:
    with row.photo.open("rb") as file:
        return io.BytesIO(file.read())


def _forget(photos: list[DraftPhoto]) -> None:
    """Delete these rows, and their files once that is certain."""
    for row in photos:
        storage, name = row.photo.storage, row.photo.name or ""
        row.delete()
        transaction.on_commit(partial(storage.delete, name), robust=True)
