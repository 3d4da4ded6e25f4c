from aftersales.operations import (
    callbacks,
    clocks,
    complaint_escalation,
    deductions,
    dispatch,
    fees,
    following,
    hand_over,
    reports,
    scores,
    slips,
    telling,
)
from aftersales.queries import jobs as queries
from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import task


@task
def follow_all_due(**_: object) -> None:
    following.follow_all_due(by=SYSTEM, at=clock.now())


@task
def follow_imports(*, event_ids: list[int], **_: object) -> None:
    following.follow(queries.touched_by_imports(event_ids), by=SYSTEM, at=clock.now())


@task
def follow_signatures(*, event_ids: list[int], **_: object) -> None:
    following.follow(queries.signed_in(event_ids), by=SYSTEM, at=clock.now())


@task
def follow_mappings(*, event_ids: list[int], **_: object) -> None:
    following.follow(queries.with_items(event_ids), by=SYSTEM, at=clock.now())


@task
def dispatch_all_due(**_: object) -> None:
    dispatch.dispatch_all_due(by=SYSTEM, at=clock.now())


@task
def offer_onward_all_due(**_: object) -> None:
    at = clock.now()
    dispatch.offer_onward_all_due(by=SYSTEM, at=at)
    dispatch.dispatch_all_due(by=SYSTEM, at=at)


@task
def tell_all_due(**_: object) -> None:
    telling.tell_all_due(by=SYSTEM, at=clock.now())


@task
def hand_over_all_due(**_: object) -> None:
    hand_over.hand_over_all_due(by=SYSTEM, at=clock.now())


@task
def go_on_all_due(**_: object) -> None:
    clocks.go_on_all_due(by=SYSTEM, at=clock.now())


@task
def score_all_due(**_: object) -> None:
    scores.score_all_due(by=SYSTEM, at=clock.now())


@task
def open_callbacks_all_due(**_: object) -> None:
    callbacks.open_all_due(by=SYSTEM, at=clock.now())


@task
def escalate_complaints_all_due(**_: object) -> None:
    complaint_escalation.escalate_all_due(by=SYSTEM, at=clock.now())


@task
def note_slips_all_due(**_: object) -> None:
    slips.note_all_due(by=SYSTEM, at=clock.now())


@task
def clear_drafts_all_due(**_: object) -> None:
    reports.clear_stale(by=SYSTEM, at=clock.now())


@task
def book_fees_all_due(**_: object) -> None:
    fees.book_all_due(by=SYSTEM, at=clock.now())


@task
def propose_deductions_all_due(**_: object) -> None:
    deductions.propose_all_due(by=SYSTEM, at=clock.now())
