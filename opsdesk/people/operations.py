from fnmatch import fnmatchcase

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from opsdesk.people.roles import ROLES


@transaction.atomic
def ensure_roles() -> int:
    """AU-1: enter the missing roles with their first rights; changed ones stay. Return how many were missing."""
    there = set(Group.objects.values_list("name", flat=True))
    rights = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    entered = 0
    for role in ROLES:
        if role.code not in there:
            group = Group.objects.create(name=role.code)
            group.permissions.set(
                {pk for right, pk in rights.items() if any(fnmatchcase(right, wanted) for wanted in role.rights)}
            )
            entered += 1
    return entered
