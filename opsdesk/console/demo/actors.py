"""Who acts in the story: the demo's own logins, and for the other partners their contact at the API."""

from functools import cache

from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.console.demo.people import login_of
from opsdesk.people.models import ScopeKind, User
from opsdesk.people.queries import actor_of


def of_role(role: str) -> Actor:
    """Return the login of a role at the admin's door."""
    return actor_of(User.objects.get(username=login_of(role)), door="admin")


class Partners:
    """The partners' people, each with the rights of an installer and his own partner's scope."""

    def __init__(self) -> None:
        self._rights = of_role("partner_installer").rights
        self._contacts = dict(Partner.objects.values_list("code", "contact"))
        logins = User.objects.filter(scopes__kind=ScopeKind.PARTNER).prefetch_related("scopes")
        self._logins = {user.scopes.all()[0].code: user for user in logins}
        self.of = cache(self._of)

    def _of(self, code: str) -> Actor:
        if code in self._logins:
            return actor_of(self._logins[code], door="api")
        return Actor(self._contacts[code], rights=self._rights, partners=frozenset({code}), door="api")
