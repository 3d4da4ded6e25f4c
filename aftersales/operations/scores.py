"""AS-11: scores of partners: computed and published monthly, contested by the partner, decided by a person."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Score, ScoreContest, ScoreEvent, ScoreFormula
from aftersales.queries import scores as queries
from aftersales.rules import scores as rule
from aftersales.states.score import CONTEST, SCORE, Measure, ScoreState
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import NotAllowed, NotFound, Refused
from opsdesk.sla import timers

SUBJECT, POLICY = "aftersales.scorecontest", "score_contest"
MONTHS = 3  # closed months that a run looks at: a task that stood still catches up


class TooLate(Refused):
    code, sentence = "contest_too_late", _("{score}: events could be contested until {until}.")


class NotCounted(Refused):
    code, sentence = "not_counted", _("{score}: this event does not count in it.")


class ContestedAlready(Refused):
    code, sentence = "contested_already", _("{score}: this event was contested before; it is decided once.")


class OwnContest(NotAllowed):
    code, sentence = "own_contest", _("Nobody decides what he contested himself.")


class SayWhy(Refused):
    code, sentence = "score_reason_missing", _("Say why.")


def score_all_due(*, by: Actor, at: datetime) -> int:
    """AS-11: publish the scores of the closed months that have none yet, and close what nobody contests any more."""
    months = queries.closed_months(timezone.localdate(at), MONTHS)
    made = sum(len(publish(month, by=by, at=at)) for month in months)
    for pk in queries.final_due(at):
        finalise(pk, by=by, at=at)
    return made


@transaction.atomic
def publish(month: date, *, by: Actor, at: datetime) -> list[Score]:
    """AS-11: compute a closed month once for each partner in whose month anything counts; workers take turns."""
    formula = queries.formula_of(month)
    if formula is None:
        return []
    formula = ScoreFormula.objects.for_change(formula.pk)
    there = set(Score.objects.filter(month=month).values_list("partner_id", flat=True))
    gathered = queries.month_of(month, formula)
    found = [
        (partner, result)
        for partner in gathered.partners()
        if partner not in there and (result := gathered.score(partner)).value is not None
    ]
    made = Score.objects.bulk_create(
        [_new(partner, month, formula, result, at=at) for partner, result in found], batch_size=1000
    )
    _keep(gathered, list(zip(made, [result for _partner, result in found], strict=True)))
    facts = [(score, {"value": str(score.value), "version": 1}) for score in made]
    audit.record_many(facts, "score.publish", by=by, at=at)
    return made


def _new(partner: int, month: date, formula: ScoreFormula, result: rule.Result, *, at: datetime) -> Score:
    assert result.value is not None
    return Score(
        partner_id=partner,
        month=month,
        formula=formula,
        value=result.value,
        because=[_said(line) for line in result.lines],
        computed_at=at,
        contest_until=at + timedelta(days=formula.contest_days),
    )


def _said(line: rule.Line) -> dict[str, object]:
    return {
        "measure": line.measure,
        "value": None if line.value is None else str(line.value),
        "points": None if line.points is None else str(line.points),
        "weight": str(line.weight),
        "events": line.events,
        "base": line.base,
    }


def _keep(gathered: queries.Month, made: Sequence[tuple[Score, rule.Result]]) -> None:
    """Write the receipts: each event that counted, and by how much it moved the score."""
    ScoreEvent.objects.bulk_create(
        [
            ScoreEvent(
                score=score, measure=measure, kind=event.kind, subject_id=event.id, at=event.at,
                value=event.value, effect=result.effects[(measure, event.kind, event.id)],
            )
            for score, result in made
            for measure, events in gathered.events_of(score.partner_id).items()
            for event in events
            if (measure, event.kind, event.id) in result.effects
        ],
        batch_size=1000,
    )  # fmt: skip


@transaction.atomic
def contest(score_id: int, *, event_id: int, reason: str, by: Actor, at: datetime) -> ScoreContest:
    """AS-11: a partner says that an event of its score is wrong; until it is decided, the score shows as contested."""
    by.need("aftersales.contest_score")
    score: Score = Score.objects.visible_to(by).current().for_change(score_id)
    if not reason.strip():
        raise SayWhy()
    if score.contest_until is None or score.contest_until <= at:
        raise TooLate(score=score, until=score.contest_until)
    event = score.events.filter(pk=event_id).first()
    if event is None:
        raise NotCounted(score=score)
    of_month = {"partner_id": score.partner_id, "month": score.month}
    what = {"measure": event.measure, "kind": event.kind, "subject_id": event.subject_id}
    if ScoreContest.objects.filter(**of_month, **what).exists():
        raise ContestedAlready(score=score)
    said = reason.strip()[:300]
    made = ScoreContest.objects.create(**of_month, **what, reason=said, contested_by=by.name, contested_at=at)
    [clock] = timers.start_many(POLICY, SUBJECT, [(made.pk, at)], by=by, at=at)
    made.due_at = clock.due_at
    made.save(update_fields=["due_at"])
    label = str(Measure(event.measure).label)
    SCORE.move(score, "contest", by=by, at=at, facts={"measure": label, "reason": said})
    return made


@transaction.atomic
def uphold(contest_id: int, *, reason: str, by: Actor, at: datetime) -> Score:
    """AS-11: the event does not count: a new version without it; the old one stays as it was."""
    return _again(_decide(contest_id, "uphold", reason, by=by, at=at), by=by, at=at)


@transaction.atomic
def reject(contest_id: int, *, reason: str, by: Actor, at: datetime) -> Score:
    """AS-11: the event counts; the reason is shown to the partner."""
    score = _decide(contest_id, "reject", reason, by=by, at=at)
    if not queries.open_contests(score):
        SCORE.move(score, "settle", by=by, at=at)
    return score


def _decide(contest_id: int, action: str, reason: str, *, by: Actor, at: datetime) -> Score:
    """The score is locked before what is contested in it, here as where it is contested."""
    by.need("aftersales.decide_score")
    seen = ScoreContest.objects.visible_to(by).filter(pk=contest_id).first()
    if seen is None:
        raise NotFound(what=f"{ScoreContest._meta.verbose_name} {contest_id}")
    current = Score.objects.current().filter(partner=seen.partner_id, month=seen.month)
    score: Score = Score.objects.for_change(current.values_list("pk", flat=True).get())
    found: ScoreContest = ScoreContest.objects.for_change(contest_id)
    if found.contested_by == by.name:
        raise OwnContest()
    said = reason.strip()[:300]
    if not said:
        raise SayWhy()
    CONTEST.move(found, action, by=by, at=at, decided_by=by.name, decided_at=at, decision=said, facts={"reason": said})
    timers.meet_many(POLICY, SUBJECT, [found.pk], by=by, at=at)
    return score


def _again(old: Score, *, by: Actor, at: datetime) -> Score:
    """Compute a month again with what has been upheld: by the same formula, as a new version."""
    assert old.formula is not None
    gathered = queries.month_of(old.month, old.formula)
    result = gathered.score(old.partner_id)
    SCORE.move(old, "replace", by=by, at=at, facts={"version": old.version + 1}, superseded_at=at)
    new = _new(old.partner_id, old.month, old.formula, _nothing_left(result), at=at)
    new.version, new.contest_until = old.version + 1, old.contest_until
    new.save(force_insert=True)
    _keep(gathered, [(new, result)])
    audit.record(new, "score.publish", by=by, at=at, value=str(new.value), version=new.version)
    if queries.open_contests(new):
        waiting = Score.objects.for_change(new.pk)
        SCORE.move(waiting, "contest", by=by, at=at, facts={"measure": "–", "reason": "–"})
        return waiting  # type: ignore[no-any-return]
    return new


def _nothing_left(result: rule.Result) -> rule.Result:
    """A month of which nothing counts any more is worth everything: nothing speaks against the partner."""
    return result if result.value is not None else rule.Result(rule.HUNDRED, result.lines, result.effects)


@transaction.atomic
def finalise(score_id: int, *, by: Actor, at: datetime) -> Score:
    """AS-11: nothing can be contested any more: the score stands."""
    score: Score = Score.objects.current().for_change(score_id)
    if score.state == ScoreState.PUBLISHED:
        SCORE.move(score, "finalise", by=by, at=at)
    return score
