from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.dispatching import RuleQuerySet
from aftersales.models.installer import Installer
from aftersales.models.job import Job
from aftersales.states.job import LIVE
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import Valid, ends_after_start, one_at_a_time


class PhoneRule(Valid):
    """AS-11: how long an installer's phone link opens the phone pages without a password."""

    link_hours = models.PositiveSmallIntegerField(_("a phone link holds … hours"))

    objects = RuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("phone rule")
        verbose_name_plural = _("phone rules")
        constraints = [
            models.CheckConstraint(name="phone_rule_hours", condition=Q(link_hours__gt=0)),
            ends_after_start("phone_rule_span"),
            one_at_a_time("phone_rule_once"),
        ]

    def __str__(self) -> str:
        return str(self.valid_from)


class PhoneLinkQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the installers whose links they are."""
        return self if by.company else self.filter(installer__partner__in=Partner.objects.visible_to(by))

    def open(self) -> Self:
        """Narrow to those that nobody has revoked."""
        return self.filter(revoked_at=None)

    def usable(self, at: datetime) -> Self:
        """Narrow to those that open the phone pages now: not revoked, not expired, of somebody who still works."""
        return self.open().filter(expires_at__gt=at, installer__active=True, installer__partner__active=True)


class PhoneLink(models.Model):
    """AS-11: a signed link that lets one installer in without a password; a new one ends the one before it.

    The address holds the signed key of this row and nothing else: what it opens is asked of the row at every request.
    """

    installer = models.ForeignKey(Installer, models.CASCADE, related_name="links", verbose_name=_("installer (person)"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=150)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = PhoneLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone link")
        verbose_name_plural = _("phone links")
        constraints = [
            models.UniqueConstraint(fields=["installer"], name="phone_link_one", condition=Q(revoked_at=None)),
            models.CheckConstraint(name="phone_link_span", condition=Q(expires_at__gt=F("made_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.installer_id} · {self.made_at}"


class DraftQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the jobs that somebody may work on; a partner sees what its own people sent (CH-5)."""
        if by.company:
            return self
        rows = self.filter(job__in=Job.objects.held_by(by))
        return rows.filter(partner__in=Partner.objects.within(by.partners)) if by.partners else rows

    def stale(self) -> Self:
        """Narrow to those that nobody will hand in: the job is done or cancelled, or another partner's now."""
        return self.exclude(job__state__in=LIVE, job__owner=F("partner"))


class Draft(models.Model):
    """AS-1: what of a completion report has arrived so far; kept until it is handed in, though the line may break."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="drafts", verbose_name=_("job"))
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+", verbose_name=_("installer"))
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    scanned = models.BooleanField(_("scanned"), default=False)
    changed_at = models.DateTimeField(_("when"))

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a report")
        verbose_name_plural = _("drafts of reports")
        constraints = [models.UniqueConstraint(fields=["job", "partner"], name="draft_once")]

    def __str__(self) -> str:
        return str(self.job)


class DraftPhoto(models.Model):
    """AS-1: a photo that waits for its report; the same file sent twice is kept once."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="photos", verbose_name=_("draft of a report"))
    sha256 = models.CharField(max_length=64)
    photo = models.ImageField(_("photo"), upload_to="drafts/%Y/%m/", max_length=200)
    sent_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("photo of a draft")
        verbose_name_plural = _("photos of drafts")
        constraints = [models.UniqueConstraint(fields=["draft", "sha256"], name="draft_photo_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} · {self.sha256[:8]}"
