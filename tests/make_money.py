"""Objects for tests of accounts, fees and statements; what a test is about, it says itself."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import Group

from aftersales.models import DeductionRate, ExtraKind, FeeHold, FeeRate, Job, Visit
from aftersales.states.job import Outcome, Payer
from channels.models import Entry, Partner, Statement, StatementTerms
from channels.operations import ledger
from opsdesk.actor import SYSTEM, Actor
from opsdesk.approvals.models import Limit, SecondSignature
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, WorkCalendar
from orders.models import Order
from tests import make
from tests.make import AT, LONG_AGO

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DRAWN_AT = make.at("2026-04-06 09:00")


def rates() -> None:
    """60 yuan online, 25 offline, held back for three days; 5,000 a deduction; drawn up from the fifth."""
    FeeRate.objects.create(channel="online", amount_yuan=Decimal("60.00"), valid_from=LONG_AGO)
    FeeRate.objects.create(channel="offline", amount_yuan=Decimal("25.00"), valid_from=LONG_AGO)
    FeeHold.objects.create(days=3, valid_from=LONG_AGO)
    for kind in ("late", "refused", "substandard"):
        DeductionRate.objects.create(kind=kind, amount_yuan=Decimal("5000.00"), valid_from=LONG_AGO)
    StatementTerms.objects.create(draw_day=5, valid_from=LONG_AGO)


def clocks() -> None:
    """The policies of money and approvals."""
    always = WorkCalendar.objects.get_or_create(
        code="always", defaults={"name": "always", "weekly": dict.fromkeys(make.WEEK, [["00:00", "24:00"]])}
    )[0]
    for code in ("approval", "deduction_answer", "statement_confirmation", "statement_answer"):
        make.policy(code, timedelta(hours=24), always, Counting.WORKING_TIME)


def limits() -> None:
    """Who decides alone and who signs, as the reference data have it in short."""
    ensure_roles()
    for kind, role, alone, up_to in (
        ("extra", "dispatcher", "100", "0"),
        ("extra", "regional_manager", "300", "500"),
        ("deduction", "finance", "0", "5000"),
        ("deduction", "sales_director", "0", "5000"),
        ("deduction", "general_manager", "0", "9999999"),
        ("correction", "finance", "0", "1000"),
        ("correction", "sales_director", "0", "10000"),
    ):
        Limit.objects.create(
            kind=kind, role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(up_to), valid_from=LONG_AGO
        )
    SecondSignature.objects.create(kind="deduction", above_yuan=Decimal("1000"), valid_from=LONG_AGO)


def money() -> None:
    """All that settlement needs."""
    make.policies()
    clocks()
    limits()
    rates()


def somebody(name: str, role: str, **scopes: object) -> Actor:
    """A person in a role; of the whole company if no scope is named."""
    return actor_of(make.in_role(name, role, **scopes or {"company": True}), door="test")


def of_partner(code: str, name: str = "") -> Actor:
    """The office of a partner."""
    return somebody(name or f"office-{code}", "partner_office", partner=code)


def done_job(number: str = "1001", *, owner: Partner, done_at: datetime = AT, **fields: object) -> Job:
    """A job that its owner has done; `policies()` first."""
    job = make.job(number, signed_at=done_at - timedelta(days=1), **fields)
    Job.objects.filter(pk=job.pk).update(
        owner=owner, state="done", done_at=done_at, serial_number=f"SN{number}", accepted_at=done_at
    )
    return Job.objects.get(pk=job.pk)


def visit(job: Job, *, number: int = 1, ended_at: datetime = AT, **fields: object) -> Visit:
    values = {"outcome": Outcome.DONE, "payer": Payer.COMPANY, "partner_id": job.owner_id} | fields
    return Visit.objects.create(job=job, number=number, ended_at=ended_at, **values)


def paid_visit(number: str = "1001", *, owner: Partner, done_at: datetime = AT, **fields: object) -> Visit:
    return visit(done_job(number, owner=owner, done_at=done_at, **fields), ended_at=done_at)


def offline_order(number: str) -> Order:
    shop = make.shop("outlet-1", on="outlet")
    type(shop.platform).objects.filter(pk=shop.platform_id).update(kind="offline")
    return make.signed_order(number, where=shop)


def entry(
    who: Partner, number: int, amount: str = "60.00", *, on: date = date(2026, 3, 10), kind: str = "fee"
) -> Entry:
    """An entry of its own source; fees by visit number."""
    booking = ledger.Booking(who.pk, kind, Decimal(amount), on, ("aftersales.visit", number), f"{kind} {number}")
    [booked] = ledger.book_many([booking], by=SYSTEM, at=AT)
    return booked


def statement(who: Partner, month: date = MARCH) -> Statement:
    return Statement.objects.get(partner=who, month=month)


def extra_kind(code: str = "pipes", **fields: object) -> ExtraKind:
    return ExtraKind.objects.create(code=code, name=f"加项{code}", **fields)


def in_group(person: str, role: str) -> None:
    make.User.objects.get(username=person).groups.add(Group.objects.get(name=role))
