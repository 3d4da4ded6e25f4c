"""AS-10: customers are called back: opened for every installation, taken from the queue, called, answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Call, Callback, CallbackAnswer, Complaint, Job
from aftersales.operations import complaint_register
from aftersales.operations.opening import BATCH, chunks
from aftersales.queries import callbacks as queries
from aftersales.rules import calling, questionnaires
from aftersales.rules.excerpts import excerpt
from aftersales.states.callback import CALLBACK, OPEN, CallbackState, CallOutcome, QuestionKind, Satisfaction
from aftersales.states.complaint import Source
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Refused
from opsdesk.privacy import seal, unseal
from opsdesk.sla import timers
from orders.operations import receivers
from orders.rules.identity import Receiver

SUBJECT, POLICY, RIGHT = "aftersales.callback", "callback", "aftersales.make_callback"


class NotNow(Refused):
    code, sentence = "not_now", _("{callback}: do not call now ({why}); again from {next_at}.")


class NothingToCall(Refused):
    code, sentence = "nothing_to_call", _("Nobody is to be called now; the queue goes on at {next_at}.")


class TakenByAnother(Refused):
    code, sentence = "taken_by_another", _("{callback}: {who} is calling this customer; take the next one.")


class NotCalled(Refused):
    code, sentence = "not_called", _("{callback}: call the customer first; an answer belongs to a call.")


class Incomplete(Invalid):
    code, sentence = "callback_incomplete", _("{callback}: still to be answered: {missing}.")


class TimePast(Refused):
    code, sentence = "callback_time_past", _("{callback}: the time lies in the past; choose a later one.")


class NoReason(Refused):
    code, sentence = "callback_no_reason", _("{callback}: say what you need it for.")


WHY_NOT = {
    "rest_time": _("rest time"),
    "before_appointment": _("the customer has named a later time"),
    "called_just_now": _("called just now"),
}


@dataclass(frozen=True)
class Said:
    """AS-10: what the customer said: how content he is, why, what he suggests, and the script's answers by key."""

    satisfaction: str
    why: str = ""
    suggestion: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def open_all_due(which: Q | None = None, *, by: Actor, at: datetime) -> int:
    """AS-10: open the call-backs that are missing, a transaction per thousand; return how many."""
    wanted = list(queries.without_callback(which or Q()))
    return sum(len(open_many(part, by=by, at=at)) for part in chunks(wanted, BATCH))


@transaction.atomic
def open_many(job_ids: Sequence[int], *, by: Actor, at: datetime) -> list[Callback]:
    """AS-10: open a call-back for each of these completed installations that has none, due three days after it."""
    rows = Job.objects.filter(pk__in=job_ids, done_at__isnull=False).order_by("pk")
    jobs = list(rows.select_for_update(of=("self",), no_key=True))
    taken = set(Callback.objects.filter(job__in=job_ids).values_list("job_id", flat=True))
    jobs = [job for job in jobs if job.pk not in taken]
    made = Callback.objects.bulk_create([Callback(job=job, opened_at=at, due_at=job.done_at) for job in jobs])
    starts = [(one.pk, job.done_at) for one, job in zip(made, jobs, strict=True) if job.done_at]
    for one, clock in zip(made, timers.start_many(POLICY, SUBJECT, starts, by=by, at=at), strict=True):
        one.due_at = clock.due_at
    if made:
        Callback.objects.bulk_update(made, ["due_at"])
    audit.record_many([(one, {"due_at": one.due_at}) for one in made], "callback.open", by=by, at=at)
    return made


@transaction.atomic
def take_next(*, by: Actor, at: datetime) -> Callback:
    """AS-10: take the next customer from the queue, for a while; two callers never get the same one."""
    by.need(RIGHT)
    terms = queries.terms_on(timezone.localdate(at))
    rows = Callback.objects.visible_to(by).open().to_call(at, early=terms.early).free_for(by.name, at)
    if not terms.calendar.is_open(at):
        rows = rows.filter(state=CallbackState.APPOINTED, appointed_at__gte=at - terms.late)
    found = rows.in_turn().free_for_change(1)
    if not found:
        raise NothingToCall(next_at=_when(terms.calendar.next_open(at)))
    [callback] = found
    callback.taken_by, callback.taken_until = by.name, at + terms.taken_for
    callback.save(update_fields=["taken_by", "taken_until"])
    audit.record(callback, "callback.take", by=by, at=at)
    return callback  # type: ignore[no-any-return]


@transaction.atomic
def dial(callback_id: int, *, by: Actor, at: datetime) -> Receiver:
    """AS-10, AU-2: call a customer: shows his name and phone and writes down who called whom when.

    Refused at rest times, unless this is the time that the customer chose.
    """
    callback, terms = _taken(callback_id, by=by, at=at), queries.terms_on(timezone.localdate(at))
    allowed = calling.may_call(terms, at, appointed_at=callback.appointed_at, next_at=callback.next_at)
    call = callback.calls.filter(outcome=CallOutcome.CALLING).first()
    if call is None and not allowed.may:
        raise NotNow(callback=callback, why=WHY_NOT[allowed.because], next_at=_when(allowed.next_at))
    if call is None:
        number = callback.calls.count() + 1
        call = Call(callback=callback, number=number, called_at=at, because=allowed.because)
    call.caller_id = by.user_id
    call.save()
    callback.taken_by, callback.taken_until = by.name, at + terms.taken_for
    callback.save(update_fields=["taken_by", "taken_until"])
    audit.record(callback, "callback.dial", by=by, at=at, number=call.number)
    return receivers.opened(callback.job.order.receiver_sealed)


@transaction.atomic
def miss(callback_id: int, *, outcome: str, by: Actor, at: datetime) -> Callback:
    """AS-10: write down that the customer was not reached; after the last of the calls allowed it is closed so."""
    callback, terms = _taken(callback_id, by=by, at=at), queries.terms_on(timezone.localdate(at))
    if outcome not in CallOutcome.values or outcome in (CallOutcome.CALLING, CallOutcome.REACHED):
        raise Invalid(why=outcome)
    _end(callback, outcome, at)
    attempts, label = callback.attempts + 1, CallOutcome(outcome).label
    common = {"attempts": attempts, "appointed_at": None, "taken_by": "", "taken_until": None}
    if attempts >= terms.most_attempts or outcome == CallOutcome.REFUSED:
        done = common | {"closed_at": at, "next_at": None}
        CALLBACK.move(callback, "give_up", by=by, at=at, facts={"outcome": label}, **done)
        timers.meet_many(POLICY, SUBJECT, [callback.pk], by=by, at=at)
    else:
        again = common | {"next_at": calling.again_at(terms, at)}
        CALLBACK.move(callback, "miss", by=by, at=at, facts={"outcome": label}, **again)
    return callback


@transaction.atomic
def appoint(callback_id: int, *, appointed_at: datetime, by: Actor, at: datetime) -> Callback:
    """AS-10: the customer wants to be called at a time of his own; the deadline does not move by it."""
    callback = _taken(callback_id, by=by, at=at)
    if appointed_at <= at:
        raise TimePast(callback=callback)
    CALLBACK.check(callback, "appoint")
    callback.calls.filter(outcome=CallOutcome.CALLING).update(outcome=CallOutcome.REACHED, ended_at=at)
    changes: dict[str, Any] = {"appointed_at": appointed_at, "next_at": None, "taken_by": "", "taken_until": None}
    CALLBACK.move(callback, "appoint", by=by, at=at, **changes)
    return callback


@transaction.atomic
def answer(callback_id: int, said: Said, *, by: Actor, at: datetime) -> Callback:
    """AS-10: write down the whole answer; a dissatisfied one opens a complaint in the same transaction."""
    callback = _taken(callback_id, by=by, at=at)
    CALLBACK.check(callback, "answer")
    _complete(callback, said, at)
    _end(callback, CallOutcome.REACHED, at)
    words = "\n".join(part.strip() for part in (said.why, said.suggestion) if part.strip())
    CALLBACK.move(
        callback, "answer", by=by, at=at, facts={"satisfaction": said.satisfaction},
        satisfaction=said.satisfaction, closed_at=at, attempts=callback.attempts + 1,
        next_at=None, taken_by="", taken_until=None,
    )  # fmt: skip
    callback.why, callback.suggestion = excerpt(said.why), excerpt(said.suggestion)
    callback.words_sealed = seal(words.encode()) if words else None
    callback.save(update_fields=["why", "suggestion", "words_sealed"])
    timers.meet_many(POLICY, SUBJECT, [callback.pk], by=by, at=at)
    if said.satisfaction == Satisfaction.DISSATISFIED:
        complaint_of(callback, said.why, by=by, at=at)
    return callback


def complaint_of(callback: Callback, why: str, *, by: Actor, at: datetime) -> Complaint:
    """AS-9, AS-10: open the complaint of a dissatisfied customer; one call-back has at most one."""
    said = complaint_register.Said(why, source=Source.CALLBACK, job=callback.job, callback=callback)
    return complaint_register.begin(said, by=by, at=at)


@transaction.atomic
def show(callback_id: int, *, why: str, by: Actor, at: datetime) -> str:
    """AU-2: return a customer's own words, for who works on it; written down with the reason."""
    by.need("aftersales.show_complaint")
    callback: Callback = Callback.objects.visible_to(by).for_change(callback_id)
    if not why.strip():
        raise NoReason(callback=callback)
    audit.record(callback, "callback.show", by=by, at=at, why=why.strip()[:200])
    return unseal(callback.words_sealed).decode() if callback.words_sealed else ""


def _taken(callback_id: int, *, by: Actor, at: datetime) -> Callback:
    """Return a call-back for who may make it, locked, unless another is calling this customer now."""
    by.need(RIGHT)
    rows = Callback.objects.visible_to(by).select_related("job__order", "job__owner")
    callback: Callback = rows.for_change(callback_id)
    held = callback.taken_until and callback.taken_until > at
    if callback.state in OPEN and callback.taken_by not in ("", by.name) and held:
        raise TakenByAnother(callback=callback, who=callback.taken_by)
    return callback


def _end(callback: Callback, outcome: str, at: datetime) -> None:
    CALLBACK.check(callback, "miss")
    ended = callback.calls.filter(outcome=CallOutcome.CALLING).update(outcome=outcome, ended_at=at)
    if not ended:
        raise NotCalled(callback=callback)


def _complete(callback: Callback, said: Said, at: datetime) -> None:
    """Refuse an answer with gaps, and store those to the script's questions."""
    _script, questions = queries.script_at(at)
    missing = list(questionnaires.problems(questions, said.answers))
    if said.satisfaction not in Satisfaction.values:
        missing.insert(0, str(_("satisfaction")))
    if said.satisfaction == Satisfaction.DISSATISFIED and not said.why.strip():
        missing.append(str(_("why")))
    if missing:
        raise Incomplete(callback=callback, missing="；".join(missing))
    CallbackAnswer.objects.bulk_create(
        CallbackAnswer(
            callback=callback,
            question_id=one.id,
            value=excerpt(text),
            words_sealed=seal(text.encode()) if one.kind == QuestionKind.TEXT else None,
        )
        for one in questions
        if (text := said.answers.get(one.key, "").strip())
    )


def _when(moment: datetime) -> str:
    return f"{local(moment):%m-%d %H:%M}"
