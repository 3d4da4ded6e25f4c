"""AS-9: classing complaints by the words in them; what a person has corrected stays."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import ClassWord, Complaint, ComplaintClass
from aftersales.rules.classing import Classing, Word, class_of
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.privacy import seal, unseal

RIGHT = "aftersales.work_complaint"


class ClassReasonMissing(Refused):
    code, sentence = "class_reason_missing", _("{complaint}: say why it belongs to another class.")


class NoSuchClass(Refused):
    code, sentence = "no_such_class", _("{complaint}: this class does not exist or is no longer used; choose another.")


def words_on(at: datetime) -> list[Word]:
    """Return the words in force. One query."""
    rows = ClassWord.objects.in_force(timezone.localdate(at)).filter(kind__active=True).order_by("pk")
    return [
        Word(pk, kind, word, weight)
        for pk, kind, word, weight in rows.values_list("pk", "kind__code", "word", "weight")
    ]


def put(complaint: Complaint, found: Classing) -> None:
    """Write into a complaint what its words led to; not saved here. A person's correction stays."""
    kind = ComplaintClass.objects.filter(code=found.kind).first() if found.kind else None
    complaint.found_kind, complaint.confidence = kind, found.confidence
    complaint.found_words = [[one.kind, one.word, one.weight] for one in found.found]
    if not complaint.kind_by:
        complaint.kind = kind


@transaction.atomic
def class_again(complaint_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """AS-9: run today's words over these complaints again; return how many changed their class."""
    by.need(RIGHT)
    words = words_on(at)
    changed = []
    for complaint in Complaint.objects.visible_to(by).for_change_many(complaint_ids):
        was = complaint.kind
        put(complaint, class_of(unseal(complaint.words_sealed).decode(), words))
        if complaint.kind != was:
            facts = {"was": str(was or _("unclear")), "now": str(complaint.kind or _("unclear"))}
            changed.append((complaint, {**facts, "reason": str(_("words changed"))}))
        complaint.save(update_fields=["kind", "found_kind", "found_words", "confidence"])
    audit.record_many(changed, "complaint.reclass", by=by, at=at)
    return len(changed)


def class_one_again(complaint_id: int, *, by: Actor, at: datetime) -> int:
    """AS-9: run today's words over one complaint again."""
    return class_again([complaint_id], by=by, at=at)


@transaction.atomic
def correct(complaint_id: int, *, kind: str, reason: str, by: Actor, at: datetime) -> Complaint:
    """AS-9: say that a complaint belongs to another class; no later run of the words overwrites it."""
    by.need(RIGHT)
    complaint: Complaint = Complaint.objects.visible_to(by).for_change(complaint_id)
    if not reason.strip():
        raise ClassReasonMissing(complaint=complaint)
    row = ComplaintClass.objects.filter(code=kind, active=True).first()
    if row is None:
        raise NoSuchClass(complaint=complaint)
    was = complaint.kind
    complaint.kind, complaint.kind_by, complaint.kind_reason = row, by.name, reason.strip()[:200]
    complaint.save(update_fields=["kind", "kind_by", "kind_reason"])
    facts = {"was": str(was or _("unclear")), "now": row.name, "reason": complaint.kind_reason}
    audit.record(complaint, "complaint.reclass", by=by, at=at, **facts)
    return complaint


def sealed(text: str) -> bytes:
    """Seal a customer's words."""
    return seal(text.strip().encode())
