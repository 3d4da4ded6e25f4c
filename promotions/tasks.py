from opsdesk import clock
from opsdesk.actor import SYSTEM
from opsdesk.entry.task import each, task
from promotions.operations import auctions, claims, events, following
from promotions.queries import auctions as won
from promotions.queries import claims as queries


@task
def reverse_claims_all_due(**_: object) -> None:
    at = clock.now()
    each(queries.refunded(), lambda pk: claims.reverse(pk, reason="订单已退款或关闭", by=SYSTEM, at=at))
    each(won.refunded(), lambda pk: auctions.take_back(pk, reason="订单已退款或关闭", by=SYSTEM, at=at))


@task
def run_brand_days(**_: object) -> None:
    at = clock.now()
    events.start_all_due(by=SYSTEM, at=at)
    events.end_all_due(by=SYSTEM, at=at)


@task
def follow_all_due(**_: object) -> None:
    following.follow_all_due(by=SYSTEM, at=clock.now())


@task
def follow_imports(*, event_ids: list[int], **_: object) -> None:
    following.follow_imports(event_ids, by=SYSTEM, at=clock.now())


@task
def follow_changes(*, event_ids: list[int], **_: object) -> None:
    following.follow_changes(event_ids, by=SYSTEM, at=clock.now())


@task
def follow_claims(*, event_ids: list[int], **_: object) -> None:
    following.follow_claims(event_ids, by=SYSTEM, at=clock.now())
