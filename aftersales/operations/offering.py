"""AS-2, AS-3: writes what was chosen into offers, starts the clocks of the answers, and closes offers again."""

from collections.abc import Sequence
from datetime import datetime

from aftersales.models import Job, Offer
from aftersales.operations.opening import SUBJECT
from aftersales.queries import candidates
from aftersales.rules import dispatch as rule
from aftersales.states.job import JOB, Answer, JobState, OfferKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.sla import timers

Choices = Sequence[tuple[Job, rule.Choice]]
POLICIES = {OfferKind.OFFER: "acceptance", OfferKind.HAND_OVER: "hand_over"}


def offer(jobs: Sequence[Job], *, by: Actor, at: datetime) -> Sequence[Job]:
    """AS-2: choose for each job and write the offers; a fixed number of statements per thousand.

    Jobs are taken in the order given: each choice knows of those before it.
    """
    if not jobs:
        return jobs
    facts, choices = candidates.gathered(jobs, at=at), []
    for job in jobs:
        region, wanted = job.region_id or "", facts.wanted[job.pk]
        choice = rule.choose(region, facts.claims[region], facts.tried.get(job.pk, {}), wanted, facts.network)
        if choice.partner:
            facts.network.take(choice.partner, wanted)
        choices.append((job, choice))
    write(choices, by=by, at=at)
    return jobs


def write(choices: Choices, *, by: Actor, at: datetime) -> None:
    """AS-2: write offers of jobs that nobody has; whoever is found gets the job offered."""
    found = [(job, choice) for job, choice in choices if choice.partner]
    write_offers(choices, OfferKind.OFFER, by=by, at=at)
    JOB.move_many(
        [job for job, _choice in found],
        "offer",
        by=by,
        at=at,
        changes=[{"owner_id": choice.partner, "dispatched_at": at, "installer_id": None} for _job, choice in found],
        facts=[{"partner": choice.name, "because": list(choice.because)} for _job, choice in found],
    )
    _nobody([(job, choice) for job, choice in choices if not choice.partner], by=by, at=at)


def write_offers(choices: Choices, kind: OfferKind, *, by: Actor, at: datetime) -> None:
    """Write one offer per choice, with the clock of its answer where somebody was found."""
    rounds = _next_rounds([job for job, _choice in choices])
    due: dict[int, datetime] = {}
    for number in sorted(set(rounds.values())):
        asked = [(job.pk, at) for job, choice in choices if choice.partner and rounds[job.pk] == number]
        clocks = timers.start_many(POLICIES[kind], SUBJECT, asked, by=by, at=at, round=number)
        due |= {clock.subject_id: clock.due_at for clock in clocks}
    Offer.objects.bulk_create(
        [
            Offer(
                job=job,
                kind=kind,
                round=rounds[job.pk],
                partner_id=choice.partner,
                offered_at=at,
                due_at=due.get(job.pk),
                answer=Answer.WAITING if choice.partner else Answer.WITHDRAWN,
                because="；".join(choice.because)[:300],
                candidates=[_shown(candidate) for candidate in choice.candidates],
            )
            for job, choice in choices
        ],
        batch_size=1000,
    )


def _shown(candidate: rule.Candidate) -> dict[str, object]:
    return {
        "partner": candidate.partner,
        "name": candidate.name,
        "chosen": candidate.chosen,
        "because": list(candidate.because),
    }


def close(jobs: Sequence[Job], answer: Answer, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Write the answer to these jobs' waiting offers and stop the clocks of the answers."""
    if not jobs:
        return
    waiting = Offer.objects.filter(job__in=jobs, answer=Answer.WAITING)
    waiting.update(answer=answer, answered_at=at, reason=reason)
    end = timers.meet_many if answer in (Answer.ACCEPTED, Answer.DECLINED) else timers.drop_many
    for policy in POLICIES.values():
        end(policy, SUBJECT, [job.pk for job in jobs], by=by, at=at)


def answered(job: Job, answer: Answer, *, by: Actor, at: datetime, reason: str = "") -> Offer | None:
    """Write the answer to a job's waiting offer and return that; a part of the operation that locked the job."""
    waiting = Offer.objects.filter(job=job, answer=Answer.WAITING).first()
    if waiting is not None:
        close([job], answer, by=by, at=at, reason=reason)
    return waiting  # type: ignore[no-any-return]


def _nobody(choices: Choices, *, by: Actor, at: datetime) -> None:
    """Leave jobs without a candidate in the queue “no agent”; whoever looked at them already is not told again."""
    offered = [(job, choice) for job, choice in choices if job.state == JobState.OFFERED]
    fresh = [job.pk for job, _choice in choices if job.state == JobState.OPEN]
    JOB.move_many(
        [job for job, _choice in offered],
        "run_out",
        by=by,
        at=at,
        changes=[{"owner_id": None, "dispatched_at": at}] * len(offered),
        facts=[{"because": list(choice.because)} for _job, choice in offered],
    )
    Job.objects.filter(pk__in=fresh).update(dispatched_at=at)


def _next_rounds(jobs: Sequence[Job]) -> dict[int, int]:
    rounds = {job.pk: 1 for job in jobs}
    for job, number in Offer.objects.filter(job__in=jobs).values_list("job_id", "round"):
        rounds[job] = max(rounds[job], number + 1)
    return rounds


def record_hand_overs(choices: Choices, *, by: Actor, at: datetime) -> None:
    """AS-3: say on the timelines to whom jobs may be handed over, and of which nobody was found for (once)."""
    found = [(job, {"partner": c.name, "because": list(c.because)}) for job, c in choices if c.partner]
    none = [(job, {"because": list(c.because)}) for job, c in choices if not c.partner]
    audit.record_many(found, "job.offer_hand_over", by=by, at=at)
    audit.record_many(none, "job.want_hand_over", by=by, at=at)
    Job.objects.filter(pk__in=[job.pk for job, _facts in none]).update(hand_over_wanted_at=at)
    Job.objects.filter(pk__in=[job.pk for job, _facts in found]).update(hand_over_wanted_at=None)
