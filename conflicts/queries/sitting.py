"""CF-9, CF-10: what the rule of seats asks of the rows: the people, whom a case concerns, which roles are vacant."""

from collections.abc import Collection, Iterable
from datetime import date

from channels.models import Partner, Shop
from conflicts.models import Case, Party, SeatRule, Signature
from conflicts.rules.seats import AGREED, Concerned, Person, SeatRow, barred
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Stage
from opsdesk.actor import Actor
from opsdesk.approvals.queries import roles_of
from opsdesk.people.models import ScopeKind, User


def rows_of(case: Case, stage: str, *, clazz: str) -> list[SeatRow]:
    """Return who sits in a stage under the case's own version, for a class of act. One query."""
    rows = SeatRule.objects.filter(version_id=case.version_id, clazz=clazz, stage=stage).order_by("seat")
    return [SeatRow(row.pk, row.stage, row.seat, row.role, row.instead) for row in rows]


def holds_seat(case: Case, user: User) -> bool:
    """Say whether somebody has a role that sits, or sits instead, in cases of this rulebook. One query."""
    rows = SeatRule.objects.filter(version_id=case.version_id)
    roles = {role for pair in rows.values_list("role", "instead") for role in pair}
    return user.groups.filter(name__in=roles).exists()


def concerned(case: Case, *, stage: str = "") -> Concerned:
    """Return whom a case concerns; on an appeal also those who have judged it before. Three queries."""
    earlier: Iterable[str] = ()
    if stage == Stage.APPEAL:
        signed = Signature.objects.filter(ruling__case=case).exclude(ruling__stage=Stage.APPEAL)
        earlier = signed.values_list("signed_by", flat=True)
    return concerned_in(case, list(case.parties.all()), earlier)


def concerned_in(case: Case, parties: Collection[Party], earlier: Iterable[str]) -> Concerned:
    """Return whom a case concerns, of rows that were fetched already."""
    return Concerned(
        people=frozenset(party.employee_id for party in parties if party.employee_id),
        shops=frozenset(party.shop_id for party in parties if party.shop_id),
        partners=frozenset(
            party.partner_id for party in parties if party.partner_id and party.role != PartyRole.WITNESS
        ),
        filed_by=case.filed_by.username if case.filed_by else "",
        earlier=frozenset(earlier),
    )


def people_with(roles: Collection[str], *, on: date) -> list[Person]:
    """Return the active people who hold one of these roles themselves. Four queries."""
    users = User.objects.filter(groups__name__in=roles, is_active=True).distinct().prefetch_related("scopes", "groups")
    return [_person(user, {"": {group.name for group in user.groups.all()}}) for user in users.order_by("pk")]


def person_of(by: Actor, *, on: date) -> Person:
    """Return the actor as the rule sees him, with those for whom he stands that day. Four queries."""
    assert by.user_id is not None
    user = User.objects.prefetch_related("scopes").get(pk=by.user_id)
    return _person(user, roles_of(by, on=on))


def _person(user: User, roles: dict[str, set[str]]) -> Person:
    shops = [scope.code for scope in user.scopes.all() if scope.kind == ScopeKind.SHOP]
    partners = frozenset(scope.code for scope in user.scopes.all() if scope.kind == ScopeKind.PARTNER)
    within = Partner.objects.within(partners) if partners else Partner.objects.none()
    keys = frozenset(within.values_list("pk", flat=True))
    own = Shop.objects.filter(code__in=shops) | Shop.objects.filter(operator__in=keys)
    return Person(
        user.username,
        user.pk,
        {absent: frozenset(held) for absent, held in roles.items()},
        frozenset(own.values_list("pk", flat=True)) if shops or partners else frozenset(),
        keys,
    )


def absent_barred(person: Person, case: Concerned) -> frozenset[str]:
    """Return those for whom this person stands that may not sit themselves: nobody sits in their place either."""
    return frozenset(name for name, one in absent_of(person).items() if barred(one, case))


def absent_of(person: Person) -> dict[str, Person]:
    """Return those for whom this person stands. Two queries, and two for each."""
    names = [name for name in person.roles if name]
    users = User.objects.filter(username__in=names).prefetch_related("scopes", "groups") if names else ()
    return {user.username: _person(user, {}) for user in users}


def vacant(rows: Iterable[SeatRow], case: Concerned, *, overdue: bool, on: date, but: str = "") -> frozenset[str]:
    """CF-10, CF-15: return the roles that nobody may sit for, or that let the step run out.

    `but` has drafted the ruling: where its departments do not sign it together, he does not count.
    """
    rows = list(rows)
    people = [] if overdue else people_with({row.role for row in rows}, on=on)
    return vacant_among(people, rows, case, overdue=overdue, but=but)


def vacant_among(
    people: Iterable[Person], rows: Collection[SeatRow], case: Concerned, *, overdue: bool, but: str
) -> frozenset[str]:
    """Return the roles that none of these people may sit for, or that let the step run out."""
    roles = {row.role for row in rows}
    if overdue:
        return frozenset(roles)
    drafter = "" if any(row.stage == AGREED for row in rows) else but
    able = [one for one in people if not barred(one, case) and one.name != drafter]
    return frozenset(roles - {role for person in able for role in person.roles[""]})
