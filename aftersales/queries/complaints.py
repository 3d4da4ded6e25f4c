from collections.abc import Iterable

from django.db.models import Count, Q

from aftersales.models import Complaint
from aftersales.rules.complaints import Candidate
from aftersales.states.complaint import HEAD, OPEN, WORK
from opsdesk.actor import Actor
from opsdesk.errors import NotFound
from opsdesk.people.models import ScopeKind, User

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def workers(region: str = "") -> list[User]:
    """Return the active people who may own complaints there: the company's, or with that region in their scope."""
    return _people(WORK, region)


def heads(region: str = "") -> list[User]:
    """Return the active heads who answer for complaints there."""
    return _people(HEAD, region)


def _people(right: str, region: str) -> list[User]:
    people = User.objects.with_perm(right, backend=_BACKEND, include_superusers=False)
    found = []
    for person in people.order_by("pk").prefetch_related("scopes"):
        scopes = person.scopes.all()
        if any(scope.kind == ScopeKind.COMPANY for scope in scopes) or (
            region and any(scope.kind == ScopeKind.REGION and region.startswith(scope.code) for scope in scopes)
        ):
            found.append(person)
    return found


def candidates(people: Iterable[User]) -> list[Candidate]:
    """Return how many open complaints each of these people has. One query."""
    ids = [person.pk for person in people]
    counts = dict(
        User.objects.filter(pk__in=ids)
        .annotate(open=Count("complaints", filter=Q(complaints__state__in=OPEN)))
        .values_list("pk", "open")
    )
    return [Candidate(pk, counts.get(pk, 0)) for pk in ids]


def visible(pk: int, *, by: Actor) -> Complaint:
    """Return a complaint with what its page shows; one that is not visible does not exist."""
    rows = Complaint.objects.visible_to(by).select_related(
        "owner", "order__shop__platform", "order__region", "job", "callback", "partner", "product", "region",
        "kind", "found_kind", "employee", "at_fault", "head", "doer",
    )  # fmt: skip
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{Complaint._meta.verbose_name} {pk}")
    return row  # type: ignore[no-any-return]
