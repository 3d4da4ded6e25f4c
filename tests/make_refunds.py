"""Objects for tests of refunds: the clocks as the reference data have them, people for each desk, refunds."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from aftersales.models import Refund
from aftersales.operations import refunds
from aftersales.operations.refunds import Wish
from channels.connectors.base import PlatformLine
from opsdesk.actor import Actor
from opsdesk.console import reference, reference_refunds
from opsdesk.sla.models import Counting, Policy, Step, WorkCalendar
from orders.models import Order
from tests import make
from tests.make import AT

STEPS = (("half", "0.50"), ("warned", "0.75"), ("urgent", "0.90"), ("missed", "1.00"))
CLERK = Actor(
    "clerk",
    company=True,
    rights=frozenset(
        f"aftersales.{right}" for right in ("ask_refund", "review_refund", "receive_return", "tell_customer")
    ),
    door="test",
)
PAYER = Actor("payer", company=True, rights=frozenset({"aftersales.pay_refund"}), door="test")
LINES = (
    PlatformLine("1", title="热水器", quantity=1, paid_yuan=Decimal("2000.00")),
    PlatformLine("2", title="配件", quantity=2, paid_yuan=Decimal("999.00")),
)


def policies() -> None:
    """The clocks of refunds in round figures of calendar time, and the dated rules of the reference data."""
    always = WorkCalendar.objects.filter(code="always").first() or WorkCalendar.objects.create(
        code="always", name="always", weekly=dict.fromkeys(make.WEEK, [["00:00", "24:00"]])
    )
    for code, hours in (("review", 24), ("return", 168), ("inspect", 48), ("pay", 24)):
        row = Policy.objects.create(
            code=f"refund_{code}",
            name=code,
            counting=Counting.CALENDAR_DAYS,
            amount=timedelta(hours=hours),
            calendar=always,
            valid_from=make.LONG_AGO,
        )
        for name, share in STEPS:
            Step.objects.create(policy=row, name=name, share=Decimal(share))
        Step.objects.create(policy=row, name="escalated", after=timedelta(hours=24))


def rules() -> None:
    """The platforms' timers, the return policies and the customers' rights of the reference data."""
    for code in ("tmall", "taobao", "jd", "douyin"):
        make.platform(code)
    path = Path(reference.__file__).with_name("data") / "refunds.json"
    reference_refunds.load(json.loads(path.read_text(encoding="utf-8")))


def order(number: str = "1001", **fields: object) -> Order:
    """A paid order over 2,999 yuan of two lines."""
    return make.order(number, **{"lines": LINES, "total_yuan": Decimal("2999.00"), **fields})


def refund(
    of: Order, kind: str = "refund_only", amount: str = "2999.00", *, at: datetime = AT, **fields: object
) -> Refund:
    wish = Wish(kind, amount_yuan=Decimal(amount), **fields)
    return refunds.ask(of.pk, wish, by=CLERK, at=at)
