from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.models.region import Region
from channels.models.shop import Shop
from opsdesk.actor import Actor
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
        """Leave out what had been revoked by the end of that day."""
        gone = Revocation.objects.filter(authorisation=models.OuterRef("pk"), revoked_on__lte=day)
        return self.filter(~models.Exists(gone))


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


class Revocation(models.Model):
    """CH-4: an authorisation ended before its time: by whom, from which day, why. Written once."""

    authorisation = models.OneToOneField(
        Authorisation, models.PROTECT, related_name="revocation", verbose_name=_("authorisation")
    )
    revoked_on = models.DateField(_("revoked on"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.revoked_on}"
