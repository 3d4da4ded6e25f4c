"""AS-11: the signed link that lets an installer onto the phone pages without a password."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Installer, PhoneLink, PhoneRule
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused

RIGHT, ROLE, DOOR = "aftersales.link_installer", "partner_installer", "phone"


class LinkEnded(Refused):
    status = 403
    code, sentence = (
        "link_ended",
        _("This link has expired or was replaced by a new one; ask your office for a new link."),
    )


class NoPhoneRule(Refused):
    code = "no_phone_rule"
    sentence = _("Nobody has entered how long a phone link holds; ask an administrator to enter a phone rule.")


class NotWorking(Refused):
    code, sentence = "installer_not_working", _("{installer} does not work at present; no link was made.")


@dataclass(frozen=True)
class Made:
    """A link as it is handed to its installer: the signed token, and until when it opens."""

    installer: Installer
    token: str
    expires_at: datetime


@transaction.atomic
def link(installer_id: int, *, by: Actor, at: datetime) -> Made:
    """AS-11: make a link for a registered installer; the one before it opens nothing any more."""
    by.need(RIGHT)
    installer: Installer = Installer.objects.visible_to(by).for_change(installer_id)
    if not installer.active or not installer.partner.active:
        raise NotWorking(installer=installer)
    rule = PhoneRule.objects.in_force(timezone.localdate(at)).first()
    if rule is None:
        raise NoPhoneRule()
    installer.links.open().update(revoked_at=at)
    until = at + timedelta(hours=rule.link_hours)
    row = PhoneLink.objects.create(installer=installer, made_at=at, made_by=by.name, expires_at=until)
    audit.record(installer, "installer.link", by=by, at=at, expires_at=until)
    return Made(installer, _signer().sign(str(row.pk)), until)


@transaction.atomic
def revoke(installer_id: int, *, by: Actor, at: datetime) -> int:
    """AS-11: end an installer's link and whatever session it opened; return how many there were."""
    by.need(RIGHT)
    installer: Installer = Installer.objects.visible_to(by).for_change(installer_id)
    ended: int = installer.links.open().update(revoked_at=at)
    if ended:
        audit.record(installer, "installer.unlink", by=by, at=at)
    return ended


@transaction.atomic
def enter(token: str, *, at: datetime) -> PhoneLink:
    """AS-11: exchange a link for what a session needs to know; every use is written down."""
    try:
        pk = int(_signer().unsign(token))
    except (signing.BadSignature, ValueError) as why:
        raise LinkEnded() from why
    row = _usable(pk, at=at)
    row.used_at = at
    row.save(update_fields=["used_at"])
    audit.record(row.installer, "installer.enter", by=_actor(row), at=at)
    return row


def actor_of(link_id: int, *, at: datetime) -> Actor:
    """AS-11: return who came in by this link, as long as it holds: an installer's rights, his partner, his own jobs."""
    return _actor(_usable(link_id, at=at))


def as_person(by: Actor) -> Actor:
    """AS-11: return a logged-in partner's user as the installer that he is; the office keeps seeing all of its jobs."""
    if by.company or not by.partners or by.user_id is None or by.may("aftersales.assign_installer"):
        return by
    own = Installer.objects.active().filter(user=by.user_id).values_list("pk", flat=True).first()
    return replace(by, installer=own)


def _usable(pk: int, *, at: datetime) -> PhoneLink:
    row: PhoneLink | None = PhoneLink.objects.usable(at).select_related("installer__partner").filter(pk=pk).first()
    if row is None:
        raise LinkEnded()
    return row


_PHONE = frozenset({"aftersales.view_job", "aftersales.accept_job", "aftersales.work_job"})
"""All that a link may ever give, whatever else the role of an installer may do after a login."""


def _actor(row: PhoneLink) -> Actor:
    rights = Permission.objects.filter(group__name=ROLE).values_list("content_type__app_label", "codename")
    who = row.installer
    return Actor(
        name=f"{who.name}（{who.partner.name}）",
        rights=_PHONE & {f"{app}.{codename}" for app, codename in rights},
        partners=frozenset({who.partner.code}),
        installer=who.pk,
        door=DOOR,
    )


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="aftersales.phone_link")
