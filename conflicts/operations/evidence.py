"""CF-8: evidence: kept with its fingerprint, sealed on disk, never swapped, every look written down."""

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Evidence
from conflicts.operations import rulings
from conflicts.queries import standing
from conflicts.states.case import HANDLE, OPEN, RULE, CaseState, EvidenceKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotAllowed, NotFound, Permanent, Refused
from opsdesk.privacy import seal, unseal

MOST_BYTES = 100 * 2**20
KNOWN = ("image/", "audio/", "video/", "text/plain", "application/pdf")
LOOK = "conflicts.look_evidence"


class TooLarge(Invalid):
    code, sentence = "evidence_too_large", _("{name} is larger than 100 MB; cut the recording to what matters.")


class WrongType(Invalid):
    code = "evidence_wrong_type"
    sentence = _("{name} ({type}): evidence is a picture, a recording, a video, a PDF or a plain text.")


class SourceMissing(Invalid):
    code, sentence = (
        "evidence_source_missing",
        _("{name}: say where it comes from, such as whose chat and of which day."),
    )


class EmptyFile(Invalid):
    code, sentence = "evidence_empty", _("{name} is empty; hand it in again.")


class ThereAlready(Refused):
    code, sentence = "evidence_there", _("{name}: the very same file is in this case already.")


class TooLate(Refused):
    code, sentence = "evidence_too_late", _("{case}: the case is closed; new evidence belongs to an appeal.")


class BeingSigned(Refused):
    code = "evidence_being_signed"
    sentence = _("{case}: the ruling is being signed; new evidence of a party belongs to an appeal.")


class MayNotProve(NotAllowed):
    code, sentence = (
        "evidence_may_not",
        _("{case}: parties and those who handle the case hand in evidence, nobody else."),
    )


class Altered(Permanent):
    code = "evidence_altered"
    sentence = _(
        "{name}: the file on disk is not what was handed in (its fingerprint differs). Tell the administrator."
    )


@dataclass(frozen=True)
class Exhibit:
    """A file as somebody hands it in: what it is, where it comes from, when it was made."""

    file: IO[bytes]
    kind: str
    source: str
    name: str = ""
    taken_at: datetime | None = None
    protected: bool = False


@transaction.atomic
def add(case_id: int, exhibit: Exhibit, *, by: Actor, at: datetime) -> Evidence:
    """CF-8: hand in evidence; a drafted ruling that has been signed must then be signed again."""
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    if case.state not in OPEN or case.state == CaseState.IN_FORCE:
        raise TooLate(case=case)
    if case.state == CaseState.SIGNING and not standing.of(case, by).official:
        raise BeingSigned(case=case)
    row = keep(case, exhibit, by=by, at=at)
    rulings.changed(case, by=by, at=at, why=row.name)
    return row


@transaction.atomic
def add_all(case_id: int, exhibits: Sequence[Exhibit], *, by: Actor, at: datetime) -> list[Evidence]:
    """CF-8: hand in several files together: all of them, or none where one is refused."""
    return [add(case_id, exhibit, by=by, at=at) for exhibit in exhibits]


def keep(case: Case, exhibit: Exhibit, *, by: Actor, at: datetime) -> Evidence:
    """CF-8: keep an exhibit of a locked case; a part of the operation that allows it."""
    who = standing.of(case, by)
    if not (who.roles or by.may(HANDLE) or by.may(RULE)):
        raise MayNotProve(case=case)
    name = (exhibit.name or getattr(exhibit.file, "name", "") or str(EvidenceKind(exhibit.kind).label)).strip()[:160]
    content = exhibit.file.read(MOST_BYTES + 1)
    kind = _checked(name, content, exhibit)
    digest = hashlib.sha256(content).hexdigest()
    if Evidence.objects.filter(case=case, sha256=digest).exists():
        raise ThereAlready(name=name)
    row = Evidence(
        case=case, kind=exhibit.kind, name=name, media_type=kind, size=len(content), sha256=digest,
        source=exhibit.source.strip()[:200], taken_at=exhibit.taken_at, protected=exhibit.protected and not who.accused,
        added_by=by.name, added_at=at,
    )  # fmt: skip
    row.file.save(f"{case.pk}-{digest[:16]}", ContentFile(seal(content)), save=False)
    row.save(force_insert=True)
    audit.record(case, "evidence.add", by=by, at=at, name=name, sha256=digest, evidence=row.pk)
    return row


def _checked(name: str, content: bytes, exhibit: Exhibit) -> str:
    """Return the type of a file, or refuse what is no evidence."""
    kind = mimetypes.guess_type(name)[0] or getattr(exhibit.file, "content_type", "") or "application/octet-stream"
    if not content:
        raise EmptyFile(name=name)
    if len(content) > MOST_BYTES:
        raise TooLarge(name=name)
    if not kind.startswith(KNOWN) or kind == "image/svg+xml":
        raise WrongType(name=name, type=kind)
    if not exhibit.source.strip():
        raise SourceMissing(name=name)
    return kind


@transaction.atomic
def look(evidence_id: int, *, by: Actor, at: datetime) -> tuple[Evidence, bytes]:
    """CF-8: return a file as it was handed in; the look is written down. What one may not see does not exist."""
    row: Evidence | None = Evidence.objects.filter(pk=evidence_id).first()
    case = Case.objects.visible_to(by).filter(pk=row.case_id).first() if row else None
    if row is None or case is None:
        raise NotFound(what=f"{Evidence._meta.verbose_name} {evidence_id}")
    who = standing.of(case, by)
    if who.official:
        by.need(LOOK)
    if not standing.evidence_for(case, who, by).filter(pk=row.pk).exists():
        raise NotFound(what=f"{Evidence._meta.verbose_name} {evidence_id}")
    audit.record(case, "evidence.look", by=by, at=at, evidence=row.pk, name=row.name)
    return row, content_of(row)


def content_of(row: Evidence) -> bytes:
    """Return a file as it was handed in; raise Altered where its fingerprint does not agree."""
    with row.file.open("rb") as file:
        content = unseal(file.read())
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Altered(name=row.name)
    return content
