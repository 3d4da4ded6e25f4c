from fnmatch import fnmatchcase

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from opsdesk.people.models import GivenRight
from opsdesk.people.roles import ROLES, Role


@transaction.atomic
def ensure_roles() -> int:
    """AU-1: enter missing roles, and give each role the rights that are new since it was last looked at.

    What an administrator has added or taken away stays so. Return how many roles were missing.
    """
    there = {group.name: group for group in Group.objects.all()}
    rights = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role in ROLES:
        _give(role, there.get(role.code) or Group.objects.create(name=role.code), rights)
    return len({role.code for role in ROLES} - there.keys())


def _give(role: Role, group: Group, rights: dict[str, int]) -> None:
    given = set(GivenRight.objects.filter(role=role.code).values_list("right", flat=True))
    fresh = [
        right for right in rights if right not in given and any(fnmatchcase(right, wanted) for wanted in role.rights)
    ]
    group.permissions.add(*(rights[right] for right in fresh))
    GivenRight.objects.bulk_create([GivenRight(role=role.code, right=right) for right in fresh])
