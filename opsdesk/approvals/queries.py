from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import Group
from django.utils import timezone

from opsdesk.actor import Actor
from opsdesk.approvals.models import Approval, ApprovalQuerySet, Delegation, Limit, SecondSignature, Signature
from opsdesk.approvals.rules import LimitRow, Standing, standing
from opsdesk.people.models import User


def limits_of(kind: str, *, on: date) -> list[LimitRow]:
    """Return the limits of a kind in force on a day. One query."""
    rows = Limit.objects.in_force(on).filter(kind=kind).order_by("role", "pk")
    return [LimitRow(row.pk, row.role, row.alone_yuan, row.sign_yuan) for row in rows]


def second_above(kind: str, *, on: date) -> Decimal | None:
    """Return above which amount a kind needs two signatures; None: never. One query."""
    return SecondSignature.objects.in_force(on).filter(kind=kind).values_list("above_yuan", flat=True).first()


def roles_of(by: Actor, *, on: date) -> dict[str, set[str]]:
    """Return the roles that an actor holds, by whom he stands for that day ("" for himself). Two queries."""
    if by.user_id is None:
        return {}
    held: dict[str, set[str]] = {"": set(Group.objects.filter(user=by.user_id).values_list("name", flat=True))}
    absent = Delegation.objects.in_force(on).filter(delegate=by.user_id, absent__is_active=True)
    for name, role in absent.values_list("absent__username", "absent__groups__name"):
        if role:
            held.setdefault(name, set()).add(role)
    return held


def to_sign(approvals: ApprovalQuerySet, by: Actor, *, at: datetime) -> ApprovalQuerySet:
    """Narrow to what this actor may sign now, for himself or in another's place. Two queries before its own."""
    roles = set().union(*roles_of(by, on=timezone.localdate(at)).values())
    return approvals.for_roles(roles, name=by.name, at=at)


def standing_of(approval: Approval, by: Actor, *, at: datetime) -> Standing:
    """AU-4: return whether this actor may sign that approval now, and as what. Four queries."""
    on = timezone.localdate(at)
    earlier = Signature.objects.filter(approval=approval).values_list("signed_by", "stands_for")
    signed = {name for pair in earlier for name in pair if name}
    return standing(
        approval.amount_yuan,
        limits_of(approval.kind, on=on),
        roles_of(by, on=on),
        signer=by.name,
        asker=approval.asked_by,
        signed=signed,
    )


def signers_of(approval: Approval, *, at: datetime) -> list[User]:
    """Return whom to ask: active people with an e-mail whose role may sign this much, but not who asked."""
    on = timezone.localdate(at)
    roles = {row.role for row in limits_of(approval.kind, on=on) if row.sign_yuan >= approval.amount_yuan}
    people = User.objects.filter(groups__name__in=roles, is_active=True, email__gt="")
    return list(people.exclude(username=approval.asked_by).distinct().order_by("pk"))


def facts_of(approval: Approval) -> Mapping[str, str]:
    """Return how an approval is told on a timeline."""
    return {
        "kind": approval.get_kind_display(),
        "amount": f"{approval.amount_yuan:,.2f}",
        "reason": approval.reason,
    }
