"""Objects for tests of conflicts: the rulebooks as delivered, the people who judge, cases at any point."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from channels.models import Partner, Shop
from conflicts.models import Act, Case, RulebookVersion, Ruling, Signal
from conflicts.operations import appeals, cases, rulings, steps
from conflicts.operations.evidence import Exhibit
from conflicts.operations.filing import Filing, Who, file
from conflicts.operations.rulings import Verdict
from conflicts.states.case import STEPS
from opsdesk.actor import SYSTEM, Actor
from opsdesk.console import reference_conflicts
from opsdesk.people.models import User
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, Policy, Step, WorkCalendar
from tests import make
from tests.make import AT

DATA = Path(reference_conflicts.__file__).with_name("data") / "conflicts_rulebook.json"


def rulebooks() -> None:
    reference_conflicts.load(json.loads(DATA.read_text(encoding="utf-8")))


def act(code: str, number: int = 1) -> Act:
    """An act of the n-th versions."""
    return Act.objects.select_related("version__rulebook", "clause").get(code=code, version__number=number)


def version(code: str = "online-offline", number: int = 1) -> RulebookVersion:
    return RulebookVersion.objects.get(rulebook__code=code, number=number)


def ground() -> None:
    """Rulebooks, roles, clocks of a case; two shops of rival sides: an online distributor's and an agent's outlet."""
    ensure_roles()
    rulebooks()
    clocks()
    online, agent = make.partner("dist", kind="distributor"), make.partner("gz")
    make.shop("jd-dist", on="jd", operator=online, mode="distribution")
    make.shop("gz-outlet", on="outlet", operator=agent, mode="outlet")
    make.shop("flagship")


def clocks() -> None:
    hours = dict.fromkeys(make.WEEK, make.WORKDAY)
    office = WorkCalendar.objects.get_or_create(code="office", defaults={"name": "office", "weekly": hours})[0]
    for code in STEPS.values():
        if not Policy.objects.filter(code=code).exists():
            row = make.policy(code, timedelta(hours=9), office, Counting.WORKING_TIME)
            Step.objects.create(policy=row, name="escalated", after=timedelta(days=1))


def somebody(name: str, role: str, **scopes: object) -> Actor:
    person = User.objects.filter(username=name).first()
    return actor_of(person or make.in_role(name, role, **scopes or {"company": True}), door="test")


def ecommerce(name: str = "shen") -> Actor:
    return somebody(name, "ecommerce_head")


def sales(name: str = "qian") -> Actor:
    return somebody(name, "sales_director")


def office(name: str = "wei") -> Actor:
    return somebody(name, "gm_office")


def manager(name: str = "zong") -> Actor:
    return somebody(name, "general_manager")


def of_partner(code: str, name: str = "") -> Actor:
    return somebody(name or f"office-{code}", "partner_office", partner=code)


def filing(code: str = "S1", **fields: object) -> Filing:
    """The distributor's shop against the agent, for an order poached three days ago."""
    said: dict[str, object] = {
        "act_id": act(code).pk,
        "acted_on": AT.date() - timedelta(days=3),
        "title": "代理商诱导退货另购",
        "story": "客户张三13800000001来电说代理商让他退货，到门店买更便宜。",
        "accused": Who(partner_id=Partner.objects.get(code="gz").pk),
        "filer": Who(shop_id=Shop.objects.get(code="jd-dist").pk),
        "money_yuan": Decimal("2599.00"),
    }
    return Filing(**said | fields)  # type: ignore[arg-type]


def filed(code: str = "S1", *, by: Actor | None = None, at: datetime = AT, **fields: object) -> Case:
    return file(filing(code, **fields), by=by or of_partner("dist"), at=at)


def exhibit(content: bytes = b"chat", name: str = "chat.txt", **fields: object) -> Exhibit:
    return Exhibit(BytesIO(content), "chat", "旺旺聊天 2026-03-01", name, **fields)  # type: ignore[arg-type]


def verdict(code: str | None = "S1", amount: str = "5000", **fields: object) -> Verdict:
    found = act(code).pk if code else None
    return Verdict(found, "聊天记录与退款时间吻合", Decimal(amount if code else 0), **fields)  # type: ignore[arg-type]


def signed(case: Case, *people: Actor, at: datetime = AT) -> Case:
    """The drafted ruling signed by these, each over the text as it stands."""
    for by in people:
        text = Ruling.objects.get(case=case, state="drafted").text_sha256
        rulings.sign(case.pk, text_sha256=text, by=by, at=at)
    return now(case)


def gone_on(at: datetime) -> int:
    """What the workers do with cases whose step has run out; how many cases that concerned."""
    due = steps.due_to_go_on()
    for pk in due:
        steps.go_on(pk, by=SYSTEM, at=at)
    return len(due) + steps.urge_all_due(by=SYSTEM, at=at)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def brought_to(state: str, code: str = "S1", *, at: datetime = AT, **fields: object) -> Case:
    """A case brought through its course to a state, each step by who may make it."""
    case = filed(code, at=at, **fields)
    severe = act(code).clazz == "severe"
    moves: dict[str, Callable[[], object] | None] = {
        "filed": None,
        "answering": lambda: cases.accept(case.pk, by=ecommerce(), at=at),
        "negotiating": lambda: cases.answer(case.pk, text="是客户自己要退的", by=of_partner("gz"), at=at),
        "investigating": lambda: (
            cases.escalate(case.pk, reason="协商不成", by=sales(), at=at)
            if severe or state == "investigating"
            else None
        ),
        "signing": lambda: rulings.rule(case.pk, fields_of(code), by=office() if severe else ecommerce(), at=at),
        "in_force": lambda: signed(case, *([manager()] if severe else [ecommerce(), sales()]), at=at),
        "appealed": lambda: appeals.appeal(
            case.pk, text="录音证明客户主动退货", exhibits=[exhibit(b"new", "new.txt")], by=of_partner("gz"), at=at
        ),
        "final": lambda: appeals.uphold(case.pk, reason="新证据不足以推翻", by=office("pei"), at=at),
    }
    for name, move in moves.items():
        if move:
            move()
        if name == state:
            break
    return now(case)


def fields_of(code: str) -> Verdict:
    """The usual penalty of an act for a partner, the first time."""
    usual = act(code).penalties.get(punished="partner", times=1)
    return verdict(code, str(usual.usual_yuan), measures=tuple(usual.measures))


def signal(shop: Shop | None = None, partner: Partner | None = None, **fields: object) -> Signal:
    """A signal that nobody has dealt with: `partner` may have taken an order from `shop`."""
    said: dict[str, object] = {
        "kind": "poached",
        "key": f"refund:1>order:{Signal.objects.count()}",
        "act": "S1",
        "confidence": Decimal("0.95"),
        "money_yuan": Decimal("2599.00"),
        "happened_at": AT - timedelta(days=3),
        "found_at": AT,
        "looked_at": AT,
        "harmed_shop": shop,
        "partner": partner,
    }
    return Signal.objects.create(**said | fields)
