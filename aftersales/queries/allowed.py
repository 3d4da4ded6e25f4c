"""What a person may do with a job now: for buttons and for the API's `allowed`."""

from aftersales.models import Job
from aftersales.states.job import JOB, JobState
from opsdesk.actor import Actor

_OF_THE_SYSTEM = frozenset({"run_out", "take_over"})
_ANSWERS = frozenset({"accept", "decline"})
_WITH_SOMEBODY = (JobState.ACCEPTED, JobState.APPOINTED)


def holds(job: Job, *, by: Actor) -> bool:
    """AS-3: say whether a visible job is this person's own business, or merely offered to him while another has it."""
    if by.company or not by.partners or by.regions or by.shops:
        return True
    path = job.owner.path if job.owner else ""
    return any(f"/{code}/" in path for code in by.partners)


def allowed(job: Job, *, by: Actor, to_take_over: bool = False) -> set[str]:
    """Return the moves that the job's state allows this person; rights are the caller's question.

    `to_take_over`: an offer to take it over waits for this person's answer.
    """
    if not holds(job, by=by):
        return {"decline"} if job.frozen_at else set(_ANSWERS)
    found = set(JOB.allowed(job)) - _OF_THE_SYSTEM
    if job.state in _WITH_SOMEBODY:
        found |= {"assign_installer"}
    if "take_over" in JOB.allowed(job) and not job.frozen_at:
        found |= {"hand_over"}
    if job.urged_at:
        found |= {"reply"}
    elif job.owner_id and "cancel" in found:
        found |= {"urge"}
    if to_take_over:
        found |= {"decline"} if job.frozen_at else _ANSWERS
    return found - {"offer"} if job.frozen_at else found
