"""Objects for tests of repairs: their clocks, codes, checklist and people."""

from datetime import timedelta
from decimal import Decimal

from aftersales.models import ExchangeRule, FaultCode, Repair, RetestCheck
from aftersales.operations import bench, quotes, repairs
from aftersales.operations.bench import Inspection
from aftersales.operations.repairs import Request
from opsdesk.actor import Actor
from opsdesk.approvals.models import Limit
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, WorkCalendar
from tests import make
from tests.make import AT

CHECKS = ("heating", "pressure")
HOURS = {
    "repair_post": 168, "repair_inbound": 120, "repair_inspect": 15, "repair_decide": 8, "repair_answer": 168,
    "repair_bench": 24, "repair_send": 8, "repair_outbound": 120, "repair_total": 360, "repair_loan": 168,
}  # fmt: skip


def setting() -> None:
    """Roles, clocks (elapsed calendar days, so that a test can count them by hand), codes and checklist."""
    ensure_roles()
    make.policies()
    always = WorkCalendar.objects.get(code="always")
    for code, hours in HOURS.items():
        make.policy(code, timedelta(hours=hours), always, Counting.CALENDAR_DAYS)
    make.policy("approval", timedelta(hours=8), always, Counting.CALENDAR_DAYS)
    FaultCode.objects.create(code="leak-tank", name="内胆漏水", component="tank")
    FaultCode.objects.create(code="no-heat", name="不加热")
    for code in CHECKS:
        RetestCheck.objects.create(code=code, name=code)
    for code, figure in (("repairs", 2), ("retests", 2), ("days", 30), ("parts_days", 90)):
        ExchangeRule.objects.create(code=code, figure=figure, source="三包", valid_from=make.LONG_AGO)
    for role, alone, up_to in (("dispatcher", "200", "0"), ("regional_manager", "0", "1000"), ("finance", "0", "9000")):
        Limit.objects.create(
            kind="part", role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(up_to), valid_from=make.LONG_AGO
        )


def person(name: str, role: str, **scopes: object) -> Actor:
    """Somebody in a role, company-wide unless scopes are said."""
    return actor_of(make.in_role(name, role, **(scopes or {"company": True})), door="test")


def installed(number: str = "1001", serial: str = "NL001", when: str = "2026-01-10 10:00", **fields: object):
    """A job that was done at that moment with this serial number."""
    job = make.job(number, **fields)
    agent = make.Partner.objects.filter(code="gz").first() or make.partner("gz")
    type(job).objects.filter(pk=job.pk).update(state="done", done_at=make.at(when), serial_number=serial, owner=agent)
    return type(job).objects.get(pk=job.pk)


def registered(by: Actor, serial: str = "NL001", *, at=AT, **fields: object) -> Repair:
    return repairs.register(Request(serial, "不加热，打13800000001", **fields), by=by, at=at)


def received(by: Actor, serial: str = "NL001", *, at=AT, **fields: object) -> Repair:
    repair = registered(by, serial, at=at, **fields)
    repairs.post(repair.pk, carrier="顺丰", tracking="SF1", by=by, at=at)
    return repairs.receive(repair.pk, by=by, at=at)


def inspected(by: Actor, serial: str = "NL001", *, at=AT, fault: str = "product", **fields: object) -> Repair:
    repair = received(by, serial, at=at, **fields)
    return bench.inspect(repair.pk, Inspection(("no-heat",), fault), by=by, at=at)


def on_bench(by: Actor, serial: str = "NL001", *, at=AT, **fields: object) -> Repair:
    """Free of charge, because it was installed a short time ago; `installed` first."""
    return bench.begin(inspected(by, serial, at=at, **fields).pk, by=by, at=at)


def tested(repair: Repair, by: Actor, *, passed: bool = True, at=AT) -> Repair:
    return bench.retest(repair.pk, dict.fromkeys(CHECKS, True) | {"heating": passed}, by=by, at=at)


def quotes_one(repair: Repair, by: Actor, *, at=AT) -> None:
    quotes.quote(repair.pk, quotes.Amounts(Decimal("80")), by=by, at=at)
