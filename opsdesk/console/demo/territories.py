"""Enters who covers which region for what, and the certificates that say who may sell where."""

from collections.abc import Iterator
from datetime import date, timedelta

from channels.models import Authorisation, Partner, Region, Revocation, Shop, Territory
from channels.states import Duty
from opsdesk.actor import SYSTEM
from opsdesk.audit import models as audit
from opsdesk.console.demo.catalogue import data, stalls
from opsdesk.console.demo.plan import Plan
from opsdesk.days import midnight

_REVOKED_AFTER = timedelta(days=200)
_SUSPENDED = "hmt"
_RENEWED = 4  # certificates that already have their successor for next year


def enter(plan: Plan) -> None:
    """Write territories and certificates."""
    partners = dict(Partner.objects.values_list("code", "pk"))
    rows = [
        Territory(partner_id=partners[code], duty=duty, region_id=region, valid_from=plan.since)
        for code, region, duty in _covered()
    ]
    Territory.objects.bulk_create(rows)
    _enter_one_that_ended(plan, partners)
    _enter_certificates(plan, partners)


def _covered() -> Iterator[tuple[str, str, Duty]]:
    """Yield (partner, region, duty): agents for all duties, installers for all but sales, one overlap."""
    told = data()
    for code, _name, regions in told["agents"]:
        for region in regions:
            for part in _without_gaps(region):
                yield from ((code, part, duty) for duty in Duty)
    outlets = [(code, region) for code, _name, _above, region in told["outlets"] if region]
    for code, region in [*((code, region) for code, _name, region in told["cities"]), *outlets]:
        yield from ((code, region, duty) for duty in Duty)
    for code, _name, regions in told["installers"]:
        for region in regions:
            yield from ((code, region, duty) for duty in (Duty.INSTALLATION, Duty.REPAIR))
    *both, region = told["overlap"]
    yield from ((code, region, Duty.INSTALLATION) for code in both)


def _without_gaps(region: str) -> list[str]:
    """Return the region, or its parts without those that nobody has yet or that have an agent of their own."""
    gaps = [gap for gap in data()["gaps"] if gap.startswith(region)]
    if not gaps:
        return [region]
    own = [city for _code, _name, city in data()["cities"]]
    parts = Region.objects.filter(parent=region).exclude(pk__in=[*gaps, *own]).order_by("pk")
    return list(parts.values_list("pk", flat=True))


def _enter_one_that_ended(plan: Plan, partners: dict[str, int]) -> None:
    """A gap has a history: somebody covered it until last spring."""
    code, region = data()["left"]
    until = date(plan.today.year - 1, 4, 1)
    Territory.objects.bulk_create(
        [
            Territory(partner_id=partners[code], duty=duty, region_id=region, valid_from=plan.since, valid_to=until)
            for duty in Duty
        ]
    )


def _enter_certificates(plan: Plan, partners: dict[str, int]) -> None:
    """Write certificates in force, expired, not yet in force, and one revoked."""
    year = plan.today.year
    old, new, next_new = (date(year + shift, 1, 1) for shift in (-1, 0, 1))
    shops = dict(Shop.objects.values_list("code", "pk"))
    rows: list[Authorisation] = []

    def add(partner: str, since: date, until: date, *, shop: str = "", region: str = "") -> None:
        number = f"NL-{since.year}-{len(rows) + 1:04d}"
        rows.append(
            Authorisation(
                number=number,
                partner_id=partners[partner],
                shop_id=shops.get(shop),
                region_id=region or None,
                valid_from=since,
                valid_to=until,
            )
        )

    run = [stall for stall in stalls() if stall.operator]
    for stall in run:
        add(stall.operator, old, new, shop=stall.code)
    for stall in run:
        add(stall.operator, new, next_new, shop=stall.code)
    for stall in run[:_RENEWED]:
        add(stall.operator, next_new, date(year + 2, 1, 1), shop=stall.code)
    for code, _name, [region, *_others] in data()["agents"]:
        add(code, plan.since, date(year + 2, 1, 1), region=region)
    Authorisation.objects.bulk_create(rows)
    _revoke(plan)
    _suspend(plan)


def _revoke(plan: Plan) -> None:
    partner, shop = data()["ended"]
    row = Authorisation.objects.in_force(plan.today).get(partner__code=partner, shop__code=shop)
    day = max(plan.today - _REVOKED_AFTER, row.valid_from)
    reason = "多次低于最低限价销售并跨区供货，终止合作"
    Revocation.objects.create(authorisation=row, revoked_on=day, reason=reason)
    audit.record(row, "authorisation.revoke", by=SYSTEM, at=midnight(day), reason=reason)


def _suspend(plan: Plan) -> None:
    """An agent without orders of its own, so that the story goes on without it."""
    row = Authorisation.objects.in_force(plan.today).get(partner__code=_SUSPENDED)
    day, until = plan.today - timedelta(days=5), plan.today + timedelta(days=25)
    reason = "门店整改未完成，暂停授权三十天"
    Revocation.objects.create(authorisation=row, revoked_on=day, until=until, reason=reason)
    audit.record(row, "authorisation.suspend", by=SYSTEM, at=midnight(day), revoked_on=day, until=until, reason=reason)
