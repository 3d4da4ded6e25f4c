"""Versions of rulebooks made of those that the product is delivered with, and rulings under them."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

from conflicts.models import Act, Case, Party, PenaltyRow, Rulebook, RulebookVersion, Ruling
from conflicts.operations import rulebooks as rulebook_operations
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, Limit
from opsdesk.people.models import User
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, WorkCalendar
from tests import make
from tests.make_conflicts import DATA, rulebooks


def office() -> None:
    """Roles, the clock of approvals and who signs rulebooks, as the product is delivered; and the rulebooks."""
    ensure_roles()
    always = WorkCalendar.objects.create(code="always", name="always", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("approval", timedelta(hours=8), always, Counting.WORKING_TIME)
    for kind, role, alone, sign in json.loads(DATA.read_text(encoding="utf-8"))["limits"]:
        Limit.objects.create(kind=kind, role=role, alone_yuan=alone, sign_yuan=sign, valid_from=make.LONG_AGO)
    rulebooks()


def somebody(role: str, name: str = "", **scopes: object):
    """An actor in a role of the handbook."""
    name, scopes = name or role, scopes or {"company": True}
    person = make.User.objects.filter(username=name).first() or make.in_role(name, role, **scopes)
    return actor_of(person, door="test")


def drafted(code: str = "dealers", *, reason: str = "加重窜货处罚", when: datetime = make.AT) -> RulebookVersion:
    """A draft of a rulebook, by the GM office."""
    row = Rulebook.objects.get(code=code)
    return rulebook_operations.draft(row.pk, reason=reason, by=somebody("gm_office"), at=when)


def change(version: RulebookVersion, *, when: datetime = make.AT, **what: object) -> RulebookVersion:
    seen = RulebookVersion.objects.get(pk=version.pk).edited_at
    edit = rulebook_operations.Change(seen=seen, **what)
    return rulebook_operations.edit(version.pk, edit, by=somebody("gm_office"), at=when)


def dearer(version: RulebookVersion, act: str, yuan: int, *, times: int = 1, when: datetime = make.AT) -> None:
    """Set least, usual and most of a partner's row."""
    row = PenaltyRow.objects.get(act__version=version, act__code=act, punished="partner", times=times)
    row.least_yuan = row.usual_yuan = row.most_yuan = Decimal(yuan)
    change(version, saved=[row], when=when)


def proposed(version: RulebookVersion, *, since: date, when: datetime = make.AT) -> Approval:
    rulebook_operations.propose(
        version.pk, valid_from=since, reason="总经办会议决定", by=somebody("gm_office"), at=when
    )
    return Approval.objects.waiting().get(kind="rulebook", subject_id=version.pk)


def adopted(version: RulebookVersion, *, since: date, when: datetime = make.AT) -> RulebookVersion:
    approval = proposed(version, since=since, when=when)
    approvals.sign(approval.pk, by=somebody("general_manager"), at=when)
    return RulebookVersion.objects.get(pk=version.pk)


def ruled(of: Act, accused: object, on: date, *, times: int = 1, yuan: int | None = None) -> Ruling:
    """A ruling in force, written as it would stand: what the rows say, the day after the act."""
    kind = "employee" if isinstance(accused, User) else "partner"
    row = of.penalties.filter(punished=kind, times__lte=times).order_by("-times").first()
    when = make.at(f"{on} 18:00") + timedelta(days=1)
    case = Case.objects.create(
        state="in_force", title="测试案件", version=of.version, act=of, acted_on=on, filed_at=when, ruled_at=when
    )
    Party.objects.create(case=case, role="accused", side="offline", **{kind: accused})
    return Ruling.objects.create(
        case=case, round=1, state="in_force", stage="arbitrated", act=of, row=row, times=times,
        amount_yuan=row.usual_yuan if yuan is None else yuan, measures=row.measures, reasoning="查实", text="查实",
        text_sha256="0" * 64, drafted_by="test", drafted_at=when, in_force_at=when,
    )  # fmt: skip
