"""Enters one login per role, and a superuser; all with the same password."""

import os
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group

from opsdesk.people.models import Scope, ScopeKind, User
from opsdesk.people.roles import ROLES

ADMIN, MAIL = "admin", "@example.invalid"
_NAMES = {
    "shop_operations": "周雅琴",
    "customer_service": "林晓彤",
    "promotion_planner": "顾晨",
    "dispatcher": "吴建平",
    "callback": "何玉兰",
    "warehouse": "孙大勇",
    "finance": "郑淑芬",
    "ecommerce_head": "沈嘉文",
    "sales_director": "韩立军",
    "regional_manager": "黄志强",
    "gm_office": "许文静",
    "general_manager": "陆振华",
    "system_admin": "方磊",
    "partner_office": "陈国栋",
    "partner_installer": "梁永安",
}
_SCOPES = {
    "regional_manager": (ScopeKind.REGION, "44"),
    "partner_office": (ScopeKind.PARTNER, "gd"),
    "partner_installer": (ScopeKind.PARTNER, "gd-guangzhou"),
}


def password() -> str:
    """Return what all demo logins share."""
    return os.environ.get("OPSDESK_DEMO_PASSWORD") or "opsdesk-demo"


def login_of(role: str) -> str:
    """Return the user name of a role's login."""
    return role.replace("_", "-")


def enter() -> None:
    """Write the logins with their roles and scopes."""
    sealed = make_password(password())
    groups = Group.objects.in_bulk(field_name="name")
    for role in ROLES:
        user = _user(login_of(role.code), _NAMES.get(role.code, str(role.label)), sealed)
        user.save()
        user.groups.add(groups[role.code])
        kind, code = _SCOPES.get(role.code, (ScopeKind.COMPANY, ""))
        Scope.objects.create(user=user, kind=kind, code=code)
    admin = _user(ADMIN, "超级管理员", sealed)
    admin.is_superuser = True
    admin.save()


def _user(username: str, name: str, sealed: str) -> User:
    return User(username=username, full_name=name, email=f"{username}{MAIL}", password=sealed, is_staff=True)


def logins() -> list[tuple[str, str, str]]:
    """Return role, user name and password of every demo login that is still there; a changed password is not known."""
    labels = {login_of(role.code): str(role.label) for role in ROLES} | {ADMIN: "超级管理员"}
    users = User.objects.filter(email__endswith=MAIL, is_active=True).in_bulk(field_name="username")
    known = cache(lambda sealed: check_password(password(), sealed))
    return [
        (label, name, password() if known(users[name].password) else "（已修改）")
        for name, label in labels.items()
        if name in users
    ]
