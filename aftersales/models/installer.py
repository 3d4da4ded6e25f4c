from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Partner
from channels.states import Skill
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class InstallerQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Staff see those of their partners, a partner its own and those of partners below (CH-5)."""
        return self if by.company else self.filter(partner__in=Partner.objects.visible_to(by))

    def active(self) -> Self:
        """Narrow to those who work for their partner now."""
        return self.filter(active=True)


class Installer(models.Model):
    """AS-11: a registered person 安装工 of a partner; the phone is sealed and shown masked (AU-2)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="installers", verbose_name=_("partner"))
    name = models.CharField(_("name"), max_length=40)
    phone_sealed = models.BinaryField(default=b"", editable=False)
    phone_masked = models.CharField(_("phone"), max_length=30, blank=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="installer",
        verbose_name=_("user"),
    )
    active = models.BooleanField(_("active"), default=True)

    objects = InstallerQuerySet.as_manager()

    class Meta:
        verbose_name = _("installer (person)")
        verbose_name_plural = _("installers (persons)")
        permissions = [("show_installer", _("Can see installers' phones"))]

    def __str__(self) -> str:
        return self.name


class CertificateQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """As the installers whose certificates they are."""
        return self if by.company else self.filter(installer__partner__in=Partner.objects.visible_to(by))

    def usable(self, day: date) -> Self:
        """Narrow to those in force on this day of installers who still work."""
        return self.in_force(day).filter(installer__active=True)


class Certificate(Valid):
    """AS-11: what an installer may do, from a day until a day (AS-2: asked for where the product needs a skill)."""

    installer = models.ForeignKey(
        Installer, models.PROTECT, related_name="certificates", verbose_name=_("installer (person)")
    )
    skill = models.CharField(_("skill"), max_length=10, choices=Skill)
    number = models.CharField(_("certificate number"), max_length=40)

    objects = CertificateQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("installer's certificate")
        verbose_name_plural = _("installers' certificates")
        constraints = [
            models.CheckConstraint(name="certificate_skill", condition=Q(skill__in=Skill.values)),
            ends_after_start("certificate_span"),
            one_at_a_time("certificate_once", "installer", "skill"),
        ]

    def __str__(self) -> str:
        return self.number


class CapacityQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """As the partners whose capacity it is."""
        return self if by.company else self.filter(partner__in=Partner.objects.visible_to(by))


class Capacity(Valid):
    """AS-2: how many installations a partner manages on a working day. No row: nobody knows, nothing is refused."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="capacities", verbose_name=_("partner"))
    jobs_per_day = models.PositiveSmallIntegerField(_("jobs a working day"))

    objects = CapacityQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        constraints = [ends_after_start("capacity_span"), one_at_a_time("capacity_once", "partner")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.jobs_per_day}"
