from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from opsdesk.actor import Actor
from opsdesk.people.models import ScopeKind, User


def actor_of(user: User | AnonymousUser, *, door: str) -> Actor:
    """Return who this user is for every operation: rights, scopes, door. Three queries; doors keep the answer."""
    if not isinstance(user, User):
        return Actor("anonymous", door=door)
    scopes = list(user.scopes.values_list("kind", "code"))

    def codes(kind: ScopeKind) -> frozenset[str]:
        return frozenset(code for scope, code in scopes if scope == kind)

    return Actor(
        name=user.username,
        user_id=user.pk,
        rights=frozenset(user.get_all_permissions()),
        company=user.is_superuser or (ScopeKind.COMPANY, "") in scopes,
        shops=codes(ScopeKind.SHOP),
        regions=codes(ScopeKind.REGION),
        partners=codes(ScopeKind.PARTNER),
        door=door,
    )


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Return the display name of each user name that exists."""
    return {user.username: str(user) for user in User.objects.filter(username__in=set(usernames))}
