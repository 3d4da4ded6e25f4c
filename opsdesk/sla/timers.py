"""Operations on clocks; called inside the operation that causes them. What is late is found by `sweep`, set-based."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.sla import deadlines, queries
from opsdesk.sla.models import Heartbeat, Pause, Timer
from opsdesk.sla.states import TIMER, TimerState

SWEEP = """
WITH due AS (
    SELECT id FROM sla_timer WHERE state = 'running' AND next_at <= %(at)s
    ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), climbed AS (
    UPDATE sla_timer t SET
        climbed = t.climbed + 1,
        next_at = t.ladder_at[t.climbed + 2],
        missed_at = CASE WHEN t.ladder[t.climbed + 1] = 'missed' THEN t.due_at ELSE t.missed_at END
    FROM due WHERE t.id = due.id
    RETURNING t.id, t.policy_id, t.subject_type, t.subject_id, t.ladder[t.climbed] AS rung, t.due_at
)
INSERT INTO audit_event (action, subject_type, subject_id, actor, door, at, facts)
SELECT p.code || '.' || c.rung, c.subject_type, c.subject_id, 'system', 'sweep', %(at)s,
       jsonb_build_object('timer', c.id, 'due_at', to_char(c.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM climbed c JOIN sla_policy p ON p.id = c.policy_id
RETURNING id, action
"""

_COUNTED = ("climbed", "started_at", "due_at", "provisional", "because", "ladder", "ladder_at", "next_at")


class NoReason(Refused):
    code, sentence = "pause_without_reason", _("A clock is paused only with a reason.")


@transaction.atomic
def start_many(
    policy: str,
    subject_type: str,
    starts: Sequence[tuple[int, datetime]],
    *,
    by: Actor,
    at: datetime,
    round: int = 1,
) -> list[Timer]:
    """Start one clock per (subject, moment) under the version in force on its day, shown in the same order.

    Six statements however many; a start in the past is fine, the sweep then finds it late.
    """
    if not starts:
        return []
    zone = ZoneInfo("Asia/Shanghai")
    terms = queries.terms_on(policy, (start.astimezone(zone).date() for _, start in starts))
    timers = []
    for subject, start in starts:
        own = terms[start.astimezone(zone).date()]
        timer = Timer(policy=own.policy, subject_type=subject_type, subject_id=subject, round=round, started_at=start)
        _set(timer, own, deadlines.deadline(start, own.term))
        timers.append(timer)
    Timer.objects.bulk_create(timers, batch_size=1000)
    return timers


def _set(timer: Timer, terms: queries.Terms, deadline: deadlines.Deadline) -> None:
    """Write a deadline and its ladder into a clock; rungs already climbed stay climbed."""
    ladder = terms.ladder(deadline)
    timer.due_at, timer.provisional, timer.because = deadline.due, deadline.provisional, deadline.because
    timer.ladder_at, timer.ladder = [when for when, _ in ladder], [name for _, name in ladder]
    timer.next_at = timer.ladder_at[timer.climbed] if timer.climbed < len(ladder) else None


@transaction.atomic
def meet_many(policy: str, subject_type: str, subjects: Collection[int], *, by: Actor, at: datetime) -> None:
    """Stop these subjects' clocks because what they wait for happened; late or not shows in `missed_at`."""
    _end(policy, subject_type, subjects, "meet", by=by, at=at)


@transaction.atomic
def drop_many(policy: str, subject_type: str, subjects: Collection[int], *, by: Actor, at: datetime) -> None:
    """Stop these subjects' clocks because nobody waits any more."""
    _end(policy, subject_type, subjects, "drop", by=by, at=at)


def _end(policy: str, subject_type: str, subjects: Collection[int], action: str, *, by: Actor, at: datetime) -> None:
    open_ones = Timer.objects.of(subject_type, subjects, policy).open()
    timers = Timer.objects.for_change_many(list(open_ones.values_list("pk", flat=True)))
    ends = []
    for timer in timers:
        late = timer.missed_at or (timer.due_at if action == "meet" and timer.due_at < at else None)
        ends.append({"ended_at": at, "missed_at": late})
    TIMER.move_many(timers, action, by=by, at=at, changes=ends)


@transaction.atomic
def pause(timer_id: int, *, reason: str, by: Actor, at: datetime) -> Timer:
    """Stop a clock for a while, for a reason (customer away …); it does not warn meanwhile."""
    if not reason.strip():
        raise NoReason()
    timer = Timer.objects.for_change(timer_id)
    TIMER.move(timer, "pause", by=by, at=at, next_at=None)
    Pause.objects.create(timer=timer, started_at=at, reason=reason, paused_by=by.name)
    return timer  # type: ignore[no-any-return]


@transaction.atomic
def pause_many(timer_ids: Collection[int], *, reason: str, by: Actor, at: datetime) -> list[Timer]:
    """Stop these running clocks together, for one reason; five statements however many."""
    if not reason.strip():
        raise NoReason()
    timers = Timer.objects.for_change_many(timer_ids)
    TIMER.move_many(timers, "pause", by=by, at=at, changes=[{"next_at": None}] * len(timers))
    Pause.objects.bulk_create(
        [Pause(timer=timer, started_at=at, reason=reason, paused_by=by.name) for timer in timers], batch_size=1000
    )
    return timers


@transaction.atomic
def resume_many(timer_ids: Collection[int], *, by: Actor, at: datetime) -> list[Timer]:
    """Let these paused clocks count on; a few statements per policy however many clocks."""
    timers: list[Timer] = Timer.objects.select_related("policy__calendar").for_change_many(timer_ids)
    Pause.objects.filter(timer__in=timers, ended_at=None).update(ended_at=at)
    terms = {policy: queries.terms_of(policy) for policy in {timer.policy for timer in timers}}
    pauses = queries.pauses_of_many(timers, at=at)
    for timer in timers:
        own = terms[timer.policy]
        _set(timer, own, deadlines.deadline(timer.started_at, own.term, pauses[timer.pk]))
    changes = [{name: getattr(timer, name) for name in _COUNTED} for timer in timers]
    TIMER.move_many(timers, "resume", by=by, at=at, changes=changes)
    return timers


@transaction.atomic
def resume(timer_id: int, *, by: Actor, at: datetime) -> Timer:
    """Let a paused clock count on: its deadline and the rungs still ahead move by what the pause took."""
    timer = Timer.objects.for_change(timer_id)
    Pause.objects.filter(timer=timer, ended_at=None).update(ended_at=at)
    _count_again(timer, "resume", by=by, at=at)
    return timer  # type: ignore[no-any-return]


@transaction.atomic
def restart(timer_id: int, *, start: datetime, by: Actor, at: datetime) -> Timer:
    """Let a clock count from another start (AS-1: the customer's appointed day)."""
    timer = Timer.objects.for_change(timer_id)
    timer.started_at, timer.climbed = start, 0  # its rungs lie ahead again
    _count_again(timer, "extend", by=by, at=at)
    return timer  # type: ignore[no-any-return]


def recount_provisional(*, by: Actor, at: datetime) -> int:
    """Count every provisional deadline again, once the holidays of a new year are known; return how many."""
    timers = list(Timer.objects.filter(state=TimerState.RUNNING, provisional=True).values_list("pk", flat=True))
    for pk in timers:
        with transaction.atomic():
            _count_again(Timer.objects.for_change(pk), "extend", by=by, at=at)
    return len(timers)


def _count_again(timer: Timer, action: str, *, by: Actor, at: datetime) -> None:
    own = queries.terms_of(timer.policy)
    _set(timer, own, deadlines.deadline(timer.started_at, own.term, queries.pauses_of(timer, at=at)))
    TIMER.move(timer, action, by=by, at=at, **{name: getattr(timer, name) for name in _COUNTED})


def sweep(*, at: datetime, most: int = 10_000) -> int:
    """Climb every rung that is due: mark, record and react; return how many. One statement per 10,000 rungs.

    It decides nothing: a second sweep beside it skips the locked rows, a later one finds what a killed one left.
    """
    climbed = 0
    while rungs := len(_climb(at, most)):  # a clock that nobody swept for long has several rungs to climb
        climbed += rungs
    beat("sla.sweep", at=at)
    return climbed


@transaction.atomic
def _climb(at: datetime, most: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"at": at, "most": most})
        events: list[tuple[int, str]] = cursor.fetchall()
    by_action: dict[str, list[int]] = {}
    for pk, action in events:
        by_action.setdefault(action, []).append(pk)
    for action, pks in by_action.items():
        audit.react(action, pks)
    return events


def beat(name: str, *, at: datetime) -> None:
    """Say that a periodic work has run to its end."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
