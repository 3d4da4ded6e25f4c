"""CF-11, DS-12: a rulebook is changed by a new version: drafted as a copy, edited, proposed, signed, adopted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Act, Clause, PenaltyRow, Rulebook, RulebookVersion, SeatRule
from conflicts.operations import copying
from conflicts.queries import versions
from conflicts.rules import rulebook as rules
from conflicts.states.rulebook import DRAFT, FAULTS, PROPOSE, VERSION, Clazz, Punished, Seat, Stage
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Refused
from opsdesk.money import FEN


class ReasonMissing(Invalid):
    code, sentence = "rulebook_reason_missing", _("{what}: say why.")


class EditedMeanwhile(Refused):
    code, sentence = "rulebook_edited_meanwhile", _("{what} was changed by somebody else meanwhile; load it again.")


class NotOfThisDraft(Invalid):
    code, sentence = "not_of_this_draft", _("{row} does not belong to {what}.")


class StillUsed(Refused):
    code, sentence = "clause_still_used", _("{clause}: {acts} refer to it; give them another article first.")


class Twice(Invalid):
    code, sentence = "rulebook_twice", _("{what}: the same article, act, row or seat is named twice, or out of range.")


class Faulty(Refused):
    code, sentence = "rulebook_faulty", _("{what} may not be proposed: {why}")


class Overtaken(Refused):
    code, sentence = (
        "rulebook_overtaken",
        _("{what} was drafted from {base}, but {newest} has come since; draft anew from that."),
    )


class DayPast(Refused):
    code, sentence = (
        "rulebook_day_past",
        _("{what}: {valid_from} is past; no version is put in force for a day that is over. Choose a later one."),
    )


class DayTooEarly(Refused):
    code, sentence = (
        "rulebook_day_too_early",
        _("{what}: {newest} begins on {since}; this one can follow the day after at the earliest."),
    )


@dataclass(frozen=True)
class Change:
    """What an editor changes of a draft: fields of its own, rows to save or remove; `seen`: when it was last changed
    as far as the editor knows."""

    seen: datetime | None
    values: Mapping[str, Any] = field(default_factory=dict)
    saved: Sequence[models.Model] = ()
    removed: Sequence[models.Model] = ()


@transaction.atomic
def draft(rulebook_id: int, *, reason: str, by: Actor, at: datetime) -> RulebookVersion:
    """CF-11: begin a new version as a full copy of the newest adopted one; several drafts may stand side by side."""
    by.need(DRAFT)
    rulebook: Rulebook = Rulebook.objects.for_change(rulebook_id)
    if not reason.strip():
        raise ReasonMissing(what=rulebook)
    base = rulebook.versions.newest().first()
    last = rulebook.versions.aggregate(last=models.Max("number"))["last"] or 0
    version = RulebookVersion.objects.create(
        rulebook=rulebook,
        number=last + 1,
        based_on=base,
        repeat_days=base.repeat_days if base else None,
        preamble=base.preamble if base else "",
        reason=reason.strip()[:300],
        drafted_by=by.name,
        drafted_at=at,
        edited_at=at,
    )
    if base:
        copying.copy_rows(base, version)
    facts = {"number": version.number, "source": str(base) if base else "–", "reason": version.reason}
    audit.record(version, "rulebookversion.draft", by=by, at=at, **facts)
    return version


@transaction.atomic
def edit(version_id: int, change: Change, *, by: Actor, at: datetime) -> RulebookVersion:
    """CF-11: change a draft; refused when somebody else has changed it since, and for whatever is no draft."""
    by.need(DRAFT)
    version = _locked(version_id, by)
    VERSION.check(version, "propose")
    if version.edited_at != change.seen:
        raise EditedMeanwhile(what=version)
    for row in (*change.saved, *change.removed):
        _of(row, version)
    before = versions.facts_of(version)
    for name, value in change.values.items():
        setattr(version, name, value)
    version.edited_at = at
    _write(version, change)
    what = copying.said(change.values, rules.diff(before, versions.facts_of(version)))
    audit.record(version, "rulebookversion.edit", by=by, at=at, what=what)
    return version


def _write(version: RulebookVersion, change: Change) -> None:
    """Write what was changed, in the order in which rows refer to each other."""
    _still_used(change)
    try:
        with transaction.atomic():
            version.save(update_fields=["edited_at", *change.values])
            for row in change.removed:
                row.delete()
            for row in change.saved:
                row.save()
            transaction.get_connection().check_constraints()
    except IntegrityError as why:
        raise Twice(what=version) from why


def _still_used(change: Change) -> None:
    """An act is never taken out just because its article was."""
    going = {row.pk for row in change.removed if isinstance(row, Act)}
    moved = {row.pk for row in change.saved if isinstance(row, Act)}
    for clause in change.removed:
        if isinstance(clause, Clause) and (
            left := list(clause.acts.exclude(pk__in=going | moved).order_by("pk").values_list("code", flat=True))
        ):
            raise StillUsed(clause=clause, acts="、".join(left))


def _of(row: models.Model, version: RulebookVersion) -> None:
    """Refuse rows of another version, also by what they refer to."""
    of = {row.act.version_id} if isinstance(row, PenaltyRow) else {getattr(row, "version_id", None)}
    if isinstance(row, Act):
        of.add(row.clause.version_id)
    if row.pk and isinstance(row, Act | Clause | SeatRule):
        of |= set(type(row)._default_manager.filter(pk=row.pk).values_list("version", flat=True))
    if row.pk and isinstance(row, PenaltyRow):
        of |= set(PenaltyRow.objects.filter(pk=row.pk).values_list("act__version", flat=True))
    if of != {version.pk}:
        raise NotOfThisDraft(row=row, what=version)


@transaction.atomic
def drop(version_id: int, *, reason: str, by: Actor, at: datetime) -> RulebookVersion:
    """Give up a draft; it stays to be read, and is never put in force."""
    by.need(DRAFT)
    version = _locked(version_id, by)
    VERSION.check(version, "drop")
    if not reason.strip():
        raise ReasonMissing(what=version)
    VERSION.move(version, "drop", by=by, at=at, facts={"reason": reason.strip()[:300]})
    return version


@transaction.atomic
def propose(version_id: int, *, valid_from: date, reason: str, by: Actor, at: datetime) -> RulebookVersion:
    """CF-11, AU-4: ask for a draft to be put in force from a day; the general manager signs, never who proposed it."""
    by.need(PROPOSE)
    _lock_rulebook(version_id)
    version = _locked(version_id, by)
    VERSION.check(version, "propose")
    if not reason.strip():
        raise ReasonMissing(what=version)
    facts = _checked(version, valid_from, at)
    facts_said = {"reason": reason.strip()[:300], "valid_from": valid_from}
    VERSION.move(version, "propose", by=by, at=at, facts=facts_said, valid_from=valid_from)
    approvals.ask(approvals.Question(Kind.RULEBOOK, version, _highest(facts), reason), by=by, at=at)
    return version


def _highest(facts: rules.VersionFacts) -> Decimal:
    """What is signed for: the highest amount that the version names; never nothing, which anybody might sign alone."""
    amounts = [amount for act in facts.acts for row in act.rows for amount in (row.usual, row.most) if amount]
    return max(amounts, default=FEN)


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """What the general manager's word on a proposed version does: it is adopted, or goes back to be changed."""
    _lock_rulebook(approval.subject_id)
    version: RulebookVersion = RulebookVersion.objects.for_change(approval.subject_id)
    if approval.state == ApprovalState.GRANTED:
        _adopt(version, by=by, at=at)
        return
    refusal = approval.signatures.filter(granted=False).order_by("-pk").first()
    why = refusal.reason if refusal else str(approval.get_state_display())
    VERSION.move(version, "send_back", by=by, at=at, facts={"reason": why})


def _adopt(version: RulebookVersion, *, by: Actor, at: datetime) -> None:
    """CF-11: put a version in force from its day, and end the one before on that day; checked once more."""
    VERSION.check(version, "adopt")
    assert version.valid_from, "proposed for a day"
    _checked(version, version.valid_from, at)
    for before in RulebookVersion.objects.filter(rulebook=version.rulebook_id).newest():
        locked = RulebookVersion.objects.for_change(before.pk)
        locked.valid_to = version.valid_from
        locked.save(update_fields=["valid_to"])
        facts = {"valid_to": version.valid_from, "number": version.number}
        audit.record(locked, "rulebookversion.end", by=by, at=at, **facts)
    VERSION.move(version, "adopt", by=by, at=at, facts={"valid_from": version.valid_from})


def _checked(version: RulebookVersion, valid_from: date, at: datetime) -> rules.VersionFacts:
    """Refuse a past day, a draft that another version has overtaken, and what is wrong in itself (DS-12)."""
    if valid_from < local(at).date():
        raise DayPast(what=version, valid_from=valid_from)
    newest = RulebookVersion.objects.filter(rulebook=version.rulebook_id).newest().first()
    if newest and newest.pk != version.based_on_id:
        raise Overtaken(what=version, base=version.based_on or "–", newest=newest)
    if newest and valid_from <= newest.valid_from:
        raise DayTooEarly(what=version, newest=newest, since=newest.valid_from)
    facts = versions.facts_of(version)
    wrong = list(rules.faults(facts, versions.reviewed_acts(version)))
    if newest and not rules.diff(versions.facts_of(newest), facts):
        wrong.append(rules.Fault("nothing_changed"))
    if wrong:
        raise Faulty(what=version, why=" ".join(sentence(version, fault) for fault in wrong))
    return facts


_LABELS = {value: label for kind in (Clazz, Punished, Stage, Seat) for value, label in kind.choices}


def sentence(version: RulebookVersion, fault: rules.Fault) -> str:
    """Say what is wrong with a version."""
    words = [str(_LABELS.get(word, word)) for word in fault.where.split(":")]
    review = versions.review_code(version, fault.where.partition(":")[0])
    return str(FAULTS[fault.code]).format(what=" · ".join(words), review=review)


def _lock_rulebook(version_id: int) -> None:
    """Whoever proposes or adopts versions of one rulebook waits here for each other."""
    Rulebook.objects.for_change_many(list(Rulebook.objects.filter(versions=version_id).values_list("pk", flat=True)))


def _locked(version_id: int, by: Actor) -> RulebookVersion:
    version: RulebookVersion = RulebookVersion.objects.visible_to(by).for_change(version_id)
    return version
