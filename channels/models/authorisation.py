from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.models.region import Region
from channels.models.shop import Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start


class AuthorisationQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """As the partner or the shop that it authorises."""
        if by.company:
            return self
        partner = Partner.objects.visible_to(by).filter(pk=models.OuterRef("partner_id"))
        shop = Shop.objects.visible_to(by).filter(pk=models.OuterRef("shop_id"))
        return self.filter(models.Exists(partner) | models.Exists(shop))

    def not_revoked(self, day: date) -> Self:
        """Leave out what is revoked or suspended on that day."""
        return self.filter(~models.Exists(Revocation.objects.holding(day).filter(authorisation=models.OuterRef("pk"))))


class Authorisation(Valid):
    """CH-4: a numbered certificate for a partner and a shop, or a partner and a region."""

    number = models.CharField(_("certificate number"), max_length=40, unique=True)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="authorisations", verbose_name=_("partner"))
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="authorisations", verbose_name=_("shop")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )

    objects = AuthorisationQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        constraints = [
            ends_after_start("authorisation_span"),
            models.CheckConstraint(
                name="authorisation_for_shop_or_region",
                condition=Q(shop__isnull=True, region__isnull=False) | Q(shop__isnull=False, region__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RevocationQuerySet(DeskQuerySet):
    def holding(self, day: date) -> Self:
        """Narrow to those that take an authorisation away on this day: begun, not run out, not lifted."""
        open_end = Q(until=None) | Q(until__gt=day)
        return self.filter(open_end, revoked_on__lte=day).exclude(lifting__lifted_on__lte=day)


class Revocation(models.Model):
    """CH-4: an authorisation ended, or suspended (`until` a day, exclusive), from which day, why. Written once."""

    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, related_name="revocations", verbose_name=_("authorisation")
    )
    revoked_on = models.DateField(_("revoked on"))
    until = models.DateField(_("suspended until (exclusive)"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)

    objects = RevocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        constraints = [
            models.CheckConstraint(
                name="revocation_span", condition=Q(until=None) | Q(until__gt=models.F("revoked_on"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.revoked_on}"


class Lifting(models.Model):
    """CF-14: a revocation taken back, from which day, why; both stay."""

    revocation = models.OneToOneField(Revocation, models.PROTECT, related_name="lifting", verbose_name=_("revocation"))
    lifted_on = models.DateField(_("lifted on"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("lifting of a revocation")
        verbose_name_plural = _("liftings of revocations")

    def __str__(self) -> str:
        return f"{self.revocation_id} {self.lifted_on}"
